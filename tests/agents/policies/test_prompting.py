"""The prompt engineer's rules."""

from __future__ import annotations

from typing import Any

import pytest

from tuneguild.agents.decision import Briefing, Knowledge
from tuneguild.agents.policies.prompting import propose
from tuneguild.settings import STEPS
from tuneguild.steps import expression
from tuneguild.steps.loader import load_step
from tuneguild.tools.evaluation.plan import PromptPlan

STEP = load_step(STEPS / "3-inference" / "step-07-prompt-engineer.md")


def briefing(best: str = "few-shot", **facts: Any) -> Briefing:
    return Briefing(
        step=STEP.id,
        title=STEP.title,
        area=STEP.area,
        persona={},
        instructions="",
        project={},
        options=STEP.options,
        grounding=[Knowledge(id=entry.id, kind="x", title="x") for entry in STEP.grounding if entry.id],
        measurements={"baseline.best.prompt": {"id": "baseline.best.prompt", "value": best}},
        facts={"baseline": {"prompt": {"id": best}, "dev": {best: 0.5}}, **facts},
    )


def test_a_tuned_model_is_tried_bare_and_with_the_baselines_prompt() -> None:
    proposal = propose(briefing(training={"adapter": "adapter"}))
    assert proposal.choice == "measure"
    assert PromptPlan.model_validate(proposal.payload).candidates == ["bare", "few-shot"]


def test_a_prompt_is_not_tried_twice() -> None:
    assert propose(briefing("bare", training={"adapter": "adapter"})).payload["candidates"] == ["bare"]


def test_an_untuned_model_keeps_its_prompt() -> None:
    assert propose(briefing()).choice == "keep"


@pytest.mark.parametrize("given", [briefing(), briefing(training={"adapter": "adapter"})])
def test_every_parameter_has_evidence(given: Briefing) -> None:
    proposal = propose(given)
    assert set(proposal.payload) <= {item.supports for item in proposal.evidence if item.kind != "unsupported"}


@pytest.mark.parametrize(
    ("facts", "runs"),
    [
        ({"architecture": "fine-tuning", "insufficient_data": False}, True),
        ({"architecture": "prompt-only", "insufficient_data": False}, True),
        ({"architecture": "prompt-only", "insufficient_data": True}, False),
        ({"architecture": "rag-only", "insufficient_data": False}, False),
    ],
)
def test_the_step_runs_where_there_is_a_prompt_to_choose(facts: dict, runs: bool) -> None:
    assert expression.holds(STEP.condition, facts) is runs
