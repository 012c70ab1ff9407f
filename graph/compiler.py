"""Compiles a workflow to a LangGraph state machine: five nodes a step, a skip edge, and the review's way back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from langgraph.graph import END, START, StateGraph

from ..steps.workflow import Workflow
from . import ledger
from .nodes import NODES, Services, StepNodes
from .state import RunState


def node_name(step_id: str, node: str) -> str:
    """Name of a step's node in the graph."""
    return f"{step_id}.{node}"


def build(workflow: Workflow, services: Services | None) -> StateGraph[Any]:
    """The graph of a workflow, not yet compiled.

    Args:
        workflow: checked steps.
        services: what the nodes work with; None draws the graph only.
    """
    graph: StateGraph[Any] = StateGraph(RunState)
    for step in workflow.steps:
        nodes = StepNodes(step, services) if services else None
        for name in NODES:
            run: Callable[..., Any] = getattr(nodes, name) if nodes else _drawn
            graph.add_node(node_name(step.id, name), run)
        graph.add_conditional_edges(
            node_name(step.id, "ground"),
            _skipped,
            {"decide": node_name(step.id, "decide"), "skip": node_name(step.id, "record")},
        )
        for before, after in pairwise(NODES[1:]):
            graph.add_edge(node_name(step.id, before), node_name(step.id, after))
    entries = [node_name(step.id, "ground") for step in workflow.steps]
    graph.add_edge(START, entries[0])
    for step, following in zip(workflow.steps, [*entries[1:], END], strict=True):
        if workflow.review and step.id == workflow.review.step:
            _add_review(graph, workflow, services, following)
        else:
            graph.add_edge(node_name(step.id, "record"), following)
    return graph


def _add_review(graph: StateGraph[Any], workflow: Workflow, services: Services | None, following: str) -> None:
    """Review node and the edges by which the tech lead sends work back."""
    assert workflow.review is not None
    targets = {id: node_name(id, "ground") for id in workflow.review.may_send_back_to}

    def revise(state: RunState) -> dict[str, Any]:
        return _revise(workflow, services, state) if services else {}

    def route(state: RunState) -> str:
        return state.get("step", "") if state.get("step") in targets else "go"

    graph.add_node("revise", revise)
    graph.add_edge(node_name(workflow.review.step, "record"), "revise")
    graph.add_conditional_edges("revise", route, {**targets, "go": following})


def _revise(workflow: Workflow, services: Services, state: RunState) -> dict[str, Any]:
    """Go back to what was known when the named step began; or go on, after GO or when no revision is left."""
    assert workflow.review is not None
    review = state.get("facts", {}).get("review") or {}
    target = review.get("step")
    left = services.project.max_revisions - state.get("revisions", 0)
    reachable = [id for id in workflow.review.may_send_back_to if id in state.get("entries", {})]
    if review.get("verdict") != "REVISE" or target not in reachable or left <= 0:
        return {"step": ""}
    redone = workflow.from_step(target)
    ids = {step.id for step in redone}
    stale = [decision["id"] for decision in state.get("decisions", []) if decision["step"] in ids]
    words = review.get("feedback", "")
    ledger.mark_stale(services.folder, stale, f"Sent back to {target}: {words}")
    ledger.render_log(services.folder)
    services.events.tell("revised", step=target, feedback=words, stale=stale)
    feedback = state.get("feedback", {})
    return {
        "step": target,
        # What was measured stays: the step that tries again must see how its last try went.
        "facts": state.get("entries", {})[target],
        "decisions": [decision for decision in state.get("decisions", []) if decision["step"] not in ids],
        "superseded": [
            *state.get("superseded", []),
            *(decision for decision in state.get("decisions", []) if decision["step"] in ids),
        ],
        "feedback": {**feedback, target: [*feedback.get(target, []), words]},
        "revisions": state.get("revisions", 0) + 1,
    }


def mermaid(workflow: Workflow) -> str:
    """The workflow's graph as mermaid text."""
    return build(workflow, None).compile().get_graph().draw_mermaid()


def _skipped(state: RunState) -> str:
    return "skip" if state.get("skip") else "decide"


def _drawn(state: RunState) -> dict[str, Any]:
    raise AssertionError("a graph made for drawing is not run")
