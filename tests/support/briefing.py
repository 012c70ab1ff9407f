"""Briefings for tests of policies: the real step file and its real grounding, with measurements of the test's own."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import tuneguild
from tuneguild.agents.decision import Briefing, Knowledge, Proposal, unresolved
from tuneguild.knowledge_mcp.client import ground_sync
from tuneguild.settings import Project
from tuneguild.steps.loader import Step, load_step


@functools.cache
def step_of(relative: str) -> Step:
    """A packaged step, by its path below `steps/`."""
    return load_step(Path(tuneguild.__file__).parent / "steps" / relative)


@functools.cache
def grounding_of(relative: str) -> tuple[Knowledge, ...]:
    """What the knowledge server answers to the step's queries, their templates left empty."""
    queries = [
        {"tool": entry.tool, entry.wanted(): str(getattr(entry, entry.wanted())).format_map(_Empty())}
        for entry in step_of(relative).grounding
    ]
    fields = Knowledge.model_fields
    records = ground_sync(queries).records
    return tuple(Knowledge.model_validate({k: v for k, v in record.items() if k in fields}) for record in records)


class _Empty(dict):
    def __missing__(self, key: str) -> str:
        return ""


def briefing(relative: str, measured: dict[str, Any], **project: Any) -> Briefing:
    """A briefing for a step with the given measurements (id -> value) and changes to the project."""
    step = step_of(relative)
    values = {"name": "desk", "goal": "call the right tool", **project}
    return Briefing(
        step=step.id,
        title=step.title,
        area=step.area,
        persona={},
        instructions=step.instructions,
        project=Project.model_validate(values).model_dump(mode="json"),
        options=step.options,
        grounding=list(grounding_of(relative)),
        measurements={id: {"id": id, "value": value, "unit": "", "note": ""} for id, value in measured.items()},
    )


def check(proposal: Proposal, given: Briefing, relative: str) -> Any:
    """The validated payload of a proposal whose choice is an option, whose evidence resolves and leaves no field out."""
    step = step_of(relative)
    known = {record.id for record in given.grounding}
    assert proposal.choice in step.options
    assert unresolved(proposal.evidence, known, given.measurements) == []
    supported = {item.supports for item in proposal.evidence if item.kind != "unsupported"}
    assert set(proposal.payload) <= supported, set(proposal.payload) - supported
    assert {item.choice for item in proposal.alternatives} == set(step.options) - {proposal.choice}
    return step.load("decision").model_validate(proposal.payload)
