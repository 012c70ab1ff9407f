"""Puts together what a brain sees for a step, and fills the templates of the step's knowledge queries."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ..agents.decision import Briefing, Knowledge
from ..settings import Project
from ..steps.loader import Step
from .state import RunState


def template_values(project: Project, state: RunState) -> dict[str, str]:
    """Values for the names that a grounding entry may use in braces (`steps.loader.TEMPLATE_NAMES`); unknown ones are empty."""
    facts, measurements = state.get("facts", {}), state.get("measurements", {})
    goal = facts.get("goal") or {}
    parameters = (measurements.get("training.model_parameters") or {}).get("value")
    return {
        "goal": project.goal,
        "goal_kind": str(goal.get("kind", "")),
        "metric": str(goal.get("metric", project.evaluation.metric)),
        "architecture": str(facts.get("architecture") or ""),
        "base_model": project.model,
        "base_model_size": human_size(parameters) if parameters else "",
        "method": str((facts.get("training") or {}).get("method", "")),
        "records": str((measurements.get("data.records") or {}).get("value", "")),
    }


def human_size(parameters: int) -> str:
    """A parameter count as the field writes it: 3M, 7B."""
    for unit, size in (("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if parameters >= size:
            return f"{parameters / size:.3g}{unit}"
    return str(parameters)


def queries(step: Step, project: Project, state: RunState) -> list[dict[str, str]]:
    """The step's knowledge queries with their templates filled."""
    values = template_values(project, state)
    return [
        {"tool": entry.tool, entry.wanted(): " ".join(str(getattr(entry, entry.wanted())).format_map(values).split())}
        for entry in step.grounding
    ]


def make_briefing(
    step: Step, persona: BaseModel, project: Project, state: RunState, payload_model: type[BaseModel] | None
) -> Briefing:
    """The briefing for a step, from the state after its ground node."""
    return Briefing(
        step=step.id,
        title=step.title,
        area=step.area,
        persona=persona.model_dump(mode="json", exclude={"path", "body"}),
        instructions=step.instructions,
        project=project.model_dump(mode="json"),
        options=step.options,
        payload_schema=payload_model.model_json_schema() if payload_model else {},
        grounding=[Knowledge.model_validate(_known_fields(record)) for record in state.get("grounding", [])],
        measurements=state.get("measurements", {}),
        facts=state.get("facts", {}),
        decisions=[_short(decision) for decision in (*state.get("superseded", []), *state.get("decisions", []))],
        feedback=state.get("feedback", {}).get(step.id, []),
        handoff=state.get("handoff", {}),
    )


def _known_fields(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key in Knowledge.model_fields}


def _short(decision: dict[str, Any]) -> dict[str, Any]:
    """An earlier decision without its evidence, which later personas look up in the log if they need it."""
    return {
        key: decision[key]
        for key in ("id", "step", "persona", "choice", "payload", "rationale", "decided_by", "revision")
    }
