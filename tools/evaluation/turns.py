"""Turns: what an evaluation asks of a model. Every assistant message of a record is one, given the true context before it.

Generating the answers is in `generation.py`, judging them in `scoring.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .parsing import Call


@dataclass(frozen=True)
class Turn:
    """An assistant message to be produced.

    Attributes:
        id: "<record id>#<number of the assistant turn>".
        record: the record's id.
        messages: the true conversation before it.
        tools: the record's tools.
        text: the expected text, "" for a bare call.
        calls: the expected calls, none for an answer in words.
        accept: accepted argument values of the calls by name (bfcl), or None where only the expected ones are right.
    """

    id: str
    record: str
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]]
    text: str
    calls: list[Call]
    accept: list[dict[str, Any]] | None

    @property
    def is_call(self) -> bool:
        return bool(self.calls)


def turns_of(records: Iterable[dict[str, Any]]) -> list[Turn]:
    """All turns of `records`, in order."""
    return [turn for record in records for turn in _turns(record)]


def expected_calls(message: dict[str, Any]) -> list[Call]:
    """The calls of an assistant message of a canonical record."""
    functions = [item["function"] for item in message.get("tool_calls") or []]
    return [Call(function["name"], function["arguments"]) for function in functions]


def has_calls(records: Sequence[dict[str, Any]]) -> bool:
    """Whether any record calls a tool."""
    return any(message.get("tool_calls") for record in records for message in record["messages"])


def _turns(record: dict[str, Any]) -> list[Turn]:
    messages, accepted = record["messages"], record.get("accept")
    places = [place for place, message in enumerate(messages) if message["role"] == "assistant"]
    return [
        Turn(
            id=f"{record['id']}#{number}",
            record=record["id"],
            messages=messages[:place],
            tools=record.get("tools") or [],
            text=messages[place].get("content") or "",
            calls=expected_calls(messages[place]),
            accept=_accept(accepted, number),
        )
        for number, place in enumerate(places)
    ]


def _accept(accepted: list[Any] | None, number: int) -> list[dict[str, Any]] | None:
    """The accepted values of turn `number`: a list with one entry for each call, or None."""
    if not accepted or number >= len(accepted) or not accepted[number]:
        return None
    entry = accepted[number]
    return entry if isinstance(entry, list) else [{name: values} for name, values in entry.items()]
