"""A short try of forward and backward passes, to know what an epoch will take before anyone decides.

Owns: the timing. Models too large to load for a try are not probed; the policy then has no estimate and says so.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..models import device, load_model, require, use_threads
from .tokens import Row

LARGEST_ON_CPU = 300_000_000
"""Parameters above which a try on a CPU would itself take minutes."""
BATCH = 16


def seconds_per_token(model_name: str, rows: Sequence[Row], parameters: int, base: Path | None) -> dict[str, float]:
    """Seconds per token of training an adapter, by precision; empty where the model is too large to try.

    One batch of records of about median length is passed forward and backward, through frozen weights, as an adapter's training
    does; the best of two passes after a warm-up counts. The adapter's own work, the optimiser and padding come on top (see
    `preflight.OVERHEAD`).
    """
    if device() == "cpu" and parameters > LARGEST_ON_CPU:
        return {}
    torch = require("torch", "training")
    use_threads()
    model = load_model(model_name, dtype=torch.float32, base=base)
    model.requires_grad_(False)
    model.enable_input_require_grads()
    batch = _batch(rows, torch).to(model.device)
    times = {}
    for precision in ("float32", "bfloat16"):
        _step(model, batch, precision, torch)
        times[precision] = min(_step(model, batch, precision, torch) for _ in range(2)) / batch.numel()
    return times


def _batch(rows: Sequence[Row], torch: Any) -> Any:
    """BATCH records from the middle of the lengths, cut to the shortest of them; shape (records, tokens)."""
    middle = sorted(rows, key=lambda row: row.length)
    start = max(0, (len(middle) - BATCH) // 2)
    chosen = middle[start : start + BATCH]
    length = min(row.length for row in chosen)
    return torch.tensor([row.ids[:length] for row in chosen])


def _step(model: Any, batch: Any, precision: str, torch: Any) -> float:
    """Seconds of one forward and backward pass."""
    kind = model.device.type
    cast = torch.autocast(kind, dtype=torch.bfloat16) if precision == "bfloat16" else contextlib.nullcontext()
    start = time.perf_counter()
    with cast:
        loss = model(input_ids=batch, labels=batch, use_cache=False).loss
    loss.backward()
    if kind == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start
