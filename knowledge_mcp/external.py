"""External MCP knowledge servers that a project names: asked beside our own, and merged with provenance.

What they say is foreign text: it is cut to size, freed of control characters, marked with the server's name, and its ids carry
that name, so that it can never stand in for one of our own records. A server that fails leaves a note, never an empty list.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, get_args

from pydantic import ValidationError

from ..settings import KnowledgeServerConfig
from .answers import Found, Reply
from .records import Kind

Call = tuple[str, dict[str, Any]]
"""(tool, arguments) as our own server takes them."""
Servers = Mapping[str, KnowledgeServerConfig]

MAIN_ARGUMENTS = ("topic", "query", "id")
PASSAGE = "passage"
"""Kind of what is no record: text of a server that has its own form."""
MAX_TEXT = 20_000
MAX_LINE = 300
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that could steer a terminal or hide text; line feeds and tabs may stay."""


async def ask_servers(servers: Servers, calls: Sequence[Call]) -> list[list[tuple[list[Found], str]]]:
    """Put all calls to all servers at once, with one connection for each server.

    Returns:
        for each call, for each server in turn: (what it found, a note if it failed).
    """
    import anyio

    answers: dict[str, list[tuple[list[Found], str]]] = {}

    async def ask(name: str, server: KnowledgeServerConfig) -> None:
        answers[name] = await _ask_one(name, server, calls)

    async with anyio.create_task_group() as group:
        for name, server in servers.items():
            group.start_soon(ask, name, server)
    return [[answers[name][index] for name in servers] for index in range(len(calls))]


def merge(own: Reply, foreign: Sequence[tuple[list[Found], str]], limit: int) -> Reply:
    """Our own answer and those of other servers: rank by rank, our own first at each rank, at most `limit` in all."""
    lists = [own.results, *(found for found, _ in foreign)]
    merged = [one for rank in zip_longest(*lists) for one in rank if one is not None][: max(limit, len(own.results))]
    notes = [] if merged and not own.results else [own.note]
    notes += [note for _, note in foreign]
    return Reply(
        query=own.query,
        results=merged,
        note="; ".join(filter(None, notes)),
        nearest_topics=[] if merged else own.nearest_topics,
    )


async def _ask_one(name: str, server: KnowledgeServerConfig, calls: Sequence[Call]) -> list[tuple[list[Found], str]]:
    import anyio
    import httpx2
    from mcp import Client, MCPError

    # RuntimeError and ValueError: the SDK's complaints about answers that break the protocol or the server's own schema.
    failures = (OSError, TimeoutError, MCPError, httpx2.HTTPError, RuntimeError, ValueError)
    answers: list[tuple[list[Found], str]] = []
    mine = [_translated(name, server, call) for call in calls]
    error: BaseException | None = None
    try:
        if any(mine):
            with anyio.fail_after(server.timeout_s):
                async with Client(_target(server), read_timeout_seconds=server.timeout_s) as client:
                    for call in mine:
                        answers.append(await _call(name, client, call) if call else ([], ""))
    except failures as failure:
        error = failure
    except BaseExceptionGroup as group:
        known, other = group.split(failures)
        if known is None or other is not None:
            raise
        error = _first(known)
    note = "" if error is None else f"knowledge server {name!r} could not be asked: {_line(_told(error))}"
    return answers + [([], note if call else "") for call in mine[len(answers) :]]


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _translated(name: str, server: KnowledgeServerConfig, call: Call) -> Call | None:
    """Our call in the server's words; None for a record that is not the server's."""
    tool, arguments = call
    if tool == "get_record":
        whose, colon, id = str(arguments["id"]).partition(":")
        return (tool, {"id": id}) if colon and whose == name and server.tool is None else None
    if server.tool is None:
        return tool, arguments
    asked = next(str(arguments[key]) for key in MAIN_ARGUMENTS if key in arguments)
    return server.tool, {server.argument: asked}


def _target(server: KnowledgeServerConfig) -> Any:
    import httpx2
    from mcp import StdioServerParameters
    from mcp.client.streamable_http import streamable_http_client

    if server.command is not None:
        return StdioServerParameters(command=server.command[0], args=server.command[1:])
    if server.token_env is None:
        return server.url
    token = os.environ.get(server.token_env)
    if not token:
        raise ValueError(f"the environment variable {server.token_env} is not set")
    headers = {"Authorization": f"Bearer {token}"}
    return streamable_http_client(str(server.url), http_client=httpx2.AsyncClient(headers=headers))


async def _call(name: str, client: Any, call: Call) -> tuple[list[Found], str]:
    tool, arguments = call
    result = await client.call_tool(tool, arguments)
    texts = [str(getattr(block, "text", "")) for block in result.content]
    if result.is_error:
        return [], f"knowledge server {name!r} failed on {tool}: {_line(' '.join(texts))}"
    given = result.structured_content
    if isinstance(given, dict) and isinstance(given.get("results"), list):
        records = [one for one in given["results"] if isinstance(one, dict)]
        found = [_record(name, one) for one in records]
        readable = [one for one in found if one is not None]
        bad = len(given["results"]) - len(readable)
        return readable, f"knowledge server {name!r} gave {bad} result(s) that cannot be read" if bad else ""
    return [_passage(name, tool, index, text) for index, text in enumerate(texts, 1) if text.strip()], ""


def _record(name: str, given: dict[str, Any]) -> Found | None:
    kind, numbers = given.get("kind"), given.get("numbers")
    try:
        return Found.model_validate(
            {
                "id": f"{name}:{_line(given['id'])}",
                "kind": kind if kind in get_args(Kind) else PASSAGE,
                "title": _line(given.get("title") or given["id"]),
                "text": _text(given["text"]),
                "numbers": {_line(key): one for key, one in dict(numbers or {}).items() if isinstance(one, dict)},
                "confidence": given.get("confidence") if given.get("confidence") in ("high", "medium") else "low",
                "sources": [_provenance(name), *(_line(one) for one in list(given.get("sources") or [])[:20])],
                "applies_to": given.get("applies_to") or {},
                "related": [f"{name}:{_line(one)}" for one in list(given.get("related") or [])[:20]],
                "contradicts": [f"{name}:{_line(one)}" for one in list(given.get("contradicts") or [])[:20]],
                "score": given.get("score"),
                "matched": [_line(one) for one in list(given.get("matched") or [])[:20]],
                "why": _line(given.get("why") or ""),
                "server": name,
            }
        )
    except (KeyError, TypeError, ValueError, ValidationError):
        return None


def _passage(name: str, tool: str, index: int, text: str) -> Found:
    clean = _text(text)
    return Found(
        id=f"{name}:{tool}-{index}",
        kind=PASSAGE,
        title=_line(clean.strip().split("\n")[0]),
        text=clean,
        numbers={},
        confidence="low",
        sources=[_provenance(name)],
        applies_to={},
        related=[],
        contradicts=[],
        score=None,
        matched=[],
        server=name,
    )


def _provenance(name: str) -> str:
    return f"external knowledge server {name!r}"


def _text(value: Any) -> str:
    return CONTROL.sub("", str(value))[:MAX_TEXT]


def _line(value: Any) -> str:
    return " ".join(_text(value).split())[:MAX_LINE]


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
