"""The tech lead's rules: what can be mended is sent back once, the rest is signed off."""

from __future__ import annotations

from typing import Any

import pytest

from support.briefing import briefing, check
from tuneguild.agents.decision import Briefing, Knowledge
from tuneguild.agents.policies.review import propose

STEP = "6-review/step-10-tech-lead.md"
UNDERTRAINED = {"severity": "WARNING", "check": "undertrained", "text": "still falling"}
CHANGED_TEST = {"severity": "BLOCKER", "check": "frozen_test", "text": "the test was changed"}
OVERLAP = {"severity": "BLOCKER", "check": "no_overlap", "text": "3 records"}


def review(*findings: dict[str, str], revision: int = 0) -> Briefing:
    measured: dict[str, Any] = {
        "review.findings": list(findings),
        "review.blockers": sum(finding["severity"] == "BLOCKER" for finding in findings),
        "review.warnings": sum(finding["severity"] == "WARNING" for finding in findings),
    }
    given = briefing(STEP, measured)
    return given.model_copy(update={"facts": {"verdict": "no-ship"}, "decisions": [{"revision": revision}]})


def test_a_clean_run_is_signed_off_whatever_its_verdict() -> None:
    given = review()
    plan = check(propose(given), given, STEP)
    assert (plan.verdict, plan.step) == ("GO", "")


@pytest.mark.parametrize(
    ("finding", "step"), [(UNDERTRAINED, "step-05-fine-tuning-specialist"), (OVERLAP, "step-03-data-engineer")]
)
def test_what_can_be_mended_goes_back_to_the_step_that_can(finding: dict[str, str], step: str) -> None:
    given = review(finding)
    plan = check(propose(given), given, STEP)
    assert (plan.verdict, plan.step) == ("REVISE", step)
    assert plan.feedback


def test_the_gravest_finding_that_has_a_remedy_comes_first() -> None:
    assert propose(review(UNDERTRAINED, CHANGED_TEST, OVERLAP)).payload["step"] == "step-03-data-engineer"


def test_a_second_revision_is_not_asked_for_when_one_is_allowed() -> None:
    assert propose(review(UNDERTRAINED, revision=1)).choice == "GO"


def test_a_blocker_without_a_remedy_is_said_plainly() -> None:
    proposal = propose(review(CHANGED_TEST))
    assert proposal.choice == "GO"
    assert "Do not ship it" in proposal.rationale


def test_the_failures_to_read_are_counted_and_bounded_by_the_record() -> None:
    numbers = {"traces": {"value": 30, "unit": "traces"}}
    known = Knowledge(id="error-analysis-by-hand", kind="methodology", title="errors", numbers=numbers)
    facts = {"verdict": "ship", "evaluation": {"n": 200, "tuned": 0.6}}
    given = review().model_copy(update={"facts": facts, "grounding": [known]})
    assert "read 30 of the 80 test records" in propose(given).rationale
