"""The guard in front of the HTTP server: token, host, origin, rate, health; and the token's file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tuneguild.errors import InputError
from tuneguild.knowledge_mcp.http import (
    MAX_CLIENTS,
    TOKEN_VARIABLE,
    Guard,
    HttpOptions,
    RateLimit,
    read_token,
    serve_http,
)

TOKEN = "a-token-of-some-length"


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """What the guard protects."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def ask(
    path: str = "/mcp", headers: dict[str, str] | list[tuple[str, str]] | None = None, **options: Any
) -> httpx2.Response:
    guard = Guard(behind, HttpOptions(**{"token": TOKEN, **options}), lambda: 7)
    transport = httpx2.ASGITransport(app=guard)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client:
        return await client.get(path, headers=headers)


def bearer(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_the_right_token_passes() -> None:
    assert (await ask(headers=bearer())).status_code == 204
    assert (await ask(headers={"authorization": f"bearer {TOKEN}"})).status_code == 204


async def test_a_missing_token_is_refused_and_the_scheme_is_named() -> None:
    answer = await ask()
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="tuneguild-knowledge"'


@pytest.mark.parametrize(
    "headers",
    [
        bearer("wrong"),
        bearer(""),
        bearer(TOKEN + "x"),
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other")],
    ],
)
async def test_a_wrong_token_is_refused(headers: Any) -> None:
    answer = await ask(headers=headers)
    assert answer.status_code == 401 and "invalid_token" in answer.headers["www-authenticate"]
    assert TOKEN not in answer.text + str(answer.headers)


async def test_without_a_token_everybody_on_this_machine_may_ask() -> None:
    assert (await ask(token=None)).status_code == 204


async def test_health_needs_no_token_and_tells_no_more_than_the_count() -> None:
    assert (await ask("/health")).json() == {"status": "ok", "records": 7}


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "evil@localhost", "", "[::1"]
)
async def test_another_host_is_refused(host: str) -> None:
    assert (await ask("/health", headers={"Host": host})).status_code == 421


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8765", "LOCALHOST"])
async def test_names_of_this_machine_pass(host: str) -> None:
    assert (await ask("/health", headers={"Host": host})).status_code == 200


async def test_a_further_name_passes_where_it_is_allowed() -> None:
    headers = {"Host": "knowledge.example", "Origin": "https://knowledge.example"}
    assert (await ask("/health", headers=headers, allowed_hosts=("Knowledge.example",))).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "file://localhost", "http://localhost.evil.example"]
)
async def test_another_origin_is_refused(origin: str) -> None:
    assert (await ask(headers={**bearer(), "Origin": origin})).status_code == 403


async def test_this_machines_origin_passes() -> None:
    assert (await ask(headers={**bearer(), "Origin": "http://localhost:6274"})).status_code == 204


async def test_addresses_in_figures_pass_where_other_machines_may_ask() -> None:
    assert (await ask("/health", headers={"Host": "192.0.2.7:8765"}, host="0.0.0.0")).status_code == 200
    assert (await ask("/health", headers={"Host": "evil.example"}, host="0.0.0.0")).status_code == 421


async def test_too_many_requests_are_told_when_to_come_back() -> None:
    guard = Guard(behind, HttpOptions(rate=0.5), lambda: 7)
    transport = httpx2.ASGITransport(app=guard)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answers = [await client.get("/mcp") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 429]
    assert answers[1].headers["retry-after"] == "2"


def test_a_client_gets_its_rate_and_no_more() -> None:
    now = [0.0]
    limit = RateLimit(10, clock=lambda: now[0])
    assert [limit.wait("a") for _ in range(20)] == [0.0] * 20
    assert limit.wait("a") == pytest.approx(0.1)
    assert limit.wait("b") == 0.0
    now[0] = 0.5
    assert [limit.wait("a") > 0 for _ in range(6)] == [False] * 5 + [True]


def test_no_rate_means_no_limit() -> None:
    limit = RateLimit(0)
    assert all(limit.wait("a") == 0 for _ in range(10_000))


def test_the_memory_of_clients_is_bounded() -> None:
    limit = RateLimit(1)
    for number in range(MAX_CLIENTS + 100):
        limit.wait(str(number))
    assert len(limit._left) == MAX_CLIENTS


def test_the_token_comes_from_the_file_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "from-the-environment")
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert (read_token(file), read_token(None)) == (TOKEN, "from-the-environment")
    monkeypatch.delenv(TOKEN_VARIABLE)
    assert read_token(None) is None


@pytest.mark.parametrize("content", [b"", b"short", b"with a blank inside it", b"\xff" * 30])
def test_a_token_that_cannot_be_used_is_told_and_not_shown(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_token(file)
    assert caught.value.exit_code == 2 and "expected" in str(caught.value)
    assert not content or content.decode("latin-1") not in str(caught.value)


def test_a_token_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_token(tmp_path / "none")


def test_options_do_not_show_their_token() -> None:
    assert TOKEN not in repr(HttpOptions(token=TOKEN))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "knowledge.example"])
def test_other_machines_are_not_served_without_a_token(host: str) -> None:
    library: Any = None
    with pytest.raises(InputError, match="expected a token"):
        serve_http(library, None, HttpOptions(host=host))
