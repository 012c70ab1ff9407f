"""Talking to a model: prompt, history, calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.tiny_model import TOOL, tiny_model
from support.training_run import training_context
from tuneguild.errors import InputError
from tuneguild.tools.evaluation.prompts import BARE
from tuneguild.tools.models import load
from tuneguild.tools.serving.conversation import Conversation, dataset_tools, read_tools
from tuneguild.tools.serving.prompt import first_question, serving_prompt

CALL = '<tool_call>{"name": "find", "arguments": {"word": "rain"}}</tool_call>'


class Scripted(Conversation):
    """A conversation whose model says given pieces."""

    pieces: list[str]

    def _stream(self) -> Iterator[str]:
        yield from self.pieces


def scripted(*pieces: str) -> Scripted:
    made = Scripted(loaded=None, prompt=BARE, tools=[TOOL])  # type: ignore[arg-type]
    made.pieces = list(pieces)
    return made


def test_words_are_shown_as_they_come() -> None:
    shown: list[str] = []
    reply = scripted("It ", "rains", ".").say("weather?", shown.append)
    assert shown == ["It ", "rains", "."]
    assert (reply.text, reply.calls) == ("It rains.", [])


def test_a_call_is_never_shown_as_words() -> None:
    shown: list[str] = []
    reply = scripted("Let me look. ", "<tool", CALL[5:]).say("weather?", shown.append)
    assert "".join(shown) == "Let me look. "
    assert [(call.name, call.arguments) for call in reply.calls] == [("find", {"word": "rain"})]


def test_an_open_bracket_at_the_end_is_words() -> None:
    shown: list[str] = []
    scripted("a <", "b").say("hm", shown.append)
    assert "".join(shown) == "a <b"


def test_a_call_is_kept_in_the_history_as_the_template_takes_it() -> None:
    talk = scripted(CALL)
    reply = talk.say("weather?", lambda _: None)
    talk.give_result(reply.calls[0].name, "sunny")
    assert talk.messages[1]["tool_calls"][0]["function"] == {"name": "find", "arguments": {"word": "rain"}}
    assert talk.messages[2] == {"role": "tool", "name": "find", "content": "sunny"}


def test_a_malformed_call_stays_in_the_history_as_it_was_written() -> None:
    talk = scripted('<tool_call>{"name": "find", "argu')
    assert talk.say("weather?", lambda _: None).malformed
    assert talk.messages[1]["content"].startswith("<tool_call>")


def test_a_real_model_streams_a_reply(tmp_path: Path) -> None:
    talk = Conversation(load(str(tiny_model(tmp_path / "tiny"))), BARE, [TOOL], new_tokens=8)
    talk.say("hello", lambda _: None)
    assert [message["role"] for message in talk.messages] == ["user", "assistant"]


def test_the_oldest_turns_leave_when_the_model_cannot_read_more(tmp_path: Path) -> None:
    talk = Conversation(load(str(tiny_model(tmp_path / "tiny"))), BARE, [], new_tokens=8)
    for number in range(30):
        talk.messages += [
            {"role": "user", "content": f"hello {number}"},
            {"role": "assistant", "content": "yes please"},
        ]
    talk.messages.append({"role": "user", "content": "last words"})
    ids = talk._ids()
    assert ids.shape[1] + 8 <= 512
    assert "last words" in talk.loaded.tokenizer.decode(ids[0])


def test_a_question_ends_before_the_first_answer() -> None:
    record = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
    assert first_question(record) == [{"role": "user", "content": "a"}]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"serving_prompt": {"id": "a"}}, "a"),
        ({"baseline": {"prompt": {"id": "b"}}}, "b"),
        ({}, "bare"),
    ],
)
def test_the_serving_prompt_is_the_chosen_one(facts: dict[str, Any], expected: str) -> None:
    assert serving_prompt(facts).id == expected


def test_the_datasets_tools_are_offered(tmp_path: Path) -> None:
    context = training_context(tmp_path)
    assert [tool["function"]["name"] for tool in dataset_tools(context.facts, context.run_dir)] == ["find"]


def test_a_tools_file_may_hold_bare_functions(tmp_path: Path) -> None:
    path = tmp_path / "tools.json"
    path.write_text(json.dumps([TOOL["function"]]))
    assert read_tools(path) == [TOOL]


@pytest.mark.parametrize("text", ["{}", "[1]", "nothing", '[{"description": "x"}]'])
def test_a_file_that_holds_no_tools_is_explained(tmp_path: Path, text: str) -> None:
    path = tmp_path / "tools.json"
    path.write_text(text)
    with pytest.raises(InputError, match="cannot be read"):
        read_tools(path)
