"""The fine-tuning specialist's rules: method from memory and capacity, length from the data, time from the budget.

Every parameter cites what it rests on. The measurements are taken by `tools/training/preflight.py`; the plan is executed as it
stands by `tools/training/run.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..decision import Alternative, Briefing, Evidence, Proposal

SMALL_MODEL = 50_000_000
"""Parameters below which the knowledge base's rate for small models applies."""
LARGE_MODEL = 13_000_000_000
"""Parameters above which QLoRA's authors halve the rate (knowledge record lora-learning-rate)."""
FEW_RECORDS = 100
"""Records below which the batch is halved (knowledge record batch-size-small-data)."""
MEMORY_SHARE = 0.9
"""Share of the memory that an estimate may fill; the framework takes the rest."""
BUDGET_SHARE = 0.8
"""Share of the budget that the estimated epochs may fill; loading and evaluation take the rest."""
SIGNAL_LIMIT = 0.01
"""As the guard of `tools/training/tokens.py`: more rows than this without signal, or too long, are a fault of the data."""
BITS_PER_PARAMETER = 2
"""What an adapter's parameter can store, against about one bit per trained token (LoRA Without Regret, on capacity)."""
RANKS = (16, 32, 64, 128)
FASTER = 1.15
"""bfloat16 on a CPU has to be this much faster than float32 to be worth its rounding."""
UNREAL = 1e9


@dataclass(frozen=True)
class Fit:
    """How a method fits into memory."""

    method: str
    batch: int
    checkpointing: bool
    gigabytes: float


def propose(briefing: Briefing) -> Proposal:
    """A plan with evidence per parameter, or "stop" with the reason."""
    reason = _reason_to_stop(briefing)
    fit = _fit(briefing)
    if fit is None and reason is None:
        reason = ("training.memory_gb", "no method fits into the memory of this machine")
    plan, evidence = _plan(briefing, fit or Fit("lora", 1, True, 0.0))
    if reason is not None:
        return _stop(briefing, plan, reason)
    method = plan["method"]
    parameters, records = briefing.measured("training.model_parameters", 0), briefing.measured("training.records", 0)
    rationale = (
        f"{method} on {parameters:,} parameters with {records} records of at most "
        f"{briefing.measured('training.tokens_max', 0)} tokens: {plan['epochs']} epochs in batches of "
        f"{plan['batch_size'] * plan['gradient_accumulation']} at a rate of {plan['learning_rate']:g}; "
        f"about {fit.gigabytes if fit else 0:.2f} GB{_duration(briefing, plan)}."
    )
    return Proposal(
        choice=method,
        payload=plan,
        rationale=rationale,
        evidence=evidence,
        alternatives=_alternatives(method),
        confidence=_confidence(briefing, plan),
    )


def _reason_to_stop(briefing: Briefing) -> tuple[str, str] | None:
    """(measurement, reason) where no plan can help."""
    rows = briefing.measured("training.records", 0) + briefing.measured("training.validation_records", 0)
    if briefing.measured("training.trainable_tokens", 1) == 0:
        return "training.trainable_tokens", "no token of the training records would be learned"
    if rows and briefing.measured("training.rows_without_signal", 0) > SIGNAL_LIMIT * rows:
        return "training.rows_without_signal", "too many records hold nothing to learn"
    if rows and briefing.measured("training.rows_over_context", 0) > SIGNAL_LIMIT * rows:
        return "training.rows_over_context", "too many records are longer than the model can read"
    return None


def _fit(briefing: Briefing) -> Fit | None:
    """The first of lora, lora with recomputed activations, qlora that fits; full where an adapter is too small and full fits."""
    table: dict[str, dict[str, float]] = briefing.measured("training.memory_gb") or {}
    limit = _memory(briefing) * MEMORY_SHARE
    batch = _records_per_step(briefing)
    order = ["lora", "qlora"] if briefing.measured("training.device") == "cuda" else ["lora"]
    if _capacity_rank(briefing) is None:
        order.insert(0, "full")
    for method in order:
        found = _largest_batch(table.get(method, {}), method, limit, batch)
        if found is not None:
            return found
    return None if table else Fit("lora", batch, False, 0.0)


def _largest_batch(row: dict[str, float], method: str, limit: float, wanted: int) -> Fit | None:
    sizes = [size for size in (16, 8, 4, 2, 1) if size <= wanted]
    for size in sizes:
        if row.get(str(size), UNREAL) <= limit:
            return Fit(method, size, False, row[str(size)])
    if row.get("checkpointed", UNREAL) <= limit:
        return Fit(method, 1, True, row["checkpointed"])
    return None


def _memory(briefing: Briefing) -> float:
    """GB that training may use: of the GPU where it trains there, else of the machine."""
    name = "hardware.gpu_memory_gb" if briefing.measured("training.device") == "cuda" else "hardware.memory_gb"
    value = briefing.measured(name)
    return float(value) if value else UNREAL


def _capacity_rank(briefing: Briefing) -> int | None:
    """The smallest rank whose adapter can hold the trained tokens; None where rank 128 cannot."""
    shape = briefing.measured("training.model_shape") or {}
    width, tokens = shape.get("linear_dimensions", 0), briefing.measured("training.trainable_tokens", 0)
    first = briefing.number("lora-rank-and-alpha", "rank", RANKS[0])
    ranks = [first, *(rank for rank in RANKS if rank > first)]
    return next((rank for rank in ranks if not width or BITS_PER_PARAMETER * rank * width >= tokens), None)


def _records_per_step(briefing: Briefing) -> int:
    usual = int(briefing.number("batch-size-small-data", "batch_size", 16))
    usual = min(usual, int(briefing.number("lora-large-batch-penalty", "effective_batch_max", 32)))
    return max(1, usual // 2) if briefing.measured("training.records", 0) < FEW_RECORDS else usual


def _plan(briefing: Briefing, fit: Fit) -> tuple[dict[str, Any], list[Evidence]]:
    """The payload and the evidence for each of its fields."""
    know, measured = briefing.from_knowledge, briefing.from_measurement
    rank = _capacity_rank(briefing) or RANKS[-1]
    ratio = briefing.number("lora-rank-and-alpha", "alpha", 32) / briefing.number("lora-rank-and-alpha", "rank", 16)
    per_step = _records_per_step(briefing)
    precision = _precision(briefing)
    epochs, why_epochs = _epochs(briefing, precision)
    records = briefing.measured("training.records", 0)
    model = str(briefing.project.get("model", "starter"))
    rows: list[tuple[str, Any, Evidence]] = [
        ("method", fit.method, measured("training.memory_gb", "method", f"{fit.gigabytes:g} GB by estimate")),
        ("base_model", model, briefing.from_user("model", model, "base_model")),
        ("lora_rank", rank, know("lora-rank-and-alpha", "lora_rank", "enough for the trained tokens")),
        ("lora_alpha", round(rank * ratio), know("lora-rank-and-alpha", "lora_alpha")),
        ("lora_dropout", *_dropout(briefing)),
        ("target_modules", "all-linear", know("lora-all-linear-layers", "target_modules")),
        ("learning_rate", _learning_rate(briefing, fit.method), know("lora-learning-rate", "learning_rate")),
        ("epochs", epochs, why_epochs),
        ("batch_size", fit.batch, measured("training.memory_gb", "batch_size", "the largest that fits")),
        (
            "gradient_accumulation",
            max(1, per_step // fit.batch),
            know("batch-size-small-data", "gradient_accumulation"),
        ),
        (
            "warmup_ratio",
            briefing.number("warmup-and-schedule", "warmup_ratio", 0.03),
            know("warmup-and-schedule", "warmup_ratio"),
        ),
        ("scheduler", "cosine", know("warmup-and-schedule", "scheduler")),
        ("weight_decay", _weight_decay(briefing, fit.method), know("weight-decay-for-adapters", "weight_decay")),
        ("max_grad_norm", _clipping(briefing, fit.method), know("gradient-clipping-norm", "max_grad_norm")),
        ("max_length", _length(briefing), measured("training.tokens_max", "max_length", "the longest record fits")),
        (
            "early_stopping_patience",
            int(briefing.number("epochs-and-early-stopping", "patience", 2)),
            know("epochs-and-early-stopping", "early_stopping_patience"),
        ),
        ("evaluations_per_epoch", _evaluations(records), know("epochs-and-early-stopping", "evaluations_per_epoch")),
        ("precision", precision, _why_precision(briefing)),
        (
            "gradient_checkpointing",
            fit.checkpointing,
            measured("training.memory_gb", "gradient_checkpointing", "only where nothing else fits"),
        ),
        ("seed", briefing.project.get("seed", 7), briefing.from_user("seed", briefing.project.get("seed", 7), "seed")),
    ]
    evidence = [know("lora-vs-full"), know("assistant-only-loss"), measured("training.trainable_tokens_share")]
    return {name: value for name, value, _ in rows}, [*evidence, *(item for _, _, item in rows)]


def _weight_decay(briefing: Briefing, method: str) -> float:
    full = method == "full"
    return float(
        briefing.number("weight-decay-for-adapters", "weight_decay_full" if full else "weight_decay_lora", 0.0)
    )


def _clipping(briefing: Briefing, method: str) -> float:
    quantised = method == "qlora"
    return float(
        briefing.number("gradient-clipping-norm", "max_grad_norm_qlora" if quantised else "max_grad_norm", 1.0)
    )


def _dropout(briefing: Briefing) -> tuple[float, Evidence]:
    """None on a CPU: drawing the masks took a sixth of each step of the starter model, and little is expected of them."""
    if briefing.measured("training.device") == "cpu":
        note = "0 on a CPU: it would take a sixth of each step, and the record expects little of it"
        return 0.0, briefing.from_knowledge("lora-dropout", "lora_dropout", note)
    return float(briefing.number("lora-dropout", "dropout", 0.05)), briefing.from_knowledge(
        "lora-dropout", "lora_dropout"
    )


def _learning_rate(briefing: Briefing, method: str) -> float:
    parameters = briefing.measured("training.model_parameters", 0)
    rate = float(briefing.number("lora-learning-rate", "learning_rate", 2e-4))
    if parameters < SMALL_MODEL:
        rate = float(briefing.number("lora-learning-rate", "learning_rate_small_model", 2e-3))
    elif parameters > LARGE_MODEL:
        rate /= 2
    return (
        rate / briefing.number("lora-learning-rate", "factor_over_full_fine_tuning", 10) if method == "full" else rate
    )


def _epochs(briefing: Briefing, precision: str) -> tuple[int, Evidence]:
    """The usual number, more after a run whose loss was still falling, never more than the budget holds."""
    small = briefing.measured("training.model_parameters", SMALL_MODEL) < SMALL_MODEL
    epochs = int(briefing.number("epochs-and-early-stopping", "epochs_small_model" if small else "epochs", 3))
    why = briefing.from_knowledge("epochs-and-early-stopping", "epochs")
    earlier = [plan["epochs"] for plan in _earlier_plans(briefing)]
    if earlier and briefing.measured("training.loss_still_falling"):
        epochs = max(epochs, earlier[-1] + max(2, earlier[-1] // 2))
        why = briefing.from_measurement("training.loss_still_falling", "epochs", "the last attempt ended too soon")
    each = (briefing.measured("training.seconds_per_epoch") or {}).get(precision)
    if each:
        affordable = int(float(briefing.project["budget"]["minutes"]) * 60 * BUDGET_SHARE / each)
        if affordable < epochs:
            note = f"{max(1, affordable)} epochs fit into the budget"
            return max(1, affordable), briefing.from_measurement("training.seconds_per_epoch", "epochs", note)
    return epochs, why


def _earlier_plans(briefing: Briefing) -> list[dict[str, Any]]:
    return [
        decision["payload"]
        for decision in briefing.decisions
        if decision.get("step") == briefing.step and "epochs" in decision.get("payload", {})
    ]


def _length(briefing: Briefing) -> int:
    """The longest record, rounded up to eight tokens, within the model's context."""
    longest = max(8, math.ceil(briefing.measured("training.tokens_max", 1024) / 8) * 8)
    return min(longest, briefing.measured("training.model_context", longest))


def _evaluations(records: int) -> int:
    return 1 if records < 2000 else 2 if records < 10_000 else 4


def _precision(briefing: Briefing) -> str:
    if briefing.measured("training.device") == "cuda":
        return "bfloat16"
    times = briefing.measured("training.seconds_per_epoch") or {}
    faster = times.get("bfloat16", UNREAL) * FASTER < times.get("float32", 0.0)
    return "bfloat16" if faster else "float32"


def _why_precision(briefing: Briefing) -> Evidence:
    if briefing.measured("training.device") == "cuda":
        return briefing.from_measurement("training.device", "precision", "the usual format on a GPU")
    return briefing.from_measurement("training.seconds_per_epoch", "precision", "bfloat16 only where clearly faster")


def _duration(briefing: Briefing, plan: dict[str, Any]) -> str:
    each = (briefing.measured("training.seconds_per_epoch") or {}).get(plan["precision"])
    return f", about {each * plan['epochs']:.0f} s" if each else ""


def _confidence(briefing: Briefing, plan: dict[str, Any]) -> float:
    """Lower without a time estimate, with few records, or with parameters that nothing supports."""
    timed = bool(briefing.measured("training.seconds_per_epoch"))
    enough = briefing.measured("training.records", 0) >= FEW_RECORDS
    return round(0.9 - 0.1 * (not timed) - 0.2 * (not enough) - 0.1 * plan["gradient_checkpointing"], 2)


REASONS = {
    "lora": "an adapter holds the task and leaves the base model as it is",
    "qlora": "a base model in 16 bits or more fits into memory, and each of its steps is faster",
    "full": "the records do not exceed what an adapter can hold, and full tuning forgets more",
    "stop": "the data give a signal and the model fits",
}


def _alternatives(method: str) -> list[Alternative]:
    reasons = {**REASONS, "lora": "no adapter on a 16-bit base fits, or none could hold the data"}
    return [Alternative(choice=name, why_not=why) for name, why in reasons.items() if name != method]


def _stop(briefing: Briefing, plan: dict[str, Any], reason: tuple[str, str]) -> Proposal:
    identifier, text = reason
    why = f"training would only look like training: {text}"
    return Proposal(
        choice="stop",
        payload=plan,
        rationale=f"Do not train: {text} ({identifier} = {briefing.measured(identifier)}).",
        evidence=[briefing.from_measurement(identifier), briefing.from_knowledge("zero-signal-training")],
        alternatives=[Alternative(choice=name, why_not=why) for name in ("lora", "qlora", "full")],
        confidence=0.95,
    )
