"""Invented tools for the pretraining dialogues: names, descriptions, parameters and how a user mentions their values.

Owns: what tools there are to call. Verbs and nouns are combined freely (some nouns made up), so that no tool is ever
learnt by heart. The dialogues around them are in `dialogues.py`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from . import words

Value = str | int | float


@dataclass(frozen=True)
class Parameter:
    """A parameter: its name, JSON type, and the kind of value it takes."""

    name: str
    type: str
    kind: str


@dataclass(frozen=True)
class Tool:
    """An invented tool.

    Attributes:
        verb: what it does, as the name has it.
        noun: to what.
        name: full name.
        description: one line.
        parameters: in order.
    """

    verb: str
    noun: str
    name: str
    description: str
    parameters: tuple[Parameter, ...]

    def schema(self) -> dict[str, Any]:
        """The tool as the chat template takes it."""
        properties = {p.name: {"type": p.type} for p in self.parameters}
        function = {
            "name": self.name,
            "description": self.description,
            "parameters": {"type": "object", "properties": properties, "required": list(properties)},
        }
        return {"type": "function", "function": function}


KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # kind: (parameter names; ways to mention a value, {n} the parameter's name in words)
    "digits": (
        ("number", "{noun}_id", "{noun}_number", "id", "key", "pin"),
        ("number {v}", "{v}", "{noun} {v}", "no. {v}", "#{v}", "{n} {v}", "the number is {v}", "it has number {v}"),
    ),
    "code": (
        ("code", "{noun}_id", "{noun}_code", "reference", "label", "serial", "{noun}_number"),
        ("code {v}", "{v}", "{noun} {v}", "{n} {v}", "the code is {v}", "marked {v}", "with code {v}", "({v})"),
    ),
    "name": (
        ("name", "owner", "guest", "{noun}_name", "new_name", "user", "person"),
        ("for {v}", "of {v}", "named {v}", "{n} {v}", "the name is {v}", "called {v}", "it belongs to {v}"),
    ),
    "place": (
        ("city", "place", "town", "destination", "from_city", "to", "location"),
        ("in {v}", "to {v}", "from {v}", "at {v}", "{n} {v}", "near {v}"),
    ),
    "mail": (
        ("email", "mail", "contact", "recipient"),
        ("by mail to {v}", "{v}", "mail {v}", "my mail is {v}", "for {v}", "the address {v}", "send it to {v}"),
    ),
    "date": (("date", "day", "start_date", "due", "until"), ("on {v}", "for {v}", "by {v}", "{n} {v}", "dated {v}")),
    "amount": (("amount", "price", "weight", "limit", "total"), ("{v}", "of {v}", "{n} {v}", "at {v}", "it is {v}")),
    "count": (("count", "seats", "pieces", "days", "size"), ("{v} {n}", "{n} {v}", "with {v} {n}", "{n} is {v}")),
    "address": (
        ("address", "street", "new_address", "place"),
        ("at {v}", "to {v}", "{n} {v}", "the address is {v}", "now at {v}"),
    ),
    "colour": (("colour", "shade"), ("in {v}", "{v}", "{n} {v}", "as {v}")),
    "phrase": (
        ("reason", "note", "topic", "title", "text", "problem", "subject", "summary"),
        ("because {v}", "{n} {v}", "{n}: {v}", "about {v}", '"{v}"', "with the {n} {v}", "saying {v}", "it is {v}"),
    ),
}
KIND_WEIGHTS = {"digits": 5, "code": 5, "name": 3, "place": 2, "mail": 3, "date": 2, "amount": 2, "count": 1.5}
KIND_WEIGHTS |= {"address": 2, "colour": 1, "phrase": 4}
DESCRIPTIONS = (
    "{Verb} the {noun}",
    "{Verb} a {noun}",
    "{Verb} a {noun} by {p}",
    "{Verb} the {noun} of a person",
    "Use it to {verb} a {noun}",
    "{Verb} one {noun} and report",
    "{Verb} any {noun}",
    "{Verb} the {adjective} {noun}",
)
FRAMES = (
    *["{verb}_{noun}"] * 12,
    "{noun}_{verb}",
    "{verb}_the_{noun}",
    "{verb}{Noun}",
)


def noun(rng: random.Random) -> str:
    """A noun for a tool, every third one made up."""
    draw = rng.random()
    if draw < 0.3:
        return words.made_up(rng)
    return rng.choice(words.EVERYDAY) if draw < 0.5 else rng.choice(words.NOUNS)


def verb_for(rng: random.Random, thing: str) -> str:
    """A verb for a noun, every tenth one made up."""
    if rng.random() < 0.1:
        return words.made_up(rng)
    return rng.choice([v for v in words.VERBS if thing not in words.EVERYDAY or v not in words.SERVICE])


def synonyms(verb: str) -> tuple[str, ...]:
    """How a user may say a verb."""
    return words.VERBS.get(verb, (verb,))


def parameter(rng: random.Random, thing: str, taken: set[str]) -> Parameter:
    """A parameter whose name is not in `taken`."""
    while True:
        kind = rng.choices(list(KIND_WEIGHTS), weights=list(KIND_WEIGHTS.values()))[0]
        label = rng.choice(KINDS[kind][0]).format(noun=thing)
        if label not in taken:
            type_ = {"amount": "number", "count": "integer"}.get(kind, "string")
            return Parameter(label, type_, kind)


def tool(rng: random.Random, verb: str | None = None, thing: str | None = None) -> Tool:
    """A tool with one to three parameters."""
    thing = thing or noun(rng)
    if verb in words.SERVICE and thing in words.EVERYDAY:
        thing = rng.choice(words.NOUNS)
    verb = verb or verb_for(rng, thing)
    parameters: list[Parameter] = []
    for _ in range(rng.choices((1, 2, 3), weights=(55, 33, 12))[0]):
        parameters.append(parameter(rng, thing, {p.name for p in parameters}))
    spoken = "look up" if verb == "lookup" else verb
    fields = {
        "verb": verb,
        "Verb": spoken.capitalize(),
        "noun": thing,
        "Noun": thing.capitalize(),
        "p": parameters[0].name,
        "adjective": rng.choice(words.ADJECTIVES),
    }
    name = rng.choice(FRAMES).format(
        **{**fields, "verb": "look_up" if verb == "lookup" and rng.random() < 0.3 else verb}
    )
    description = rng.choice(DESCRIPTIONS).format(**{**fields, "verb": spoken})
    return Tool(verb, thing, name, description, tuple(parameters))


def toolbox(rng: random.Random, wanted: Tool, size: int) -> list[Tool]:
    """`wanted` among `size` tools, some with the same verb or the same noun."""
    tools, names = [wanted], {wanted.name}
    while len(tools) < size:
        draw = rng.random()
        other = (
            tool(rng, verb=wanted.verb) if draw < 0.15 else tool(rng, thing=wanted.noun) if draw < 0.3 else tool(rng)
        )
        if other.name not in names and (other.verb, other.noun) != (wanted.verb, wanted.noun):
            tools.append(other)
            names.add(other.name)
    rng.shuffle(tools)
    return tools


def value(rng: random.Random, kind: str) -> Value:
    """A value of a kind."""
    match kind:
        case "digits":
            return words.digits(rng)
        case "code":
            return words.code(rng)
        case "name":
            return words.person(rng) if rng.random() < 0.5 else words.name(rng)
        case "place":
            return words.made_up(rng).capitalize()
        case "mail":
            return words.mail(rng)
        case "date":
            return words.date(rng)
        case "amount":
            return float(words.amount(rng))
        case "count":
            return rng.randint(1, 60)
        case "address":
            return words.street_address(rng)
        case "colour":
            return rng.choice(words.COLOURS)
        case _:
            return words.phrase(rng)


def mention(rng: random.Random, item: Parameter, thing: str, content: Value) -> str:
    """How a user mentions the value of a parameter."""
    return rng.choice(KINDS[item.kind][1]).format(v=content, n=item.name.replace("_", " "), noun=thing)
