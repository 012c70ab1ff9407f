"""Makes the project that a command line asks for: a folder's project.yaml with changes, or a new folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..errors import InputError, ProjectError
from ..settings import Project, load_project


def resolve_project(path: Path | None, changes: dict[str, Any]) -> tuple[Project, Path]:
    """The project and its folder.

    Args:
        path: project folder, or None to make one from the changes' goal and data.
        changes: keys of project.yaml to change; None means unchanged. Paths are relative to the current folder.

    Raises:
        ProjectError: project.yaml is wrong, or neither a folder nor a goal with data was given.
    """
    if path is None:
        path = _new_project(changes)
    if not path.is_dir():
        raise ProjectError(f"{path} is not a folder", next_action="name the folder that holds project.yaml")
    values = load_project(path).model_dump(mode="json")
    data = {key: _absolute(value) for key, value in changes["data"].items() if value is not None}
    if "train" in data:
        # Another data file brings its own test: the project's held-out records belong to the project's data.
        values["data"] |= {"held_out": None, "answers": None, "format": "auto"}
    values["data"] |= data
    values["brain"] |= {key: value for key, value in changes["brain"].items() if value is not None}
    values |= {key: value for key, value in changes.items() if key not in ("data", "brain") and value is not None}
    return Project.model_validate(values), path


def _absolute(value: Any) -> Any:
    if not isinstance(value, Path):
        return value
    if not value.exists():
        raise InputError(f"there is no file {value}", next_action="check the path")
    return str(value.resolve())


def _new_project(changes: dict[str, Any]) -> Path:
    """Write a new project folder in the current folder from a goal and a data file."""
    import yaml

    goal, data = changes["goal"], changes["data"]["train"]
    if not goal or data is None:
        raise ProjectError(
            "nothing to run: neither a project folder nor a goal with data was given",
            next_action='`tuneguild run FOLDER`, or `tuneguild run --goal "…" --data FILE`',
        )
    train = _absolute(data)
    name = re.sub(r"[^a-z0-9]+", "-", data.stem.lower()).strip("-") or "project"
    folder = Path.cwd() / f"{name}-project"
    if not (folder / "project.yaml").exists():
        folder.mkdir(exist_ok=True)
        text = yaml.safe_dump(
            {"name": name, "goal": goal, "data": {"train": train}}, sort_keys=False, allow_unicode=True
        )
        (folder / "project.yaml").write_text(text, encoding="utf-8")
    return folder
