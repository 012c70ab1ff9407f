"""Gates: what is asked of a person, the answer's shape, and how an edit changes a decision.

Only a person answers: at the terminal, with `tuneguild approve`, or with `--yes` given beforehand by the one who started the
run. No brain sees or produces an Approval.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..agents.decision import Evidence
from ..errors import InputError, Problem


class Approval(BaseModel):
    """A person's answer at a gate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approved: bool
    by: Literal["person", "--yes"]
    edits: dict[str, Any] = Field(default_factory=dict)
    """Payload fields to change, or `choice`."""
    words: str = ""
    """What the person said, kept in the log."""


def question(decision: dict[str, Any], gate: str, title: str) -> dict[str, Any]:
    """The interrupt's value: everything that a person needs to answer."""
    return {"kind": "approve", "gate": gate, "title": title, "decision": decision}


def apply_edits(
    decision: dict[str, Any], edits: dict[str, Any], payload_model: type[BaseModel] | None, options: dict[str, str]
) -> dict[str, Any]:
    """The decision with a person's edits.

    Raises:
        InputError: naming each edit that the payload model or the options do not allow.
    """
    if not edits:
        return decision
    problems = []
    choice = edits.get("choice", decision["choice"])
    if options and choice not in options:
        problems.append(Problem("choice", "unknown choice", found=str(choice), expected=f"one of {', '.join(options)}"))
    changed = {key: value for key, value in edits.items() if key != "choice"}
    # A field that repeats the choice (`architecture`, `verdict`) follows it, or the tool would execute the old one.
    repeats = [key for key, value in decision["payload"].items() if value == decision["choice"]]
    payload = {**decision["payload"], **dict.fromkeys(repeats, choice), **changed}
    if payload_model is None and changed:
        problems.append(Problem(", ".join(changed), "this decision has no parameters"))
    elif payload_model is not None:
        try:
            payload = payload_model.model_validate(payload).model_dump(mode="json")
        except ValidationError as failure:
            problems += [
                Problem(".".join(map(str, item["loc"])), item["msg"], found=repr(item["input"])[:60])
                for item in failure.errors()
            ]
    if problems:
        raise InputError("the edit cannot be applied", problems)
    kept = [item for item in decision["evidence"] if item["supports"] not in edits]
    said = [
        Evidence(kind="user", id="gate", supports=key, value=value, note="set by a person at the gate").model_dump(
            mode="json"
        )
        for key, value in edits.items()
    ]
    return {**decision, "choice": choice, "payload": payload, "evidence": kept + said, "decided_by": "person"}
