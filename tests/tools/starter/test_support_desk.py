"""The example's committed records: shares, formats, nothing shared between the two sets."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

import tuneguild

EXAMPLE = Path(tuneguild.__file__).parent / "examples" / "support-desk"


def read(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EXAMPLE / "data" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def calls(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [call["function"] for m in record["messages"] for call in m.get("tool_calls", [])]


@pytest.fixture(scope="module")
def generator() -> Any:
    import sys

    spec = importlib.util.spec_from_file_location("support_desk_generate", EXAMPLE / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_committed_records_are_those_of_the_generator(generator: Any) -> None:
    assert generator.generate() == (read("train"), read("held_out"))


@pytest.mark.parametrize(("name", "count"), [("train", 600), ("held_out", 200)])
def test_the_shares_of_the_kinds(name: str, count: int) -> None:
    records = read(name)
    errors = [
        r for r in records if any(m["role"] == "tool" and "error" in json.loads(m["content"]) for m in r["messages"])
    ]
    assert len(records) == count
    assert len([r for r in records if not calls(r)]) == pytest.approx(0.20 * count, abs=2)
    assert len(errors) == pytest.approx(0.10 * count, abs=2)


def test_the_called_tools_are_offered_with_their_arguments() -> None:
    for record in read("train") + read("held_out"):
        offered = {t["function"]["name"]: t["function"]["parameters"]["properties"] for t in record["tools"]}
        assert 2 <= len(offered) <= 3
        for call in calls(record):
            assert set(json.loads(call["arguments"])) == set(offered[call["name"]])


def test_every_value_is_found_in_what_came_before() -> None:
    for record in read("train") + read("held_out"):
        said = ""
        for message in record["messages"]:
            for call in message.get("tool_calls", []):
                assert all(value in said for value in json.loads(call["function"]["arguments"]).values())
            said += (message["content"] or "") + "\n"


def test_no_value_is_in_both_sets() -> None:
    train, held_out = (
        {v for r in read(n) for c in calls(r) for v in json.loads(c["arguments"]).values()}
        for n in ("train", "held_out")
    )
    assert not train & held_out


def test_no_two_records_are_near_duplicates(generator: Any) -> None:
    grams = [generator.grams(record) for record in read("train") + read("held_out")]
    near = [
        (a, b)
        for a in range(len(grams))
        for b in range(a)
        if len(grams[a] & grams[b]) / len(grams[a] | grams[b]) >= 0.5
    ]
    assert not near
