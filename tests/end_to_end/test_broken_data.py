"""A data file with broken lines: nothing starts, everything wrong is told; on request the rest is used and the loss counted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from support.projects import rows, tuneguild_command, write_project

BROKEN: dict[int, Any] = {
    8: "{not json",
    40: {"messages": [{"role": "bot", "content": "hello"}]},
    77: {"messages": [{"role": "user", "content": "no answer"}]},
    120: {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": ""}]},
    199: {"messages": "none"},
    233: ["not", "an", "object"],
    301: {"messages": [{"role": "user", "content": 5}, {"role": "assistant", "content": "a"}]},
    402: {"messages": []},
    511: "",
    577: '{"messages": [{"role": "user", "content": "cut',
    599: {
        "messages": [
            {"role": "assistant", "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{"}}]}
        ]
    },
}
"""Line -> what stands there. Line 511 is blank, which is no fault."""


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    items: list[Any] = rows("train")[:600]
    assert len(items) == 600
    for line, item in BROKEN.items():
        items[line - 1] = item
    return write_project(tmp_path / "broken", items, rows("held_out")[:60], max_revisions=0)


def test_ten_broken_lines_stop_the_run_before_any_work_and_are_all_told(broken: Path) -> None:
    ended = tuneguild_command("run", broken, "--yes")
    assert ended.returncode == 2
    told = {int(line) for line in re.findall(r"train\.jsonl:(\d+):", ended.stderr)}
    assert told == set(BROKEN) - {511}
    assert "Traceback" not in ended.stderr
    assert not (broken / "runs").exists()


@pytest.mark.slow
def test_skip_invalid_goes_on_and_the_report_counts_them(broken: Path) -> None:
    ended = tuneguild_command("run", broken, "--yes", "--skip-invalid")
    assert ended.returncode == 0, ended.stderr
    [run] = (broken / "runs").iterdir()
    assert json.loads((run / "verdict.json").read_text())["verdict"]
    assert "10" in next(line for line in (run / "report.md").read_text().splitlines() if "invalid" in line.lower())
