"""The job as a process of its own: killed, joined, stopped, over its budget. Slow, since each starts the trainer."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.tiny_model import tiny_model
from support.training_run import tiny_plan, training_context
from tuneguild.errors import JobFailed
from tuneguild.tools.contract import Result, ToolContext
from tuneguild.tools.training import run
from tuneguild.tools.training.folder import JobFolder, write_json
from tuneguild.tools.training.plan import TrainingPlan

pytestmark = pytest.mark.slow


def values(result: Result) -> dict[str, Any]:
    return {measurement.id: measurement.value for measurement in result.measurements}


def long_plan(context: ToolContext) -> TrainingPlan:
    return tiny_plan(context, epochs=40, early_stopping_patience=0)


def at_step(folder: JobFolder, step: int, act: Callable[[int], None]) -> threading.Thread:
    """Do something to the job's process once it has reached a step."""

    def wait() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            worker = folder.worker()
            if worker is not None and folder.progress().get("step", 0) >= step:
                act(worker.pid)
                return
            time.sleep(0.002)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_a_killed_job_goes_on_and_ends_as_an_unbroken_one(tmp_path: Path) -> None:
    broken, whole = training_context(tmp_path / "broken"), training_context(tmp_path / "whole")
    killer = at_step(JobFolder(broken.workdir), 31, kill)
    with pytest.raises(JobFailed, match="was killed"):
        run.execute(long_plan(broken), broken)
    killer.join()
    checkpoint = JobFolder(broken.workdir).last_checkpoint()
    assert checkpoint is not None
    resumed = values(run.execute(long_plan(broken), broken))
    unbroken = values(run.execute(long_plan(whole), whole))
    assert resumed["training.steps"] == unbroken["training.steps"] == 120
    assert resumed["training.validation_loss"] == pytest.approx(unbroken["training.validation_loss"], rel=1e-4)
    steps = [json.loads(line)["step"] for line in (broken.run_dir / "metrics.jsonl").read_text().splitlines()]
    assert steps == sorted(steps)


def test_a_running_job_is_joined(tmp_path: Path) -> None:
    context = training_context(tmp_path)
    folder = JobFolder(context.workdir)
    plan = long_plan(context)
    config = run._config(plan, context)
    write_json(folder.config, config.model_dump(mode="json"))
    started = run._start(folder, config)
    while folder.worker() is None:
        time.sleep(0.01)
    result = run.execute(plan, context)
    assert started.wait(10) == 0
    assert values(result)["training.steps"] == 120
    assert folder.log.read_text().count("train_runtime") == 1


def test_a_second_job_leaves_the_folder_to_the_first(tmp_path: Path) -> None:
    context = training_context(tmp_path)
    folder = JobFolder(context.workdir)
    config = run._config(long_plan(context), context)
    write_json(folder.config, config.model_dump(mode="json"))
    first = run._start(folder, config)
    while folder.worker() is None:
        time.sleep(0.01)
    assert run._start(folder, config).wait(30) == run.ALREADY_RUNNING
    first.kill()
    first.wait()


def test_sigterm_writes_a_checkpoint_and_no_result(tmp_path: Path) -> None:
    context = training_context(tmp_path)
    folder = JobFolder(context.workdir)
    stopper = at_step(folder, 20, lambda pid: os.kill(pid, signal.SIGTERM))
    with pytest.raises(JobFailed, match="143"):
        run.execute(long_plan(context), context)
    stopper.join()
    checkpoint = folder.last_checkpoint()
    assert checkpoint is not None and int(checkpoint.name.split("-")[1]) >= 20
    assert folder.result() is None
    assert values(run.execute(long_plan(context), context))["training.steps"] == 120


def test_the_budget_ends_a_training_with_the_best_so_far(tmp_path: Path) -> None:
    context = training_context(tmp_path, minutes=0.001)
    result = run.execute(long_plan(context), context)
    assert values(result)["training.stopped"] == "budget"
    assert (context.run_dir / "adapter" / "adapter_model.safetensors").is_file()


def test_ctrl_c_stops_the_job_and_keeps_a_checkpoint(tmp_path: Path) -> None:
    context = training_context(tmp_path)

    def interrupt(label: str, done: float, total: float) -> None:
        if done >= 5:
            raise KeyboardInterrupt

    with pytest.raises(JobFailed, match="goes on from the last checkpoint"):
        run.execute(long_plan(context), replace(context, progress=interrupt))
    folder = JobFolder(context.workdir)
    assert folder.worker() is None
    assert folder.last_checkpoint() is not None


def test_all_weights_can_be_tuned(tmp_path: Path) -> None:
    context = training_context(tmp_path)
    result = run.execute(tiny_plan(context, method="full"), context)
    assert result.facts["training"]["model"] == "model"
    assert (context.run_dir / "model" / "tokenizer_config.json").is_file()


def test_a_four_bit_base_is_tuned_on_a_cpu(tmp_path: Path) -> None:
    pytest.importorskip("bitsandbytes")
    # bitsandbytes packs weights for a CPU in blocks of 32 rows.
    context = training_context(tmp_path, model=str(tiny_model(tmp_path / "wide", hidden=64)))
    result = run.execute(tiny_plan(context, method="qlora", precision="bfloat16"), context)
    assert values(result)["training.validation_loss"] < values(result)["training.initial_validation_loss"]
