"""The project that a command line asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tuneguild.cli.project import resolve_project
from tuneguild.errors import InputError, ProjectError
from tuneguild.settings import load_project


def changes(**given: Any) -> dict[str, Any]:
    data = {key: given.pop(key, None) for key in ("train", "held_out", "answers", "skip_invalid")}
    return {"goal": None, "model": None, "workflow": None, "seed": None, "brain": {}, **given, "data": data}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine").mkdir()
    text = "name: mine\ngoal: be better\ndata: {train: a.jsonl, held_out: b.jsonl}\n"
    (tmp_path / "mine" / "project.yaml").write_text(text)
    return tmp_path / "mine"


def test_a_folder_without_changes_is_taken_as_it_is(folder: Path) -> None:
    project, where = resolve_project(folder, changes())
    assert (project, where) == (load_project(folder), folder)


def test_the_command_lines_model_and_seed_come_first(folder: Path) -> None:
    project, _ = resolve_project(folder, changes(model="other", seed=3))
    assert (project.model, project.seed) == ("other", 3)


def test_another_data_file_leaves_the_projects_held_out_records_behind(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "new.jsonl").write_text("{}")
    project, _ = resolve_project(folder, changes(train=tmp_path / "new.jsonl"))
    assert project.data.train == str(tmp_path / "new.jsonl")
    assert project.data.held_out is None


def test_a_goal_and_a_data_file_make_a_project_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "My Records.jsonl").write_text("{}")
    project, where = resolve_project(None, changes(goal="be better", train=Path("My Records.jsonl")))
    assert where == tmp_path / "my-records-project"
    assert load_project(where).goal == project.goal == "be better"


def test_neither_a_folder_nor_a_goal_is_told_with_both_ways(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="--goal"):
        resolve_project(None, changes())


def test_a_data_file_that_does_not_exist_is_told(folder: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        resolve_project(folder, changes(train=Path("nowhere.jsonl")))


def test_every_problem_of_a_project_file_is_told_with_its_line(folder: Path) -> None:
    (folder / "project.yaml").write_text(
        "name: mine\ngoal: be better\nseed: many\ndata:\n  trian: a\nbudget:\n  minutes: -1\n"
    )
    with pytest.raises(ProjectError) as caught:
        load_project(folder)
    assert {problem.line for problem in caught.value.problems} == {3, 5, 7}
