"""What can be known about a training before anyone decides on it.

Owns: the measurement of step 05: token lengths and trainable tokens under the model's real chat template, memory by method,
seconds per epoch. It refuses data that would train on nothing. The decision is taken by `agents/policies/training.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import InputError, Problem
from ..contract import Measurement, Result, ToolContext
from ..data.records import read_records
from ..models import device, load_tokenizer
from .memory import Shape, memory_table, model_shape
from .probe import seconds_per_token
from .template import training_template
from .tokens import Row, guard_signal, has_tools, over_length, tokenise, without_signal

BATCHES = (1, 2, 4, 8, 16, 32, 64)
OVERHEAD = 1.35
"""Seconds per step over seconds of the bare passes: adapter, optimiser, padding. Measured on the starter model; an estimate."""


def measure(payload: None, context: ToolContext) -> Result:
    """Count tokens, memory and time for the dataset of this run and the model of this project.

    Raises:
        DataError: records that teach nothing (more than 1 % of them, or all), or that the template cannot write.
        InputError: a model or template that cannot be trained.
    """
    name, base = context.project.model, context.project_dir
    context.progress("reading the model's configuration", 0, 0)
    tokenizer = load_tokenizer(name, base)
    dataset = context.facts["dataset"]
    records = read_records(context.resolve(dataset["train"]["path"]))
    held = read_records(context.resolve(dataset["validation"]["path"]))
    template = training_template(tokenizer, tools=has_tools([*records, *held]))
    context.progress("counting tokens", 0, 0)
    train, validation = tokenise(records, tokenizer, template), tokenise(held, tokenizer, template)
    guard_signal(train, "training")
    guard_signal(validation, "validation")
    shape = model_shape(name, base)
    if shape.context == 0:
        raise InputError(
            "the model does not say how long its input may be", [Problem(name, "no max_position_embeddings")]
        )
    context.progress("trying a training step", 0, 0)
    times = seconds_per_token(name, train, shape.parameters, base)
    measurements = [
        *_tokens(train, validation, shape.context),
        *_model(shape, max(row.length for row in [*train, *validation])),
        *_time(times, train),
        Measurement("training.template", "own" if template is None else "trl", note="chat template used for training"),
    ]
    summary = (
        f"{len(train)} records, {_percentile(train, 0.5)} tokens each at the median, {_percentile(train, 1.0)} at most; "
        f"{_share(train):.0%} of the tokens are trained on"
    )
    return Result(measurements=measurements, summary=summary)


def _tokens(train: Sequence[Row], validation: Sequence[Row], context: int) -> list[Measurement]:
    both = [*train, *validation]
    template = "with the model's own tokenizer and chat template"
    return [
        Measurement("training.records", len(train), "records"),
        Measurement("training.validation_records", len(validation), "records"),
        Measurement("training.tokens_total", sum(row.length for row in train), "tokens", template),
        Measurement("training.tokens_p50", _percentile(both, 0.5), "tokens", template),
        Measurement("training.tokens_p95", _percentile(both, 0.95), "tokens", template),
        Measurement("training.tokens_max", _percentile(both, 1.0), "tokens", template),
        Measurement("training.trainable_tokens", sum(row.trainable for row in train), "tokens", "assistant's tokens"),
        Measurement("training.trainable_tokens_share", round(_share(train), 4), "share", "assistant's tokens of all"),
        Measurement("training.rows_without_signal", len(without_signal(both)), "records", "no assistant token at all"),
        Measurement("training.rows_over_context", len(over_length(both, context)), "records", f"over {context} tokens"),
    ]


def _model(shape: Shape, longest: int) -> list[Measurement]:
    width = 4 if device() == "cpu" else 2
    table = memory_table(shape, length=min(longest, shape.context), bytes_per_weight=width, batches=BATCHES)
    note = (
        "estimate by method and batch size, from the model's shape and the longest record; see tools/training/memory.py"
    )
    return [
        Measurement("training.model_parameters", shape.parameters, "parameters"),
        Measurement("training.model_context", shape.context, "tokens"),
        Measurement("training.model_shape", shape.as_dict(), note="from the model's configuration"),
        Measurement("training.memory_gb", table, "GB", note),
        Measurement("training.device", device(), note="where torch will train"),
    ]


def _time(times: dict[str, float], train: Sequence[Row]) -> list[Measurement]:
    if not times:
        return []
    tokens = sum(row.length for row in train)
    value = {precision: round(each * tokens * OVERHEAD, 2) for precision, each in times.items()}
    return [Measurement("training.seconds_per_epoch", value, "s", "estimate by precision, from two tried steps")]


def _percentile(rows: Sequence[Row], share: float) -> int:
    """Nearest-rank percentile of the lengths in tokens."""
    lengths = sorted(row.length for row in rows)
    return lengths[min(len(lengths) - 1, max(0, round(share * len(lengths)) - 1))]


def _share(rows: Sequence[Row]) -> float:
    return sum(row.trainable for row in rows) / max(1, sum(row.length for row in rows))
