"""The fine-tuning specialist's rules."""

from __future__ import annotations

from typing import Any

import pytest

from tuneguild.agents.decision import Briefing, Knowledge, Proposal, unresolved
from tuneguild.agents.policies.training import propose
from tuneguild.tools.training.plan import TrainingPlan

RECORDS: dict[str, dict[str, Any]] = {
    "lora-vs-full": {},
    "assistant-only-loss": {},
    "zero-signal-training": {},
    "lora-all-linear-layers": {},
    "lora-rank-and-alpha": {"rank": 16, "alpha": 32},
    "lora-learning-rate": {
        "learning_rate": 2e-4,
        "learning_rate_small_model": 2e-3,
        "factor_over_full_fine_tuning": 10,
    },
    "lora-dropout": {"dropout": 0.05},
    "epochs-and-early-stopping": {"epochs": 3, "patience": 2},
    "batch-size-small-data": {"batch_size": 16},
    "warmup-and-schedule": {"warmup_ratio": 0.03},
}
ROW = {"1": 1.0, "2": 2.0, "4": 4.0, "8": 8.0, "16": 16.0, "checkpointed": 0.5}
MEASURED: dict[str, Any] = {
    "training.records": 540,
    "training.validation_records": 60,
    "training.tokens_max": 402,
    "training.trainable_tokens": 29_000,
    "training.trainable_tokens_share": 0.22,
    "training.rows_without_signal": 0,
    "training.rows_over_context": 0,
    "training.model_parameters": 3_000_000,
    "training.model_context": 1024,
    "training.model_shape": {"linear_dimensions": 21_888},
    "training.memory_gb": {"full": ROW, "lora": ROW, "qlora": ROW},
    "training.device": "cpu",
    "training.seconds_per_epoch": {"float32": 20.0, "bfloat16": 12.0},
    "hardware.memory_gb": 24.0,
}


def briefing(*, decisions: Any = None, minutes: Any = 30.0, **changes: Any) -> Briefing:
    measured = {**MEASURED, **{name.replace("__", "."): value for name, value in changes.items()}}
    return Briefing(
        step="step-05-fine-tuning-specialist",
        title="train",
        area="TRAIN",
        persona={},
        instructions="",
        project={"model": "starter", "seed": 7, "budget": {"minutes": minutes}},
        grounding=[
            Knowledge(id=name, kind="decision", title=name, numbers={k: {"value": v} for k, v in numbers.items()})
            for name, numbers in RECORDS.items()
        ],
        measurements={name: {"value": value} for name, value in measured.items() if value is not None},
        decisions=decisions or [],
    )


def plan(proposal: Proposal) -> TrainingPlan:
    return TrainingPlan.model_validate(proposal.payload)


def test_every_field_has_evidence_that_resolves() -> None:
    given = briefing()
    proposal = propose(given)
    assert {item.supports for item in proposal.evidence} >= set(TrainingPlan.model_fields)
    assert unresolved(proposal.evidence, {known.id for known in given.grounding}, given.measurements) == []


def test_the_choice_is_the_method() -> None:
    proposal = propose(briefing())
    assert proposal.choice == plan(proposal).method == "lora"


def test_a_small_model_learns_at_the_small_models_rate() -> None:
    assert plan(propose(briefing())).learning_rate == 2e-3


def test_a_large_model_learns_at_the_usual_rate() -> None:
    assert plan(propose(briefing(training__model_parameters=7_000_000_000))).learning_rate == 2e-4


def test_a_very_large_model_learns_at_half_of_it() -> None:
    assert plan(propose(briefing(training__model_parameters=30_000_000_000))).learning_rate == 1e-4


def test_the_length_covers_the_longest_record() -> None:
    assert plan(propose(briefing())).max_length == 408


def test_the_length_never_exceeds_the_models_context() -> None:
    assert plan(propose(briefing(training__tokens_max=1021))).max_length == 1024


def test_dropout_is_spared_on_a_cpu_only() -> None:
    assert plan(propose(briefing())).lora_dropout == 0
    assert plan(propose(briefing(training__device="cuda", hardware__gpu_memory_gb=24.0))).lora_dropout == 0.05


def test_few_records_halve_the_batch() -> None:
    assert plan(propose(briefing(training__records=60))).records_per_step == 8


def test_scarce_memory_is_met_by_accumulation() -> None:
    made = plan(propose(briefing(hardware__memory_gb=5.0)))
    assert (made.batch_size, made.gradient_accumulation) == (4, 4)


def test_scarcer_memory_is_met_by_recomputing() -> None:
    made = plan(propose(briefing(hardware__memory_gb=0.9)))
    assert made.gradient_checkpointing and made.batch_size == 1


def test_a_gpu_too_small_for_sixteen_bits_gets_four() -> None:
    table = {"full": {"1": 900.0}, "lora": {"1": 150.0}, "qlora": {"1": 40.0, "2": 44.0}}
    given = briefing(training__memory_gb=table, training__device="cuda", hardware__gpu_memory_gb=48.0)
    made = plan(propose(given))
    assert (made.method, made.batch_size, made.gradient_accumulation) == ("qlora", 1, 16)


def test_a_model_that_fits_nowhere_stops_the_work() -> None:
    table = {"full": {"1": 900.0}, "lora": {"1": 150.0}, "qlora": {"1": 60.0}}
    proposal = propose(briefing(training__memory_gb=table, training__device="cuda", hardware__gpu_memory_gb=48.0))
    assert proposal.choice == "stop"
    assert "no method fits" in proposal.rationale


def test_more_tokens_than_an_adapter_holds_raise_the_rank() -> None:
    made = plan(propose(briefing(training__trainable_tokens=1_000_000)))
    assert (made.lora_rank, made.lora_alpha) == (32, 64)


def test_more_than_any_adapter_holds_tunes_all_weights_at_a_tenth_of_the_rate() -> None:
    made = plan(propose(briefing(training__trainable_tokens=100_000_000)))
    assert made.method == "full"
    assert made.learning_rate == pytest.approx(2e-4)


def test_bfloat16_is_used_on_a_cpu_only_where_it_is_faster() -> None:
    assert plan(propose(briefing())).precision == "bfloat16"
    slower = {"float32": 12.0, "bfloat16": 12.0}
    assert plan(propose(briefing(training__seconds_per_epoch=slower))).precision == "float32"


def test_the_budget_limits_the_epochs() -> None:
    proposal = propose(briefing(minutes=0.6))
    assert plan(proposal).epochs == 2


def test_a_loss_that_was_still_falling_asks_for_more_epochs() -> None:
    earlier = {"step": "step-05-fine-tuning-specialist", "payload": {"epochs": 3}}
    made = plan(propose(briefing(decisions=[earlier], training__loss_still_falling=True)))
    assert made.epochs == 5


@pytest.mark.parametrize(
    ("measurement", "value"),
    [
        ("training__rows_without_signal", 7),
        ("training__rows_over_context", 7),
        ("training__trainable_tokens", 0),
    ],
)
def test_training_that_would_teach_nothing_is_not_started(measurement: str, value: int) -> None:
    proposal = propose(briefing(**{measurement: value}))
    assert proposal.choice == "stop"
    plan(proposal)


def test_without_a_time_estimate_confidence_is_lower() -> None:
    assert propose(briefing(training__seconds_per_epoch=None)).confidence < propose(briefing()).confidence
