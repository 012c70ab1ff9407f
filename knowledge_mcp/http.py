"""The knowledge server over streamable HTTP: who may ask (token, host, origin), how much (size, rate), and a gentle stop.

`Guard` stands in front of the SDK's application; `serve_http` listens. What is answered is in `server.py`.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import ipaddress
import json
import math
import os
import signal
import socket
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import InputError, Problem
from .library import Library

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from starlette.types import ASGIApp, Receive, Scope, Send

TOKEN_VARIABLE = "TUNEGUILD_KNOWLEDGE_TOKEN"
"""Environment variable with the bearer token that clients have to send."""
MINIMUM_TOKEN = 16
"""Characters; 16 of base64 hold 96 bits, which nobody guesses."""
MAX_BODY = 512 * 1024
"""Bytes of a request: the largest record that `add_record` takes, escaped and wrapped."""
RATE = 200.0
"""Requests a second that one client may send on average; an assistant sends a few."""
BURST_SECONDS = 2.0
"""A client may send the requests of so many seconds at once."""
MAX_CLIENTS = 10_000
"""Addresses whose rate is remembered; the one that was quiet longest is forgotten first."""
STOP_SECONDS = 10
"""Seconds that requests in flight have after a signal to stop."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
NEW_TOKEN = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"


@dataclass(frozen=True)
class HttpOptions:
    """How to listen.

    Attributes:
        host: address to listen on.
        port: port, 0 for any that is free.
        token: what clients send as `Authorization: Bearer …`; None asks for nothing, on a loopback address only.
        rate: requests a second for one client address; 0 for no limit.
        allowed_hosts: further names under which clients reach the server (behind a proxy).
    """

    host: str = "127.0.0.1"
    port: int = 8765
    token: str | None = field(default=None, repr=False)
    rate: float = RATE
    allowed_hosts: tuple[str, ...] = ()

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_token(file: Path | None) -> str | None:
    """The token from a file, else from the environment, else None.

    Raises:
        InputError: the file cannot be read, or its token cannot be used.
    """
    if file is None:
        text, place = os.environ.get(TOKEN_VARIABLE, ""), TOKEN_VARIABLE
        return _checked(text.strip(), place) if text else None
    try:
        text = file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "bytes that are no ASCII text"
        problem = Problem(str(file), "cannot be read", found=str(reason), expected="a file with the token alone")
        raise InputError("there is no token to serve with", [problem], next_action=f"write one: {NEW_TOKEN}") from None
    return _checked(text.strip(), str(file))


def _checked(token: str, place: str) -> str:
    expected = f"at least {MINIMUM_TOKEN} visible ASCII characters without spaces"
    if len(token) < MINIMUM_TOKEN or not all("!" <= letter <= "~" for letter in token):
        problem = Problem(place, "not a usable token", found=f"{len(token)} characters", expected=expected)
        raise InputError("the token cannot be used", [problem], next_action=f"make one: {NEW_TOKEN}")
    return token


class RateLimit:
    """A token bucket for each client.

    Args:
        rate: requests a second on average; 0 for no limit.
        clock: seconds, never going back.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._burst = max(1.0, rate * BURST_SECONDS)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Count a request; returns 0 if it may pass, else the seconds until one may."""
        if not self._rate:
            return 0.0
        now = self._clock()
        left, then = self._left.pop(client, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._rate)
        passes = left >= 1
        self._left[client] = (left - passes, now)
        if len(self._left) > MAX_CLIENTS:
            self._left.popitem(last=False)
        return 0.0 if passes else (1 - left) / self._rate


@dataclass(frozen=True)
class _Answer:
    """What the guard itself says."""

    status: int
    said: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, send: Send) -> None:
        body = json.dumps(self.said).encode()
        every = {"content-type": "application/json", "content-length": str(len(body)), **self.headers}
        head = [(key.encode(), value.encode()) for key, value in every.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": head})
        await send({"type": "http.response.body", "body": body})


class Guard:
    """Refuses what may not reach the server, and answers `/health`.

    Args:
        app: the SDK's application.
        options: who may ask, and how much.
        records: number of records, for `/health`.
    """

    def __init__(self, app: ASGIApp, options: HttpOptions, records: Callable[[], int]) -> None:
        self._app, self._options, self._records = app, options, records
        self._limit = RateLimit(options.rate)
        self._digest = _digest(options.token.encode()) if options.token else None
        names = {*LOOPBACK, *(name.lower() for name in options.allowed_hosts)}
        if not options.loopback:
            names |= {options.host.lower(), socket.gethostname().lower()}
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal.send(send)
        elif scope["path"] == "/health":
            await _Answer(200, {"status": "ok", "records": self._records()}).send(send)
        elif not self._authorised(scope):
            realm = 'Bearer realm="tuneguild-knowledge"'
            given = _header(scope, b"authorization") is not None
            error = ', error="invalid_token", error_description="the token is not right"' if given else ""
            said = {"error": "a bearer token is needed" if not given else "the token is not right"}
            await _Answer(401, said, {"www-authenticate": realm + error}).send(send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> _Answer | None:
        if not self._known(_header(scope, b"host") or ""):
            return _Answer(421, {"error": "this server does not answer to the Host given; --allow-host NAME adds one"})
        origin = _header(scope, b"origin")
        if origin is not None and not self._known(_place(origin)):
            return _Answer(403, {"error": "requests from this Origin are not answered"})
        client = scope.get("client")
        seconds = self._limit.wait(client[0] if client else "")
        if seconds:
            return _Answer(429, {"error": "too many requests"}, {"retry-after": str(math.ceil(seconds))})
        return None

    def _known(self, place: str) -> bool:
        """Whether a Host (or an Origin's place) is a name of this server. A web page that was led here by a changed DNS entry
        still shows its own name; an address in figures can be no such name."""
        try:
            name = "" if "@" in place or "/" in place else (urlsplit(f"//{place}").hostname or "").lower()
        except ValueError:
            return False
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self._options.loopback

    def _authorised(self, scope: Scope) -> bool:
        if self._digest is None:
            return True
        scheme, _, token = (_header(scope, b"authorization") or "").partition(" ")
        # Digests are of equal length, so that the comparison tells nothing of the token, not even how long it is.
        given = _digest(token.strip().encode("latin-1"))
        return hmac.compare_digest(given, self._digest) and scheme.lower() == "bearer"


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


def _header(scope: Scope, name: bytes) -> str | None:
    """The header's value; a header that stands twice counts as an empty one, since it cannot be told which is meant."""
    values = [value for key, value in scope["headers"] if key == name]
    return None if not values else values[0].decode("latin-1") if len(values) == 1 else ""


def _place(origin: str) -> str:
    scheme, _, place = origin.partition("://")
    return place if scheme in ("http", "https") else ""


def build_app(server: MCPServer, options: HttpOptions, records: Callable[[], int]) -> ASGIApp:
    """The whole application: the guard in front of the SDK's own, which limits the size of a request."""
    from mcp.server.transport_security import TransportSecuritySettings

    app = server.streamable_http_app(
        # Nothing is ever sent before the answer, so that plain JSON serves; it is quicker than a stream of one event.
        json_response=True,
        max_request_body_size=MAX_BODY,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the guard does it
        host=options.host,
    )
    return Guard(app, options, records)


def serve_http(library: Library, writable: Path | None, options: HttpOptions) -> None:
    """Serve until SIGTERM or SIGINT; requests in flight are answered first.

    Args:
        library: what is known.
        writable: folder that `add_record` may write to; None leaves that tool out.
        options: how to listen.

    Raises:
        InputError: the address needs a token, or cannot be listened on.
    """
    import uvicorn

    from .server import build_server

    if options.token is None and not options.loopback:
        problem = Problem("--host", "no token", found=options.host, expected="a token for all but loopback addresses")
        hint = f"set {TOKEN_VARIABLE} or give --token-file; {NEW_TOKEN} makes one"
        raise InputError("other machines could ask without a token", [problem], next_action=hint)
    listening = _listen(options)
    server = build_server(library=library, user_layer=writable)
    config = uvicorn.Config(
        build_app(server, options, lambda: len(library.store.records)),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    running = uvicorn.Server(config)

    def stop(*_: object) -> None:
        running.should_exit = True

    # uvicorn raises the signal anew once it has stopped; with this handler that ends the process in order, not by the signal.
    before = {sign: signal.signal(sign, stop) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"serving on http://{shown}:{port}/mcp", file=sys.stderr, flush=True)
        if library.note:
            print(library.note, file=sys.stderr, flush=True)
        running.run(sockets=[listening])
    finally:
        listening.close()
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _listen(options: HttpOptions) -> socket.socket:
    try:
        found = socket.getaddrinfo(options.host, options.port, type=socket.SOCK_STREAM)
        family, address = found[0][0], found[0][4]
        made = socket.create_server(address[:2], family=family, backlog=512)
        # Taken over by the connections: without it a reply of two writes waits 40 ms for the first one's acknowledgement.
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
    except OSError as error:
        where, taken = f"{options.host}:{options.port}", error.errno == errno.EADDRINUSE
        problem = Problem(
            "--port" if taken else "--host/--port",
            "the port is in use" if taken else "cannot be listened on",
            found=f"{where} ({os.strerror(error.errno) if error.errno and error.errno > 0 else error})",
            expected="a free port" if taken else "an address of this machine",
        )
        hint = "--port 0 takes a port that is free" if taken else "--host 127.0.0.1 serves this machine"
        raise InputError("the server cannot listen", [problem], next_action=hint) from None
