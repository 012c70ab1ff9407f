"""Prompts: what is put before a conversation, and the candidates from which the best prompted baseline is chosen.

A prompt is a system text and example conversations ("shots"). The same function puts it before a conversation for the baseline,
for the tuned model and in serving, so that what was measured is what is served.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .parsing import written_call
from .turns import has_calls

SHOTS = 3
"""Example conversations of the few-shot candidate (knowledge record few-shot-prompt-selection)."""


class Prompt(BaseModel):
    """What is put before a conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """Short name, unique among the candidates."""
    system: str = ""
    """System text; empty leaves the record's own as it is."""
    mode: Literal["append", "replace"] = "append"
    """Whether `system` follows the record's own system text or stands in its place."""
    shots: list[list[dict[str, Any]]] = Field(default_factory=list)
    """Example conversations without system messages, put between the system message and the conversation."""

    @property
    def size(self) -> int:
        """Length in characters, to prefer the shorter of two equally good prompts."""
        return len(self.system) + sum(len(str(message)) for shot in self.shots for message in shot)


BARE = Prompt(id="bare")
"""Zero-shot: the record as it stands."""


def prompt_of(fact: Mapping[str, Any] | None) -> Prompt:
    """The prompt in a fact (`serving_prompt`, `baseline.prompt`), which may hold more; the bare one where there is none."""
    known = {key: value for key, value in (fact or {}).items() if key in Prompt.model_fields}
    return Prompt.model_validate(known) if known else BARE


def save_prompts(path: Path, prompts: Iterable[Prompt]) -> None:
    """Write prompts as a JSON list."""
    path.write_text(
        json.dumps([prompt.model_dump(mode="json") for prompt in prompts], ensure_ascii=False), encoding="utf-8"
    )


def load_prompts(path: Path) -> list[Prompt]:
    """Prompts written by `save_prompts`."""
    return [Prompt.model_validate(item) for item in json.loads(path.read_text(encoding="utf-8"))]


def apply_prompt(messages: Sequence[dict[str, Any]], prompt: Prompt) -> list[dict[str, Any]]:
    """The conversation with the prompt before it; the messages themselves are not changed.

    Args:
        messages: a canonical conversation.
        prompt: system text and shots.
    """
    own = messages[0].get("content", "") if messages and messages[0]["role"] == "system" else ""
    rest = list(messages[1:]) if messages and messages[0]["role"] == "system" else list(messages)
    parts = [prompt.system] if prompt.mode == "replace" and prompt.system else [own, prompt.system]
    system = "\n".join(part for part in parts if part)
    head = [{"role": "system", "content": system}] if system else []
    return [*head, *(message for shot in prompt.shots for message in shot), *rest]


def candidates(
    tokenizer: Any,
    records: Sequence[dict[str, Any]],
    pool: Sequence[dict[str, Any]],
    *,
    own: Iterable[str] = (),
    shots: int = SHOTS,
    seed: int = 0,
) -> list[Prompt]:
    """The prompts to try, the bare one first.

    Args:
        tokenizer: of the model, since a good format instruction shows the model's own format.
        records: of the split on which the prompts compete.
        pool: records from which shots are taken; never the dev or test split.
        own: the user's system prompts.
        shots: example conversations of the few-shot candidates; 0 for none.
        seed: of the choice of shots.
    """
    tools = has_calls(records)
    texts = call_texts(tokenizer) if tools else WORD_TEXTS
    found = [BARE, *(Prompt(id=name, system=text) for name, text in texts.items())]
    examples = choose_shots(pool, shots, seed=seed)
    if examples:
        found.append(Prompt(id="few-shot", shots=examples))
    return found + [Prompt(id=f"own-{number}", system=text, mode="replace") for number, text in enumerate(own, 1)]


WORD_TEXTS = {
    "exact": "Answer with the answer alone: no introduction, no explanation, no repetition of the question.",
    "steps": "Read the request twice, decide exactly what is asked, then answer that and nothing else.",
}


def call_texts(tokenizer: Any) -> dict[str, str]:
    """Instructions for tool calls, with an example as this model's template writes it."""
    example = written_call(tokenizer) or '{"name": "tool_name", "arguments": {"key": "value"}}'
    shown = example.replace("zzlookup", "tool_name").replace("zzvalue", "value")
    return {
        "format": (
            f"To use a tool, write exactly this and nothing else: {shown} Use a tool name from the list and copy values "
            "from the request without changing them. When no tool is needed, answer in plain words without a call."
        ),
        "steps": (
            "First decide whether a tool is needed. If the request can be answered without one, or a tool's result already "
            "answers it, answer in plain words. Otherwise choose the one tool that fits, fill in its arguments from the "
            "request, and write only the call."
        ),
    }


def choose_shots(pool: Sequence[dict[str, Any]], count: int, *, seed: int) -> list[list[dict[str, Any]]]:
    """Diverse, short example conversations from the pool.

    Kinds take turns (a call, an answer in words, a call with its result and what follows), topics differ where they can, and
    each is drawn from the shorter half of its kind, so that the context is not filled with one long example.
    """
    kinds: dict[str, list[dict[str, Any]]] = {}
    for record in pool:
        kinds.setdefault(_kind(record), []).append(record)
    generator = random.Random(seed)
    queues = []
    for name in sorted(kinds):
        shorter = sorted(kinds[name], key=lambda record: (_length(record), record["id"]))
        half = shorter[: max(1, (len(shorter) + 1) // 2)]
        generator.shuffle(half)
        queues.append(half)
    chosen: list[dict[str, Any]] = []
    while len(chosen) < count and any(queues):
        for queue in queues:
            if queue and len(chosen) < count:
                chosen.append(_take(queue, {record.get("topic") for record in chosen}))
    return [[message for message in record["messages"] if message["role"] != "system"] for record in chosen]


def _take(queue: list[dict[str, Any]], topics: set[Any]) -> dict[str, Any]:
    """Remove and return the first record of a new topic, or else the first."""
    place = next((place for place, record in enumerate(queue) if record.get("topic") not in topics), 0)
    return queue.pop(place)


def _kind(record: dict[str, Any]) -> str:
    roles = [message["role"] for message in record["messages"]]
    calls = has_calls([record])
    if calls and "tool" in roles:
        return "call and result"
    return "call" if calls else "words"


def _length(record: dict[str, Any]) -> int:
    return sum(len(str(message)) for message in record["messages"])
