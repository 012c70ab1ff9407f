"""Greedy generation of many turns: prompts written and batched by likeness, finished batches kept on disk.

Owns: from a turn's messages to the model's words. Decoding a batch is in `decoding.py`, what the words are worth in `scoring.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import InputError, Problem
from ..contract import ProgressHook, silent
from . import decoding
from .prompts import Prompt, apply_prompt
from .turns import Turn

SLACK = 1.25
SLACK_TOKENS = 16
"""An output may be this much longer than the longest expected one before it is cut: room for another format or more words."""
BATCH_CPU, BATCH_GPU = 16, 64
"""Turns per batch. On a CPU small batches stay in its cache and hold less padding; 16 was the fastest of 4 to 32."""


@dataclass(frozen=True)
class Answer:
    """What a model wrote for a turn.

    Attributes:
        turn: the turn's id.
        output: its words, without the mark that ends the turn.
        ended: whether the model ended its turn itself.
        too_long: the prompt does not fit in the model's context, so nothing was generated.
    """

    turn: str
    output: str
    ended: bool
    too_long: bool = False


@dataclass(frozen=True)
class Request:
    """A turn as the model gets it.

    Attributes:
        turn: the turn.
        ids: token ids of the prompt.
        draft: token ids of the expected answer, with its end mark; they save time and change nothing (`decoding.py`).
    """

    turn: Turn
    ids: list[int]
    draft: list[int]

    @property
    def key(self) -> str:
        """Hash of the prompt, under which its answer is kept."""
        return hashlib.sha256(" ".join(map(str, self.ids)).encode()).hexdigest()[:16]


def generate(
    model: Any,
    tokenizer: Any,
    turns: Sequence[Turn],
    prompt: Prompt,
    *,
    kept: Path | None = None,
    batch_size: int | None = None,
    progress: ProgressHook = silent,
    label: str = "generating",
) -> dict[str, Answer]:
    """Let the model answer every turn, greedily.

    Args:
        model: a transformers causal language model in evaluation mode.
        tokenizer: its tokenizer, with a chat template.
        turns: what to answer.
        prompt: system text and shots put before each conversation.
        kept: JSON-lines file of finished answers: those in it are not generated again, new ones are appended batch by batch.
        batch_size: turns per batch; by default 16 on a CPU, 64 on a GPU.
        progress: told after each batch.
        label: for the progress hook.

    Returns:
        The answer of each turn by its id.
    """
    requests = encode_turns(tokenizer, turns, prompt)
    answers = _read_kept(kept, requests) if kept else {}
    limit, room = output_limit(requests), context_length(model)
    for request in requests:
        if room is not None and len(request.ids) + limit > room and request.turn.id not in answers:
            answers[request.turn.id] = Answer(request.turn.id, "", ended=False, too_long=True)
    ends = end_ids(model, tokenizer)
    size = batch_size or (BATCH_GPU if model.device.type == "cuda" else BATCH_CPU)
    progress(label, len(answers), len(turns))
    for batch in batches([request for request in requests if request.turn.id not in answers], size):
        fresh = _generate_batch(model, tokenizer, batch, limit, ends)
        if kept:
            _keep(kept, batch, fresh)
        answers |= {answer.turn: answer for answer in fresh}
        progress(label, len(answers), len(turns))
    return answers


def encode_turns(tokenizer: Any, turns: Sequence[Turn], prompt: Prompt) -> list[Request]:
    """Token ids of each turn's prompt and expected answer, written with the model's own chat template.

    Raises:
        InputError: the template cannot write a conversation.
    """
    if not turns:
        return []
    prompts, drafts = [], []
    for turn in turns:
        messages = apply_prompt(turn.messages, prompt)
        begun = _written(tokenizer, turn, messages, add_generation_prompt=True)
        whole = _written(tokenizer, turn, [*messages, _expected_message(turn)], add_generation_prompt=False)
        prompts.append(begun)
        drafts.append(whole[len(begun) :].rstrip("\n") if whole.startswith(begun) else "")
    ids, drafted = (tokenizer(texts, add_special_tokens=False)["input_ids"] for texts in (prompts, drafts))
    return [Request(*parts) for parts in zip(turns, ids, drafted, strict=True)]


def _written(tokenizer: Any, turn: Turn, messages: list[dict[str, Any]], *, add_generation_prompt: bool) -> str:
    from jinja2 import TemplateError

    try:
        return tokenizer.apply_chat_template(
            messages, tools=turn.tools or None, add_generation_prompt=add_generation_prompt, tokenize=False
        )
    except (TemplateError, TypeError, ValueError) as failure:
        first = str(failure).strip().split("\n")[0][:200]
        raise InputError(
            "the model's chat template cannot write a conversation",
            [Problem(turn.record, first)],
            next_action="use a model whose template takes these roles, or take the record out",
        ) from failure


def _expected_message(turn: Turn) -> dict[str, Any]:
    calls = [{"type": "function", "function": call.as_dict()} for call in turn.calls]
    return {"role": "assistant", "content": turn.text, **({"tool_calls": calls} if calls else {})}


def output_limit(requests: Sequence[Request]) -> int:
    """New tokens allowed: those of the longest expected turn, with slack."""
    longest = max((len(request.draft) for request in requests), default=0)
    return int(longest * SLACK) + SLACK_TOKENS


def context_length(model: Any) -> int | None:
    """Positions of the model, None where its configuration does not say."""
    config = model.config.get_text_config() if hasattr(model.config, "get_text_config") else model.config
    return getattr(config, "max_position_embeddings", None)


def end_ids(model: Any, tokenizer: Any) -> list[int]:
    """Tokens that end a turn: the model's own, the tokenizer's, and the mark that the template writes after an answer."""
    named = model.generation_config.eos_token_id
    found = set(named if isinstance(named, list) else [named]) | {tokenizer.eos_token_id, _template_end(tokenizer)}
    return sorted(token for token in found if token is not None)


def _template_end(tokenizer: Any) -> int | None:
    """The added token that the template writes right after an assistant's words."""
    messages = [{"role": "user", "content": "zzquestion"}, {"role": "assistant", "content": "zzanswer"}]
    text = tokenizer.apply_chat_template(messages, tokenize=False)
    after = tokenizer(text[text.rfind("zzanswer") + len("zzanswer") :], add_special_tokens=False)["input_ids"]
    marks = set(tokenizer.get_added_vocab().values())
    return after[0] if after and after[0] in marks else None


def batches(requests: Sequence[Request], size: int) -> Iterator[list[Request]]:
    """Batches of like requests: those that begin alike together where there are enough of them, then by length, longest first.

    The longest come first, so that a machine without enough memory fails at once and the progress never slows down.
    """
    beginnings = Counter(_beginning(request) for request in requests)

    def place(request: Request) -> tuple[Any, ...]:
        beginning = _beginning(request)
        alike = beginning if beginnings[beginning] >= size // 2 else ()
        return (alike, -len(request.ids), request.turn.id)

    ordered = sorted(requests, key=place)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def _beginning(request: Request) -> tuple[int, ...]:
    return tuple(request.ids[: 2 * decoding.PREFIX_MIN])


def _generate_batch(model: Any, tokenizer: Any, batch: list[Request], limit: int, ends: list[int]) -> list[Answer]:
    """Answers of one batch."""
    rows = [request.ids for request in batch]
    if decoding.is_plain(model):
        made = decoding.decode(model, rows, [request.draft for request in batch], limit=limit, ends=ends)
    else:
        made = decoding.decode_plainly(model, rows, limit=limit, ends=ends, pad=tokenizer.pad_token_id)
    answers = []
    for request, ids in zip(batch, made, strict=True):
        ended = bool(ids) and ids[-1] in ends
        output = tokenizer.decode(
            ids[:-1] if ended else ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        answers.append(Answer(request.turn.id, output, ended=ended))
    return answers


def _read_kept(path: Path, requests: Sequence[Request]) -> dict[str, Answer]:
    """Answers of an interrupted evaluation, for the same prompts only. A last line cut short is left out."""
    if not path.is_file():
        return {}
    wanted = {request.turn.id: request.key for request in requests}
    answers = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if wanted.get(row["turn"]) == row["key"]:
            answers[row["turn"]] = Answer(row["turn"], row["output"], row["ended"])
    return answers


def _keep(path: Path, batch: Sequence[Request], answers: Sequence[Answer]) -> None:
    """Append answers; a line that a kill cut short is closed first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cut = path.is_file() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    lines = [
        json.dumps(
            {"turn": answer.turn, "key": request.key, "output": answer.output, "ended": answer.ended},
            ensure_ascii=False,
        )
        for request, answer in zip(batch, answers, strict=True)
    ]
    with path.open("a", encoding="utf-8") as handle:
        handle.write(("\n" if cut else "") + "\n".join(lines) + "\n")
