"""Consistency checks of a run: each looks at files and facts, never at anybody's word. The sign-off is `sign_off.py`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from ..contract import Measurement, Result, ToolContext, file_sha256
from ..data.records import dedupe_text, read_records


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes:
        severity: BLOCKER: the conclusion cannot stand. WARNING: a person should know. INFO: for the record.
        check: name of the check.
        text: what was found, with figures.
    """

    severity: Literal["BLOCKER", "WARNING", "INFO"]
    check: str
    text: str


def measure(payload: None, context: ToolContext) -> Result:
    """Run every check; findings go into one measurement, counts into others."""
    findings = [finding for check in CHECKS for finding in check(context)]
    counts = {severity: sum(f.severity == severity for f in findings) for severity in ("BLOCKER", "WARNING", "INFO")}
    return Result(
        measurements=[
            Measurement(
                "review.findings",
                [asdict(finding) for finding in findings],
                "findings",
                "consistency checks over the run",
            ),
            Measurement("review.blockers", counts["BLOCKER"], "findings"),
            Measurement("review.warnings", counts["WARNING"], "findings"),
        ],
        summary=f"{counts['BLOCKER']} blockers, {counts['WARNING']} warnings, {counts['INFO']} notes",
    )


def frozen_test(context: ToolContext) -> Iterable[Finding]:
    """The held-out set is byte for byte what was frozen."""
    for name, part in (context.facts.get("held_out") or {}).items():
        if not part or name == "pool":
            continue
        path = context.resolve(part["path"])
        if not path.is_file():
            yield Finding("BLOCKER", "frozen_test", f"{name}: {part['path']} is gone")
        elif file_sha256(path) != part["sha256"]:
            yield Finding("BLOCKER", "frozen_test", f"{name}: {part['path']} was changed after it was frozen")


def no_overlap(context: ToolContext) -> Iterable[Finding]:
    """No training record says the same as a test record."""
    dataset, held_out = context.facts.get("dataset"), context.facts.get("held_out") or {}
    if not dataset or not held_out.get("test"):
        return
    trained = {dedupe_text(record) for record in _records(context, dataset["train"]["path"])}
    shared = sum(dedupe_text(record) in trained for record in _records(context, held_out["test"]["path"]))
    if shared:
        yield Finding("BLOCKER", "no_overlap", f"{shared} test records stand in the training data too")


def dataset_unchanged(context: ToolContext) -> Iterable[Finding]:
    """The training file is what the dataset version names."""
    dataset = context.facts.get("dataset") or {}
    for entry in (dataset[part] for part in ("train", "validation") if part in dataset):
        if file_sha256(context.resolve(entry["path"])) != entry["sha256"]:
            yield Finding(
                "BLOCKER", "dataset_unchanged", f"{entry['path']} is not what version {dataset['version']} names"
            )


def verdict_agrees(context: ToolContext) -> Iterable[Finding]:
    """verdict.json says what the evaluator decided."""
    path = context.run_dir / "verdict.json"
    verdict = context.facts.get("verdict")
    if not path.is_file():
        yield Finding("BLOCKER", "verdict_agrees", "there is no verdict.json")
        return
    written = json.loads(path.read_text(encoding="utf-8"))["verdict"]
    if written != verdict:
        yield Finding("BLOCKER", "verdict_agrees", f"verdict.json says {written!r}, the evaluator decided {verdict!r}")


def undertrained(context: ToolContext) -> Iterable[Finding]:
    """Training stopped while the validation loss was still falling, and the result was not enough."""
    falling = context.measurements.get("training.loss_still_falling")
    if falling and falling.value and context.facts.get("verdict") == "no-ship":
        yield Finding(
            "WARNING",
            "undertrained",
            "the validation loss was still falling at the last epoch, and the result fell short",
        )


def parity(context: ToolContext) -> Iterable[Finding]:
    """What would be served gives the outputs that were evaluated."""
    share = context.measurements.get("operations.parity_share")
    if share and share.value < 1:
        yield Finding(
            "WARNING",
            "parity",
            f"{share.value:.0%} of the probed outputs of the merged model equal the evaluated model's",
        )


def unsupported(context: ToolContext) -> Iterable[Finding]:
    """Parameters that nothing supports are named, not hidden."""
    fields = [
        f"{decision['id']}.{item['supports']}"
        for decision in context.decisions
        for item in decision["evidence"]
        if item["kind"] == "unsupported"
    ]
    if fields:
        yield Finding("INFO", "unsupported", f"{len(fields)} parameters without evidence: {', '.join(fields)}")


def fallbacks(context: ToolContext) -> Iterable[Finding]:
    """Decisions that had to fall back, or cited what does not resolve."""
    for decision in context.decisions:
        for warning in decision["warnings"]:
            yield Finding("WARNING", "fallbacks", f"{decision['id']}: {warning}")


def invalid_lines(context: ToolContext) -> Iterable[Finding]:
    """Lines of the user's files that were left out."""
    count = context.measurements.get("data.invalid_lines")
    if count and count.value:
        yield Finding(
            "WARNING", "invalid_lines", f"{count.value} lines of the data files could not be used and were left out"
        )


CHECKS: list[Callable[[ToolContext], Iterable[Finding]]] = [
    frozen_test,
    no_overlap,
    dataset_unchanged,
    verdict_agrees,
    undertrained,
    parity,
    unsupported,
    fallbacks,
    invalid_lines,
]


def _records(context: ToolContext, relative: str) -> list[dict]:
    path: Path = context.resolve(relative)
    return list(read_records(path))
