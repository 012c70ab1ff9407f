"""TRL's trainer, set up for one job.

Owns: model and adapter, the trainer's arguments, batches of records of like length, and the callbacks that write metrics, stop
early, stop at the budget and stop on a signal. Called by `job.py` only, since everything here loads torch.
"""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...errors import MissingDependency
from ..models import explained, load_options, quiet
from .folder import JobConfig, JobFolder, write_json
from .plan import TrainingPlan
from .tokens import Row

LOGGED_POINTS = 60
"""Points of the training curve."""
PLAIN_ATTENTION_TOKENS = 512
"""Longest record for which plain attention is used on a CPU; its memory grows with the square of the length."""
MEGABATCH = 25
"""Batches that are sorted by length together: enough to need little padding, few enough to keep the order random."""


class Interruption:
    """Why and when a job has to end before its last step."""

    def __init__(self) -> None:
        self.asked = False
        self.reason = ""
        self.before = 0.0
        self.start = time.monotonic()

    def on_signal(self, number: int, frame: Any) -> None:
        """Signal handler: end at the next step with a checkpoint and no result."""
        self.asked = True

    def seconds(self) -> float:
        """Seconds of work, those of earlier attempts included."""
        return self.before + time.monotonic() - self.start


def build_trainer(
    config: JobConfig,
    folder: JobFolder,
    train: Sequence[Row],
    validation: Sequence[Row],
    tokenizer: Any,
    interruption: Interruption,
) -> Any:
    """The trainer, ready for `train()`."""
    from datasets import Dataset
    from transformers import set_seed
    from trl.trainer.sft_trainer import SFTTrainer

    class LengthAwareTrainer(SFTTrainer):
        """TRL's trainer with batches of like length in an order that depends on seed and epoch only."""

        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            return LengthBatches([row.length for row in train], config.plan.records_per_step, config.plan.seed)

        def create_model_card(self, *args: Any, **kwargs: Any) -> None:
            """No card per checkpoint: the step of the MLOps engineer writes the one that counts."""

    set_seed(config.plan.seed)
    interruption.before = float(folder.progress().get("seconds", 0.0)) if folder.last_checkpoint() else 0.0
    steps = math.ceil(len(train) / config.plan.records_per_step) * config.plan.epochs
    by_length = sorted(validation, key=lambda row: row.length)
    return LengthAwareTrainer(
        model=_model(config),
        args=_arguments(config, folder, steps),
        train_dataset=_dataset(Dataset, train),
        eval_dataset=_dataset(Dataset, by_length),
        processing_class=tokenizer,
        peft_config=_adapter(config.plan),
        callbacks=[_callback(config, folder, interruption)],
    )


def _dataset(kind: Any, rows: Sequence[Row]) -> Any:
    """Already tokenised and labelled: TRL takes `labels` as they are."""
    return kind.from_dict({"input_ids": [row.ids for row in rows], "labels": [row.labels for row in rows]})


def _model(config: JobConfig) -> Any:
    """The base model: float32 where it is trained or the plan says so, else bfloat16, in 4 bits for QLoRA.

    On a CPU and for short records, plain attention is used: PyTorch's fused kernel for CPUs took a third of each bfloat16 step of
    the starter model where the plain one took a sixth.
    """
    import torch
    from transformers import AutoModelForCausalLM

    plan = config.plan
    frozen_half = plan.method != "full" and plan.precision == "bfloat16"
    options: dict[str, Any] = {"dtype": torch.bfloat16 if frozen_half else torch.float32}
    if plan.method == "qlora":
        options = {"dtype": torch.bfloat16, "quantization_config": _four_bit(), "device_map": {"": config.device}}
    if config.device == "cpu" and plan.precision == "bfloat16" and plan.max_length <= PLAIN_ATTENTION_TOKENS:
        options["attn_implementation"] = "eager"
    with explained(config.model, "weights"), quiet():
        return AutoModelForCausalLM.from_pretrained(
            config.model, use_safetensors=True, **options, **load_options(config.model)
        )


def _four_bit() -> Any:
    """NF4 with doubly quantised constants, computing in bfloat16 (Dettmers et al. 2023, QLoRA)."""
    import importlib.util

    import torch
    from transformers import BitsAndBytesConfig

    if importlib.util.find_spec("bitsandbytes") is None:
        raise MissingDependency("bitsandbytes is not installed", next_action="pip install 'tuneguild[qlora]'")
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def _adapter(plan: TrainingPlan) -> Any:
    """The adapter's configuration; None for full fine-tuning."""
    from peft import LoraConfig

    if plan.method == "full":
        return None
    return LoraConfig(
        r=plan.lora_rank,
        lora_alpha=plan.lora_alpha,
        lora_dropout=plan.lora_dropout,
        target_modules=plan.target_modules,
        bias="none",
        task_type="CAUSAL_LM",
    )


def _arguments(config: JobConfig, folder: JobFolder, steps: int) -> Any:
    """TRL's arguments: no network, no trackers, no progress bars; one checkpoint per evaluation, best and last kept."""
    from trl.trainer.sft_config import SFTConfig

    plan = config.plan
    every = max(1, math.ceil(steps / plan.epochs / plan.evaluations_per_epoch))
    return SFTConfig(
        output_dir=str(folder.checkpoints),
        per_device_train_batch_size=plan.batch_size,
        per_device_eval_batch_size=plan.batch_size,
        gradient_accumulation_steps=plan.gradient_accumulation,
        num_train_epochs=plan.epochs,
        learning_rate=plan.learning_rate,
        lr_scheduler_type={"constant": "constant_with_warmup"}.get(plan.scheduler, plan.scheduler),
        warmup_steps=math.ceil(plan.warmup_ratio * steps),
        weight_decay=plan.weight_decay,
        max_grad_norm=plan.max_grad_norm,
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        bf16=plan.precision == "bfloat16" or plan.method == "qlora",
        gradient_checkpointing=plan.gradient_checkpointing,
        use_cpu=config.device == "cpu",
        seed=plan.seed,
        data_seed=plan.seed,
        eval_strategy="steps",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        # With a limit of 1 the trainer deletes, at its end, every checkpoint but the best: also the one of an interruption.
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        logging_strategy="steps",
        logging_steps=max(1, steps // LOGGED_POINTS),
        report_to="none",
        disable_tqdm=True,
        dataloader_num_workers=0,
        dataloader_pin_memory=config.device == "cuda",
        push_to_hub=False,
    )


class LengthBatches:
    """A sampler whose consecutive `batch` indices have like lengths: random, then sorted within each MEGABATCH of batches.

    The order depends on seed and epoch alone, so that a resumed job sees the records in the order of an unbroken one.
    """

    def __init__(self, lengths: Sequence[int], batch: int, seed: int) -> None:
        self.lengths, self.batch, self.seed, self.epoch = lengths, batch, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the trainer when an epoch starts."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.lengths)

    def __iter__(self) -> Iterator[int]:
        import numpy

        order = numpy.random.default_rng([self.seed, self.epoch])
        mixed = order.permutation(len(self.lengths)).tolist()
        span = self.batch * MEGABATCH
        batches, short = [], []
        for start in range(0, len(mixed), span):
            ordered = sorted(mixed[start : start + span], key=lambda index: -self.lengths[index])
            for at in range(0, len(ordered), self.batch):
                group = ordered[at : at + self.batch]
                (batches if len(group) == self.batch else short).append(group)
        # A batch of fewer records must come last, or every later batch would mix two groups.
        for position in order.permutation(len(batches)):
            yield from batches[position]
        for group in short:
            yield from group


def _callback(config: JobConfig, folder: JobFolder, interruption: Interruption) -> Any:
    """The callback that writes metrics and progress, and ends the training early."""
    from transformers import TrainerCallback

    class Watch(TrainerCallback):
        last_loss: float | None = None

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
            if not logs or ("loss" not in logs and "eval_loss" not in logs):
                return
            self.last_loss = logs.get("loss", self.last_loss)
            line = {
                "step": state.global_step,
                "epoch": round(state.epoch or 0.0, 4),
                "loss": logs.get("loss"),
                "learning_rate": logs.get("learning_rate"),
                "validation_loss": logs.get("eval_loss"),
                "seconds": round(interruption.seconds(), 2),
            }
            with folder.metrics.open("a", encoding="utf-8") as handle:
                handle.write(json.dumps(line) + "\n")

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            self._tell(state)
            if interruption.asked:
                control.should_save = control.should_training_stop = True
            elif folder.stop.exists() or interruption.seconds() > config.budget_seconds:
                interruption.reason = "stopped" if folder.stop.exists() else "budget"
                control.should_evaluate = control.should_save = control.should_training_stop = True

        def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            losses = [entry["eval_loss"] for entry in state.log_history if "eval_loss" in entry and entry["step"] > 0]
            patience = config.plan.early_stopping_patience
            if patience and losses and len(losses) - 1 - losses.index(min(losses)) >= patience:
                interruption.reason = interruption.reason or "early"
                control.should_training_stop = True

        def _tell(self, state: Any) -> None:
            value = {
                "phase": "training",
                "step": state.global_step,
                "total": state.max_steps,
                "epoch": round(state.epoch or 0.0, 3),
                "loss": self.last_loss,
                "validation_loss": state.best_metric,
                "seconds": round(interruption.seconds(), 2),
            }
            write_json(folder.file("progress.json"), value)

    return Watch()


def parameters(model: Any) -> dict[str, int]:
    """All parameters, and those that were trained."""
    counts = [(parameter.numel(), parameter.requires_grad) for parameter in model.parameters()]
    return {
        "parameters": sum(count for count, _ in counts),
        "trainable_parameters": sum(count for count, trained in counts if trained),
    }


def save_best(trainer: Any, config: JobConfig, folder: JobFolder, tokenizer: Any) -> Path:
    """Write the best model to best/: the adapter, or for full fine-tuning the model with its tokenizer."""
    fresh = folder.file("best.new")
    shutil.rmtree(fresh, ignore_errors=True)
    with quiet():
        trainer.model.save_pretrained(str(fresh))
    if config.plan.method == "full":
        tokenizer.save_pretrained(str(fresh))
    shutil.rmtree(folder.best, ignore_errors=True)
    fresh.rename(folder.best)
    return folder.best
