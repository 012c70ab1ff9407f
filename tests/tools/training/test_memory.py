"""Memory estimates against published figures and simple sums."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.tiny_model import tiny_model
from tuneguild.tools.models import model_size
from tuneguild.tools.training.memory import Shape, memory_gb, memory_table, model_shape

SEVEN = Shape(6_738_000_000, 6_476_000_000, 2_500_000, 32, 4096, 32_000, 4096)


def test_the_shape_of_a_model_counts_every_parameter(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "tiny")
    shape = model_shape(str(folder))
    assert shape.parameters == model_size(str(folder))
    assert (shape.layers, shape.hidden, shape.context) == (2, 16, 512)


def test_the_output_layer_gets_no_adapter(tmp_path: Path) -> None:
    shape = model_shape(str(tiny_model(tmp_path / "tiny")))
    attention, mlp = 4 * (16 + 16), 3 * (16 + 32)
    assert shape.linear_dimensions == 2 * (attention + mlp)


def test_full_tuning_takes_sixteen_bytes_a_parameter() -> None:
    assert memory_gb(SEVEN, "full", tokens=0) == pytest.approx(16 * 6.738, rel=1e-3)


def test_a_four_bit_base_of_seven_billion_takes_about_four_gigabytes() -> None:
    assert 3.5 < memory_gb(SEVEN, "qlora", tokens=0, bytes_per_weight=2) < 5


def test_recomputing_activations_takes_less() -> None:
    kept = memory_gb(SEVEN, "lora", tokens=8192, bytes_per_weight=2)
    assert memory_gb(SEVEN, "lora", tokens=8192, bytes_per_weight=2, checkpointing=True) < kept


def test_the_table_grows_with_the_batch_and_shrinks_with_the_method() -> None:
    table = memory_table(SEVEN, length=512, bytes_per_weight=2, batches=(1, 16))
    assert table["lora"]["1"] < table["lora"]["16"]
    assert table["qlora"]["1"] < table["lora"]["1"] < table["full"]["1"]
