"""The action of step 05: start the training job, watch it, take its result.

Owns: the parent's side. A job that an earlier attempt left running is joined, a finished one is not run again, a killed one
goes on from its last checkpoint. The job is `job.py`, the files between the two are in `folder.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from ...errors import DataError, InputError, JobFailed, MissingDependency, Problem, TuneGuildError
from ..contract import Measurement, Result, ToolContext
from ..models import device, resolve, usable_cpus
from .folder import JobConfig, JobFolder, terminate, write_json
from .job import ALREADY_RUNNING
from .plan import TrainingPlan

POLL_SECONDS = 0.2
GRACE_SECONDS = 180.0
"""What a job may take over its budget for loading, the last evaluation and saving, before it is ended."""


def execute(plan: TrainingPlan, context: ToolContext) -> Result:
    """Train by the plan; returns the adapter (or model) with the best validation loss.

    Raises:
        DataError: data that would teach nothing, or a decision to stop.
        JobFailed: the job ended badly; the last lines of its log are named.
    """
    _heed_stop(context)
    folder = JobFolder(context.workdir)
    config = _config(plan, context)
    if folder.result() is None:
        _work(folder, config, context)
    result = folder.result()
    if result is None:
        raise JobFailed("the training job ended without a result", found=folder.log_tail(), next_action=_next(folder))
    return _report(folder, config, context, result)


def _heed_stop(context: ToolContext) -> None:
    """A decision to stop is carried out by not training."""
    decision = context.decision or {}
    if decision.get("choice") == "stop":
        raise DataError("training was decided against", next_action=str(decision.get("rationale", "")))


def _config(plan: TrainingPlan, context: ToolContext) -> JobConfig:
    dataset = context.facts["dataset"]
    if dataset["validation"]["n"] == 0:
        raise DataError("there are no validation records, so the best checkpoint cannot be told")
    return JobConfig(
        plan=plan,
        model=resolve(plan.base_model, context.project_dir),
        train=str(context.resolve(dataset["train"]["path"]).resolve()),
        validation=str(context.resolve(dataset["validation"]["path"]).resolve()),
        dataset_version=str(dataset["version"]),
        budget_seconds=context.project.budget.minutes * 60,
        threads=int(os.environ.get("OMP_NUM_THREADS", "0") or 0) or usable_cpus(),
        device="cuda" if device() == "cuda" else "cpu",
    )


def _work(folder: JobFolder, config: JobConfig, context: ToolContext) -> None:
    """Join the job of this folder or start one, and stay with it until it ends."""
    started = None
    if folder.worker() is None:
        write_json(folder.config, config.model_dump(mode="json"))
        folder.stop.unlink(missing_ok=True)
        folder.file("error.json").unlink(missing_ok=True)
        started = _start(folder, config)
    try:
        _watch(folder, config, context, started)
    except KeyboardInterrupt:
        worker = folder.worker() or (psutil.Process(started.pid) if started and started.poll() is None else None)
        if worker is not None:
            terminate(worker)
        raise JobFailed(
            "training was interrupted", next_action="`tuneguild resume` goes on from the last checkpoint"
        ) from None
    finally:
        if started is not None:
            started.poll()


def _start(folder: JobFolder, config: JobConfig) -> subprocess.Popen[bytes]:
    """Start the job in a session of its own, so that a signal to the terminal does not reach it unasked."""
    with folder.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tuneguild.tools.training.job", str(folder.path)],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=folder.path,
            env=_environment(config),
            start_new_session=True,
        )
    return process


def _environment(config: JobConfig) -> dict[str, str]:
    """The job's environment: quiet, its own threads, and offline where the model is a folder."""
    quiet = {"TQDM_DISABLE": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}
    offline = {"HF_HUB_OFFLINE": "1"} if Path(config.model).is_dir() else {}
    return {
        **os.environ,
        **quiet,
        **offline,
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "OMP_NUM_THREADS": str(config.threads),
    }


def _watch(folder: JobFolder, config: JobConfig, context: ToolContext, started: subprocess.Popen[bytes] | None) -> None:
    """Show progress until the job ends; end a job that overran its budget by far; raise what it failed with."""
    begin = time.monotonic()
    code: int | None = None
    while folder.result() is None:
        code = started.poll() if started else None
        if code == ALREADY_RUNNING:
            # An earlier attempt's job was just starting; by now it has written its pid.
            started, code = None, None
            time.sleep(1.0)
        worker = folder.worker()
        if code is not None or (started is None and worker is None):
            break
        _show(folder, context)
        if time.monotonic() - begin > config.budget_seconds + GRACE_SECONDS and worker is not None:
            terminate(worker)
            raise JobFailed(
                "training did not end within its budget",
                found=folder.log_tail(),
                next_action="raise budget.minutes in project.yaml; resume goes on from the last checkpoint",
            )
        time.sleep(POLL_SECONDS)
    if started is not None and folder.result() is not None:
        started.wait()
    if folder.result() is None:
        _fail(folder, code)


def _show(folder: JobFolder, context: ToolContext) -> None:
    told = folder.progress()
    label = str(told.get("phase", "starting the training job"))
    if told.get("loss") is not None:
        label += f" · loss {told['loss']:.3f}"
    if told.get("validation_loss") is not None:
        label += f" · validation {told['validation_loss']:.3f}"
    context.progress(label, float(told.get("step", 0)), float(told.get("total", 0)))


ERRORS: dict[str, type[TuneGuildError]] = {
    "DataError": DataError,
    "InputError": InputError,
    "MissingDependency": MissingDependency,
}


def _fail(folder: JobFolder, code: int | None) -> None:
    """Raise what the job failed with."""
    told = folder.error()
    if told is not None:
        kind = ERRORS.get(told["type"], JobFailed)
        if issubclass(kind, InputError):
            raise kind(told["what"], [Problem(**item) for item in told["problems"]], next_action=told["next_action"])
        raise kind(told["what"], next_action=told["next_action"])
    ended = "was killed" if code is None or code < 0 else f"ended with exit code {code}"
    raise JobFailed(f"the training job {ended}", found=folder.log_tail(), next_action=_next(folder))


def _next(folder: JobFolder) -> str:
    if "out of memory" in folder.log_tail(40).lower():
        return "choose a smaller batch_size or max_length at the gate, or a smaller model"
    return f"see {folder.log}; `tuneguild resume` goes on from the last checkpoint"


def _report(folder: JobFolder, config: JobConfig, context: ToolContext, result: dict[str, Any]) -> Result:
    """Copy what later steps need out of the job folder, and name the numbers."""
    full = config.plan.method == "full"
    tuned = _publish(folder.best, context.run_dir / ("model" if full else "adapter"))
    metrics = context.run_dir / "metrics.jsonl"
    _publish(folder.metrics, metrics)
    training = {
        "adapter": None if full else context.relative(tuned),
        "model": context.relative(tuned) if full else None,
        "base_model": config.plan.base_model,
        "method": config.plan.method,
        "best_step": result["best_step"],
        "steps": result["steps"],
        "train_loss": result["train_loss"],
        "validation_loss": result["validation_loss"],
        "initial_validation_loss": result["initial_validation_loss"],
        "loss_still_falling": result["loss_still_falling"],
        "stopped": result["stopped"],
        "metrics": context.relative(metrics),
        "seconds": result["seconds"],
        "trainable_parameters": result["trainable_parameters"],
        "dataset_version": config.dataset_version,
        "plan": config.plan.model_dump(mode="json"),
    }
    summary = (
        f"validation loss {result['initial_validation_loss']:.3f} to {result['validation_loss']:.3f} "
        f"at step {result['best_step']} of {result['steps']}, {result['seconds']:.0f} s"
    )
    artifacts = {"model" if full else "adapter": context.relative(tuned), "metrics": context.relative(metrics)}
    return Result(_measurements(result), {"training": training}, artifacts, summary)


def _publish(source: Path, target: Path) -> Path:
    """Copy a file or folder to its place in the run folder, the earlier version replaced at once."""
    fresh = target.with_name(f".{target.name}.new")
    if source.is_dir():
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(source, fresh)
        shutil.rmtree(target, ignore_errors=True)
    else:
        shutil.copyfile(source, fresh)
    fresh.replace(target)
    return target


def _measurements(result: dict[str, Any]) -> list[Measurement]:
    nats = "nats/token"
    return [
        Measurement(
            "training.initial_validation_loss", result["initial_validation_loss"], nats, "before the first step"
        ),
        Measurement("training.validation_loss", result["validation_loss"], nats, "best checkpoint, assistant's tokens"),
        Measurement("training.train_loss", result["train_loss"], nats, "logging interval that ends at the best step"),
        Measurement("training.best_step", result["best_step"], "steps"),
        Measurement("training.steps", result["steps"], "steps"),
        Measurement("training.seconds", result["seconds"], "s", "job from loading to saving"),
        Measurement("training.trainable_parameters", result["trainable_parameters"], "parameters"),
        Measurement(
            "training.loss_still_falling", result["loss_still_falling"], note="last evaluation best, down over 2 %"
        ),
        Measurement("training.stopped", result["stopped"], note="finished, early, budget or stopped"),
        Measurement("training.records_left_out", sum(result["left_out"].values()), "records", "over max_length"),
        Measurement("training.peak_memory_gb", result["peak_memory_gb"], "GB", "largest memory of the job"),
    ]
