"""Projects for end-to-end tests, made from the support-desk example, and the command line called as a user calls it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

import tuneguild

EXAMPLES = Path(tuneguild.__file__).parent / "examples"
SUPPORT_DESK = EXAMPLES / "support-desk"


def rows(name: str) -> list[dict[str, Any]]:
    """Records of the support-desk example: `train` or `held_out`."""
    return [json.loads(line) for line in (SUPPORT_DESK / "data" / f"{name}.jsonl").read_text().splitlines()]


def write_project(folder: Path, train: list[Any], held_out: list[Any] | None, **settings: Any) -> Path:
    """A project folder; items of `train` that are strings are written as they are."""
    folder.mkdir(parents=True)
    data = {"train": "train.jsonl"}
    write_rows(folder / "train.jsonl", train)
    if held_out is not None:
        write_rows(folder / "held_out.jsonl", held_out)
        data["held_out"] = "held_out.jsonl"
    ours = yaml.safe_load((SUPPORT_DESK / "project.yaml").read_text())
    (folder / "project.yaml").write_text(yaml.safe_dump({**ours, "name": folder.name, "data": data, **settings}))
    return folder


def write_rows(path: Path, items: list[Any]) -> None:
    path.write_text("".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in items))


def shuffled_labels(items: list[dict[str, Any]], seed: int = 3) -> list[dict[str, Any]]:
    """The same questions with the assistant turns of other records of the same shape: wrong labels, right format."""
    rng = random.Random(seed)
    by_shape: dict[tuple[str, ...], list[int]] = {}
    for index, item in enumerate(items):
        shape = tuple(message["role"] for message in item["messages"])
        by_shape.setdefault(shape, []).append(index)
    result: list[dict[str, Any]] = [dict(item) for item in items]
    for indices in by_shape.values():
        others = indices[:]
        rng.shuffle(others)
        for index, other in zip(indices, others, strict=True):
            # The tools come along, so that every record stays valid by itself.
            donor = items[other]
            messages = [
                donor["messages"][n] if message["role"] in ("assistant", "tool") else message
                for n, message in enumerate(items[index]["messages"])
            ]
            result[index] = {**items[index], "messages": messages, "tools": donor.get("tools", [])}
    return result


def tuneguild_command(*words: str | Path, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """`tuneguild WORDS` in a process of its own."""
    command = [sys.executable, "-m", "tuneguild", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=os.environ.copy())


def verdict_of(project: Path) -> dict[str, Any]:
    """verdict.json of the project's only run."""
    return json.loads((the_run(project) / "verdict.json").read_text())


def the_run(project: Path) -> Path:
    [run] = (project / "runs").iterdir()
    return run
