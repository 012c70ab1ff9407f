"""The model card: what the model is, what it was made of, what was measured, and what it must not be trusted with.

Owns: the text of model_card.md. Every figure comes from the facts and measurements of the run; what is not known is said to be
so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..contract import ToolContext
from .parity import Parity
from .plan import OperationsPlan
from .watch import watch_table

FIELDS = ("task_accuracy", "call_accuracy", "no_call_accuracy", "format_validity")


def model_card(plan: OperationsPlan, context: ToolContext, parity: Parity, serve_command: str) -> str:
    """The card as markdown."""
    facts = context.facts
    training, dataset = facts["training"], facts.get("dataset") or {}
    parts = [
        f"# {context.project.name}: model card",
        f"Licence: {plan.licence}. The base model's licence applies to this model as well.",
        _section("What it is for", [_goal(facts, context), "Anything else was neither trained nor measured."]),
        _section("How it was made", _making(training, dataset)),
        _section("Hyperparameters", _table(training.get("plan") or {})),
        _section("Results on the held-out test", _results(facts)),
        _section("Limits", _limits(facts)),
        _section(
            "Export",
            [
                f"Weights: {plan.export}, {'merged, ' + plan.dtype if plan.merge else 'adapter apart from its base'}.",
                f"Parity with the evaluated model: {parity.share:.0%} of {parity.prompts} held-out prompts give the same "
                f"tokens; largest logit difference {parity.max_logit_difference:.2g}.",
                f"Serve it with:\n\n```\n{serve_command}\n```",
            ],
        ),
        _section("After the release", ["These limits were approved with the release.", *watch_table(plan.watch)]),
    ]
    return "\n\n".join(parts) + "\n"


def _section(title: str, paragraphs: list[str]) -> str:
    return "\n\n".join([f"## {title}", *paragraphs])


def _goal(facts: Mapping[str, Any], context: ToolContext) -> str:
    goal = facts.get("goal") or {}
    return str(goal.get("text") or context.project.goal)


def _making(training: Mapping[str, Any], dataset: Mapping[str, Any]) -> list[str]:
    rows = {
        "base model": training["base_model"],
        "method": training["method"],
        "dataset version": dataset.get("version", "not known"),
        "training records": (dataset.get("train") or {}).get("n", "not known"),
        "validation records": (dataset.get("validation") or {}).get("n", "not known"),
        "trained parameters": training["trainable_parameters"],
        "best step": training["best_step"],
        "validation loss": round(training["validation_loss"], 4),
        "seconds of training": training["seconds"],
    }
    return _table(rows)


def _results(facts: Mapping[str, Any]) -> list[str]:
    evaluation = facts.get("evaluation") or {}
    base, tuned = _scores(evaluation, "baseline"), _scores(evaluation, "tuned")
    lines = ["| measure | best prompt | tuned |", "| --- | --- | --- |"]
    lines += [
        f"| {name} | {_number(base.get(name))} | {_number(tuned.get(name))} |" for name in FIELDS if name in tuned
    ]
    rest = {
        name: evaluation[name]
        for name in ("n", "difference", "ci_low", "ci_high", "p_value", "general_loss_before", "general_loss_after")
        if name in evaluation
    }
    verdict = f"Verdict: {facts.get('verdict', 'not known')}."
    return [verdict, *(["\n".join(lines)] if len(lines) > 2 else []), *_table(rest)]


def _scores(evaluation: Mapping[str, Any], side: str) -> Mapping[str, Any]:
    """The scores of one side; a single number is the task accuracy."""
    value = evaluation.get(side)
    return value if isinstance(value, Mapping) else {"task_accuracy": value} if value is not None else {}


def _limits(facts: Mapping[str, Any]) -> list[str]:
    topics = (facts.get("coverage") or {}).get("topics") or {}
    known = f"Trained on the topics {', '.join(map(str, topics))}." if topics else "The topics it saw are not recorded."
    return [
        f"{known} Outside them it answers as the base model does, or worse.",
        "Its tool calls are right as often as the table says, not always: check arguments before acting on them.",
        "It may repeat what stood in its training records. Whoever runs it should watch its inputs and outputs for drift.",
    ]


def _table(rows: Mapping[str, Any]) -> list[str]:
    if not rows:
        return []
    return ["\n".join(["| | |", "| --- | --- |", *(f"| {name} | {_number(value)} |" for name, value in rows.items())])]


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "" if value is None else str(value)
