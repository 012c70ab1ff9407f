"""Rehearsal records."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.data import talks
from tuneguild.tools.data.records import write_records
from tuneguild.tools.data.rehearsal import draw, stock


def test_an_absent_file_gives_none(tmp_path: Path) -> None:
    assert stock(tmp_path) == []


def test_a_file_is_read(tmp_path: Path) -> None:
    write_records(tmp_path / "rehearsal.jsonl", talks(3))
    assert len(stock(tmp_path)) == 3


def test_the_share_is_of_the_whole_training_set() -> None:
    drawn = draw(talks(300), 0.1, 450, [], seed=1)
    assert len(drawn) / (450 + len(drawn)) == pytest.approx(0.1)
    assert all(record["topic"] == "general" and "rehearsal" in record["tags"] for record in drawn)


def test_what_leaks_into_the_test_is_left_out() -> None:
    general = talks(20)
    drawn = draw(general, 0.5, 20, general[:5], seed=1)
    assert len(drawn) == 15 and not {record["id"] for record in drawn} & {record["id"] for record in general[:5]}
