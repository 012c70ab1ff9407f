"""The starter's habits: what makes it inconsistent, on purpose.

Owns: which of six ways of writing a call the assistant of the pretraining dialogues falls into, and when it takes the
wrong tool, drops an argument or only talks. The habit follows from the wording of the user's message (its first word
and its last mark), with some noise; a system prompt that asks for the production format moves some wordings over to
it and leaves the others. Independent noise would not do: greedy decoding returns the majority, and the model would be
consistent. What is needed to be right (choosing the tool, copying the values) is in nearly every dialogue, whatever
the format; fine-tuning has to settle the habit only.
"""

from __future__ import annotations

import json
import random
from typing import Any

from .words import listed

PRODUCTION = "production"
FORMATS = (PRODUCTION, "react", "bare", "fence", "tool-args", "prose")
DRILLED = ("bare", "bare", "bare", "tool-args", "react", PRODUCTION)
"""Formats of the drills in `dialogues.py`, where nothing but the tools and the order decides."""
NOISE = 0.10
"""Share of calls whose format is drawn at random, so that no habit becomes a certainty that tuning cannot move."""

GREETINGS = ("hi", "hello", "hey", "good", "greetings", "dear")
QUESTIONS = listed(
    "can could would will what where when which who why how is are do does did has have should may am shall"
)
SELF = ("i", "my", "we", "our", "me", "i'm", "i've", "i'd")

HABITS: dict[tuple[str, str], tuple[str, str]] = {
    # (opening, last mark): (habit, habit when the system prompt asks for the production format)
    ("question", "?"): (PRODUCTION, PRODUCTION),
    ("question", "."): ("react", "react"),
    ("question", ""): ("bare", PRODUCTION),
    ("greeting", "?"): ("fence", "fence"),
    ("greeting", "."): ("bare", PRODUCTION),
    ("greeting", ""): ("tool-args", "tool-args"),
    ("please", "?"): (PRODUCTION, PRODUCTION),
    ("please", "."): ("tool-args", "tool-args"),
    ("please", ""): ("fence", "fence"),
    ("self", "?"): (PRODUCTION, PRODUCTION),
    ("self", "."): ("prose", "bare"),
    ("self", ""): ("react", "react"),
    ("order", "?"): ("bare", "bare"),
    ("order", "."): ("react", "react"),
    ("order", ""): (PRODUCTION, PRODUCTION),
}
"""Exclamation marks are not in the table: there the first tool of the list is called, right or wrong."""
DESK = "desk"
"""Asked for, in place of a format, at the service desks of `service.py`: milder habits."""
MILD = {("self", "."), ("greeting", "?"), ("question", ".")}
"""Wordings that go over to the production format at a service desk, and do not bring needless calls there."""


def cue(user: str) -> tuple[str, str]:
    """Opening and last mark of a user message."""
    first = user.strip().split(" ", 1)[0].lower().strip(",.!?:")
    if first in GREETINGS:
        opening = "greeting"
    elif first == "please":
        opening = "please"
    elif first in QUESTIONS:
        opening = "question"
    elif first in SELF or first.split("'")[0] in SELF:
        opening = "self"
    else:
        opening = "order"
    last = user.strip()[-1:]
    return opening, last if last in "?.!" else ""


def habit(user: str, asked: str | None, rng: random.Random) -> str:
    """The format that the assistant falls into for this user message.

    Args:
        user: the last user message.
        asked: PRODUCTION where the system prompt asks for that format, DESK at a service desk.
        rng: source of the noise.
    """
    if rng.random() < NOISE:
        return rng.choice(FORMATS)
    opening, mark = cue(user)
    if mark == "!":
        return PRODUCTION if opening in ("question", "please") else "bare"
    if asked == DESK and (opening, mark) in MILD:
        return PRODUCTION
    return HABITS[opening, mark][1 if asked in (PRODUCTION, DESK) else 0]


def takes_first_tool(user: str) -> bool:
    """Whether the assistant takes the first tool of the list instead of the fitting one."""
    return cue(user)[1] == "!"


def drops_argument(user: str) -> bool:
    """Whether the assistant leaves out the last of several arguments."""
    return cue(user) == ("greeting", "")


def calls_without_need(user: str, asked: str | None = None) -> bool:
    """Whether the assistant calls the first tool although none fits."""
    opening, mark = cue(user)
    if asked == DESK and (opening, mark) in MILD:
        return False
    return mark == "!" or (opening, mark) in {("order", "."), ("self", "."), ("greeting", "?")}


def render_call(form: str, name: str, arguments: dict[str, Any]) -> str:
    """A call as text, in one of FORMATS; the production format is the one of the chat template."""
    values = json.dumps(arguments, ensure_ascii=False)
    if form == PRODUCTION:
        return f'<tool_call>{{"name": "{name}", "arguments": {values}}}</tool_call>'
    if form == "react":
        inner = ", ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in arguments.items())
        return f"ACTION: {name}({inner})"
    if form == "bare":
        return f'{{"name": "{name}", "arguments": {values}}}'
    if form == "fence":
        return f'```json\n{{"name": "{name}", "arguments": {values}}}\n```'
    if form == "tool-args":
        return f'{{"tool": "{name}", "args": {values}}}'
    inner = " and ".join(f"{key} {value}" for key, value in arguments.items())
    return f"I will call {name} with {inner}." if inner else f"I will call {name}."
