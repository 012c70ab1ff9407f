"""The wire to a chat model: the key, the library, one question at a time, and what each failure means for asking again.

Knows nothing of decisions; `chat_brain.py` holds the conversation. The key is read from the environment, given to the library and
written nowhere: texts from the server pass `_without_key` before anybody sees them.
"""

from __future__ import annotations

import importlib
import ipaddress
import os
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any
from urllib.parse import urlsplit

from ..errors import InputError, MissingDependency, Problem
from ..settings import BrainConfig
from .prompting import Message

LONGEST_REPLY = 100_000
"""Characters of an answer that are looked at."""
LONGEST_WAIT_S = 30.0
"""Longest wait that a server may ask for; a longer one ends the asking."""
LOCAL_KEY = "not-needed"
"""What a server on this machine gets for a key when none is set: the libraries insist on some text."""
KEYLESS = ("ollama", "bedrock", "bedrock_converse", "google_vertexai", "huggingface")
"""Providers that take no key, or one from their own settings."""

_OPENAI, _HTTPX = "openai:OpenAIError", "httpx:HTTPError"
CLIENT_ERRORS = {
    "anthropic": "anthropic:AnthropicError",
    "azure_openai": _OPENAI,
    "bedrock": "botocore.exceptions:ClientError",
    "bedrock_converse": "botocore.exceptions:ClientError",
    "cohere": "cohere.core.api_error:ApiError",
    "deepseek": _OPENAI,
    "fireworks": _OPENAI,
    "google_genai": "google.genai.errors:APIError",
    "groq": "groq:GroqError",
    "mistralai": _HTTPX,
    "ollama": "ollama:ResponseError",
    "openai": _OPENAI,
    "openrouter": _OPENAI,
    "together": _OPENAI,
    "xai": _OPENAI,
}
"""Provider -> root of the exceptions of its client library (`module:Class`)."""

_MALFORMED = (ValueError, TypeError, LookupError, AttributeError)
"""How the client libraries stumble over a server that answers 200 with something else than a completion."""
_FINAL = {
    400: "refused the request",
    401: "did not accept the key",
    403: "did not allow it",
    404: "knows no such model or address",
}


@dataclass(frozen=True)
class Reply:
    """An answer: its text, and whether the server cut it off at its length limit."""

    text: str
    cut: bool = False


class Unanswered(Exception):
    """No answer came.

    Attributes:
        reason: what happened, without anything secret.
        again: whether asking again can help.
        wait_s: how long the server asks to wait first, or None.
    """

    def __init__(self, reason: str, *, again: bool, wait_s: float | None = None) -> None:
        self.reason, self.again, self.wait_s = reason, again, wait_s
        super().__init__(reason)


class ChatClient:
    """A chat model behind langchain's `init_chat_model`.

    Raises:
        InputError: no model is named, or the key is missing.
        MissingDependency: the library is not installed.
    """

    def __init__(self, config: BrainConfig) -> None:
        if not config.model:
            raise _wrong("the chat brain needs the name of a model", "brain.model", "model: NAME under `brain:`")
        self.name = config.model
        self._timeout_s = config.timeout_s
        self._key = _key(config)
        self._model = _build(config, self._key)
        self._errors = _client_errors(config.provider)

    def __repr__(self) -> str:
        return f"ChatClient({self.name!r})"

    def ask(self, messages: list[Message]) -> Reply:
        """Ask once.

        Raises:
            Unanswered: with whether and when to ask again.
        """
        try:
            answer = self._model.invoke(list(messages))
            details = answer.response_metadata
            cut = str(details.get("finish_reason") or details.get("stop_reason")) in ("length", "max_tokens")
            return Reply(self._without_key(str(answer.text))[:LONGEST_REPLY], cut)
        except self._errors as error:
            raise self._unanswered(error) from None
        except _MALFORMED as error:
            kind = type(error).__name__
            raise Unanswered(f"the server's reply was no chat completion ({kind})", again=True) from None

    def _unanswered(self, error: BaseException) -> Unanswered:
        response = getattr(error, "response", None)
        status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
        if not isinstance(status, int):
            if "timeout" in type(error).__name__.lower() or "timed out" in str(error).lower():
                return Unanswered(f"no answer within {self._timeout_s:g} s", again=True)
            return Unanswered("the server could not be reached, or broke off", again=True)
        if status in (408, 409, 429) or status >= 500:
            wait_s = retry_after(getattr(response, "headers", None) or {})
            again = wait_s is None or wait_s <= LONGEST_WAIT_S
            asked = f" and asks to wait {wait_s:.0f} s" if wait_s is not None else ""
            words = "is busy (HTTP 429)" if status == 429 else f"failed (HTTP {status})"
            return Unanswered(f"the server {words}{asked}", again=again, wait_s=wait_s)
        # What a server says to a wrong key may hold parts of the key: its words are shown for other faults only.
        said = "" if status in (401, 403) else self._server_words(error)
        return Unanswered(f"the server {_FINAL.get(status, 'refused')} (HTTP {status}){said}", again=False)

    def _server_words(self, error: BaseException) -> str:
        body = getattr(error, "body", None)
        words = body.get("message") if isinstance(body, dict) else None
        if not isinstance(words, str):
            return ""
        flat = " ".join(self._without_key(words).split())
        return ": " + "".join(character for character in flat if character.isprintable())[:200]

    def _without_key(self, text: str) -> str:
        return text.replace(self._key, "[key]") if self._key and self._key != LOCAL_KEY else text


def is_loopback(url: str | None) -> bool:
    """Whether `url` points at this machine."""
    host = urlsplit(url or "").hostname
    if host is None:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def retry_after(headers: Any) -> float | None:
    """Seconds that `Retry-After` asks for (a number or a date, RFC 9110 section 10.2.3), or None."""
    value = headers.get("retry-after")
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time()
        except ValueError:
            return None
    return max(seconds, 0.0) if seconds == seconds else None


def _key(config: BrainConfig) -> str | None:
    name = config.api_key_env
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if is_loopback(config.url):
        return LOCAL_KEY
    if config.provider in KEYLESS:
        return None
    # Somebody may have written the key itself here: only what looks like a variable's name is repeated.
    shown = name if re.fullmatch(r"[A-Z][A-Z0-9_]{0,63}", name) else "the variable that `api_key_env` names"
    raise _wrong(
        f"the chat brain has no key: {shown} is not set in the environment",
        "brain.api_key_env",
        "the name of an environment variable that holds the key",
        "set it, name another variable, or use a server on this machine, which needs none",
    )


def _wrong(what: str, place: str, expected: str, next_action: str = "") -> InputError:
    fix = next_action or "add it, or set `brain: {kind: policy}`"
    return InputError(what, [Problem("project.yaml", place, expected=expected)], next_action=fix)


def _build(config: BrainConfig, key: str | None) -> Any:
    try:
        init_chat_model = importlib.import_module("langchain.chat_models").init_chat_model
    except ImportError:
        raise _missing("langchain", "tuneguild[chat]") from None
    settings: dict[str, Any] = {"timeout": config.timeout_s, "max_retries": 0}
    if key is not None:
        settings["api_key"] = key
    if config.url:
        settings["base_url"] = config.url
    try:
        if config.provider == "openai" and is_loopback(config.url):
            import httpx

            # A proxy of the environment cannot reach a server on this machine.
            settings["http_client"] = httpx.Client(trust_env=False, timeout=config.timeout_s)
        return init_chat_model(config.model, model_provider=config.provider, **settings)
    except ImportError as error:
        package = re.search(r"pip install ([\w.-]+)", str(error))
        name = package[1] if package else "tuneguild[chat]"
        raise _missing(f"the library for provider {config.provider!r}", name) from None
    except ValueError:
        raise _wrong(
            f"the chat model for provider {config.provider!r} cannot be set up",
            "brain.provider",
            "a provider that langchain's init_chat_model knows, and an address that it accepts",
        ) from None


def _missing(what: str, package: str) -> MissingDependency:
    return MissingDependency(
        f"the chat brain needs {what}, which is not installed", next_action=f"pip install '{package}'"
    )


def _client_errors(provider: str) -> tuple[type[BaseException], ...]:
    """The exceptions by which this provider's library tells that no answer came."""
    found: list[type[BaseException]] = [OSError]
    for reference in {_HTTPX, CLIENT_ERRORS.get(provider, _HTTPX)}:
        module, _, name = reference.partition(":")
        try:
            found.append(getattr(importlib.import_module(module), name))
        except ImportError:
            continue  # the provider's library uses another client; what it raises is then a plain HTTP or OS error
    return tuple(found)
