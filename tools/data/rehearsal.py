"""Draws general records to mix into the training set, so that the model does not forget what it could do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from ...settings import STARTER_MODEL
from .leakage import find_leaks
from .records import Record, content_id, read_records
from .topics import GENERAL

FILE = "rehearsal.jsonl"


def stock(folder: Path = STARTER_MODEL) -> list[Record]:
    """The general records that ship with the starter model; none where the file is absent."""
    path = folder / FILE
    return read_records(path) if path.is_file() else []


def draw(
    general: Sequence[Record], fraction: float, train_size: int, held_out: Sequence[Record], seed: int
) -> list[Record]:
    """Records that make up `fraction` of the training set once they are added to it.

    Args:
        general: records to draw from; fewer come back where there are not enough.
        fraction: their share of the whole, below 1: k / (k + train_size) = fraction.
        train_size: records without them.
        held_out: records that must not leak.
        seed: seed of the draw.
    """
    wanted = round(fraction * train_size / (1 - fraction))
    order = sorted(general, key=content_id)
    random.Random(seed).shuffle(order)
    drawn = order[:wanted]
    leaking = {leak.pool for leak in find_leaks(drawn, held_out)} if drawn and held_out else set()
    return [_tagged(record) for place, record in enumerate(drawn) if place not in leaking]


def _tagged(record: Record) -> Record:
    tags = [*(tag for tag in record.get("tags", []) if tag != "rehearsal"), "rehearsal"]
    labelled = {**record, "group": record.get("group"), "topic": GENERAL, "tags": tags}
    return {**labelled, "source": record.get("source") or {"file": FILE, "line": None}, "id": content_id(record)}
