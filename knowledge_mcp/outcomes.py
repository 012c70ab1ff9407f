"""Turns a finished run into a record of the project's layer: what was decided, what was asked for, what was measured.

A run that ended with a model or a prompt worth serving becomes a pattern, any other a warning. Its figures are those of one run
on one project's data: `basis: ours`, confidence low, and the run itself is the source. How records are checked and written is
in `layers.py`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from ..errors import InputError, Problem
from ..tools.data.text import shorten
from .layers import add_record, known_ids, project_folder
from .schema import METHODS, TASKS

GOOD = ("ship", "not-needed")
"""Verdicts that make a pattern."""
MOST_RELATED = 8
"""Ids of records that a run's decisions cited, the most cited first."""
METHOD_OF = {"prompt-only": "prompting", "rag-only": "rag", "distill": "distillation"}
"""Architecture -> method, where no training plan names one."""
ASKED = ("minimum_effect", "alpha", "max_general_loss_increase", "target")
"""Keys of the goal: what the run said beforehand that success would be."""
UNITS = {
    "baseline": "share",
    "tuned": "share",
    "difference": "share",
    "p_value": "probability",
    "n": "test records",
    "general_loss_before": "nats/token",
    "general_loss_after": "nats/token",
}
"""Figures of verdict.json that become numbers of the record."""


def record_outcome(run_dir: Path, project_dir: Path) -> Path:
    """Write the outcome of a finished run into the project's `knowledge/`; doing it again replaces the record.

    Args:
        run_dir: the run's folder with run.json, decisions.jsonl, verdict.json and, where there is one, facts.json.
        project_dir: the project's folder.

    Returns:
        the record's file.

    Raises:
        InputError: the run has no verdict, or a file of it cannot be read.
    """
    layer = project_folder(project_dir)
    return add_record(outcome_text(run_dir, known_ids(layer)), layer, replace=True)


def outcome_text(run_dir: Path, known: set[str]) -> str:
    """The record of a finished run as the text of its file.

    Args:
        run_dir: the run's folder.
        known: ids of records that may be named as related.

    Raises:
        InputError: the run has no verdict, or a file of it cannot be read.
    """
    verdict, manifest = _read(run_dir / "verdict.json"), _read(run_dir / "run.json")
    facts = _read(run_dir / "facts.json") if (run_dir / "facts.json").is_file() else {}
    decisions = _decisions(run_dir / "decisions.jsonl")
    try:
        header = _header(run_dir.resolve().name, verdict, manifest, facts, decisions, known)
        sections = _sections(header["kind"], verdict, manifest["project"], facts, decisions)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        told = f"{type(error).__name__}: {error}"
        raise InputError(
            "the run's outcome cannot be recorded", [Problem(str(run_dir), "not as a run leaves it", shorten(told))]
        ) from None
    return _file(header, sections)


def _header(
    run: str,
    verdict: dict[str, Any],
    manifest: dict[str, Any],
    facts: dict[str, Any],
    decisions: list[dict[str, Any]],
    known: set[str],
) -> dict[str, Any]:
    project, day = manifest["project"], date.fromisoformat(manifest["created"][:10])
    architecture = str(facts.get("architecture") or "unknown")
    plan = (facts.get("training") or {}).get("plan") or {}
    method = plan.get("method") or METHOD_OF.get(architecture)
    good = verdict["verdict"] in GOOD
    what = "+".join(dict.fromkeys(filter(None, (architecture, plan.get("method")))))
    return {
        "id": f"run-{re.sub('[^a-z0-9]+', '-', run.lower()).strip('-')}",
        "kind": "pattern" if good else "warning",
        "title": shorten(_plain(f"{project['name']}: {what} ended with {verdict['verdict']}"), 100),
        "topics": list(dict.fromkeys(["run-outcome", verdict["verdict"], architecture, *([method] if method else [])])),
        "applies_to": {
            "methods": [method] if method in METHODS else [],
            "tasks": [task for task in TASKS if task in str(project.get("goal", "")).lower().replace(" ", "-")],
        },
        "numbers": _numbers(verdict, facts),
        "confidence": "low",
        "sources": [
            {
                "title": shorten(_plain(f"Run {run} of project {project['name']}"), 200),
                "authors": "the project's own run",
                "year": day.year,
                "locator": "verdict.json and decisions.jsonl",
                "url": f"run:{run}",
            }
        ],
        "related": _cited(decisions, known),
        "reviewed": day,
    }


def _numbers(verdict: dict[str, Any], facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    numbers: dict[str, dict[str, Any]] = {}
    for name, unit in UNITS.items():
        if isinstance(verdict.get(name), int | float):
            numbers["test_records" if name == "n" else name] = {"value": verdict[name], "unit": unit, "basis": "ours"}
    low, high = verdict.get("ci_low"), verdict.get("ci_high")
    if "difference" in numbers and low is not None and high is not None and low <= verdict["difference"] <= high:
        numbers["difference"] |= {"low": low, "high": high}
    goal = facts.get("goal") or {}
    for name in ASKED:
        if isinstance(goal.get(name), int | float):
            numbers[f"asked_{name}"] = {"value": goal[name], "unit": "share", "basis": "ours"}
    trained = ((facts.get("dataset") or {}).get("train") or {}).get("n")
    if isinstance(trained, int):
        numbers["training_records"] = {"value": trained, "unit": "records", "basis": "ours"}
    return numbers


def _sections(
    kind: str,
    verdict: dict[str, Any],
    project: dict[str, Any],
    facts: dict[str, Any],
    decisions: list[dict[str, Any]],
) -> dict[str, str]:
    goal = f"{project.get('goal', 'no goal was written down')}"
    reasons = " ".join(f"{reason.rstrip('.')}." for reason in verdict["reasons"]) or "No reason was written down."
    decided = "\n".join(f"- {_decided(decision)}" for decision in decisions) or "- nothing was decided"
    asked, measured = _asked(facts.get("goal") or {}), _measured(verdict)
    told = f"Asked for beforehand: {asked} Measured: {measured}"
    note = "The figures are those of this one run on this project's data."
    if kind == "pattern":
        return {
            "Problem": goal,
            "Context": f"Project {project['name']}, base model {project.get('model', 'unknown')}, metric {verdict['metric']}.",
            "Solution": f"What was decided, in order:\n\n{decided}",
            "Trade-offs": f"Verdict {verdict['verdict']}: {reasons} {note}",
            "Example": told,
        }
    return {
        "Symptoms": f"{goal}\n\nMeasured: {measured}",
        "Consequences": f"Verdict {verdict['verdict']}: {reasons} {note}",
        "Prevention": f"Do not simply repeat what was decided here; change what the verdict names:\n\n{decided}",
        "Detection": told,
    }


def _decided(decision: dict[str, Any]) -> str:
    payload = {
        key: value for key, value in (decision.get("payload") or {}).items() if isinstance(value, int | float | str)
    }
    details = ", ".join(
        f"{key} {value}" for key, value in payload.items() if value != "" and value != decision["choice"]
    )
    end = f"; result: {decision['summary']}" if decision.get("summary") else ""
    because = shorten(decision["rationale"], 300)
    tail = f" {shorten(details, 400)}" if details else ""
    head = f"{decision['id']} ({decision['persona']}): {decision['choice']}"
    return f"{head}. {because}{tail}{end}"


def _asked(goal: dict[str, Any]) -> str:
    words = {
        "minimum_effect": "a gain of at least {:.1%}",
        "alpha": "at significance level {:g}",
        "max_general_loss_increase": "with the loss on general text rising by at most {:.1%}",
        "target": "or a score of {:.1%}",
    }
    told = [words[key].format(goal[key]) for key in ASKED if isinstance(goal.get(key), int | float)]
    return f"{', '.join(told)}." if told else "nothing."


def _measured(verdict: dict[str, Any]) -> str:
    told = [f"{name} {verdict[name]:.1%}" for name in ("baseline", "tuned") if verdict.get(name) is not None]
    if verdict.get("difference") is not None:
        told.append(f"difference {verdict['difference']:+.1%}")
        if verdict.get("ci_low") is not None and verdict.get("ci_high") is not None:
            told.append(f"95 % interval {verdict['ci_low']:+.1%} to {verdict['ci_high']:+.1%}")
        if verdict.get("p_value") is not None:
            told.append(f"p = {verdict['p_value']:.2g}")
    before, after = verdict.get("general_loss_before"), verdict.get("general_loss_after")
    if before is not None and after is not None:
        told.append(f"general loss {before:.3f} to {after:.3f} nats/token")
    told.append(f"{verdict.get('n') or 0} test records")
    return f"{verdict['metric']}: {', '.join(told)}."


def _cited(decisions: list[dict[str, Any]], known: set[str]) -> list[str]:
    ids = [item["id"] for decision in decisions for item in decision.get("evidence", []) if item["kind"] == "knowledge"]
    return [id for id, _ in Counter(id for id in ids if id in known).most_common(MOST_RELATED)]


def _decisions(path: Path) -> list[dict[str, Any]]:
    """The decisions that stand; a last line cut short by a kill is left out, as the run's ledger does."""
    entries = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                entries.append(json.loads(line))
            except json.JSONDecodeError:
                continue
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    stale = {id for entry in entries for id in entry.get("stale", [])}
    return [entry for entry in entries if "id" in entry and entry["id"] not in stale]


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if not isinstance(value, dict):
        raise _unreadable(path, ValueError("not an object"))
    return value


def _unreadable(path: Path, error: Exception) -> InputError:
    problem = Problem(str(path), "cannot be read", shorten(str(error)), "a file of a finished run")
    return InputError("the run's outcome cannot be recorded", [problem])


def _plain(text: str) -> str:
    return " ".join(
        re.sub(r"[^\S\n]|[^\n\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\U0010ffff]", " ", text).split()
    )


def _file(header: dict[str, Any], sections: dict[str, str]) -> str:
    import yaml

    told = yaml.safe_dump(header, sort_keys=False, allow_unicode=True, width=120)
    # Words of the user and of models may not open a section or a fence of their own.
    safe = {name: "\n".join(map(_body_line, text.split("\n"))) for name, text in sections.items()}
    body = "\n\n".join(f"## {name}\n\n{text}" for name, text in safe.items())
    return f"---\n{told}---\n\n{body}\n"


def _body_line(line: str) -> str:
    plain = _plain(line)
    return f"\\{plain}" if plain.startswith(("#", "```", "~~~")) else plain
