"""The MLOps engineer's rules."""

from __future__ import annotations

from typing import Any

import pytest

from tuneguild.agents.decision import Briefing, Knowledge, unresolved
from tuneguild.agents.policies.operations import WATCH, propose
from tuneguild.tools.serving.plan import OperationsPlan

RECORDS = ("merge-lora-before-serving", "model-card", "export-parity-check")


def briefing(*, method: str = "lora", parameters: int = 3_000_000, device: str = "cpu", n: int = 200) -> Briefing:
    measured: dict[str, Any] = {"training.model_parameters": parameters, "training.device": device}
    return Briefing(
        step="step-09-mlops-engineer",
        title="export",
        area="OPS",
        persona={},
        instructions="",
        project={},
        grounding=[Knowledge(id=name, kind="pattern", title=name) for name in RECORDS],
        measurements={name: {"value": value} for name, value in measured.items()},
        facts={"training": {"method": method}, "held_out": {"test": {"n": n}}},
    )


def plan(given: Briefing) -> OperationsPlan:
    return OperationsPlan.model_validate(propose(given).payload)


def test_an_adapter_is_merged_in_float32() -> None:
    proposal = propose(briefing())
    assert proposal.choice == "merge"
    assert plan(briefing()).dtype == "float32"


def test_a_fully_tuned_model_has_nothing_to_merge() -> None:
    proposal = propose(briefing(method="full"))
    assert proposal.choice == "as-trained"
    assert not plan(briefing(method="full")).merge


def test_a_large_model_is_written_in_bfloat16_with_room_for_rounding() -> None:
    made = plan(briefing(parameters=7_000_000_000))
    assert made.dtype == "bfloat16"
    assert made.minimum_parity < 1


def test_vllm_is_named_only_with_a_gpu() -> None:
    assert plan(briefing()).server == "transformers"
    assert plan(briefing(device="cuda")).server == "vllm"


def test_no_more_prompts_are_compared_than_there_are() -> None:
    assert plan(briefing(n=5)).parity_prompts == 5


def test_every_field_has_evidence_that_resolves() -> None:
    given = briefing()
    proposal = propose(given)
    assert {item.supports.split(".")[0] for item in proposal.evidence} >= set(OperationsPlan.model_fields)
    assert unresolved(proposal.evidence, set(RECORDS), given.measurements) == []


@pytest.mark.parametrize("limit", sorted(WATCH))
def test_a_changed_record_changes_the_limit_after_the_release(limit: str) -> None:
    record, name, usual = WATCH[limit]
    other = usual / 2 if usual < 1 else usual * 2
    changed = Knowledge(id=record, kind="decision", title=record, numbers={name: {"value": other, "unit": "x"}})
    given = briefing()
    given = given.__class__(**{**given.__dict__, "grounding": [*given.grounding, changed]})
    assert getattr(plan(given).watch, limit) == other
    assert getattr(plan(briefing()).watch, limit) == usual
