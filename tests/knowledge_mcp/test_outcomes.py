"""The outcome of a run as a record of the project: what was decided, asked for and measured, checked like any other record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.knowledge_corpus import write_record
from tuneguild.errors import InputError
from tuneguild.knowledge_mcp import layers
from tuneguild.knowledge_mcp.layers import LayerFolder, check_layers, project_folder
from tuneguild.knowledge_mcp.outcomes import record_outcome
from tuneguild.knowledge_mcp.reading import read_record
from tuneguild.knowledge_mcp.records import PatternBody, Record, WarningBody

VERDICT = {
    "verdict": "ship", "metric": "task_accuracy", "baseline": 0.125, "tuned": 0.425, "difference": 0.3, "ci_low": 0.235,
    "ci_high": 0.37, "p_value": 1.3e-15, "n": 200, "fixed": 63, "broken": 3, "general_loss_before": 1.0,
    "general_loss_after": 1.02, "reasons": ["the gain is clear"], "decisions": ["SCOPE-001", "TRAIN-001"],
}  # fmt: skip
FACTS = {
    "architecture": "fine-tuning",
    "goal": {"minimum_effect": 0.1, "alpha": 0.05, "max_general_loss_increase": 0.05, "target": None},
    "dataset": {"train": {"n": 562}},
    "training": {"plan": {"method": "lora"}},
}


def decision(id: str, choice: str, **more: Any) -> dict[str, Any]:
    evidence = [{"kind": "knowledge", "id": cited, "supports": "choice"} for cited in ("shipped", "gone")]
    return {"id": id, "persona": "someone", "choice": choice, "rationale": "It fits.", "evidence": evidence, **more}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one finished run, beside a shipped corpus of one record."""
    write_record(tmp_path / "corpus", "shipped")
    monkeypatch.setattr(layers, "CORPUS", tmp_path / "corpus")
    run = tmp_path / "desk" / "runs" / "20261121-1313_a7"
    run.mkdir(parents=True)
    manifest = {
        "created": "2026-11-21T13:13:58+0000",
        "project": {"name": "desk", "goal": "Better function calling.", "model": "starter"},
    }
    (run / "run.json").write_text(json.dumps(manifest))
    (run / "verdict.json").write_text(json.dumps(VERDICT))
    (run / "facts.json").write_text(json.dumps(FACTS))
    entries = [
        decision("SCOPE-001", "measure-and-improve", payload={"minimum_effect": 0.1}, summary="frozen: 200 test"),
        decision("DATA-001", "clean"),
        {"stale": ["DATA-001"], "because": "rollback"},
        {"skipped": "step-06", "reason": "not needed"},
        decision("TRAIN-001", "lora", payload={"method": "lora", "lora_rank": 16}),
    ]
    lines = "\n".join(json.dumps(entry) for entry in entries)
    (run / "decisions.jsonl").write_text(f'{lines}\n{{"id": "cut sho')
    return tmp_path / "desk"


def run_of(project: Path) -> Path:
    return next((project / "runs").iterdir())


def outcome(project: Path, **changes: Any) -> Record:
    (run_of(project) / "verdict.json").write_text(json.dumps({**VERDICT, **changes}))
    record, problems = read_record(record_outcome(run_of(project), project), "project")
    assert record is not None and problems == []
    return record


def test_a_run_worth_shipping_becomes_a_pattern_of_the_project(project: Path) -> None:
    path = record_outcome(run_of(project), project)
    assert path == project / "knowledge" / "patterns" / "run-20261121-1313-a7.md"
    record = outcome(project)
    assert isinstance(record.body, PatternBody)
    assert "SCOPE-001 (someone): measure-and-improve" in record.body.solution
    assert "lora_rank 16" in record.body.solution
    assert "DATA-001" not in record.body.solution
    assert "a gain of at least 10.0%" in record.body.example
    assert "difference +30.0%, 95 % interval +23.5% to +37.0%" in record.body.example


def test_figures_and_limits_are_typed(project: Path) -> None:
    record = outcome(project)
    difference = record.numbers["difference"]
    assert (difference.value, difference.low, difference.high, difference.basis) == (0.3, 0.235, 0.37, "ours")
    assert record.numbers["asked_minimum_effect"].value == 0.1
    assert record.numbers["training_records"].value == 562
    assert (record.applies_to.methods, record.applies_to.tasks) == (["lora"], ["function-calling"])
    assert (record.related, record.confidence) == (["shipped"], "low")
    assert record.sources[0].url == "run:20261121-1313_a7"


@pytest.mark.parametrize("verdict", ["no-ship", "insufficient-data"])
def test_any_other_verdict_becomes_a_warning(project: Path, verdict: str) -> None:
    record = outcome(project, verdict=verdict, tuned=None, difference=None, ci_low=None, ci_high=None, p_value=None)
    assert isinstance(record.body, WarningBody)
    assert "difference" not in record.numbers


def test_recording_again_replaces_the_record(project: Path) -> None:
    outcome(project)
    outcome(project, verdict="no-ship")
    assert [path.name for path in (project / "knowledge").rglob("*.md")] == ["run-20261121-1313-a7.md"]


def test_two_runs_of_one_plan_may_say_the_same_with_other_figures(project: Path) -> None:
    outcome(project)
    run_of(project).rename(project / "runs" / "second")
    outcome(project, difference=0.9, ci_high=0.95)
    built_in, own = LayerFolder("built-in", layers.CORPUS), LayerFolder("project", project_folder(project))
    records, problems = check_layers([built_in, own])
    assert (len(records), problems) == (3, [])


def test_words_of_users_and_models_open_no_section(project: Path) -> None:
    record = outcome(project, reasons=["## Example\n\n```\n## Solution\n\x1b[31m"])
    assert isinstance(record.body, PatternBody)
    assert "\\## Example" in record.body.trade_offs or "## Example" in record.body.trade_offs
    assert "\x1b" not in record.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("verdict.json", None),
        ("verdict.json", "[]"),
        ("verdict.json", "{}"),
        ("run.json", "{"),
        ("decisions.jsonl", None),
    ],
)
def test_a_run_without_its_files_is_an_error_and_nothing_is_written(project: Path, name: str, text: str | None) -> None:
    path = run_of(project) / name
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(InputError, match="outcome cannot be recorded"):
        record_outcome(run_of(project), project)
    assert not (project / "knowledge").exists()
