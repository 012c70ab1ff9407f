"""How a run stands, read from its folder without holding its lock."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Literal

from filelock import FileLock, Timeout

from .folder import RunFolder


@dataclass(frozen=True)
class Status:
    """How a run stands.

    Attributes:
        state: working (a process holds its lock), waiting (at a gate), interrupted, or finished.
        next: node that runs next, or "".
        values: the graph's state.
        waiting_for: the question at the gate, or None.
    """

    state: Literal["working", "waiting", "interrupted", "finished"]
    next: str
    values: dict[str, Any]
    waiting_for: dict[str, Any] | None


def read_status(folder: RunFolder) -> Status:
    """Read the latest checkpoint. Only a reader: no persona, step or model is loaded."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    if not folder.checkpoints.is_file():
        return Status("working" if _held(folder) else "interrupted", "survey", {}, None)
    with closing(
        sqlite3.connect(f"file:{folder.checkpoints}?mode=ro", uri=True, check_same_thread=False)
    ) as connection:
        saver = SqliteSaver(connection)
        saver.is_setup = True  # a reader must not create tables
        latest = saver.get_tuple({"configurable": {"thread_id": folder.id}})
    if latest is None:
        return Status("working" if _held(folder) else "interrupted", "survey", {}, None)
    values = latest.checkpoint["channel_values"]
    question = next(
        (write[0].value for _, channel, write in latest.pending_writes or [] if channel == "__interrupt__"), None
    )
    upcoming = next((name.removeprefix("branch:to:") for name in values if name.startswith("branch:to:")), "")
    if _held(folder):
        return Status("working", upcoming, values, None)
    if question is not None:
        return Status("waiting", upcoming, values, question)
    return Status("interrupted" if upcoming else "finished", upcoming, values, None)


def _held(folder: RunFolder) -> bool:
    lock = FileLock(folder.path / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False
