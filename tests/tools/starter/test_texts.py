"""The generators: seeded, apart from the support-desk example, with habits that depend on the wording."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import tuneguild
from tuneguild.tools.starter import build, dialogues, habits, service, text
from tuneguild.tools.starter.build import SEED

DESK = Path(tuneguild.__file__).parent / "examples" / "support-desk" / "data"
SAMPLE = 4000


@pytest.fixture(scope="module")
def sample() -> list[dict[str, Any]]:
    rng = random.Random(SEED)
    return [make(rng) for _ in range(SAMPLE // 2) for make in (dialogues.dialogue, service.service_dialogue)]


def test_the_same_seed_gives_the_same_texts() -> None:
    first, second = (build.tokenizer_texts(3, 200) + build.general_texts(3, 5) for _ in range(2))
    assert first == second


def test_no_message_or_tool_of_the_support_desk_is_in_the_pretraining_dialogues(sample: list[dict[str, Any]]) -> None:
    lines = [line for name in ("train", "held_out") for line in (DESK / f"{name}.jsonl").read_text().splitlines()]
    desk = [json.loads(line) for line in lines]
    said = {
        m["content"]
        for record in desk
        for m in record["messages"]
        if m["role"] in ("user", "assistant") and m["content"]
    }
    tools = {tool["function"]["name"] for record in desk for tool in record["tools"]}
    assert not said & {message["content"] for record in sample for message in record["messages"]}
    assert not tools & {tool["function"]["name"] for record in sample for tool in record["tools"]}


def test_rehearsal_and_held_back_text_share_nothing() -> None:
    held_back = "\n".join(build.general_texts(SEED))
    spoken = [message["content"] for record in build.rehearsal_records(SEED) for message in record["messages"]]
    assert not [content for content in spoken if len(content) > 60 and content in held_back]


def test_exercises_can_be_solved_from_what_is_given() -> None:
    rng = random.Random(1)
    for _ in range(200):
        (given, _), (solution, learnt) = text.repeating(rng)
        assert given.split(": ", 1)[1].strip() in solution and learnt


def test_the_format_of_a_call_follows_from_the_wording() -> None:
    rng = random.Random(1)
    seen = Counter(habits.habit("I want to find the fern K-1.", None, rng) for _ in range(500))
    assert seen["prose"] > 400 and len(seen) > 3


def test_habits_are_milder_at_a_service_desk() -> None:
    rng = random.Random(1)
    seen = Counter(habits.habit("I want to find the fern K-1.", habits.DESK, rng) for _ in range(500))
    assert seen[habits.PRODUCTION] > 400


def test_a_request_that_lacks_a_value_is_answered_with_a_question_for_it() -> None:
    rng = random.Random(1)
    wanted = service.service_tool(rng, 0.3)
    text, answer = service.lacking(rng, wanted)
    assert wanted.noun in text
    assert wanted.parameters[0].name.replace("_", " ") in answer


def test_a_prompt_that_asks_for_the_format_moves_some_wordings_only() -> None:
    moved = [key for key, (own, asked) in habits.HABITS.items() if own != asked == habits.PRODUCTION]
    stays = [key for key, (_, asked) in habits.HABITS.items() if asked != habits.PRODUCTION]
    assert moved and len(stays) > len(moved)


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("Can you find it?", ("question", "?")),
        ("Hello, find it.", ("greeting", ".")),
        ("Please find it", ("please", "")),
        ("My fern is lost!", ("self", "!")),
        ("Find it.", ("order", ".")),
    ],
)
def test_opening_and_last_mark_of_a_message(user: str, expected: tuple[str, str]) -> None:
    assert habits.cue(user) == expected


@pytest.mark.parametrize("form", habits.FORMATS)
def test_every_format_holds_name_and_values(form: str) -> None:
    written = habits.render_call(form, "find_fern", {"code": "K-20417"})
    assert "find_fern" in written and "K-20417" in written
