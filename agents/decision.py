"""The decision envelope: what a brain returns, what is recorded, and whether its evidence resolves.

The payload model belongs to the tool that executes it (`tools/*/plan.py`); this module wraps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(_Frozen):
    """Why a choice or one parameter is what it is.

    Attributes:
        kind: a knowledge record, a measurement of this run, the user's own words (project.yaml or a gate), or nothing.
        id: knowledge id, measurement id, or the key in project.yaml.
        supports: the payload field that it supports, or "choice".
        value: the measured value, for measurements and user's words.
        note: what it says here, one sentence.
    """

    kind: Literal["knowledge", "measurement", "user", "unsupported"]
    id: str = ""
    supports: str = "choice"
    value: Any = None
    note: str = ""


class Alternative(_Frozen):
    """A choice that was not taken, and why not."""

    choice: str
    why_not: str


class Proposal(_Frozen):
    """What a brain returns: a choice with its typed payload and its reasons."""

    choice: str
    payload: dict[str, Any] = Field(default_factory=dict)
    rationale: str = Field(min_length=1)
    evidence: list[Evidence] = Field(default_factory=list)
    alternatives: list[Alternative] = Field(default_factory=list)
    confidence: float = Field(ge=0, le=1)


class Decision(Proposal):
    """A recorded decision.

    Attributes:
        id: counted per area and run ("TRAIN-003").
        step: id of the step.
        persona: id of the persona.
        decided_by: "policy", "chat:<model>", or "person".
        approved_by: "person", "--yes", or "" where no gate asked.
        warnings: what went wrong on the way (a brain fell back, evidence that did not resolve).
        revision: how often the step had been decided before in this run.
    """

    id: str
    step: str
    persona: str
    decided_by: str
    approved_by: str = ""
    warnings: list[str] = Field(default_factory=list)
    revision: int = 0


class Knowledge(_Frozen):
    """One grounding record, as the knowledge server returned it."""

    id: str
    kind: str
    title: str
    text: str = ""
    numbers: dict[str, Any] = Field(default_factory=dict)
    score: float | None = None
    sources: list[str] = Field(default_factory=list)
    query: str = ""


class Briefing(_Frozen):
    """All that a brain sees for a step."""

    step: str
    title: str
    area: str
    persona: dict[str, Any]
    instructions: str
    project: dict[str, Any]
    options: dict[str, str] = Field(default_factory=dict)
    payload_schema: dict[str, Any] = Field(default_factory=dict)
    grounding: list[Knowledge] = Field(default_factory=list)
    measurements: dict[str, dict[str, Any]] = Field(default_factory=dict)
    facts: dict[str, Any] = Field(default_factory=dict)
    decisions: list[dict[str, Any]] = Field(default_factory=list)
    feedback: list[str] = Field(default_factory=list)
    handoff: dict[str, str] = Field(default_factory=dict)

    def measured(self, id: str, default: Any = None) -> Any:
        """The value of a measurement, or `default` where it was not taken."""
        found = self.measurements.get(id)
        return default if found is None else found["value"]

    def number(self, record: str, name: str, default: Any) -> Any:
        """A typed number of a knowledge record (`numbers: {name: {value, unit}}`), or `default` without the record."""
        for known in self.grounding:
            if known.id == record and name in known.numbers:
                return known.numbers[name]["value"]
        return default

    def from_measurement(self, id: str, supports: str = "choice", note: str = "") -> Evidence:
        """Evidence from a measurement; marked unsupported where it was not taken."""
        if id not in self.measurements:
            return Evidence(kind="unsupported", supports=supports, note=f"{id} was not measured")
        return Evidence(kind="measurement", id=id, supports=supports, value=self.measurements[id]["value"], note=note)

    def from_knowledge(self, id: str, supports: str = "choice", note: str = "") -> Evidence:
        """Evidence from a grounding record; marked unsupported where the record did not come."""
        if not any(known.id == id for known in self.grounding):
            return Evidence(kind="unsupported", supports=supports, note=f"knowledge record {id} was not found")
        return Evidence(kind="knowledge", id=id, supports=supports, note=note)

    def from_user(self, key: str, value: Any, supports: str = "choice", note: str = "") -> Evidence:
        """Evidence from the user's own project.yaml."""
        return Evidence(kind="user", id=key, supports=supports, value=value, note=note)


def unresolved(
    evidence: list[Evidence], knowledge_ids: set[str], measurements: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """What in `evidence` does not resolve: an unknown record, a measurement never taken, or another value than measured."""
    faults = []
    for item in evidence:
        if item.kind == "knowledge" and item.id not in knowledge_ids:
            faults.append(f"{item.supports}: cites knowledge record {item.id!r}, which was not among the grounding")
        elif item.kind == "measurement" and item.id not in measurements:
            faults.append(f"{item.supports}: cites measurement {item.id!r}, which was not taken in this run")
        elif item.kind == "measurement" and item.value is not None and item.value != measurements[item.id]["value"]:
            faults.append(
                f"{item.supports}: says {item.id} = {item.value!r}; measured {measurements[item.id]['value']!r}"
            )
    return faults
