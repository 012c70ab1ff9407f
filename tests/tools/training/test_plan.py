"""The training plan's bounds."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tuneguild.tools.training.plan import TrainingPlan


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("method", "dpo"),
        ("base_model", ""),
        ("lora_rank", 0),
        ("lora_rank", 257),
        ("lora_alpha", 0),
        ("lora_dropout", 0.6),
        ("target_modules", []),
        ("target_modules", ["q_proj; rm"]),
        ("learning_rate", 0),
        ("learning_rate", 0.2),
        ("epochs", 0),
        ("epochs", 51),
        ("batch_size", 0),
        ("gradient_accumulation", 0),
        ("warmup_ratio", 0.9),
        ("scheduler", "polynomial"),
        ("weight_decay", -0.1),
        ("max_length", 4),
        ("early_stopping_patience", -1),
        ("evaluations_per_epoch", 0),
        ("precision", "int8"),
        ("seed", -1),
        ("optimizer", "adam"),
    ],
)
def test_a_value_out_of_bounds_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        TrainingPlan.model_validate({field: value})


def test_every_field_says_what_it_means() -> None:
    assert all(info.description for info in TrainingPlan.model_fields.values())


def test_records_per_step_counts_accumulation() -> None:
    assert TrainingPlan(batch_size=4, gradient_accumulation=3).records_per_step == 12
