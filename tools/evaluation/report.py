"""The report: what a person reads at the end, as one self-contained page and as Markdown, both from the same view.

Owns: gathering the view from the run's files and facts. The drawing is in `charts.py`, the words around it in `templates/`. It is
written by the evaluator, and again at the end of the run with every decision in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...settings import Project
from ..contract import Measurement
from .charts import Bar, Line, count_bars, difference_strip, line_chart, share_bars
from .scoring import FAILURES
from .statistics import wilson_interval
from .verdict import p_text, percent, points

HEADLINES = {
    "ship": "Ship it",
    "no-ship": "Do not ship",
    "insufficient-data": "Not enough data to tell",
    "not-needed": "Training is not needed",
}
SCORE_NAMES = {
    "task_accuracy": "records right",
    "call_accuracy": "calls right",
    "tool_accuracy": "right tool",
    "no_call_accuracy": "answered in words",
    "format_validity": "well-formed output",
    "exact_match": "exactly as expected",
    "lenient_task_accuracy": "right if format forgiven",
}
Measured = Mapping[str, Measurement]


def write_report(
    run_dir: Path,
    *,
    project: Project,
    facts: Mapping[str, Any],
    measurements: Measured,
    decisions: Sequence[Mapping[str, Any]],
) -> tuple[Path, Path]:
    """Write report.md and report.html into the run folder.

    Args:
        run_dir: the run's folder; verdict.json, metrics.jsonl and the kept examples are read from it where they exist.
        project: the user's project.
        facts: the run's facts.
        measurements: the run's measurements by id.
        decisions: the run's decisions, oldest first, as plain dicts.

    Returns:
        (path of report.md, path of report.html).
    """
    view = report_view(run_dir, project=project, facts=facts, measurements=measurements, decisions=decisions)
    written = []
    for name, template in (("report.md", "report.md.jinja"), ("report.html", "report.html.jinja")):
        path = run_dir / name
        part = path.with_name(name + ".part")
        part.write_text(_environment().get_template(template).render(**view), encoding="utf-8")
        part.replace(path)
        written.append(path)
    return written[0], written[1]


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    package = __package__ or "tuneguild.tools.evaluation"
    environment = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=lambda name: name is not None and name.endswith(".html.jinja"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "points": points,
        "p_text": p_text,
        "cell": _cell,
        "quote": _quote,
        "capitalize_first": lambda text: text[:1].upper() + text[1:],
    }
    return environment


def _cell(text: Any) -> str:
    """Text for a cell of a Markdown table: one line, and nothing in it is read as markup."""
    plain = " ".join(str(text).split())
    for mark in "\\|<>`*_[]":
        plain = plain.replace(mark, f"\\{mark}")
    return plain


def _quote(text: Any) -> str:
    """Text as an indented block, which Markdown shows as it is."""
    return "\n".join(f"    {line}" for line in str(text).split("\n"))


def report_view(
    run_dir: Path,
    *,
    project: Project,
    facts: Mapping[str, Any],
    measurements: Measured,
    decisions: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """All that the templates show."""
    evaluation, goal = facts.get("evaluation") or {}, facts.get("goal") or {}
    verdict, reasons = _verdict(run_dir, facts, evaluation)
    return {
        "project": {"name": project.name, "goal": project.goal, "model": project.model},
        "run": run_dir.name,
        "verdict": verdict,
        "headline": HEADLINES.get(verdict, "No verdict yet"),
        "reasons": reasons,
        "goal": goal,
        "metric_name": SCORE_NAMES.get(str(evaluation.get("metric")), str(evaluation.get("metric"))),
        "evaluation": {name: evaluation.get(name) for name in _NUMBERS},
        "scores": _scores(evaluation),
        "prompts": _prompts(measurements),
        "facts": _summary(facts, measurements),
        "examples": _examples(run_dir, evaluation),
        "decisions": [_decision(decision) for decision in decisions],
        "findings": (facts.get("review") or {}).get("findings") or [],
        "review": facts.get("review") or {},
        "invalid_lines": _value(measurements, "data.invalid_lines") or 0,
        "charts": _charts(run_dir, facts, evaluation, goal),
    }


_NUMBERS = (
    "metric",
    "n",
    "baseline",
    "tuned",
    "difference",
    "ci_low",
    "ci_high",
    "p_value",
    "fixed",
    "broken",
    "general_loss_before",
    "general_loss_after",
)


def _verdict(run_dir: Path, facts: Mapping[str, Any], evaluation: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The verdict and its reasons: as verdict.json has them, which the last word of the review may have made stricter."""
    path = run_dir / "verdict.json"
    if path.is_file():
        written = json.loads(path.read_text(encoding="utf-8"))
        return written["verdict"], written["reasons"]
    return str(facts.get("verdict") or ""), list(evaluation.get("reasons") or [])


def _value(measurements: Measured, id: str) -> Any:
    found = measurements.get(id)
    return None if found is None else found.value


def _scores(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every share before and after."""
    before, after = evaluation.get("baseline_scores") or {}, evaluation.get("tuned_scores") or {}
    rows = [{"name": text, "before": before.get(key), "after": after.get(key)} for key, text in SCORE_NAMES.items()]
    return [row for row in rows if row["before"] is not None or row["after"] is not None]


def _prompts(measurements: Measured) -> list[dict[str, Any]]:
    """Scores of the candidate prompts on the dev split, best first, for the base model and for the tuned one."""
    rows = [
        {"model": model, "prompt": id.removeprefix(prefix), "share": found.value}
        for model, prefix in (("base model", "baseline.dev."), ("served model", "prompting.dev."))
        for id, found in sorted(measurements.items(), key=lambda item: _number(item[1].value), reverse=True)
        if id.startswith(prefix)
    ]
    return rows


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _summary(facts: Mapping[str, Any], measurements: Measured) -> list[tuple[str, str]]:
    """The run in a few lines."""
    dataset, training = facts.get("dataset") or {}, facts.get("training") or {}
    rows: list[tuple[str, Any]] = [("architecture", facts.get("architecture"))]
    if dataset:
        dropped = sum((dataset.get("dropped") or {}).values())
        split = f"{dataset['train']['n']} to learn from, {dataset['validation']['n']} for validation, {dropped} dropped"
        rows += [("dataset", f"version {dataset['version']}: {split}")]
    if training:
        rows += [
            (
                "training",
                f"{training.get('method')} on {training.get('base_model')}, {training.get('seconds', 0):.0f} s",
            ),
            ("best step", training.get("best_step")),
            ("trained parameters", training.get("trainable_parameters")),
        ]
    rows += [
        ("baseline prompt", (facts.get("baseline") or {}).get("prompt", {}).get("id")),
        ("serving prompt", (facts.get("serving_prompt") or {}).get("id")),
        ("held-out records for the minimum effect", _value(measurements, "evaluation.needed_records")),
    ]
    return [(name, f"{value:,}" if isinstance(value, int) else str(value)) for name, value in rows if value is not None]


def _examples(run_dir: Path, evaluation: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    named = evaluation.get("changed")
    path = run_dir / named if named else None
    if path is None or not path.is_file():
        return {"fixed": [], "broken": []}
    return json.loads(path.read_text(encoding="utf-8"))


def _decision(decision: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("id", "step", "persona", "choice", "rationale", "decided_by", "approved_by", "confidence")
    return {
        **{key: decision.get(key, "") for key in keys},
        "payload": [
            (key, json.dumps(value, ensure_ascii=False)) for key, value in (decision.get("payload") or {}).items()
        ],
        "evidence": [_evidence(item) for item in decision.get("evidence") or []],
        "alternatives": [(item["choice"], item["why_not"]) for item in decision.get("alternatives") or []],
        "warnings": list(decision.get("warnings") or []),
    }


def _evidence(item: Mapping[str, Any]) -> dict[str, str]:
    value = item.get("value")
    shown = "" if value is None else json.dumps(value, ensure_ascii=False)
    return {
        "supports": str(item.get("supports", "")),
        "kind": str(item.get("kind", "")),
        "id": str(item.get("id", "")),
        "value": shown if len(shown) <= 120 else shown[:117] + "…",
        "note": str(item.get("note", "")),
    }


def _charts(
    run_dir: Path, facts: Mapping[str, Any], evaluation: Mapping[str, Any], goal: Mapping[str, Any]
) -> dict[str, Any]:
    """The drawings; "" where there is nothing to draw."""
    return {
        "headline": _headline_chart(evaluation),
        "difference": _difference_chart(evaluation, goal),
        "scores": _score_chart(evaluation),
        "failures": _failure_chart(evaluation),
        "loss": _loss_chart(run_dir, facts),
    }


def _headline_chart(evaluation: Mapping[str, Any]) -> Any:
    n = evaluation.get("n") or 0
    named = (("best prompt", "baseline", "before"), ("tuned model", "tuned", "after"))
    bars = [
        (name, [Bar(name, evaluation[key], *wilson_interval(evaluation[key], n), kind=kind)])
        for name, key, kind in named
        if evaluation.get(key) is not None and n
    ]
    return share_bars(bars, "score on the frozen test, before and after") if bars else ""


def _difference_chart(evaluation: Mapping[str, Any], goal: Mapping[str, Any]) -> Any:
    numbers = [evaluation.get(name) for name in ("difference", "ci_low", "ci_high")]
    if any(number is None for number in numbers) or "minimum_effect" not in goal:
        return ""
    difference, low, high = (float(number) for number in numbers if number is not None)
    return difference_strip(difference, low, high, goal["minimum_effect"])


def _score_chart(evaluation: Mapping[str, Any]) -> Any:
    trained = bool(evaluation.get("tuned_scores"))
    groups = [
        (
            row["name"],
            [
                Bar("before", row["before"], kind="before"),
                *([Bar("after", row["after"], kind="after")] if trained else []),
            ],
        )
        for row in _scores(evaluation)
    ]
    return share_bars(groups, "all scores, before and after") if groups else ""


def _failure_chart(evaluation: Mapping[str, Any]) -> Any:
    before = (evaluation.get("baseline_scores") or {}).get("failures") or {}
    after = (evaluation.get("tuned_scores") or {}).get("failures")
    rows = [
        (label, before.get(label, 0), after.get(label, 0) if after is not None else None)
        for label in FAILURES
        if before.get(label) or (after or {}).get(label)
    ]
    return count_bars(rows, "failures by kind, before and after") if rows else ""


def _loss_chart(run_dir: Path, facts: Mapping[str, Any]) -> Any:
    training = facts.get("training") or {}
    path = run_dir / (training.get("metrics") or "metrics.jsonl")
    if not training or not path.is_file():
        return ""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    named = (("training", "loss", "before", False), ("validation", "validation_loss", "after", True))
    lines = [
        Line(name, [(row["step"], row[key]) for row in rows if row.get(key) is not None], kind, marks)
        for name, key, kind, marks in named
    ]
    best = training.get("best_step")
    return line_chart([line for line in lines if line.points], "step", "nats/token", mark=best, mark_name="best")
