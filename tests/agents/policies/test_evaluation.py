"""The evaluator's proposal is the figures' verdict, and its bounds leave no softer one."""

from __future__ import annotations

from typing import Any

import pytest

from tuneguild.agents.decision import Briefing, Knowledge
from tuneguild.agents.policies.evaluation import bounds, propose
from tuneguild.settings import STEPS
from tuneguild.steps.loader import load_step

STEP = load_step(STEPS / "4-evaluation" / "step-08-llm-evaluator.md")
GOAL = {"minimum_effect": 0.1, "alpha": 0.05, "max_general_loss_increase": 0.05, "target": None}
GAIN = {
    "trained": True,
    "n": 200,
    "baseline": 0.4,
    "tuned": 0.8,
    "difference": 0.4,
    "ci_low": 0.3,
    "ci_high": 0.5,
    "p_value": 1e-9,
    "discordance": 0.44,
    "general_loss_before": 2.0,
    "general_loss_after": 2.0,
}


def briefing(evaluation: dict[str, Any], **facts: Any) -> Briefing:
    measured = {f"evaluation.{name}": {"id": f"evaluation.{name}", "value": v} for name, v in evaluation.items()}
    return Briefing(
        step=STEP.id,
        title=STEP.title,
        area=STEP.area,
        persona={},
        instructions="",
        project={},
        options=STEP.options,
        grounding=[Knowledge(id=entry.id, kind="x", title="x") for entry in STEP.grounding if entry.id],
        measurements=measured,
        facts={
            "goal": GOAL,
            "architecture": "fine-tuning",
            "insufficient_data": False,
            "training": {"adapter": "adapter"},
            "evaluation": evaluation,
            **facts,
        },
    )


CASES = [
    (briefing(GAIN), "ship"),
    (briefing({**GAIN, "difference": -0.3, "tuned": 0.1, "ci_low": -0.4, "ci_high": -0.2}), "no-ship"),
    (briefing({**GAIN, "n": 12}), "insufficient-data"),
    (
        briefing({"n": 8, "shortages": ["8 records"]}, architecture="prompt-only", insufficient_data=True),
        "insufficient-data",
    ),
    (briefing({"n": 200, "baseline": 0.97}, architecture="prompt-only", training=None), "not-needed"),
    (briefing({"n": 0}, architecture="rag-only", training=None), "not-needed"),
]


@pytest.mark.parametrize(("given", "verdict"), CASES)
def test_the_proposal_is_the_figures_verdict(given: Briefing, verdict: str) -> None:
    proposal = propose(given)
    assert (proposal.choice, proposal.payload["verdict"]) == (verdict, verdict)


@pytest.mark.parametrize(("given", "verdict"), CASES)
def test_the_bounds_hold_the_verdict_and_nothing_softer(given: Briefing, verdict: str) -> None:
    assert verdict in bounds(given)
    assert "ship" not in bounds(given) or verdict == "ship"


@pytest.mark.parametrize(("given", "verdict"), CASES)
def test_every_parameter_has_evidence(given: Briefing, verdict: str) -> None:
    proposal = propose(given)
    assert set(proposal.payload) <= {item.supports for item in proposal.evidence if item.kind != "unsupported"}


def test_the_rationale_names_the_figures() -> None:
    assert "+40.0 points" in propose(briefing(GAIN)).rationale
