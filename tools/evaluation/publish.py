"""The evaluator's action: verdict.json and the report. What the figures forbid is not written, whoever asks for it."""

from __future__ import annotations

import json
from typing import Any

from ...errors import InputError, Problem
from ..contract import Result, ToolContext
from .plan import VerdictPlan
from .report import write_report
from .verdict import Judgement, allowed, judge_facts

NUMBERS = (
    "metric",
    "baseline",
    "tuned",
    "difference",
    "ci_low",
    "ci_high",
    "p_value",
    "n",
    "fixed",
    "broken",
    "general_loss_before",
    "general_loss_after",
)


def execute(plan: VerdictPlan, context: ToolContext) -> Result:
    """Write the verdict, bounded by what the figures say.

    Raises:
        InputError: the chosen verdict is softer than the figures allow.
    """
    judgement = judge_facts(context.facts)
    check_bounds(plan, judgement)
    evaluation = context.facts["evaluation"]
    reasons = [*judgement.reasons, *(reason for reason in plan.reasons if reason not in judgement.reasons)]
    if plan.verdict != judgement.verdict:
        reasons.append(f"the figures alone would say {judgement.verdict}; the evaluator is stricter")
    verdict: dict[str, Any] = {
        "verdict": plan.verdict,
        **{name: evaluation.get(name) for name in NUMBERS},
        "reasons": reasons,
        "decisions": [decision["id"] for decision in (*context.decisions, context.decision) if decision],
    }
    path = context.run_dir / "verdict.json"
    part = path.with_name("verdict.json.part")
    part.write_text(json.dumps(verdict, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)
    facts = {"verdict": plan.verdict, "evaluation": {**evaluation, "reasons": reasons}}
    markdown, page = write_report(
        context.run_dir,
        project=context.project,
        facts={**context.facts, **facts},
        measurements=context.measurements,
        decisions=context.decisions,
    )
    artifacts = {"verdict": "verdict.json", "report": context.relative(page), "report.md": context.relative(markdown)}
    return Result(facts=facts, artifacts=artifacts, summary=f"{plan.verdict}: {reasons[0]}")


def check_bounds(plan: VerdictPlan, judgement: Judgement) -> None:
    """Refuse a verdict that is softer than the figures.

    Raises:
        InputError: with the reasons of the figures' own verdict.
    """
    if plan.verdict in allowed(judgement.verdict):
        return
    problems = [Problem("verdict", reason) for reason in judgement.reasons]
    raise InputError(
        f"the verdict {plan.verdict!r} is refused: the frozen test says {judgement.verdict!r}",
        problems,
        next_action=f"choose {' or '.join(sorted(allowed(judgement.verdict)))}; the figures cannot be talked round",
    )
