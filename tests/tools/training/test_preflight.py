"""What is measured before the training decision."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.tiny_model import tiny_records
from support.training_run import training_context
from tuneguild.errors import DataError
from tuneguild.tools.training.preflight import measure


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    result = measure(None, training_context(tmp_path_factory.mktemp("preflight")))
    return {measurement.id: measurement.value for measurement in result.measurements}


def test_lengths_are_ordered(measured: dict[str, int]) -> None:
    assert 0 < measured["training.tokens_p50"] <= measured["training.tokens_p95"] <= measured["training.tokens_max"]


def test_only_a_part_of_the_tokens_is_trained_on(measured: dict[str, float]) -> None:
    assert 0 < measured["training.trainable_tokens_share"] < 0.5


def test_memory_is_estimated_for_every_method(measured: dict[str, dict[str, object]]) -> None:
    assert set(measured["training.memory_gb"]) == {"full", "lora", "qlora"}


def test_an_epoch_is_timed_in_both_precisions(measured: dict[str, dict[str, float]]) -> None:
    assert set(measured["training.seconds_per_epoch"]) == {"float32", "bfloat16"}


def test_records_without_an_answer_stop_the_run(tmp_path: Path) -> None:
    silent = [{**record, "messages": record["messages"][:2]} for record in tiny_records(20)]
    with pytest.raises(DataError, match="20 of 20 training records would teach the model nothing"):
        measure(None, training_context(tmp_path, train=silent))
