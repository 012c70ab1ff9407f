"""The business analyst's rules."""

from __future__ import annotations

from typing import Any

import pytest

from support.briefing import briefing, check
from tuneguild.agents.policies.scoping import propose

STEP = "0-scoping/step-01-business-analyst.md"
MEASURED = {
    "data.records": 600,
    "data.held_out_records": 200,
    "data.documents": 0,
    "data.with_tools": 600,
    "data.no_call_share": 0.2,
}


def decided(measured: dict[str, Any] | None = None, **project: Any) -> tuple[Any, Any]:
    given = briefing(STEP, {**MEASURED, **(measured or {})}, **project)
    proposal = propose(given)
    return proposal, check(proposal, given, STEP)


def test_a_goal_about_calls_is_about_behaviour() -> None:
    proposal, plan = decided(goal="Call the right tool in the exact format.")
    assert (proposal.choice, plan.goal_kind, plan.dev_size) == ("measure-and-improve", "behaviour", 60)


def test_documents_without_records_are_about_knowledge() -> None:
    proposal, plan = decided(
        {"data.records": 0, "data.held_out_records": 0, "data.documents": 8, "data.with_tools": 0},
        goal="Answer customers' questions about our returns policy from the handbook.",
    )
    assert (proposal.choice, plan.goal_kind) == ("answer-from-documents", "knowledge")


def test_words_about_facts_are_about_knowledge() -> None:
    assert decided(goal="Know our policies and answer questions about them.")[1].goal_kind == "knowledge"


def test_both_kinds_of_words_with_documents_are_mixed() -> None:
    goal = "Answer questions about our policy in a consistent tone and format."
    assert decided({"data.documents": 5}, goal=goal)[1].goal_kind == "mixed"


def test_an_open_goal_is_read_from_the_data() -> None:
    proposal, plan = decided(goal="Make it better.")
    assert plan.goal_kind == "behaviour" and "600 of 600 records offer tools" in proposal.rationale


def test_the_users_margin_stands() -> None:
    assert decided(evaluation={"minimum_effect": 0.1})[1].minimum_effect == 0.1


def test_without_one_the_knowledge_bases_margin_is_taken() -> None:
    assert decided()[1].minimum_effect == 0.05


@pytest.mark.parametrize(("records", "fraction"), [(20, 0.3), (200, 0.25), (1000, 0.2), (10_000, 0.05)])
def test_the_test_is_large_enough_and_not_larger_than_of_use(records: int, fraction: float) -> None:
    assert decided({"data.records": records, "data.held_out_records": 0})[1].test_fraction == fraction


def test_twenty_records_are_too_few_and_it_says_so() -> None:
    proposal, plan = decided({"data.records": 20, "data.held_out_records": 0})
    assert proposal.choice == "collect-more-first" and plan.dev_size == 2
    assert "at least 50 are needed" in proposal.rationale
