"""The training job: `python -m tuneguild.tools.training.job JOB_DIR`, a process of its own.

Owns: one supervised fine-tuning from job.json to result.json, going on from the last checkpoint when it was killed. The parent is
`run.py`, the files between the two are in `folder.py`, the trainer itself is set up in `trainer.py`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ...errors import InputError, TuneGuildError
from ..data.records import read_records
from ..models import use_threads
from .folder import JobConfig, JobFolder, write_json
from .tokens import Row, guard_signal, has_tools, keep_within, tokenise

ALREADY_RUNNING = 75
"""Exit code when another job works on the same folder (EX_TEMPFAIL of sysexits.h)."""
INTERRUPTED = 143
"""Exit code after SIGTERM: a checkpoint is written, there is no result yet."""
STILL_FALLING = 0.02
"""Relative fall of the validation loss at the last evaluation above which more epochs may help."""


def main(arguments: Sequence[str]) -> int:
    """Run the job of the folder named by the only argument; returns the exit code."""
    folder = JobFolder(Path(arguments[0]).resolve())
    try:
        with FileLock(folder.file("job.lock"), timeout=0):
            folder.claim(os.getpid())
            folder.file("error.json").unlink(missing_ok=True)
            return _guarded(folder)
    except Timeout:
        print("another job works on this folder")
        return ALREADY_RUNNING


def _guarded(folder: JobFolder) -> int:
    """Run, and write an expected failure where the parent finds it."""
    try:
        return train(folder)
    except TuneGuildError as failure:
        problems = failure.problems if isinstance(failure, InputError) else []
        write_json(
            folder.file("error.json"),
            {
                "type": type(failure).__name__,
                "what": failure.what,
                "next_action": failure.next_action,
                "problems": [vars(problem) for problem in problems],
            },
        )
        print(failure.render())
        return failure.exit_code


def train(folder: JobFolder) -> int:
    """Load, train, keep the best, write the result."""
    from .trainer import Interruption, build_trainer, parameters, save_best

    config = JobConfig.model_validate_json(folder.config.read_text(encoding="utf-8"))
    interruption = Interruption()
    signal.signal(signal.SIGTERM, interruption.on_signal)
    checkpoint = folder.last_checkpoint()
    write_json(folder.file("progress.json"), {**folder.progress(), "phase": "loading the model"})
    use_threads(config.threads)
    rows, left_out, tokenizer = _rows(config)
    trainer = build_trainer(config, folder, rows["train"], rows["validation"], tokenizer, interruption)
    initial = _initial_loss(trainer, folder, checkpoint)
    _forget_after(folder, _step_of(checkpoint))
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    if interruption.asked:
        print("interrupted; a checkpoint is written")
        return INTERRUPTED
    write_json(folder.file("progress.json"), {**folder.progress(), "phase": "saving"})
    save_best(trainer, config, folder, tokenizer)
    result = {
        **summarise(trainer.state.log_history, initial),
        **parameters(trainer.model),
        "stopped": interruption.reason or "finished",
        "seconds": round(interruption.seconds(), 2),
        "left_out": left_out,
        "peak_memory_gb": peak_memory_gb(),
        "finished_at": time.time(),
    }
    write_json(folder.file("result.json"), result)
    return 0


def _rows(config: JobConfig) -> tuple[dict[str, list[Row]], dict[str, int], Any]:
    """The tokenised records by split, how many are left out for their length, and the tokenizer."""
    from ..models import load_tokenizer
    from .template import training_template

    tokenizer = load_tokenizer(config.model)
    records = {"train": read_records(Path(config.train)), "validation": read_records(Path(config.validation))}
    template = training_template(tokenizer, tools=has_tools([*records["train"], *records["validation"]]))
    rows, left_out = {}, {}
    for split, its_records in records.items():
        every = tokenise(its_records, tokenizer, template)
        rows[split] = keep_within(every, config.plan.max_length, split)
        left_out[split] = len(every) - len(rows[split])
        guard_signal(rows[split], split)
    return rows, left_out, tokenizer


def _initial_loss(trainer: Any, folder: JobFolder, checkpoint: Path | None) -> float:
    """Validation loss before the first step; remembered for a resumed job, whose model is no longer the first."""
    remembered = folder.file("initial.json")
    if checkpoint is not None and remembered.is_file():
        return float(json.loads(remembered.read_text(encoding="utf-8"))["validation_loss"])
    loss = float(trainer.evaluate()["eval_loss"])
    write_json(remembered, {"validation_loss": loss})
    return loss


def summarise(history: Sequence[dict[str, Any]], initial: float) -> dict[str, Any]:
    """The result's numbers from the trainer's log.

    The training loss is the mean over the logging interval that ends at or before the best step, so that it compares with the
    validation loss of the same model.
    """
    evaluations = [
        (entry["step"], entry["eval_loss"]) for entry in history if "eval_loss" in entry and entry["step"] > 0
    ]
    losses = [(entry["step"], entry["loss"]) for entry in history if "loss" in entry]
    best_step, best = min(evaluations, key=lambda pair: (pair[1], pair[0]))
    before = [loss for step, loss in losses if step <= best_step] or [loss for _, loss in losses]
    previous = evaluations[-2][1] if len(evaluations) > 1 else initial
    last_step, last = evaluations[-1]
    return {
        "best_step": best_step,
        "steps": max([last_step, *(step for step, _ in losses)]),
        "validation_loss": best,
        "initial_validation_loss": initial,
        "train_loss": before[-1] if before else None,
        "evaluations": [{"step": step, "validation_loss": loss} for step, loss in evaluations],
        "loss_still_falling": last_step == best_step and last < previous * (1 - STILL_FALLING),
    }


def _forget_after(folder: JobFolder, step: int) -> None:
    """Drop the metrics of steps that a resumed job will take again; without a checkpoint, all but the first evaluation."""
    if not folder.metrics.is_file():
        return
    lines = folder.metrics.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.endswith("}") and json.loads(line)["step"] <= step]
    folder.metrics.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def _step_of(checkpoint: Path | None) -> int:
    return int(checkpoint.name.split("-")[1]) if checkpoint else 0


def peak_memory_gb() -> float:
    """Largest memory of this process in GB: of the GPU where one is used, else resident memory."""
    import resource

    import torch

    if torch.cuda.is_available():
        return round(torch.cuda.max_memory_allocated() / 1e9, 3)
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9, 3)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
