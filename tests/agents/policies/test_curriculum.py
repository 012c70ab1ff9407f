"""The curriculum designer's rules."""

from __future__ import annotations

from typing import Any

from support.briefing import briefing, check
from tuneguild.agents.policies.curriculum import propose

STEP = "1-data/step-04-curriculum-designer.md"
BALANCED = {
    "coverage.topics": {"orders": 120, "tickets": 110, "no-tool": 100},
    "coverage.balance": 0.91,
    "coverage.smallest_topic": {"topic": "no-tool", "records": 100},
    "coverage.variable": {"orders": 90, "tickets": 80},
    "coverage.no_call_share": 0.3,
    "coverage.failing_share": 0.1,
    "coverage.rehearsal_available": 300,
    "data.with_tools": 330,
    "data.multi_step": 20,
}
THIN = {
    "coverage.topics": {"orders": 400, "tickets": 60, "no-tool": 20},
    "coverage.balance": 0.125,
    "coverage.smallest_topic": {"topic": "no-tool", "records": 20},
}


def decided(measured: dict[str, Any] | None = None, **project: Any) -> tuple[Any, Any]:
    given = briefing(STEP, {**BALANCED, **(measured or {})}, **project)
    proposal = propose(given)
    return proposal, check(proposal, given, STEP)


def test_balanced_topics_are_kept() -> None:
    proposal, plan = decided()
    assert (proposal.choice, plan.targets, plan.synthesise_up_to) == ("keep", {}, 0)


def test_thin_topics_are_filled_where_they_can_be_varied() -> None:
    proposal, plan = decided(THIN)
    assert proposal.choice == "complete"
    assert plan.targets == {"no-tool": 80, "tickets": 80}
    assert plan.strategies == {"no-tool": "collect", "tickets": "message-variation"}
    assert plan.synthesise_up_to == 20 and "collect more" in proposal.rationale


def test_what_cannot_be_varied_has_to_be_collected() -> None:
    proposal, plan = decided({**THIN, "coverage.variable": {"orders": 90}})
    assert proposal.choice == "collect-more" and plan.synthesise_up_to == 0


def test_new_records_are_at_most_a_quarter_of_the_real_ones() -> None:
    topics = {"a": 100, "b": 1, "c": 1, "d": 1}
    many = {"coverage.topics": topics, "coverage.balance": 0.04, "coverage.variable": dict.fromkeys(topics, 50)}
    assert decided(many)[1].synthesise_up_to <= 25


def test_rehearsal_belongs_to_the_starter_model() -> None:
    assert decided()[1].rehearsal_fraction == 0.2
    assert decided(model="some/model")[1].rehearsal_fraction == 0.0
    assert decided({"coverage.rehearsal_available": 0})[1].rehearsal_fraction == 0.0


def test_what_is_missing_altogether_is_told() -> None:
    rationale = decided({"coverage.no_call_share": 0.0, "coverage.failing_share": 0.0})[0].rationale
    assert "when not to call a tool" in rationale and "No tool ever fails" in rationale


def test_one_topic_has_nothing_to_balance() -> None:
    one = {"coverage.topics": {"orders": 10}, "coverage.balance": 1.0, "coverage.variable": {}}
    assert decided(one)[0].choice == "keep"
