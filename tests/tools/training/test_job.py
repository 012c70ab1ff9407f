"""The training job: its summary, and one whole run in this process."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.tiny_model import tiny_records
from support.training_run import tiny_plan, training_context
from tuneguild.errors import DataError
from tuneguild.tools.contract import Result, ToolContext
from tuneguild.tools.training import run
from tuneguild.tools.training.folder import JobFolder, write_json
from tuneguild.tools.training.job import main, summarise


def log(*losses: float) -> list[dict[str, float]]:
    entries: list[dict[str, float]] = []
    for step, loss in enumerate(losses, start=1):
        entries += [{"step": step, "loss": loss + 0.1}, {"step": step, "eval_loss": loss}]
    return entries


def test_the_best_step_has_the_lowest_validation_loss() -> None:
    told = summarise(log(2.0, 1.0, 1.5), initial=3.0)
    assert (told["best_step"], told["validation_loss"], told["steps"]) == (2, 1.0, 3)


def test_the_training_loss_is_that_of_the_best_step() -> None:
    assert summarise(log(2.0, 1.0, 1.5), initial=3.0)["train_loss"] == pytest.approx(1.1)


def test_a_loss_that_fell_at_the_last_evaluation_is_still_falling() -> None:
    assert summarise(log(2.0, 1.5, 1.2), initial=3.0)["loss_still_falling"]


def test_a_loss_that_fell_by_one_per_cent_is_not_falling_any_more() -> None:
    assert not summarise(log(2.0, 1.5, 1.49), initial=3.0)["loss_still_falling"]


def test_a_loss_that_rose_is_not_falling() -> None:
    assert not summarise(log(2.0, 1.5, 1.6), initial=3.0)["loss_still_falling"]


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToolContext]:
    """A run whose job was done in this process, so that only one test pays for loading the trainer."""
    context = training_context(tmp_path_factory.mktemp("job"))
    folder = JobFolder(context.workdir)
    write_json(folder.config, run._config(tiny_plan(context), context).model_dump(mode="json"))
    handler = signal.getsignal(signal.SIGTERM)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert main([str(folder.path)]) == 0
    signal.signal(signal.SIGTERM, handler)
    yield context


@pytest.fixture(scope="module")
def result(context: ToolContext) -> Result:
    return run.execute(tiny_plan(context), context)


def test_a_finished_job_is_reported_without_running_it_again(context: ToolContext, result: Result) -> None:
    assert not (context.workdir / "job.log").exists()
    assert result.facts["training"]["adapter"] == "adapter"


def test_the_validation_loss_fell(result: Result) -> None:
    values = {measurement.id: measurement.value for measurement in result.measurements}
    assert values["training.validation_loss"] < values["training.initial_validation_loss"]


def test_the_adapter_lies_in_the_run_folder(context: ToolContext, result: Result) -> None:
    assert (context.run_dir / "adapter" / "adapter_model.safetensors").is_file()


def test_metrics_hold_the_curve_and_the_evaluations(context: ToolContext, result: Result) -> None:
    lines = [json.loads(line) for line in (context.run_dir / "metrics.jsonl").read_text().splitlines()]
    keys = {"step", "epoch", "loss", "learning_rate", "validation_loss", "seconds"}
    assert all(set(line) == keys for line in lines)
    assert [line["step"] for line in lines if line["validation_loss"] is not None] == [0, 3, 6]


def test_the_facts_hold_the_plan_and_the_dataset_version(result: Result) -> None:
    training = result.facts["training"]
    assert training["dataset_version"] == "v1"
    assert training["plan"]["lora_rank"] == 4


def test_the_job_itself_refuses_records_without_signal(tmp_path: Path) -> None:
    silent = [{**record, "messages": record["messages"][:2]} for record in tiny_records(20)]
    context = training_context(tmp_path, train=silent)
    folder = JobFolder(context.workdir)
    write_json(folder.config, run._config(tiny_plan(context), context).model_dump(mode="json"))
    handler = signal.getsignal(signal.SIGTERM)
    assert main([str(folder.path)]) == DataError.exit_code
    signal.signal(signal.SIGTERM, handler)
    with pytest.raises(DataError, match="20 of 20 train records"):
        run._fail(folder, DataError.exit_code)


def test_a_decision_to_stop_is_carried_out_by_not_training(context: ToolContext) -> None:
    stopped = replace(context, decision={"id": "TRAIN-001", "choice": "stop", "rationale": "no signal"})
    with pytest.raises(DataError, match="no signal"):
        run.execute(tiny_plan(context), stopped)
