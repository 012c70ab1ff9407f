"""`tuneguild data` as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.data import row, write_rows
from tuneguild.__main__ import main


def code(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(words)
    return int(end.value.code or 0)


def test_check_says_what_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(1), row(2)])
    assert code("data", "check", str(path)) == 0
    assert "2 records (messages)" in capsys.readouterr().out


def test_check_tells_every_problem_of_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [write_rows(tmp_path / f"{name}.jsonl", [row(1), "{", "}"]) for name in "ab"]
    assert code("data", "check", *map(str, paths)) == 2
    said = capsys.readouterr().err
    assert all(f"{path}:{line}:" in said for path in paths for line in (2, 3)) and "Traceback" not in said


def test_stats_shows_what_a_file_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_rows(tmp_path / "a.jsonl", [row(number) for number in range(9)])
    assert code("data", "stats", str(path)) == 0
    assert "find_order 3" in capsys.readouterr().out
