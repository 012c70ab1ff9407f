"""The tech lead's action: the review is written, and the report made anew with every decision in it."""

from __future__ import annotations

import json

from ..contract import Result, ToolContext
from ..evaluation.report import write_report
from .plan import ReviewPlan


def execute(plan: ReviewPlan, context: ToolContext) -> Result:
    """Record GO or REVISE and rewrite report.md and report.html."""
    findings = context.measurements["review.findings"].value
    review = {**plan.model_dump(), "findings": findings}
    blockers = [finding["text"] for finding in findings if finding["severity"] == "BLOCKER"]
    verdict = _withhold(context, blockers) if plan.verdict == "GO" and blockers else context.facts["verdict"]
    markdown, page = write_report(
        context.run_dir,
        project=context.project,
        facts={**context.facts, "review": review, "verdict": verdict},
        measurements=context.measurements,
        decisions=context.decisions,
    )
    summary = "GO" if plan.verdict == "GO" else f"REVISE {plan.step}: {plan.feedback}"
    return Result(
        facts={"review": review, "verdict": verdict},
        artifacts={"report": context.relative(page), "report.md": context.relative(markdown)},
        summary=summary,
    )


def _withhold(context: ToolContext, blockers: list[str]) -> str:
    """Nothing ships over a blocker: turn a `ship` in verdict.json into `no-ship`, with the blockers as reasons."""
    path = context.run_dir / "verdict.json"
    if context.facts["verdict"] != "ship" or not path.is_file():
        return context.facts["verdict"]
    verdict = json.loads(path.read_text(encoding="utf-8"))
    reasons = [reason for reason in verdict["reasons"] if reason not in blockers]
    path.write_text(
        json.dumps({**verdict, "verdict": "no-ship", "reasons": blockers + reasons}, indent=2) + "\n", encoding="utf-8"
    )
    return "no-ship"
