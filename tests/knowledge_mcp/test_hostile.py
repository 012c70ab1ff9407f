"""Hostile arguments: the server answers each of them, raises nothing, and touches no file outside its layers."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from support.hostile import hostile_calls
from tuneguild.knowledge_mcp.layers import user_folder
from tuneguild.knowledge_mcp.server import build_server
from tuneguild.settings import CORPUS

COUNT = 2_000
TOUCHING = (
    "open",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.system",
    "subprocess.Popen",
    "socket.connect",
)
watched: list[tuple[str, Any]] | None = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if watched is not None and event in TOUCHING:
        watched.append((event, arguments[0] if arguments else None))


@pytest.fixture
def touched() -> Any:
    """What is opened, removed, started or connected to while the test runs. A hook can never be removed again, but be idle."""
    global watched
    if not getattr(sys, "_tuneguild_watch", False):
        sys.addaudithook(_watch)
        sys._tuneguild_watch = True  # type: ignore[attr-defined]
    watched = []
    yield watched
    watched = None


def outside(event: tuple[str, Any]) -> bool:
    """Whether something else than the layers, or code that is loaded on first use, was touched."""
    name, path = event
    if name in ("os.system", "subprocess.Popen", "socket.connect"):
        return True
    if not isinstance(path, str | bytes | os.PathLike):
        return False  # a descriptor that is open already
    place = Path(os.path.realpath(os.fsdecode(path)))
    allowed = place.is_relative_to(os.path.realpath(CORPUS)) or place.is_relative_to(os.path.realpath(user_folder()))
    above = Path(os.path.realpath(user_folder())).is_relative_to(place)  # its parents are made
    return not (allowed or above or place.suffix in (".py", ".pyc", ".so"))


async def test_two_thousand_hostile_arguments_are_answered_and_touch_nothing_else(
    touched: list[tuple[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with Client(build_server(user_layer=user_folder())) as client:
        tools = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}
        assert len(tools) == 11
        await client.call_tool("search_knowledge", {"query": "adapter"})
        await client.call_tool("add_record", {"text": ""})
        touched.clear()  # the personas were read to build the server, and libraries read what they need once
        answers = {"ok": 0, "refused": 0}
        for tool, arguments in hostile_calls(tools, COUNT):
            result = await client.call_tool(tool, arguments)
            answers["refused" if result.is_error else "ok"] += 1
            said = "".join(getattr(block, "text", "") for block in result.content)
            assert "Traceback" not in said and not said.startswith("Error executing tool"), (tool, said)
            assert not result.is_error or len(said) < 20_000
        assert not (await client.call_tool("search_knowledge", {"query": "adapter"})).is_error
    assert answers["ok"] > COUNT / 10 and answers["refused"] > COUNT / 10
    assert [record.getMessage() for record in caplog.records] == []
    assert {event for event in touched if outside(event)} == set()
    written = {path.name for path in user_folder().rglob("*") if path.is_file()}
    assert written <= {"mine.md", "adapter-or-full.md"}


@pytest.mark.slow
async def test_hostile_arguments_over_stdio_leave_the_program_running_and_stderr_clean(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    words = ["-m", "tuneguild", "knowledge", "serve", "--allow-add"]
    target = StdioServerParameters(command=sys.executable, args=words, env={**os.environ, **home}, cwd=tmp_path)
    with (tmp_path / "stderr").open("w+") as stderr:
        async with Client(stdio_client(target, errlog=stderr)) as client:
            tools = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}
            for tool, arguments in hostile_calls(tools, COUNT // 4, seed=11):
                if travels(arguments):
                    await client.call_tool(tool, arguments)
            assert not (await client.call_tool("search_knowledge", {"query": "adapter"})).is_error
        stderr.seek(0)
        assert "Traceback" not in stderr.read()
    files = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert files <= {"stderr", "config"}


def travels(arguments: dict[str, Any]) -> bool:
    """Whether a client can send the arguments at all: half a character and numbers that JSON does not know stay at home."""
    try:
        json.dumps(arguments, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, UnicodeEncodeError):
        return False
    return True
