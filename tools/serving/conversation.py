"""Talking to a tuned model: a conversation with tools, one streamed reply at a time.

Owns: the history, generation, and splitting a reply into words and calls. What it looks like is `cli/chat.py`.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import InputError, JobFailed, Problem
from ..data.records import read_records
from ..evaluation.parsing import ParsedTurn, detect_format, parse
from ..evaluation.prompts import Prompt, apply_prompt
from ..models import Loaded, device, load_model, load_tokenizer
from .operate import tuned_model
from .parity import greedy_config
from .prompt import Message

OPENINGS = ("<tool_call>", "<|tool_call_start|>", "<|tool_call|>", "[TOOL_CALLS]", "<|python_tag|>", "<function=")
"""Marks from which on a reply is a call, not words to show."""


@dataclass
class Conversation:
    """A conversation with a model.

    Attributes:
        loaded: model and tokenizer.
        prompt: the serving prompt.
        tools: offered tools.
        format: the model's call format, see `evaluation/parsing.py`.
        messages: what was said so far, without the prompt.
        new_tokens: longest reply in tokens.
    """

    loaded: Loaded
    prompt: Prompt
    tools: list[dict[str, Any]]
    format: str | None = "hermes"
    new_tokens: int = 256
    messages: list[Message] = field(default_factory=list)

    def say(self, text: str, show: Callable[[str], None]) -> ParsedTurn:
        """Say something as the user and get the reply; `show` gets its words as they come, without calls."""
        self.messages.append({"role": "user", "content": text})
        return self.answer(show)

    def give_result(self, name: str, text: str) -> None:
        """Give the result of a call of the tool `name`."""
        self.messages.append({"role": "tool", "name": name, "content": text})

    def answer(self, show: Callable[[str], None]) -> ParsedTurn:
        """Let the model speak on what was said so far."""
        shown, text = 0, ""
        for piece in self._stream():
            text += piece
            ready = min(_first_opening(text), len(text) - _held_back(text))
            if ready > shown:
                show(text[shown:ready])
                shown = ready
        if _first_opening(text) == len(text) > shown:
            show(text[shown:])
        reply = parse(text, self.format, self.tools)
        self.messages.append(_as_message(text, reply))
        return reply

    def _stream(self) -> Iterator[str]:
        from transformers import TextIteratorStreamer

        ids = self._ids()
        streamer = TextIteratorStreamer(self.loaded.tokenizer, skip_prompt=True, skip_special_tokens=True)
        failure: list[BaseException] = []

        def generate() -> None:
            try:
                self.loaded.model.generate(
                    input_ids=ids,
                    attention_mask=ids.new_ones(ids.shape),
                    generation_config=greedy_config(self.loaded, self.new_tokens),
                    streamer=streamer,
                )
            except (RuntimeError, ValueError) as error:
                failure.append(error)
                streamer.end()

        worker = threading.Thread(target=generate, daemon=True)
        worker.start()
        yield from streamer
        worker.join()
        if failure:
            raise JobFailed("the model could not answer", found=str(failure[0]).split("\n")[0]) from failure[0]

    def _ids(self) -> Any:
        """Token ids, shape (1, tokens); the oldest turns are left out where the model could not read them all."""
        import torch

        limit = getattr(self.loaded.model.config.get_text_config(), "max_position_embeddings", None) or 4096
        start = 0
        while True:
            encoded = self.loaded.tokenizer.apply_chat_template(
                apply_prompt(self.messages[start:], self.prompt),
                tools=self.tools or None,
                add_generation_prompt=True,
                tokenize=True,
                return_dict=True,
            )["input_ids"]
            later = next(
                (at for at in range(start + 1, len(self.messages)) if self.messages[at]["role"] == "user"), None
            )
            if len(encoded) + self.new_tokens <= limit or later is None:
                return torch.tensor([encoded], device=self.loaded.model.device)
            start = later


def open_conversation(
    facts: Mapping[str, Any],
    run: Path,
    project: Path,
    *,
    base: str,
    tools: list[dict[str, Any]] | None,
    prompt: Prompt,
) -> Conversation:
    """A conversation with a run's model: merged, else base and adapter, else (nothing was trained) the base model."""
    merged = (facts.get("operations") or {}).get("merged")
    if merged and (run / merged / "config.json").is_file():
        folder = str(run / merged)
        loaded = Loaded(folder, load_model(folder), load_tokenizer(folder), device())
    elif facts.get("training"):
        loaded = tuned_model(facts, run, project)
    else:
        loaded = Loaded(base, load_model(base, base=project), load_tokenizer(base, project), device())
    offered = tools if tools is not None else dataset_tools(facts, run)
    return Conversation(loaded, prompt, offered, detect_format(loaded.tokenizer))


def dataset_tools(facts: Mapping[str, Any], run: Path) -> list[dict[str, Any]]:
    """The set of tools that most training records offer (records without tools not counted); empty without a dataset."""
    source = facts.get("dataset") or (facts.get("held_out") or {}).get("pool") or {}
    entry = source.get("train", source)
    if not entry.get("path"):
        return []
    sets = Counter(
        json.dumps(record["tools"], sort_keys=True)
        for record in read_records(run / entry["path"])
        if record.get("tools")
    )
    return json.loads(sets.most_common(1)[0][0]) if sets else []


def read_tools(path: Path) -> list[dict[str, Any]]:
    """Tools from a JSON file: a list of functions, wrapped in {"type": "function"} or not.

    Raises:
        InputError: not such a list.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as failure:
        raise InputError("the tools cannot be read", [Problem(str(path), str(failure))]) from None
    tools = [
        item if isinstance(item, dict) and "function" in item else {"type": "function", "function": item}
        for item in raw
    ]
    wrong = [
        at for at, tool in enumerate(tools) if not isinstance(tool["function"], dict) or "name" not in tool["function"]
    ]
    if not isinstance(raw, list) or wrong:
        expected = '[{"name": …, "description": …, "parameters": {…}}, …]'
        raise InputError("the tools cannot be read", [Problem(str(path), "not a list of functions", expected=expected)])
    return tools


def _as_message(text: str, reply: ParsedTurn) -> Message:
    """The reply as the history keeps it; as written where there is no call, or one that cannot be read."""
    if not reply.calls or reply.malformed:
        return {"role": "assistant", "content": text}
    calls = [{"type": "function", "function": call.as_dict()} for call in reply.calls]
    return {"role": "assistant", "content": reply.text, "tool_calls": calls}


def _first_opening(text: str) -> int:
    """Where the first call begins; the length of the text where there is none."""
    return min((text.index(mark) for mark in OPENINGS if mark in text), default=len(text))


def _held_back(text: str) -> int:
    """How many characters at the end may be the beginning of a call."""
    longest = max(map(len, OPENINGS))
    return next((n for n in range(longest, 0, -1) if any(mark.startswith(text[-n:]) for mark in OPENINGS)), 0)
