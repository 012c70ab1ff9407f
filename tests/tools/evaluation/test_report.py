"""The report is one self-contained page, shows what there is, and never lets a user's text act as markup."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tuneguild.settings import Project
from tuneguild.tools.contract import Measurement
from tuneguild.tools.evaluation import charts
from tuneguild.tools.evaluation.report import write_report
from tuneguild.tools.evaluation.scoring import FAILURES

EVIL = '<script>alert(1)</script> & "quoted" | `tick` <img src=x onerror=alert(2)>'
SCORES = {"task_accuracy": 0.4, "call_accuracy": 0.5, "no_call_accuracy": None, "failures": {"wrong format": 7}}
EVALUATION = {
    "metric": "task_accuracy",
    "n": 200,
    "baseline": 0.4,
    "tuned": 0.8,
    "difference": 0.4,
    "ci_low": 0.3,
    "ci_high": 0.5,
    "p_value": 1e-9,
    "fixed": 84,
    "broken": 4,
    "general_loss_before": 2.0,
    "general_loss_after": 2.02,
    "baseline_scores": SCORES,
    "tuned_scores": {**SCORES, "task_accuracy": 0.8, "failures": {"wrong arguments": 3}},
    "changed": "changed.json",
    "reasons": ["because <b>it</b> is so"],
}
GOAL = {"minimum_effect": 0.1, "alpha": 0.05, "max_general_loss_increase": 0.05}
DECISION = {
    "id": "TRAIN-001",
    "step": "step-05",
    "persona": "fine-tuning-specialist",
    "choice": EVIL,
    "rationale": EVIL,
    "decided_by": "policy",
    "approved_by": "--yes",
    "confidence": 0.8,
    "payload": {"lora_rank": 16},
    "evidence": [{"kind": "unsupported", "id": "", "supports": "lora_rank", "value": None, "note": EVIL}],
    "alternatives": [{"choice": "full", "why_not": "too large"}],
    "warnings": ["fell back"],
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    example = {
        "record": "r1",
        "topic": EVIL,
        "asked": EVIL,
        "asked_by": "user",
        "expected": EVIL,
        "before": EVIL,
        "before_label": "wrong format",
        "after": "",
        "after_label": "right",
    }
    (tmp_path / "changed.json").write_text(json.dumps({"fixed": [example], "broken": []}))
    rows = [{"step": n, "loss": 3 - 0.1 * n, "validation_loss": 2.5 if n == 5 else None} for n in range(1, 11)]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def write(run: Path, **facts: Any) -> tuple[str, str]:
    markdown, page = write_report(
        run,
        project=Project(name=EVIL, goal=EVIL),
        facts={"goal": GOAL, **facts},
        measurements={
            "data.invalid_lines": Measurement("data.invalid_lines", 10),
            "baseline.dev.bare": Measurement("baseline.dev.bare", 0.25),
        },
        decisions=[DECISION],
    )
    return markdown.read_text(), page.read_text()


def trained(run: Path) -> tuple[str, str]:
    training = {"method": "lora", "base_model": "starter", "seconds": 30.0, "metrics": "metrics.jsonl", "best_step": 5}
    return write(run, evaluation=EVALUATION, training=training, verdict="ship", architecture="fine-tuning")


def test_no_text_of_the_user_or_the_model_becomes_markup(run: Path) -> None:
    _, page = trained(run)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_the_page_asks_for_nothing_from_outside(run: Path) -> None:
    _, page = trained(run)
    assert not re.findall(r"https?://|src=|@import|url\(|<link", page.replace("src=x onerror", ""))


def test_every_drawing_is_well_formed(run: Path) -> None:
    _, page = trained(run)
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) == 5
    for drawing in drawings:
        ElementTree.fromstring(drawing)


def test_the_page_shows_verdict_figures_decisions_and_left_out_lines(run: Path) -> None:
    _, page = trained(run)
    for text in ("Ship it", "40.0 %", "80.0 %", "+40.0", "&lt; 0.001", "84 fixed", "TRAIN-001", "10 lines"):
        assert text in page


def test_the_markdown_keeps_a_users_text_in_its_cell(run: Path) -> None:
    markdown, _ = trained(run)
    row = next(line for line in markdown.split("\n") if line.startswith("| TRAIN-001"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 6
    assert "<script" not in row.replace("\\<script", "")


def test_verdict_json_has_the_last_word(run: Path) -> None:
    (run / "verdict.json").write_text(json.dumps({"verdict": "no-ship", "reasons": ["a blocker was found"]}))
    _, page = trained(run)
    assert "Do not ship" in page
    assert "A blocker was found." in page


def test_a_run_without_training_has_a_report_too(run: Path) -> None:
    untrained = {**EVALUATION, "tuned": None, "difference": None, "tuned_scores": None, "changed": None}
    _, page = write(run, evaluation=untrained, verdict="not-needed", architecture="prompt-only")
    assert "Training is not needed" in page
    assert "tuned model" not in page


def test_a_run_without_any_records_has_a_report_too(run: Path) -> None:
    markdown, page = write(run, evaluation={"metric": "task_accuracy", "n": 0}, verdict="not-needed")
    assert "There are no held-out records" in markdown
    assert "Training is not needed" in page


def test_the_report_can_be_written_again(run: Path) -> None:
    assert trained(run) == trained(run)


def test_every_failure_label_has_a_row() -> None:
    drawn = charts.count_bars([(label, 2, 1) for label in FAILURES], "failures")
    assert all(label in drawn for label in FAILURES)


def test_a_flat_curve_is_drawn() -> None:
    ElementTree.fromstring(charts.line_chart([charts.Line("x", [(0, 1.0), (1, 1.0)], "before")], "step", "loss"))


def test_labels_in_drawings_are_escaped() -> None:
    assert "<script" not in charts.share_bars([(EVIL, [charts.Bar(EVIL, 0.5)])], EVIL)
