"""A run folder with a small dataset and a tiny model, as the training and serving tools find it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tuneguild.settings import BudgetConfig, Project
from tuneguild.tools.contract import ToolContext, file_sha256
from tuneguild.tools.training.plan import TrainingPlan

from .tiny_model import tiny_model, tiny_records


def write_records(path: Path, records: list[dict[str, Any]]) -> dict[str, Any]:
    """Write records as JSON lines; returns the entry that facts hold of a file, its path relative to the run folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return {"path": f"{path.parent.name}/{path.name}", "n": len(records), "sha256": file_sha256(path)}


def training_context(
    folder: Path, *, train: list[dict[str, Any]] | None = None, minutes: float = 5.0, model: str | None = None
) -> ToolContext:
    """A context whose project uses the tiny model, with 24 training and 6 validation records."""
    model = model or str(tiny_model(folder / "tiny"))
    run = folder / "run"
    workdir = run / "work" / "training"
    workdir.mkdir(parents=True, exist_ok=True)
    records = tiny_records(42)
    dataset = {
        "version": "v1",
        "train": write_records(run / "data" / "train.jsonl", train if train is not None else records[:24]),
        "validation": write_records(run / "data" / "validation.jsonl", records[24:30]),
        "dropped": {},
    }
    test = write_records(run / "data" / "test.jsonl", records[30:])
    project = Project(name="tiny", goal="answer briefly", model=model, budget=BudgetConfig(minutes=minutes))
    facts = {"dataset": dataset, "held_out": {"test": test, "dev": test}}
    return ToolContext(project=project, project_dir=folder, run_dir=run, workdir=workdir, facts=facts)


def tiny_plan(context: ToolContext, **changes: Any) -> TrainingPlan:
    """A plan that trains the tiny model in a few steps."""
    values = {
        "base_model": context.project.model,
        "lora_rank": 4,
        "lora_alpha": 8,
        "learning_rate": 5e-3,
        "epochs": 2,
        "batch_size": 8,
        "max_length": 512,
        **changes,
    }
    return TrainingPlan.model_validate(values)
