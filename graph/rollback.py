"""Takes a run back to the moment before a step, with the facts and dataset version of then; marks later work stale."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from ..errors import TuneGuildError
from . import ledger
from .compiler import node_name
from .folder import RunFolder, write_json
from .observer import Events, Observer, nobody
from .runner import load_files, opened

PUBLISHED = {
    "training": ("adapter", "model", "metrics.jsonl"),
    "verdict": ("verdict.json", "report.md", "report.html"),
    "operations": ("merged", "model_card.md"),
}
"""Fact -> what the step that writes it puts into the run folder; moved to `stale/` when the fact is withdrawn."""


@dataclass(frozen=True)
class RolledBack:
    """What a rollback did."""

    step: str
    stale: list[str]
    dataset: str | None
    moved: list[str]


def rollback(folder: RunFolder, step_text: str, *, observer: Observer = nobody) -> RolledBack:
    """Go back to just before a step. `resume` then runs it again; its gates ask again, its actions are done anew.

    Raises:
        TuneGuildError: the run has not reached the step.
        WorkflowError: there is no such step.
    """
    with folder.locked():
        workflow, _ = load_files(folder.project(), folder.project_dir())
        step = workflow.find(step_text)
        events = Events(folder.events, observer)
        with opened(folder, events) as (graph, config):
            history = list(graph.get_state_history(config))
            wanted = (node_name(step.id, "ground"),)
            point = next((snapshot for snapshot in history if snapshot.next == wanted), None)
            if point is None:
                raise TuneGuildError(
                    f"run {folder.id} has not reached {step.id}",
                    next_action="`tuneguild status` shows the steps that it has",
                )
            rollbacks = max(snapshot.values.get("rollbacks", 0) for snapshot in history) + 1
            graph.update_state(point.config, {"rollbacks": rollbacks}, as_node=_before(graph, point))
        kept = {decision["id"] for decision in point.values.get("decisions", [])}
        stale = ledger.mark_stale(
            folder, [id for id in ledger.decision_ids(folder) if id not in kept], f"Rolled back to {step.id}."
        )
        ledger.render_log(folder)
        facts = point.values.get("facts", {})
        write_json(folder.facts, facts)
        done = RolledBack(step.id, stale, (facts.get("dataset") or {}).get("version"), _move_stale(folder, facts))
        events.tell("rolled-back", step=step.id, stale=done.stale, dataset=done.dataset, moved=done.moved)
        return done


def _before(graph: Any, point: Any) -> str | None:
    """The node after which `point` stands; START's own checkpoint has no parent node to infer it from."""
    writers = (point.metadata or {}).get("step", 0)
    return "__start__" if writers <= 0 else None


def _move_stale(folder: RunFolder, facts: dict[str, Any]) -> list[str]:
    """Move aside what withdrawn work had published; nothing is lost."""
    withdrawn = [name for fact, names in PUBLISHED.items() if fact not in facts for name in names]
    present = [name for name in withdrawn if (folder.path / name).exists()]
    if present:
        aside = folder.path / "stale" / time.strftime("%Y%m%d-%H%M%S")
        aside.mkdir(parents=True, exist_ok=True)
        for name in present:
            (folder.path / name).rename(aside / name)
    return present
