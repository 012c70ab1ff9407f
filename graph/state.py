"""The state that travels through the graph. Plain JSON values only, so that a checkpoint loads without our classes.

Artifacts stay out: paths and content hashes go in. Steps run one after the other, so every key is simply overwritten.
"""

from __future__ import annotations

from typing import Any, TypedDict


class RunState(TypedDict, total=False):
    """Keys of the state.

    The first ten live for the whole run, the others belong to the step in hand.
    """

    facts: dict[str, Any]
    measurements: dict[str, dict[str, Any]]
    decisions: list[dict[str, Any]]
    skipped: dict[str, str]
    feedback: dict[str, list[str]]
    handoff: dict[str, str]
    entries: dict[str, dict[str, Any]]
    """Step -> facts when it began, to which a revision goes back."""
    superseded: list[dict[str, Any]]
    """Decisions that a revision took back; a step that decides again sees its earlier tries."""
    revisions: int
    rollbacks: int

    step: str
    skip: str
    decision_id: str
    grounding: list[dict[str, Any]]
    decision: dict[str, Any]
    summary: str


def fresh() -> RunState:
    """The state before the first step."""
    return RunState(
        facts={},
        measurements={},
        decisions=[],
        skipped={},
        feedback={},
        handoff={},
        entries={},
        superseded=[],
        revisions=0,
        rollbacks=0,
    )
