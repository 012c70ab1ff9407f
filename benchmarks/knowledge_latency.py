"""What does a question to the knowledge cost, in process, over stdio and HTTP beside a tool that does nothing, and when cold?

The tool that does nothing is added to the very server that answers the search, so that the ratio shows the search alone. The
two are asked in turn, since the machine's noise then hits both alike.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tuneguild.knowledge_mcp.records import Record, load_corpus
from tuneguild.knowledge_mcp.store import KnowledgeStore

QUESTIONS = Path(__file__).with_name("knowledge_retrieval") / "questions.jsonl"
SHIPPED_MS, LARGE_MS, RATIO, COLD_S, CLIENTS = 1.0, 10.0, 1.5, 1.2, 64
LARGE = 100_000
VOCABULARY = 20_000
"""Different words of the synthetic records, as frequent as in a text (1 / rank)."""
CALLS, STARTS, CALLS_PER_CLIENT = 200, 7, 5
PROTOCOL = "2025-06-18"
HELLO = {"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": {"name": "benchmark", "version": "1"}}
Ask = Callable[[str, dict[str, Any]], dict[str, Any]]


def main() -> int:
    """Print a table; 1 when an aim is missed."""
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    rows: list[tuple[str, str, str, bool]] = []
    records = load_corpus()
    rows.append(_in_process(f"in process, {len(records)} records", KnowledgeStore(records), questions, SHIPPED_MS))
    rng = random.Random(1)
    words = synthetic_words(rng)
    begin = time.perf_counter()
    large = KnowledgeStore(synthetic_records(records[0], words, rng))
    built = time.perf_counter() - begin
    asked = [words(rng.randint(2, 8)) for _ in range(len(questions))]
    rows.append(_in_process(f"in process, {LARGE:,} records (built in {built:.0f} s)", large, asked, LARGE_MS))
    del large
    with stdio_client() as ask:
        rows.append(_against_nothing("stdio", ask, questions))
    with http_server() as port:
        with http_client(port) as ask:
            rows.append(_against_nothing("HTTP", ask, questions))
        rows.append(_many_clients(port, questions))
    rows.append(_cold_start())
    print(f"{'':<52}{'figure':<44}{'aim':<14}")
    for name, figure, aim, held in rows:
        print(f"{name:<52}{figure:<44}{aim:<14}{'' if held else 'MISSED'}")
    return 0 if all(row[3] for row in rows) else 1


def synthetic_words(rng: random.Random) -> Callable[[int], str]:
    """A function that draws so many words, frequent ones more often."""
    names = [f"word{number}" for number in range(VOCABULARY)]
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))
    return lambda number: " ".join(rng.choices(names, cum_weights=weights, k=number))


def synthetic_records(like: Record, words: Callable[[int], str], rng: random.Random) -> Iterator[Record]:
    """`LARGE` records of drawn words, about half as long as the shipped ones."""
    kinds = ("pattern", "decision", "warning", "methodology")
    for number in range(LARGE):
        text = f"## Problem\n\n{words(15)}\n\n## Solution\n\n{words(45)}"
        update = {"id": f"record-{number}", "title": words(7), "topics": words(4).split(), "related": [], "text": text}
        # Validation belongs to the reader, and would take longer than the index.
        yield like.model_copy(update={**update, "kind": rng.choice(kinds), "supersedes": [], "contradicts": []})


def _in_process(name: str, store: KnowledgeStore, questions: list[str], limit: float) -> tuple[str, str, str, bool]:
    for question in questions[:20]:
        store.search(question)
    times = sorted(_timed(lambda question=question: store.search(question)) for question in questions * 2)
    p50, p99 = statistics.median(times), times[math.ceil(0.99 * len(times)) - 1]
    return name, f"p50 {p50:.2f} ms, p99 {p99:.2f} ms", f"p50 <= {limit:g} ms", p50 <= limit


def _against_nothing(name: str, ask: Ask, questions: list[str]) -> tuple[str, str, str, bool]:
    for question in questions[:20]:
        ask("search_knowledge", {"query": question})
        ask("nothing", {})
    pairs = [
        (
            _timed(lambda: ask("nothing", {})),
            _timed(lambda question=question: ask("search_knowledge", {"query": question})),
        )
        for question in itertools.islice(itertools.cycle(questions), CALLS)
    ]
    floor, search = (statistics.median(column) for column in zip(*pairs, strict=True))
    figure = f"search {search:.2f} ms, nothing {floor:.2f} ms: {search / floor:.2f}"
    return f"{name}, p50 of {CALLS} calls", figure, f"ratio <= {RATIO}", search / floor <= RATIO


def _timed(call: Callable[[], Any]) -> float:
    """Milliseconds of one call."""
    begin = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - begin)


def _cold_start() -> tuple[str, str, str, bool]:
    """From the start of the process to the answer to the first message."""
    times = []
    for _ in range(STARTS):
        begin = time.perf_counter()
        with _stdio([sys.executable, "-m", "tuneguild", "knowledge", "serve"]) as send:
            send("initialize", HELLO)
            times.append(time.perf_counter() - begin)
    middle = statistics.median(times)
    return f"cold start, median of {STARTS}", f"{middle:.2f} s", f"<= {COLD_S} s", middle <= COLD_S


@contextmanager
def stdio_client() -> Iterator[Ask]:
    """A raw client of a server with the extra tool."""
    with _stdio([sys.executable, __file__, "--serve-stdio"]) as send:
        send("initialize", HELLO)
        send("notifications/initialized", {})
        yield lambda tool, arguments: send("tools/call", {"name": tool, "arguments": arguments})


@contextmanager
def _stdio(command: list[str]) -> Iterator[Callable[[str, dict[str, Any]], dict[str, Any]]]:
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_env()
    )
    assert process.stdin is not None and process.stdout is not None
    writing, reading, numbers = process.stdin, process.stdout, itertools.count(1)

    def send(method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        note = method.startswith("notifications/")
        message = {"jsonrpc": "2.0", "method": method, "params": parameters, **({} if note else {"id": next(numbers)})}
        writing.write(json.dumps(message).encode() + b"\n")
        writing.flush()
        return {} if note else _result(json.loads(reading.readline()))

    try:
        yield send
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


def _result(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer or answer["result"].get("isError"):
        raise RuntimeError(f"the server refused: {answer}")
    return answer["result"]


@contextmanager
def http_server() -> Iterator[int]:
    """A server with the extra tool on a free port."""
    process = subprocess.Popen([sys.executable, __file__, "--serve-http"], stdout=subprocess.PIPE, env=_env())
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@contextmanager
def http_client(port: int) -> Iterator[Ask]:
    """A raw client over one kept connection."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    numbers = itertools.count(1)

    def send(method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        note = method.startswith("notifications/")
        message = {"jsonrpc": "2.0", "method": method, "params": parameters, **({} if note else {"id": next(numbers)})}
        connection.request("POST", "/mcp", json.dumps(message), headers)
        response = connection.getresponse()
        body = response.read()
        if response.status >= 300:
            raise RuntimeError(f"HTTP {response.status}: {body[:200]!r}")
        if session := response.headers.get("mcp-session-id"):
            headers.update({"mcp-session-id": session, "mcp-protocol-version": PROTOCOL})
        return {} if note else _result(json.loads(body))

    try:
        send("initialize", HELLO)
        send("notifications/initialized", {})
        yield lambda tool, arguments: send("tools/call", {"name": tool, "arguments": arguments})
    finally:
        connection.close()


def _many_clients(port: int, questions: list[str]) -> tuple[str, str, str, bool]:
    """Clients at the same moment, each with its own session."""

    def client(number: int) -> tuple[list[float], int]:
        times, errors = [], 0
        try:
            with http_client(port) as ask:
                for question in questions[number::CLIENTS][:CALLS_PER_CLIENT]:
                    times.append(_timed(lambda question=question: ask("search_knowledge", {"query": question})))
        except (OSError, RuntimeError, ValueError) as error:
            print(f"client {number}: {error}", file=sys.stderr)
            errors = 1
        return times, errors

    async def all_clients() -> list[tuple[list[float], int]]:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(CLIENTS) as threads:
            loop = asyncio.get_running_loop()
            return await asyncio.gather(*(loop.run_in_executor(threads, client, number) for number in range(CLIENTS)))

    results = asyncio.run(all_clients())
    times, errors = [value for row, _ in results for value in row], sum(count for _, count in results)
    figure = (
        f"{len(times)} calls, p50 {statistics.median(times):.0f} ms, {errors} errors" if times else f"{errors} errors"
    )
    return f"HTTP, {CLIENTS} clients at once", figure, "no error", errors == 0


def _env() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1"}


def _serve(transport: str) -> None:
    """The knowledge server with the tool that does nothing; over HTTP it prints its port."""
    from tuneguild.knowledge_mcp.http import HttpOptions, build_app
    from tuneguild.knowledge_mcp.server import build_server, open_library

    library = open_library()
    server = build_server(library=library)

    @server.tool()
    async def nothing() -> str:
        """Do nothing."""
        return ""

    if transport == "stdio":
        server.run("stdio")
        return
    import socket

    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    # Else an answer of two packets waits for the client's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    options = HttpOptions(port=listening.getsockname()[1], rate=0)
    app = build_app(server, options, lambda: len(library.store.records))
    print(options.port, flush=True)
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listening])


if __name__ == "__main__":
    if sys.argv[1:] in (["--serve-stdio"], ["--serve-http"]):
        _serve(sys.argv[1].removeprefix("--serve-"))
    else:
        raise SystemExit(main())
