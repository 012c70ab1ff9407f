"""Rows and records for tests of the data tools: a small help desk with two tools and made-up words."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from tuneguild.settings import DataConfig, Project
from tuneguild.tools.contract import ToolContext
from tuneguild.tools.data.records import Record, make_record

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeio"]


def tool(name: str, **arguments: str) -> dict[str, Any]:
    """A tool whose arguments are all required."""
    properties = {argument: {"type": kind} for argument, kind in arguments.items()}
    parameters = {"type": "object", "properties": properties, "required": list(arguments)}
    return {"type": "function", "function": {"name": name, "description": name, "parameters": parameters}}


ORDER, TICKET = tool("find_order", order_id="string"), tool("open_ticket", subject="string", urgency="integer")
TOOLS = [ORDER, TICKET]


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def says(text: str = "", *calls: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text}
    return {**message, "tool_calls": list(calls)} if calls else message


def talk(question: str, answer: str, **labels: Any) -> Record:
    """A record of one question and one answer in words."""
    return make_record([user(question), says(answer)], **labels)


def order(question: str, order_id: str, **labels: Any) -> Record:
    """A record of one question and one call."""
    return make_record([user(question), says("", call("find_order", order_id=order_id))], tools=TOOLS, **labels)


def prose(dice: random.Random, count: int) -> str:
    """`count` made-up words."""
    return " ".join("".join(dice.choices(SYLLABLES, k=3)) for _ in range(count))


def talks(count: int, seed: int = 0, length: int = 20) -> list[Record]:
    """Unrelated records of questions and answers."""
    dice = random.Random(seed)
    return [talk(prose(dice, length), prose(dice, 8)) for _ in range(count)]


def orders(count: int, seed: int = 0, length: int = 12) -> list[Record]:
    """Unrelated records with calls."""
    dice = random.Random(seed)
    ids = [f"N-{1000 + number}" for number in range(count)]
    return [order(f"{prose(dice, length)} {id}?", id) for id in ids]


def row(number: int) -> dict[str, Any]:
    """A good row in OpenAI's spelling; every third one calls a tool."""
    dice = random.Random(number)
    question = user(f"{prose(dice, 12)} N-{number}?")
    if number % 3:
        return {"messages": [question, {"role": "assistant", "content": prose(dice, 8)}], "tools": TOOLS}
    function = {"name": "find_order", "arguments": json.dumps({"order_id": f"N-{number}"})}
    made = {"id": "c1", "type": "function", "function": function}
    return {"messages": [question, {"role": "assistant", "content": None, "tool_calls": [made]}], "tools": TOOLS}


def write_rows(path: Path, rows: list[Any]) -> Path:
    """Write rows as JSON lines; a row that is text already is written as it stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def project_context(
    folder: Path, train: list[Any] | None = None, held_out: list[Any] | None = None, **data: Any
) -> ToolContext:
    """A project folder with data files, and a context for its survey."""
    files = {name: rows for name, rows in (("train", train), ("held_out", held_out)) if rows is not None}
    for name, rows in files.items():
        write_rows(folder / f"{name}.jsonl", rows)
    config = DataConfig(**{**{name: f"{name}.jsonl" for name in files}, **data})
    run = folder / "runs" / "one"
    work = run / "work" / "survey"
    work.mkdir(parents=True, exist_ok=True)
    project = Project(name="desk", goal="call the right tool", data=config)
    return ToolContext(project=project, project_dir=folder, run_dir=run, workdir=work)
