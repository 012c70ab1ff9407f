"""Putting a split to a model: load it, generate, score, and keep what came of each turn.

Owns the way from records and a prompt to scores on disk, the same for the baseline, the serving prompt and the tuned model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import InputError, Problem
from .. import models
from ..contract import ToolContext, file_sha256
from ..data.records import Record, read_records
from .generation import generate
from .parsing import require_format
from .prompts import Prompt
from .scoring import TurnScore, score_turn
from .turns import has_calls, turns_of


@dataclass(frozen=True)
class Examinee:
    """A loaded model with the format in which it writes calls.

    Attributes:
        model: in evaluation mode, adapter attached where there is one.
        tokenizer: with a chat template.
        format: call format, or None where no record calls a tool.
    """

    model: Any
    tokenizer: Any
    format: str | None


def load_examinee(
    context: ToolContext, records: Sequence[Record], training: Mapping[str, Any] | None = None
) -> Examinee:
    """The project's model, tuned where `training` (the fact of step 05) says so.

    Raises:
        InputError: the model cannot be loaded, or its template writes no calls though the records hold some.
    """
    name, base, adapter = context.project.model, context.project_dir, None
    if training:
        name = training.get("base_model") or name
        if training.get("model"):
            name = str(context.resolve(training["model"]))
        adapter = context.resolve(training["adapter"]) if training.get("adapter") else None
    models.use_threads()
    loaded = models.load(name, adapter=adapter, base=base)
    if adapter is not None and loaded.device == "cpu":
        # In float32 adding the adapter to the weights changes nothing that matters, and saves a third of the time.
        loaded.model.merge_adapter()
    tokenizer = loaded.tokenizer
    format = require_format(tokenizer, name) if has_calls(records) else None
    return Examinee(loaded.model, tokenizer, format)


def examine(
    examinee: Examinee, records: Sequence[Record], prompt: Prompt, context: ToolContext, *, split: str, label: str
) -> list[TurnScore]:
    """Scores of every turn; answers are kept in the call's own folder, so that an interrupted evaluation goes on.

    Args:
        examinee: the model.
        records: the split's records.
        prompt: put before each conversation.
        context: whose workdir keeps the answers.
        split: names the file of kept answers.
        label: for the progress hook.
    """
    turns = turns_of(records)
    answers = generate(
        examinee.model,
        examinee.tokenizer,
        turns,
        prompt,
        kept=context.workdir / f"answers-{split}-{prompt.id}.jsonl",
        progress=context.progress,
        label=label,
    )
    return [
        score_turn(turn, answers[turn.id].output, examinee.format, too_long=answers[turn.id].too_long) for turn in turns
    ]


def split_records(context: ToolContext, name: str) -> list[Record]:
    """The records of a frozen split (`test`, `dev` or `pool`); none where there is no such split.

    Raises:
        InputError: the file is not what was frozen.
    """
    entry = (context.facts.get("held_out") or {}).get(name)
    if not entry or not entry.get("n"):
        return []
    path = context.resolve(entry["path"])
    if path.is_file() and file_sha256(path) != entry["sha256"]:
        problem = Problem(
            entry["path"], "changed after it was frozen", found=file_sha256(path), expected=entry["sha256"]
        )
        raise InputError(f"the {name} records are not those that were frozen", [problem], next_action="start a new run")
    return read_records(path)


def save_scores(path: Path, scores: Sequence[TurnScore]) -> None:
    """Write scores as JSON lines, one turn each, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(
        "".join(json.dumps(score.as_dict(), ensure_ascii=False) + "\n" for score in scores), encoding="utf-8"
    )
    part.replace(path)


def load_scores(path: Path) -> list[TurnScore]:
    """Scores written by `save_scores`."""
    return [TurnScore(**json.loads(line)) for line in path.read_text(encoding="utf-8").split("\n") if line]
