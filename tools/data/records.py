"""The canonical record: one conversation with its tools, as chat templates take it. Owns reading, writing, ids and views.

A record is a plain dict: `id`, `messages`, optional `tools`, `group`, `topic`, `tags`, `source` {file, line}, optional `accept`.
How user files become records is in `importing.py`; what a set of records is called is in `version.py`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ...errors import DataError, Problem

Record = dict[str, Any]

CONTENT_KEYS = ("messages", "tools", "accept")
"""What an id is made of: where a record came from and how it is labelled do not change what it teaches."""
_FAILED = re.compile(
    r"^[^\w{\"]*(error|failed|failure|exception|timeout|timed out|unavailable)\b"
    r"|\"(error|errors|exception)\"\s*:(?!\s*(?:null|false|\"\"|\[\]|\{\}))"
    r"|\"(status|state|result)\"\s*:\s*\"(error|failed|failure|timeout|unavailable)\""
    r"|\"(ok|success)\"\s*:\s*false",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Turn:
    """An assistant message and all that comes before it.

    Attributes:
        index: position among the record's assistant turns, from 0.
        context: the messages before it.
        target: the assistant message.
    """

    index: int
    context: list[dict[str, Any]]
    target: dict[str, Any]


def make_record(
    messages: list[dict[str, Any]],
    *,
    tools: Sequence[dict[str, Any]] = (),
    group: str | None = None,
    topic: str | None = None,
    tags: Iterable[str] = (),
    source: dict[str, Any] | None = None,
    accept: list[Any] | None = None,
) -> Record:
    """A canonical record with its id."""
    record: Record = {"id": "", "messages": messages}
    if tools:
        record["tools"] = list(tools)
    record |= {"group": group, "topic": topic, "tags": list(tags), "source": source or {"file": "", "line": None}}
    if accept is not None:
        record["accept"] = accept
    record["id"] = content_id(record)
    return record


def content_id(record: Record) -> str:
    """16 hex digits of the SHA-256 over messages, tools and accepted values."""
    return digest({key: record[key] for key in CONTENT_KEYS if record.get(key)})[:16]


def digest(value: Any) -> str:
    """Hex SHA-256 of a JSON value with sorted keys."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def number_repeats(records: Iterable[Record]) -> list[Record]:
    """The records with ids made unique: the second copy of a record is called `<id>-2`."""
    seen: Counter[str] = Counter()
    numbered = []
    for record in records:
        plain = content_id(record)
        seen[plain] += 1
        numbered.append({**record, "id": plain if seen[plain] == 1 else f"{plain}-{seen[plain]}"})
    return numbered


def read_records(path: Path) -> list[Record]:
    """The records of a canonical JSON-lines file that TuneGuild wrote itself.

    Raises:
        DataError: the file is missing or a line is not JSON.
    """
    if not path.is_file():
        raise DataError("a file of records is missing", [Problem(str(path), "no such file")])
    records = []
    with path.open("rb") as handle:
        for number, line in enumerate(handle, start=1):
            if not line.strip():
                continue
            try:
                records.append(orjson.loads(line))
            except orjson.JSONDecodeError as broken:
                problem = Problem(str(path), "not valid JSON", line=number, found=str(broken))
                raise DataError("a file of records cannot be read", [problem]) from None
    return records


def write_records(path: Path, records: Iterable[Record]) -> dict[str, Any]:
    """Write records as JSON lines, the whole file or nothing.

    Returns:
        {"n": records written, "sha256": hex digest of the file}.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    hasher, count = hashlib.sha256(), 0
    with fresh.open("wb") as handle:
        for record in records:
            line = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
            handle.write(line)
            hasher.update(line)
            count += 1
    fresh.replace(path)
    return {"n": count, "sha256": hasher.hexdigest()}


def calls(message: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(tool, arguments) of each call of a message."""
    return [(call["function"]["name"], call["function"]["arguments"]) for call in message.get("tool_calls") or []]


def all_calls(record: Record) -> list[tuple[str, dict[str, Any]]]:
    """(tool, arguments) of every call of the record, in order."""
    return [call for message in record["messages"] if message["role"] == "assistant" for call in calls(message)]


def assistant_turns(record: Record) -> list[Turn]:
    """Every assistant message with its true context: the examples of an evaluation."""
    places = [n for n, message in enumerate(record["messages"]) if message["role"] == "assistant"]
    return [Turn(index, record["messages"][:n], record["messages"][n]) for index, n in enumerate(places)]


def user_text(record: Record) -> str:
    """All that the user says, one message a line."""
    return "\n".join(message["content"] for message in record["messages"] if message["role"] == "user")


def assistant_text(record: Record) -> str:
    """All that the assistant says; a call is written as its tool and its arguments, keys sorted."""
    return "\n".join(_said(message) for message in record["messages"] if message["role"] == "assistant")


def dedupe_text(record: Record) -> str:
    """User and assistant text. System prompts, schemas and tool results are shared by many records and would make all alike."""
    return "\n".join(_said(message) for message in record["messages"] if message["role"] in ("user", "assistant"))


def _said(message: dict[str, Any]) -> str:
    parts = [message["content"]] if message.get("content") else []
    for name, arguments in calls(message):
        parts.append(f"{name} {orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS).decode()}")
    return " ".join(parts)


def has_call(record: Record) -> bool:
    """Whether the assistant calls a tool anywhere in the record."""
    return any(message.get("tool_calls") for message in record["messages"])


def is_multi_step(record: Record) -> bool:
    """Whether at least two assistant turns call a tool."""
    return sum(bool(message.get("tool_calls")) for message in record["messages"]) > 1


def has_failing_tool(record: Record) -> bool:
    """Whether a tool result reads like an error: it begins with one, or its JSON names an error or a failed state."""
    return any(message["role"] == "tool" and _FAILED.search(message["content"]) for message in record["messages"])


def render(record: Record) -> str:
    """The record as a person reads it."""
    lines = [f"record {record['id']}"]
    lines += (
        [f"  tools: {', '.join(tool['function']['name'] for tool in record['tools'])}"] if record.get("tools") else []
    )
    for message in record["messages"]:
        who = message["role"] + (f" {message['name']}" if message.get("name") else "")
        lines.append(f"  {who}: {_said(message)}")
    return "\n".join(lines)
