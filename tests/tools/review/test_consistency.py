"""The tech lead's checks: each finds the fault that it is for, in files and figures, and is silent otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tuneguild.settings import Project
from tuneguild.tools.contract import Measurement, ToolContext, file_sha256
from tuneguild.tools.data.records import make_record, write_records
from tuneguild.tools.review import consistency
from tuneguild.tools.review.plan import ReviewPlan
from tuneguild.tools.review.sign_off import execute


def record(text: str) -> dict[str, Any]:
    return make_record([{"role": "user", "content": text}, {"role": "assistant", "content": f"answer to {text}"}])


@pytest.fixture
def sound(tmp_path: Path) -> ToolContext:
    """A run in which nothing is wrong."""
    parts: dict[str, dict[str, Any]] = {}
    for name, texts in {
        "train": ["a b c", "d e f"],
        "validation": ["g h i"],
        "test": ["j k l", "m n o"],
        "dev": ["p q r"],
    }.items():
        path = tmp_path / f"{name}.jsonl"
        write_records(path, [record(text) for text in texts])
        parts[name] = {"path": path.name, "n": len(texts), "sha256": file_sha256(path)}
    verdict = {"verdict": "ship", "reasons": ["better"]}
    (tmp_path / "verdict.json").write_text(json.dumps(verdict))
    return ToolContext(
        project=Project(name="p", goal="g"),
        project_dir=tmp_path,
        run_dir=tmp_path,
        workdir=tmp_path,
        facts={
            "held_out": {"test": parts["test"], "dev": parts["dev"], "pool": parts["train"]},
            "dataset": {"version": "v", "train": parts["train"], "validation": parts["validation"]},
            "verdict": "ship",
        },
    )


def change(path: Path) -> None:
    path.write_text(path.read_text() + "\n")


def found(context: ToolContext) -> list[tuple[str, str]]:
    [measured] = [item for item in consistency.measure(None, context).measurements if item.id == "review.findings"]
    return [(finding["severity"], finding["check"]) for finding in measured.value]


def test_nothing_is_found_in_a_sound_run(sound: ToolContext) -> None:
    assert found(sound) == []


def test_a_changed_test_set_is_a_blocker(sound: ToolContext) -> None:
    change(sound.run_dir / "test.jsonl")
    assert ("BLOCKER", "frozen_test") in found(sound)


def test_a_vanished_dev_set_is_a_blocker(sound: ToolContext) -> None:
    (sound.run_dir / "dev.jsonl").unlink()
    assert ("BLOCKER", "frozen_test") in found(sound)


def test_a_test_record_in_the_training_data_is_a_blocker(sound: ToolContext) -> None:
    path = sound.run_dir / "train.jsonl"
    write_records(path, [record("j k l")])
    dataset = sound.facts["dataset"]
    train = {**dataset["train"], "sha256": file_sha256(path)}
    assert found(replace(sound, facts={**sound.facts, "dataset": {**dataset, "train": train}})) == [
        ("BLOCKER", "no_overlap")
    ]


def test_a_training_file_that_is_not_its_version_is_a_blocker(sound: ToolContext) -> None:
    change(sound.run_dir / "train.jsonl")
    assert found(sound) == [("BLOCKER", "dataset_unchanged")]


def test_a_verdict_file_that_says_something_else_is_a_blocker(sound: ToolContext) -> None:
    assert found(replace(sound, facts={**sound.facts, "verdict": "no-ship"})) == [("BLOCKER", "verdict_agrees")]


@pytest.mark.parametrize(
    ("id", "value", "finding"),
    [
        ("operations.parity_share", 0.8, ("WARNING", "parity")),
        ("data.invalid_lines", 3, ("WARNING", "invalid_lines")),
        ("operations.parity_share", 1.0, None),
        ("data.invalid_lines", 0, None),
    ],
)
def test_a_measurement_is_found_when_it_is_out_of_order(
    sound: ToolContext, id: str, value: float, finding: tuple[str, str] | None
) -> None:
    assert found(replace(sound, measurements={id: Measurement(id, value)})) == ([finding] if finding else [])


def test_a_loss_that_was_still_falling_matters_only_when_the_result_fell_short(sound: ToolContext) -> None:
    (sound.run_dir / "verdict.json").write_text('{"verdict": "no-ship", "reasons": []}')
    falling = {"training.loss_still_falling": Measurement("training.loss_still_falling", True)}
    short = replace(sound, facts={**sound.facts, "verdict": "no-ship"}, measurements=falling)
    assert found(short) == [("WARNING", "undertrained")]
    (sound.run_dir / "verdict.json").write_text('{"verdict": "ship", "reasons": []}')
    assert found(replace(sound, measurements=falling)) == []


def test_nothing_ships_over_a_blocker(sound: ToolContext, monkeypatch: pytest.MonkeyPatch) -> None:
    files: Callable[..., Any] = lambda run_dir, **about: (run_dir / "report.md", run_dir / "report.html")  # noqa: E731
    monkeypatch.setattr("tuneguild.tools.review.sign_off.write_report", files)
    blocker = [{"severity": "BLOCKER", "check": "frozen_test", "text": "the test was changed"}]
    context = replace(sound, measurements={"review.findings": Measurement("review.findings", blocker)})
    result = execute(ReviewPlan(verdict="GO"), context)
    assert result.facts["verdict"] == "no-ship"
    assert json.loads((sound.run_dir / "verdict.json").read_text()) == {
        "verdict": "no-ship",
        "reasons": ["the test was changed", "better"],
    }
