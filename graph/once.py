"""Runs a tool once for the same inputs, however often its node is entered.

The graph promises that a node runs *at least* once: after a kill the node in hand starts again. So a finished call leaves its
result under a hash of its inputs and is never made again; an interrupted one is made again in the same folder, where it goes on.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from ..tools.contract import Measurement, ProgressHook, Result, ToolContext
from .folder import RunFolder, write_json
from .state import RunState


def input_hash(
    reference: str, payload: BaseModel | None, choice: str | None, folder: RunFolder, state: RunState
) -> str:
    """Hash of all that a tool's result may depend on; a rollback counts, so that work after it is done anew."""
    inputs = {
        "tool": reference,
        "payload": payload.model_dump(mode="json") if payload else None,
        "choice": choice,
        "project": folder.manifest()["project"],
        "facts": state.get("facts", {}),
        "rollbacks": state.get("rollbacks", 0),
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def run_once(
    reference: str,
    payload: BaseModel | None,
    *,
    step: str,
    role: str,
    folder: RunFolder,
    state: RunState,
    progress: ProgressHook,
    decision: dict[str, Any] | None = None,
) -> Result:
    """Call the tool `module:function`, or give back what it returned for the same inputs before."""
    choice = decision["choice"] if decision else None
    workdir = folder.path / "work" / step / f"{role}-{input_hash(reference, payload, choice, folder, state)}"
    done = workdir / ".result.json"
    if done.is_file():
        return _from_json(json.loads(done.read_text(encoding="utf-8")))
    workdir.mkdir(parents=True, exist_ok=True)
    _log(folder, "started", step, role, workdir.name)
    context = ToolContext(
        project=folder.project(),
        project_dir=folder.project_dir(),
        run_dir=folder.path,
        workdir=workdir,
        facts=state.get("facts", {}),
        measurements={id: Measurement(**value) for id, value in state.get("measurements", {}).items()},
        decisions=tuple(state.get("decisions", [])),
        decision=decision,
        progress=progress,
    )
    result = _tool(reference)(payload, context)
    write_json(done, asdict(result))
    _log(folder, "finished", step, role, workdir.name)
    # What the next node sees must not depend on whether this call was the first: pass through the same JSON.
    return _from_json(json.loads(done.read_text(encoding="utf-8")))


def _tool(reference: str) -> Callable[[Any, ToolContext], Result]:
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)


def _log(folder: RunFolder, what: str, step: str, role: str, key: str) -> None:
    with (folder.path / "actions.jsonl").open("a", encoding="utf-8") as handle:
        handle.write(json.dumps({"what": what, "step": step, "role": role, "key": key}) + "\n")


def _from_json(value: dict[str, Any]) -> Result:
    return Result(**{**value, "measurements": [Measurement(**item) for item in value["measurements"]]})
