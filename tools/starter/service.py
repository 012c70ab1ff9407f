"""The last part of pretraining: dialogues of invented service desks, with everyday parameter names and milder habits.

Owns: the tools and dialogues of that part. They use the requests, results and failures of `dialogues.py`; the assistant
behaves as if the production format had been asked for, so that it is right more often, and still not reliably.
"""

from __future__ import annotations

import random
from typing import Any

from . import dialogues, habits
from .invented_tools import Parameter, Tool, verb_for
from .words import listed

NOUNS = listed(
    "invoice booking licence contract account delivery membership claim payment reservation locker permit appointment voucher "
    "device course rental document meter statement"
)
KEYS = (
    ("{noun}_id", "code"),
    ("{noun}_id", "digits"),
    ("{noun}_number", "code"),
    ("email", "mail"),
    ("serial", "code"),
)
DETAILS = (("reason", "phrase"), ("problem", "phrase"), ("new_address", "address"), ("date", "date"), ("name", "name"))
COMPANIES = listed("Alder Birk Cedar Dorn Elmet Farrow Glenn Hale Isar Juno Kestrel Lund")


def service_tool(rng: random.Random) -> Tool:
    """A tool with a key and, now and then, a detail."""
    noun = rng.choice(NOUNS)
    verb = verb_for(rng, noun)
    chosen = [rng.choice(KEYS)] + ([rng.choice(DETAILS)] if rng.random() < 0.4 else [])
    parameters = tuple(Parameter(name.format(noun=noun), "string", kind) for name, kind in chosen)
    spoken = "look up" if verb == "lookup" else verb
    return Tool(verb, noun, f"{verb}_{noun}", f"{spoken.capitalize()} {rng.choice(('a', 'the'))} {noun}", parameters)


def service_dialogue(rng: random.Random) -> dict[str, Any]:
    """One conversation at a service desk: a call with or without its result, a failing tool, or no call."""
    tools: list[Tool] = []
    size = rng.choice((2, 3, 3, 4))
    while len(tools) < size:
        other = service_tool(rng)
        if other.name not in {one.name for one in tools}:
            tools.append(other)
    prompt = f"You are the support assistant of {rng.choice(COMPANIES)}." if rng.random() < 0.7 else ""
    if rng.random() < 0.22:
        messages = dialogues.no_tool(rng, tools, habits.PRODUCTION)
    else:
        messages = dialogues.single(rng, tools, rng.choice(tools), habits.PRODUCTION, rng.random() < 0.4)
    return {"messages": dialogues.with_system(prompt, messages), "tools": [one.schema() for one in tools]}
