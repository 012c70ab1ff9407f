"""`tuneguild knowledge serve` as programs meet it: a real client over stdio and HTTP, refusals, limits, signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tuneguild.knowledge_mcp.http import MAX_BODY, TOKEN_VARIABLE

TOKEN = "a-token-of-some-length"
COMMAND = [sys.executable, "-m", "tuneguild", "knowledge", "serve"]
START_SECONDS = 30
BODY = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
}


def surroundings(tmp_path: Path) -> dict[str, str]:
    """The environment with an empty home, so that no record of the developer counts."""
    return {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config"), TOKEN_VARIABLE: TOKEN}


@contextmanager
def served(tmp_path: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server over HTTP as a program of its own, and its address without the path."""
    process = subprocess.Popen(
        [*COMMAND, "--http", "--port", "0", *words], stderr=subprocess.PIPE, env=surroundings(tmp_path), text=True
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        assert line.startswith("serving on http://127.0.0.1:"), line + process.stderr.read()
        yield process, line.removeprefix("serving on ").strip().removesuffix("/mcp")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


async def drive(client: Client) -> None:
    """What an assistant does: list, search, fetch, compare, read, take a prompt."""
    tools = {tool.name for tool in (await client.list_tools()).tools}
    assert "search_knowledge" in tools and "add_record" not in tools
    found: Any = (await client.call_tool("search_knowledge", {"query": "adapter learning rate"})).structured_content
    best = found["results"][0]
    again: Any = (await client.call_tool("get_record", {"id": best["id"]})).structured_content
    assert again["results"][0]["text"] == best["text"]
    assert not (await client.call_tool("compare_options", {"question": "adapter or full tuning"})).is_error
    assert (await client.read_resource(f"knowledge://record/{best['id']}")).contents
    assert (await client.get_prompt("review-my-training-plan", {"plan": "train it"})).messages
    assert (await client.call_tool("get_record", {"id": 7})).is_error


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_a_client_program_uses_the_server_over_stdio(tmp_path: Path, mode: Any) -> None:
    target = StdioServerParameters(command=COMMAND[0], args=COMMAND[1:], env=surroundings(tmp_path))
    async with Client(target, mode=mode, read_timeout_seconds=START_SECONDS) as client:
        await drive(client)


@pytest.mark.slow
async def test_a_client_program_uses_the_server_over_http_at_both_revisions(tmp_path: Path) -> None:
    with served(tmp_path) as (_, address):
        for mode in ("legacy", "2026-07-28"):
            http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"})
            target: Any = streamable_http_client(f"{address}/mcp", http_client=http)
            async with http, Client(target, mode=mode) as client:  # pyright: ignore[reportArgumentType]
                await drive(client)


@pytest.mark.slow
def test_what_may_not_pass_is_refused_and_the_server_goes_on(tmp_path: Path) -> None:
    with served(tmp_path) as (process, address), httpx2.Client(base_url=address) as client:
        assert client.post("/mcp", content=BODY).status_code == 401
        wrong = client.post("/mcp", content=BODY, headers={**HEADERS, "Authorization": "Bearer wrong"})
        assert wrong.status_code == 401 and wrong.headers["www-authenticate"].startswith("Bearer")
        assert client.post("/mcp", content=b"x" * (MAX_BODY + 1), headers=HEADERS).status_code == 413
        chunks = (b"x" * 65_536 for _ in range(20))
        assert client.post("/mcp", content=chunks, headers=HEADERS).status_code == 413
        assert client.post("/mcp", content=BODY, headers={**HEADERS, "Host": "evil.example"}).status_code == 421
        assert (
            client.post("/mcp", content=BODY, headers={**HEADERS, "Origin": "http://evil.example"}).status_code == 403
        )
        for garbage in (b"", b"{", b"[]", b"\xff\xfe", b'{"jsonrpc": "2.0"}', b"[" * 100_000):
            assert 400 <= client.post("/mcp", content=garbage, headers=HEADERS).status_code < 500
        assert client.get("/health").json()["status"] == "ok"
        process.terminate()
        assert process.wait(timeout=15) == 0
        assert process.stderr is not None
        told = process.stderr.read()
        assert TOKEN not in told and "Traceback" not in told


@pytest.mark.slow
def test_a_client_beyond_its_rate_is_told_to_wait(tmp_path: Path) -> None:
    with served(tmp_path, "--rate-limit", "1") as (_, address), httpx2.Client(base_url=address) as client:
        answers = [client.get("/health") for _ in range(5)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429 and int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_a_request_in_flight_end_and_exits_with_zero(tmp_path: Path, sign: signal.Signals) -> None:
    with served(tmp_path) as (process, address):
        host, port = address.removeprefix("http://").split(":")
        head = "".join(f"{name}: {value}\r\n" for name, value in {**HEADERS, "Host": f"{host}:{port}"}.items())
        with socket.create_connection((host, int(port)), timeout=15) as connection:
            length = f"Content-Length: {len(BODY)}\r\n\r\n"
            connection.sendall(f"POST /mcp HTTP/1.1\r\n{head}{length}".encode() + BODY[:10])
            time.sleep(0.3)
            process.send_signal(sign)
            time.sleep(0.3)
            connection.sendall(BODY[10:])
            assert connection.recv(65_536).startswith(b"HTTP/1.1 ")
        assert process.wait(timeout=15) == 0


@pytest.mark.slow
def test_stdout_carries_the_protocol_alone_and_the_end_of_stdin_ends_the_server(tmp_path: Path) -> None:
    said = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    first = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": said}
    asked = f'{json.dumps(first)}\nnot json\n{{"jsonrpc": "2.0", "id": 2, "method": "tools/list"}}\n'.encode()
    done = subprocess.run(COMMAND, input=asked, capture_output=True, env=surroundings(tmp_path), timeout=START_SECONDS)
    assert done.returncode == 0
    assert done.stdout and all(line.startswith(b"{") for line in done.stdout.splitlines())


@pytest.mark.slow
def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        words = ["--http", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(
            [*COMMAND, *words], capture_output=True, env=surroundings(tmp_path), text=True, timeout=START_SECONDS
        )
    assert done.returncode == 2
    for word in ("in use", "found", "expected", "next:"):
        assert word in done.stderr
