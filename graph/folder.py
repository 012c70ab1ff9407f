"""A run's folder: where its files lie, its lock, and the cache's index by which a run is found from anywhere.

<project>/runs/<run-id>/
    run.json            project, workflow and step files as they were at the start
    checkpoints.sqlite  the graph's state after every node
    events.jsonl  decisions.jsonl  decision-log.md  facts.json  handoffs/
    work/<step>/        the tools' own folders, one for each distinct input
    adapter/ merged/ verdict.json report.md report.html model_card.md
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..errors import InputError, RunLocked
from ..settings import Project, cache_dir


class RunFolder:
    """Paths and small files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.id = self.path.name
        self.events = self.path / "events.jsonl"
        self.decisions = self.path / "decisions.jsonl"
        self.decision_log = self.path / "decision-log.md"
        self.facts = self.path / "facts.json"
        self.checkpoints = self.path / "checkpoints.sqlite"
        self.handoffs = self.path / "handoffs"
        self._manifest = self.path / "run.json"

    @classmethod
    def create(cls, project_dir: Path, project: Project, steps: dict[str, str]) -> RunFolder:
        """Make the folder of a new run.

        Args:
            project_dir: the project's folder.
            project: the resolved project, kept in the run so that a later change of the file cannot change the run.
            steps: step id -> hash of its file.
        """
        run_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
        folder = cls(project_dir / "runs" / run_id)
        folder.path.mkdir(parents=True)
        folder.handoffs.mkdir()
        manifest = {
            "id": run_id,
            "project_dir": str(project_dir.resolve()),
            "created": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "project": project.model_dump(mode="json"),
            "steps": steps,
        }
        write_json(folder._manifest, manifest)
        remember(folder.path)
        return folder

    def manifest(self) -> dict[str, Any]:
        return json.loads(self._manifest.read_text(encoding="utf-8"))

    def project(self) -> Project:
        return Project.model_validate(self.manifest()["project"])

    def project_dir(self) -> Path:
        """The project's folder: where the run lies, so that a moved project still resumes."""
        if self.path.parent.name == "runs":
            return self.path.parent.parent
        return Path(self.manifest()["project_dir"])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run's lock.

        Raises:
            RunLocked: another process holds it; a dead process's lock is free.
        """
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            holder = self.path / ".holder"
            found = f"process {holder.read_text()}" if holder.is_file() else "another process"
            raise RunLocked(
                f"run {self.id} is in use", found=found, next_action="wait for it, or stop it and resume"
            ) from None
        try:
            (self.path / ".holder").write_text(str(os.getpid()))
            yield
        finally:
            (self.path / ".holder").unlink(missing_ok=True)
            lock.release()


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a reader never sees half a file."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)


def _index() -> Path:
    return cache_dir() / "runs.txt"


def remember(path: Path) -> None:
    """Add a run to the cache's index."""
    index = _index()
    index.parent.mkdir(parents=True, exist_ok=True)
    with index.open("a", encoding="utf-8") as handle:
        handle.write(f"{path}\n")


def known_runs(project_dir: Path | None = None) -> list[RunFolder]:
    """Runs that exist, newest first: of one project, or all that the index remembers and those below the current folder."""
    paths: set[Path] = set()
    if project_dir is not None:
        paths |= set((project_dir / "runs").glob("*/run.json"))
    else:
        if _index().is_file():
            paths |= {Path(line) / "run.json" for line in _index().read_text(encoding="utf-8").splitlines() if line}
        paths |= set(Path.cwd().glob("runs/*/run.json"))
    folders = {RunFolder(path.parent).path: RunFolder(path.parent) for path in paths if path.is_file()}
    return sorted(folders.values(), key=lambda folder: folder.manifest()["created"] + folder.id, reverse=True)


def find_run(text: str) -> RunFolder:
    """The run that a person means by its folder, its id, the beginning of its id, or `last`.

    Raises:
        InputError: naming the latest runs.
    """
    if (Path(text) / "run.json").is_file():
        return RunFolder(Path(text))
    runs = known_runs()
    if text == "last" and runs:
        return runs[0]
    matches = [run for run in runs if run.id == text] or [run for run in runs if run.id.startswith(text)]
    if len(matches) == 1:
        return matches[0]
    latest = ", ".join(run.id for run in runs[:5]) or "there is none yet"
    what = f"{len(matches)} runs begin with {text!r}" if matches else f"there is no run {text!r}"
    raise InputError(what, next_action=f"name a run's folder or id, or `last`; latest: {latest}")
