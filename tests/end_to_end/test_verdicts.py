"""Whole runs on the starter model, each of which must end in the verdict that its data deserve."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.projects import (
    EXAMPLES,
    SUPPORT_DESK,
    rows,
    shuffled_labels,
    the_run,
    tuneguild_command,
    verdict_of,
    write_project,
)

pytestmark = pytest.mark.slow


def test_another_seed_keeps_the_verdict_of_support_desk(tmp_path: Path) -> None:
    project = write_project(tmp_path / "desk", rows("train"), rows("held_out"), seed=23)
    ended = tuneguild_command("run", project, "--yes")
    assert ended.returncode == 0, ended.stderr
    verdict = verdict_of(project)
    assert verdict["verdict"] == "ship", verdict["reasons"]
    assert verdict["n"] == 200
    assert verdict["difference"] >= 0.25 and verdict["p_value"] < 0.001
    assert verdict["general_loss_after"] <= 1.05 * verdict["general_loss_before"]


def test_wrong_labels_end_in_no_ship_with_the_reason(tmp_path: Path) -> None:
    train = shuffled_labels(rows("train")[:200])
    project = write_project(tmp_path / "wrong", train, rows("held_out")[:60], max_revisions=0)
    ended = tuneguild_command("run", project, "--yes")
    assert ended.returncode == 0, ended.stderr
    verdict = verdict_of(project)
    assert verdict["verdict"] == "no-ship"
    assert verdict["reasons"]


def test_twenty_records_are_not_enough_and_the_run_says_so(tmp_path: Path) -> None:
    project = write_project(tmp_path / "few", rows("train")[:20], None)
    ended = tuneguild_command("run", project, "--yes")
    assert ended.returncode == 0, ended.stderr
    assert verdict_of(project)["verdict"] == "insufficient-data"


def test_a_goal_about_knowledge_gets_retrieval_and_training_is_skipped_with_a_record(tmp_path: Path) -> None:
    ended = tuneguild_command("run", EXAMPLES / "handbook", "--yes")
    assert ended.returncode == 0, ended.stderr
    run = max((EXAMPLES / "handbook" / "runs").iterdir(), key=lambda path: path.stat().st_mtime)
    facts = json.loads((run / "facts.json").read_text())
    skipped = [json.loads(line).get("skipped") for line in (run / "decisions.jsonl").read_text().splitlines()]
    assert facts["architecture"] == "rag-only"
    assert facts["verdict"] == "not-needed"
    assert "step-05-fine-tuning-specialist" in skipped


def test_a_step_of_ones_own_takes_part_in_a_whole_run(tmp_path: Path) -> None:
    few = write_project(tmp_path / "own", rows("train")[:120], rows("held_out")[:60], max_revisions=0)
    for folder in ("personas", "steps"):
        (few / folder).mkdir()
        for path in (EXAMPLES / "extend" / folder).iterdir():
            (few / folder / path.name).write_text(path.read_text())
    ended = tuneguild_command("run", few, "--yes")
    assert ended.returncode == 0, ended.stderr
    facts = json.loads((the_run(few) / "facts.json").read_text())
    assert facts["permitted_use"] == "internal"


def test_the_shipped_support_desk_project_names_files_that_exist() -> None:
    assert (SUPPORT_DESK / "project.yaml").is_file()
    assert len(rows("held_out")) == 200
