"""General ability: mean loss on ordinary text, before and after tuning. What rises here was forgotten.

A user's own text (`data.general`) or the text that ships with the starter model; never a training record.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from ...errors import InputError, Problem
from ...settings import STARTER_MODEL
from ..contract import ToolContext

WINDOW = 256
"""Tokens of a window; shorter where the model's context is."""
MAX_WINDOWS = 64
"""Windows that are measured, spread evenly over the text: about 16,000 tokens, which a small model reads in seconds."""
BATCH = 8


def general_text(context: ToolContext) -> str:
    """The text on which general ability is watched.

    Raises:
        InputError: the project's file is missing or empty.
    """
    named = context.project.data.general
    path = context.project_dir / named if named else STARTER_MODEL / "general.txt"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if not text.strip():
        problem = Problem(
            str(named or path), "no text" if path.is_file() else "no such file", expected="plain text, UTF-8"
        )
        raise InputError(
            "general ability cannot be measured", [problem], next_action="see data.general in project.yaml"
        )
    return text


def mean_loss(model: Any, tokenizer: Any, text: str, *, context_length: int | None, adapter: bool = True) -> float:
    """Mean negative log-likelihood of the text's tokens.

    Args:
        model: a transformers causal language model; with a peft adapter, see `adapter`.
        tokenizer: its tokenizer.
        text: plain text.
        context_length: positions of the model, or None.
        adapter: False measures the base model below a peft adapter.

    Returns:
        nats/token; the first token of each window is not predicted.

    Raises:
        InputError: the text has fewer than two tokens.
    """
    import torch

    rows = windows(
        tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"], context_length, tokenizer.bos_token_id
    )
    if not rows:
        raise InputError("general ability cannot be measured", [Problem("data.general", "the text is too short")])
    total, count = 0.0, 0
    with torch.inference_mode(), nullcontext() if adapter else model.disable_adapter():
        for start in range(0, len(rows), BATCH):
            loss, tokens = _loss(model, rows[start : start + BATCH])
            total, count = total + loss, count + tokens
    return total / count


def windows(ids: list[int], context_length: int | None, first: int | None) -> list[list[int]]:
    """Windows of equal length, spread evenly over the text; each begins with the token `first` where the model has one."""
    size = min(WINDOW, context_length or WINDOW) - (first is not None)
    starts = list(range(0, len(ids) - size + 1, size)) or ([0] if len(ids) > 1 else [])
    if len(starts) > MAX_WINDOWS:
        starts = [starts[place * len(starts) // MAX_WINDOWS] for place in range(MAX_WINDOWS)]
    head = [first] if first is not None else []
    return [head + ids[start : start + size] for start in starts]


def _loss(model: Any, rows: list[list[int]]) -> tuple[float, int]:
    """Summed loss and number of predicted tokens of rows of equal length."""
    import torch

    batch = torch.tensor(rows, device=model.device)
    logits = model(input_ids=batch, use_cache=False).logits[:, :-1].float()
    loss = torch.nn.functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), batch[:, 1:].reshape(-1), reduction="sum"
    )
    return float(loss), batch[:, 1:].numel()
