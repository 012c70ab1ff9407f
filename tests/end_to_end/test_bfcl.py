"""The Berkeley Function-Calling Leaderboard's simple calls, as they are published, through the first four steps as a project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tuneguild
from tuneguild.errors import WaitingForPerson
from tuneguild.graph.folder import RunFolder
from tuneguild.graph.gates import Approval
from tuneguild.graph.runner import start
from tuneguild.graph.status import read_status
from tuneguild.settings import DataConfig, Project

DATA = Path(tuneguild.__file__).parent.parent / "shared" / "data" / "bfcl"
FILE = "BFCL_v4_simple_python.json"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the shared data folder with the leaderboard's files is absent"),
]


def until_training(question: dict[str, Any], error: str) -> Approval | None:
    return None if question["gate"] == "training" else Approval(approved=True, by="--yes")


def test_the_leaderboards_simple_calls_go_through_steps_one_to_four_without_a_loss(tmp_path: Path) -> None:
    data = DataConfig(train=str(DATA / FILE), answers=str(DATA / "possible_answer" / FILE), format="bfcl")
    project = Project(name="bfcl", goal="Call the right function with the right arguments, in one format.", data=data)
    with pytest.raises(WaitingForPerson):
        start(project, tmp_path, answer=until_training)
    [path] = (tmp_path / "runs").iterdir()
    status = read_status(RunFolder(path))
    measured = {id: item["value"] for id, item in status.values["measurements"].items()}
    assert (measured["data.records"], measured["data.invalid_lines"]) == (400, 0)
    done = [decision["step"] for decision in status.values["decisions"]]
    assert [step[:7] for step in done] == ["step-01", "step-02", "step-03", "step-04"]
    facts = json.loads((path / "facts.json").read_text())
    assert facts["dataset"]["train"]["n"] > 200
