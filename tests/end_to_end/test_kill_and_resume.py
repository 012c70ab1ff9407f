"""One run, killed with SIGKILL at ten moments and resumed each time, ends like a run that was left alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from support.projects import rows, the_run, tuneguild_command, verdict_of, write_project

pytestmark = pytest.mark.slow

MOMENTS = [
    ("measured", "survey", 0.0),
    ("decided", "step-01-business-analyst", 0.0),
    ("step", "step-02-solution-architect", 4.0),
    ("acting", "step-03-data-engineer", 0.0),
    ("recorded", "step-04-curriculum-designer", 0.0),
    ("acting", "step-05-fine-tuning-specialist", 5.0),
    ("acted", "step-05-fine-tuning-specialist", 0.0),
    ("acting", "step-07-prompt-engineer", 2.0),
    ("step", "step-08-llm-evaluator", 3.0),
    ("decided", "step-10-tech-lead", 0.0),
]
"""(event, step, seconds after it)"""
FIGURES = 0.1
"""Shares may differ by 6 of 60 records: training magnifies differences in the last bit."""


def test_a_run_killed_at_ten_moments_ends_in_the_same_verdict_without_repeating_an_action(tmp_path: Path) -> None:
    train, held_out = rows("train")[:150], rows("held_out")[:60]
    alone = write_project(tmp_path / "alone", train, held_out, max_revisions=0)
    assert tuneguild_command("run", alone, "--yes").returncode == 0
    killed = write_project(tmp_path / "killed", train, held_out, name="alone", max_revisions=0)
    command: list[str] = ["run", str(killed), "--yes"]
    kills = 0
    for event, step, seconds in MOMENTS:
        kills += kill_at(command, killed, event, step, seconds)
        command = ["resume", str(the_run(killed)), "--yes"]
    ended = tuneguild_command(*command)
    assert ended.returncode == 0, ended.stderr
    assert kills == len(MOMENTS)
    assert comparable(verdict_of(killed)) == pytest.approx(comparable(verdict_of(alone)), rel=0.02, abs=FIGURES)
    assert verdict_of(killed)["verdict"] == verdict_of(alone)["verdict"]
    finished = [line for line in actions(killed) if line["what"] == "finished"]
    keys = [(line["step"], line["role"], line["key"]) for line in finished]
    assert len(keys) == len(set(keys))
    assert {(step, role) for step, role, _ in keys} == {
        (line["step"], line["role"]) for line in actions(alone) if line["what"] == "finished"
    }


def kill_at(command: list[str], project: Path, event: str, step: str, seconds: float) -> bool:
    """Start a run, wait for an event written by *this* process, kill it; False if it ended before."""
    before = len(events(project))
    process = subprocess.Popen(
        [sys.executable, "-m", "tuneguild", *command], stdout=subprocess.DEVNULL, env=os.environ.copy()
    )
    until = time.monotonic() + 300
    while time.monotonic() < until and process.poll() is None:
        fresh = events(project)[before:]
        if any(line["event"] == event and line.get("step") == step for line in fresh):
            time.sleep(seconds)
            alive = process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
            return alive
        time.sleep(0.01)
    process.kill()
    raise AssertionError(f"{event} of {step} did not come; the process ended with {process.wait()}")


def events(project: Path) -> list[dict[str, Any]]:
    return lines(project, "events.jsonl")


def actions(project: Path) -> list[dict[str, Any]]:
    return lines(project, "actions.jsonl")


def lines(project: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in project.glob(f"runs/*/{name}"):
        for line in path.read_text().splitlines():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:
                continue
    return found


def comparable(verdict: dict[str, Any]) -> dict[str, float]:
    """Figures that must agree, about: sums of two threads are not the same to the last bit from one process to the next."""
    names = ("n", "baseline", "tuned", "difference", "general_loss_before", "general_loss_after")
    return {name: verdict[name] for name in names}
