"""An OpenAI-compatible server on loopback that answers from a script, one entry a request, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One answer: a completion with `text`, or, with a status or raw body, whatever a broken server says."""

    text: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    finish_reason: str = "stop"
    raw: bytes | None = None
    message: str = "scripted failure"

    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        if self.status != 200:
            return json.dumps({"error": {"message": self.message, "type": "scripted"}}).encode()
        choice = {
            "index": 0,
            "finish_reason": self.finish_reason,
            "message": {"role": "assistant", "content": self.text},
        }
        completion = {"id": "1", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice]}
        return json.dumps(completion).encode()


class ScriptedServer:
    """Serves `answers` in order and repeats the last one. Use as a context manager."""

    def __init__(self, *answers: Answer | str) -> None:
        self.answers = [Answer(answer) if isinstance(answer, str) else answer for answer in answers]
        self.requests: list[dict[str, Any]] = []
        self.authorizations: list[str] = []
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def conversation(self, request: int) -> str:
        """All that the model was shown in a request."""
        return "\n".join(message["content"] for message in self.requests[request]["messages"])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                answer = server.answers[min(len(server.requests), len(server.answers) - 1)]
                server.requests.append(json.loads(asked))
                server.authorizations.append(self.headers.get("Authorization", ""))
                if answer.delay_s:
                    server._closing.wait(answer.delay_s)
                try:
                    self._send(answer)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client gave up waiting, as the script wanted

            def _send(self, answer: Answer) -> None:
                body = answer.body()
                self.send_response(answer.status)
                for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        return Handler
