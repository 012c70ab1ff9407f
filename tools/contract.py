"""What every tool is given and gives back.

A tool is a function `tool(payload, context) -> Result`. The graph calls it through `graph/once.py`, which remembers the result
under a hash of the inputs, so that a resumed run never repeats a finished action. A tool that was interrupted finds its own
half-finished files in `context.workdir` and should go on from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..settings import Project


@dataclass(frozen=True)
class Measurement:
    """A number or small table that a tool produced in this run.

    Attributes:
        id: dotted name, unique in the run ("baseline.best.task_accuracy").
        value: a number, string, or small JSON value.
        unit: "records", "share", "tokens", "s", "GB", "nats/token" …
        note: how it was measured, one sentence.
    """

    id: str
    value: Any
    unit: str = ""
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "value": self.value, "unit": self.unit, "note": self.note}


@dataclass(frozen=True)
class Result:
    """What a tool returns.

    Attributes:
        measurements: what was measured.
        facts: plain JSON values that later steps read (`reads:` and `when:` of step files name them). Paths in facts are
            relative to the run folder, so that a run can be moved.
        artifacts: name -> path relative to the run folder, of files worth naming to the user.
        summary: one line for the terminal.
    """

    measurements: list[Measurement] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    artifacts: dict[str, str] = field(default_factory=dict)
    summary: str = ""


ProgressHook = Callable[[str, float, float], None]
"""Called as hook(label, done, total); total 0 means unknown."""


def silent(label: str, done: float, total: float) -> None:
    """The progress hook that shows nothing."""


@dataclass(frozen=True)
class ToolContext:
    """The surroundings of a tool call.

    Attributes:
        project: the user's project.yaml.
        project_dir: folder of project.yaml; paths in it are relative to this.
        run_dir: folder of the run.
        workdir: this call's own folder below run_dir, the same again when the same call is resumed. Exists.
        facts: what earlier steps established.
        measurements: what has been measured so far, by id.
        decisions: the recorded decisions of this run so far, oldest first, as plain dicts.
        decision: the approved decision that is being executed; None while a tool measures.
        progress: progress hook.
    """

    project: Project
    project_dir: Path
    run_dir: Path
    workdir: Path
    facts: Mapping[str, Any] = field(default_factory=dict)
    measurements: Mapping[str, Measurement] = field(default_factory=dict)
    decisions: tuple[dict[str, Any], ...] = ()
    decision: dict[str, Any] | None = None
    progress: ProgressHook = silent

    @property
    def seed(self) -> int:
        return self.project.seed

    def resolve(self, relative: str) -> Path:
        """The path of a run-relative artifact."""
        return self.run_dir / relative

    def relative(self, path: Path) -> str:
        """A path below the run folder, as facts and artifacts name it."""
        return path.relative_to(self.run_dir).as_posix()


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
