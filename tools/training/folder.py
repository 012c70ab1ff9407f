"""The job folder: the files by which a training job and the process that started it speak to each other.

Owns: their names, atomic writing, and telling whether the job of a folder is alive. The job is `job.py`, its parent `run.py`.

    job.json        parent -> job   the fully resolved configuration
    stop            parent -> job   end politely at the next step, best model so far
    pid.json        job's process id and start time
    job.log         job's output
    progress.json   job -> parent   step, total, loss
    metrics.jsonl   job -> parent   one line per logged step and per evaluation
    checkpoints/    job             what a killed job goes on from
    best/           job             adapter or model with the best validation loss
    result.json     job -> parent   written last, atomically: the job is finished
    error.json      job -> parent   an expected failure, with its problems
"""

from __future__ import annotations

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil
from pydantic import BaseModel, ConfigDict

from .plan import TrainingPlan


class JobConfig(BaseModel):
    """All that a training job needs to know; written to job.json."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    plan: TrainingPlan
    """The approved plan."""
    model: str
    """Folder or hub name of the base model, resolved."""
    train: str
    """Absolute path of the training records."""
    validation: str
    """Absolute path of the validation records."""
    dataset_version: str
    """Content hash of the dataset."""
    budget_seconds: float
    """Seconds after which the job ends politely."""
    threads: int
    """CPU threads."""
    device: Literal["cpu", "cuda"]
    """Where to train."""


@dataclass(frozen=True)
class JobFolder:
    """Paths and state of a job folder."""

    path: Path

    def file(self, name: str) -> Path:
        return self.path / name

    @property
    def config(self) -> Path:
        return self.path / "job.json"

    @property
    def log(self) -> Path:
        return self.path / "job.log"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def best(self) -> Path:
        return self.path / "best"

    @property
    def stop(self) -> Path:
        return self.path / "stop"

    def result(self) -> dict[str, Any] | None:
        """The finished job's result; None while it is not finished."""
        return read_json(self.path / "result.json")

    def progress(self) -> dict[str, Any]:
        """What the job last told; empty before it told anything."""
        return read_json(self.path / "progress.json") or {}

    def error(self) -> dict[str, Any] | None:
        """The expected failure that the job wrote, if any."""
        return read_json(self.path / "error.json")

    def claim(self, pid: int) -> None:
        """Record that the process `pid` works on this folder."""
        write_json(self.path / "pid.json", {"pid": pid, "started": psutil.Process(pid).create_time()})

    def worker(self) -> psutil.Process | None:
        """The living job of this folder, else None. A process that only has the same number started at another time."""
        claimed = read_json(self.path / "pid.json")
        if claimed is None:
            return None
        try:
            process = psutil.Process(int(claimed["pid"]))
            alive = abs(process.create_time() - claimed["started"]) < 0.05 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if alive else None

    def last_checkpoint(self) -> Path | None:
        """The newest complete checkpoint (the trainer writes its state file last)."""
        found = sorted(
            (int(folder.name.split("-")[1]), folder)
            for folder in self.checkpoints.glob("checkpoint-*")
            if _readable(folder / "trainer_state.json")
        )
        return found[-1][1] if found else None

    def log_tail(self, lines: int = 8) -> str:
        """The last lines of the job's output."""
        if not self.log.is_file():
            return ""
        text = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return "\n".join(text[-lines:])


def terminate(process: psutil.Process, patience: float = 20.0) -> None:
    """End a job: politely (it writes a checkpoint), and after `patience` seconds for certain."""
    try:
        process.send_signal(signal.SIGTERM)
        process.wait(patience)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(5)
    except psutil.NoSuchProcess:
        return


def _readable(path: Path) -> bool:
    """Whether a JSON file was written to its end."""
    try:
        return read_json(path) is not None
    except json.JSONDecodeError:
        return False


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file so that a reader sees the old or the new one, never half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON file's content; None where it does not exist."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
