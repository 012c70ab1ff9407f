"""The architect's rules, in their order."""

from __future__ import annotations

from typing import Any

import pytest

from tuneguild.agents.decision import Briefing, Knowledge, unresolved
from tuneguild.agents.policies.architecture import propose
from tuneguild.settings import STEPS
from tuneguild.steps.loader import load_step
from tuneguild.tools.evaluation.plan import ArchitecturePlan

STEP = load_step(STEPS / "0-scoping" / "step-02-solution-architect.md")


def named(values: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments with dots in their names."""
    return values


def briefing(kind: str = "behaviour", target: float | None = None, **values: Any) -> Briefing:
    measured = {
        "baseline.best.metric": 0.4,
        "baseline.best.lenient_task_accuracy": 0.6,
        "baseline.pool_records": 500,
        "baseline.test_records": 200,
        "baseline.documents": 0,
        **{f"baseline.{name}": value for name, value in values.items()},
    }
    return Briefing(
        step=STEP.id,
        title=STEP.title,
        area=STEP.area,
        persona={},
        instructions="",
        project={},
        options=STEP.options,
        grounding=[
            Knowledge(id=entry.id, kind="decision", title=entry.id, numbers={}) for entry in STEP.grounding if entry.id
        ],
        measurements={id: {"id": id, "value": value} for id, value in measured.items() if value is not None},
        facts={"goal": {"text": "a goal", "kind": kind, "minimum_effect": 0.1, "target": target}},
    )


@pytest.mark.parametrize(
    ("given", "architecture", "insufficient"),
    [
        (briefing(), "fine-tuning", False),
        (briefing("knowledge", documents=3), "rag-only", False),
        (briefing("knowledge"), "prompt-only", True),
        (briefing(**named({"best.metric": 0.92})), "prompt-only", False),
        (briefing(target=0.35), "prompt-only", False),
        (briefing(pool_records=40), "prompt-only", True),
        (briefing(test_records=20), "prompt-only", True),
        (briefing(pool_records=12, test_records=4, **named({"best.metric": 1.0})), "prompt-only", True),
        (briefing("mixed", documents=5), "hybrid", False),
        (briefing("mixed"), "fine-tuning", False),
        (
            briefing(
                test_records=0, pool_records=0, **named({"best.metric": None, "best.lenient_task_accuracy": None})
            ),
            "prompt-only",
            True,
        ),
    ],
)
def test_the_architecture_follows_from_what_was_measured(
    given: Briefing, architecture: str, insufficient: bool
) -> None:
    proposal = propose(given)
    plan = ArchitecturePlan.model_validate(proposal.payload)
    assert (proposal.choice, plan.architecture, plan.insufficient_data) == (architecture, architecture, insufficient)


def test_too_little_data_says_how_much_would_be_enough() -> None:
    proposal = propose(briefing(pool_records=12, test_records=8))
    assert proposal.payload["needed_training_records"] == 50
    assert proposal.payload["needed_held_out_records"] == 50
    assert "at least 50" in proposal.rationale


def test_a_model_that_hardly_shows_the_skill_is_tuned_with_little_confidence() -> None:
    weak = propose(briefing(**named({"best.metric": 0.0, "best.lenient_task_accuracy": 0.01})))
    assert weak.choice == "fine-tuning"
    assert weak.confidence < propose(briefing()).confidence


@pytest.mark.parametrize("given", [briefing(), briefing("knowledge", documents=3), briefing(pool_records=4)])
def test_every_parameter_has_evidence_that_resolves(given: Briefing) -> None:
    proposal = propose(given)
    assert not unresolved(proposal.evidence, {known.id for known in given.grounding}, given.measurements)
    assert set(proposal.payload) <= {item.supports for item in proposal.evidence if item.kind != "unsupported"}


def test_every_option_not_taken_has_a_reason() -> None:
    proposal = propose(briefing())
    assert {item.choice for item in proposal.alternatives} == set(STEP.options) - {"fine-tuning"}
