"""Hostile arguments for the tools of a server, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from support.knowledge_corpus import record_text

TRAVERSALS = [
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\windows",
    "%2e%2e%2fpasswd",
    "file:///etc/passwd",
    "a/../../b",
    "~/.ssh/id_rsa",
    "corpus/patterns/x.md",
    ".",
    "..",
    "lora\x00.md",
    "CON",
    "$(touch owned)",
    "`touch owned`",
    "|touch owned",
    "-rf",
]
QUERIES = [
    '"',
    "' OR 1=1 --",
    "a AND",
    "NEAR(a b",
    "id:*",
    "title : x",
    "*",
    "^a",
    "a NOT",
    "); DROP TABLE knowledge; --",
    "((((",
    "{a b} :",
    "\\",
    "%",
    "_",
    "a* b*",
    "MATCH",
    'col:"a',
    "-",
    "+",
    "a\nb",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "{0.__class__}",
    "%s%n",
    "<script>",
]
UNICODE = [
    "\u202e\u2066evil",
    "a\u0300" * 500,
    "\U0001f9ea" * 300,
    "\u200b",
    "\ufeff",
    "İıſß",
    "\ud800",
    "a\udfffb",
    "\x00",
    "\x1b[2J\x07",
    "ﷺ" * 50,
    "零" * 400,
    "\u2028\u2029",
    "e\u0301",
    "\x85\xa0",
    "\x7f",
]
NUMBERS = [-1, 0, 10**30, -(10**30), 1.5, float("nan"), float("inf"), -float("inf"), 2**63, 1e-320, True, False]
DEEP: Any = "x"
for _ in range(60):
    DEEP = {"a": [DEEP]}
OTHERS = [None, [], {}, [1], ["a"], {"a": 1}, [[[]]], DEEP, "", " ", "null", "[]", "{}", '"quoted"', "1e999", "[" * 500]
KEYS = [
    "__class__",
    "self",
    "ctx",
    "context",
    "limit ",
    "Topic",
    "",
    "topic\x00",
    "_meta",
    "records",
    "kwargs",
    "a" * 2000,
    "$schema",
    "strict",
]
HEADERS = [
    "id: ../../evil",
    "id: /tmp/evil",
    "kind: ../x",
    "extra: !!python/object/apply:os.system [touch owned]",
    "a: &a [*a]",
    "id: [a]",
    "related: [../x]",
    "title: ''",
    "reviewed: never",
    "layer: built-in",
    "numbers: {x: .inf}",
    "sources: []",
    "id: con",
    "<<: {id: x}",
]


def hostile_calls(
    schemas: dict[str, dict[str, Any]], count: int, seed: int = 7
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(tool, arguments) pairs.

    Args:
        schemas: tool -> its input schema.
        count: how many.
        seed: of the generator.
    """
    chance = random.Random(seed)
    names = sorted(schemas)
    for number in range(count):
        tool = (
            names[number % len(names)]
            if chance.random() < 0.97
            else chance.choice([*TRAVERSALS, "", "add_record", "x" * 5000])
        )
        properties = schemas.get(tool, {}).get("properties", {"query": {}})
        keys = [key for key in properties if chance.random() < 0.6] or list(properties)[:1]
        arguments = {key: _value(chance) for key in keys}
        for key, spec in properties.items():
            # Most calls keep the required arguments usable, so that they reach beyond the validation.
            if key in schemas.get(tool, {}).get("required", ()) and chance.random() < 0.7:
                arguments[key] = _text(chance)
            elif spec.get("type") == "integer" and chance.random() < 0.5:
                arguments.pop(key, None)
        if chance.random() < 0.2:
            arguments[chance.choice(KEYS)] = _value(chance)
        if tool == "add_record" and chance.random() < 0.8:
            arguments = {"text": _record(chance), **({"replace": True} if chance.random() < 0.3 else {})}
        yield tool, arguments


def _value(chance: random.Random) -> Any:
    return chance.choice(
        [_text(chance), chance.choice(NUMBERS), chance.choice(OTHERS), {chance.choice(KEYS): _text(chance)}]
    )


def _text(chance: random.Random) -> str:
    said = chance.choice([*TRAVERSALS, *QUERIES, *UNICODE])
    size = chance.random()
    if size < 0.05:
        return said * chance.choice([100, 5000, 50_000])
    if size < 0.3:
        return f"adapter {said} learning rate"
    return said


def _record(chance: random.Random) -> str:
    kind = chance.choice(["pattern", "decision", "warning", "methodology"])
    text = record_text(chance.choice(["mine", "adapter-or-full", "a" * 300, *TRAVERSALS]), kind, text=_text(chance))
    mutation = chance.random()
    if mutation < 0.3:
        return text.replace("\nkind:", f"\n{chance.choice(HEADERS)}\nkind:", 1)
    if mutation < 0.5:
        at = chance.randrange(len(text))
        return text[:at] + _text(chance)[:200] + text[at + chance.randrange(20) :]
    if mutation < 0.6:
        return text[: chance.randrange(len(text))]
    if mutation < 0.65:
        return text * 400
    return text
