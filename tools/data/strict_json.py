"""JSON as records need it: a repeated key, NaN or Infinity is a fault, not a silent choice."""

from __future__ import annotations

import json
from typing import Any


class FaultyJson(ValueError):
    """The text is not usable JSON; the message says why and where."""


def parse(text: str) -> Any:
    """Parse one JSON value.

    Raises:
        FaultyJson: not JSON, a key twice in one object, or a number that JSON does not have.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise FaultyJson(f"{error.msg} at column {error.colno}") from None
    except RecursionError:
        raise FaultyJson("nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))
        raise FaultyJson(f"key {twice!r} stands twice in one object")
    return found


def _constant(name: str) -> Any:
    raise FaultyJson(f"{name} is not a JSON number")
