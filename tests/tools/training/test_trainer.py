"""The order of records."""

from __future__ import annotations

import random

from tuneguild.tools.training.trainer import LengthBatches

LENGTHS = [random.Random(1).randint(10, 400) for _ in range(203)]


def test_every_record_comes_once_an_epoch() -> None:
    assert sorted(LengthBatches(LENGTHS, 16, seed=1)) == list(range(203))


def test_batches_have_like_lengths() -> None:
    order = list(LengthBatches(LENGTHS, 16, seed=1))
    spans = [
        max(LENGTHS[i] for i in order[at : at + 16]) - min(LENGTHS[i] for i in order[at : at + 16])
        for at in range(0, 192, 16)
    ]
    assert max(spans) < 80


def test_epochs_differ_but_repeat_with_the_seed() -> None:
    one, again = LengthBatches(LENGTHS, 16, seed=1), LengthBatches(LENGTHS, 16, seed=1)
    first = list(one)
    one.set_epoch(1)
    again.set_epoch(1)
    assert list(one) == list(again) != first
