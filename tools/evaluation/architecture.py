"""The architect's action: writes down what is built, and what there was too little of."""

from __future__ import annotations

from ...errors import InputError, Problem
from ..contract import Result, ToolContext
from .plan import TRAINED, ArchitecturePlan


def execute(plan: ArchitecturePlan, context: ToolContext) -> Result:
    """Establish the facts by which later steps run or are skipped.

    Raises:
        InputError: the architecture needs records or documents that the project does not have.
    """
    pool = ((context.facts.get("held_out") or {}).get("pool") or {}).get("n", 0)
    documents = (context.facts.get("imported") or {}).get("documents") or 0
    problems = []
    if plan.architecture in TRAINED and not pool:
        problems.append(Problem("data.train", f"{plan.architecture} needs records to learn from", found="none"))
    if plan.architecture in ("rag-only", "hybrid") and not documents:
        problems.append(
            Problem("data.documents", f"{plan.architecture} needs documents to retrieve from", found="none")
        )
    if problems:
        raise InputError(
            "the project lacks what the architecture needs", problems, next_action="add them to project.yaml"
        )
    test = (context.facts.get("baseline") or {}).get("n", 0)
    enough = {
        "training_records": {"have": pool, "need": plan.needed_training_records},
        "held_out_records": {"have": test, "need": plan.needed_held_out_records},
    }
    facts = {
        "architecture": plan.architecture,
        "insufficient_data": plan.insufficient_data,
        "enough_data": enough,
    }
    more = "; ".join(shortages(enough))
    return Result(facts=facts, summary=plan.architecture + (f", too little data: {more}" if more else ""))


def shortages(enough: dict[str, dict[str, int]] | None) -> list[str]:
    """What there is too little of, in words, from the fact `enough_data`."""
    names = {"training_records": "records to learn from", "held_out_records": "held-out records to prove a gain with"}
    return [
        f"{part['have']} {names[key]} are there; at least {part['need']} are needed"
        for key, part in (enough or {}).items()
        if part["need"] > part["have"]
    ]
