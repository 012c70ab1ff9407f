"""The rules by which a turn is right, and the names of what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from support.tiny_model import TOOL
from tuneguild.tools.evaluation.parsing import Call
from tuneguild.tools.evaluation.scoring import (
    metric_value,
    record_outcomes,
    same_value,
    score_turn,
    summarise,
)
from tuneguild.tools.evaluation.turns import Turn, turns_of


def call_turn(arguments: dict[str, Any], accept: list[dict[str, Any]] | None = None, id: str = "r#0") -> Turn:
    return Turn(id, id.split("#")[0], [], [TOOL], "", [Call("find", arguments)], accept)


def text_turn(text: str = "Hello.", id: str = "r#0") -> Turn:
    return Turn(id, id.split("#")[0], [], [TOOL], text, [], None)


def hermes(name: str, arguments: str) -> str:
    return f'<tool_call>{{"name": "{name}", "arguments": {arguments}}}</tool_call>'


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, 1.0, True),
        (True, 1, False),
        ("1", 1, False),
        ("Paris", "paris", False),
        ("Paris", "Paris ", False),
        ({"a": 1, "b": [1, 2]}, {"b": [1.0, 2], "a": 1}, True),
        ([1, 2], [2, 1], False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        (None, None, True),
    ],
)
def test_values_are_compared_as_json(left: Any, right: Any, same: bool) -> None:
    assert same_value(left, right) is same


@pytest.mark.parametrize(
    ("output", "label"),
    [
        (hermes("find", '{"word": "rain"}'), "right"),
        ('ACTION: find(word="rain")', "wrong format"),
        (hermes("lose", '{"word": "rain"}'), "wrong tool"),
        (hermes("find", '{"word": "sun"}'), "wrong arguments"),
        (hermes("find", '{"word": "rain"}') * 2, "wrong number of calls"),
        ("It rains.", "missed call"),
        ('<tool_call>{"name": "find", "argu', "broken call"),
        ("  ", "no answer"),
    ],
)
def test_a_call_turn_is_right_only_with_the_exact_call_in_the_own_format(output: str, label: str) -> None:
    score = score_turn(call_turn({"word": "rain"}), output, "hermes")
    assert score.label == label
    assert score.right is (label == "right")


@pytest.mark.parametrize(
    ("output", "label"),
    [
        ("Anything in words.", "right"),
        (hermes("find", '{"word": "rain"}'), "unwanted call"),
        ('ACTION: find(word="rain")', "unwanted call"),
        ('Well <tool_call>{"na', "broken call"),
        ("", "no answer"),
    ],
)
def test_a_turn_in_words_is_right_with_some_text_and_no_trace_of_a_call(output: str, label: str) -> None:
    assert score_turn(text_turn(), output, "hermes").label == label


def test_parallel_calls_are_compared_as_a_set() -> None:
    calls = [Call("find", {"word": "a"}), Call("find", {"word": "b"})]
    turn = Turn("r#0", "r", [], [TOOL], "", calls, None)
    output = hermes("find", '{"word": "b"}') + hermes("find", '{"word": "a"}')
    assert score_turn(turn, output, "hermes").right


def test_the_right_call_with_a_fragment_beside_it_is_not_right() -> None:
    output = hermes("find", '{"word": "rain"}') + "<tool_call>"
    assert not score_turn(call_turn({"word": "rain"}), output, "hermes").right


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        ('{"base": 10}', True),
        ('{"base": 10, "unit": "cm"}', True),
        ('{"base": 10, "unit": "m"}', False),
        ('{"base": 11}', False),
        ('{"unit": "cm"}', False),
        ('{"base": 10, "other": 1}', False),
    ],
)
def test_accepted_values_decide_where_a_record_lists_them(arguments: str, right: bool) -> None:
    turn = call_turn({"base": 10}, [{"find": {"base": [10, 10.0], "unit": ["cm", ""]}}])
    assert score_turn(turn, hermes("find", arguments), "hermes").right is right


def test_accepted_values_reach_into_object_arguments() -> None:
    turn = call_turn({"where": {"city": "Rome"}}, [{"find": {"where": [{"city": ["Rome", "Roma"], "zip": [""]}]}}])
    assert score_turn(turn, hermes("find", '{"where": {"city": "Roma"}}'), "hermes").right


def test_the_accept_entry_of_a_record_belongs_to_its_own_assistant_turn() -> None:
    call = {"type": "function", "function": {"name": "find", "arguments": {"word": "x"}}}
    messages = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
    ]
    turns = turns_of([{"id": "r", "messages": messages, "accept": [None, {"find": {"word": ["x", "y"]}}]}])
    assert [turn.accept for turn in turns] == [None, [{"find": {"word": ["x", "y"]}}]]


def test_a_record_is_right_when_all_its_turns_are() -> None:
    right = score_turn(call_turn({"word": "rain"}), hermes("find", '{"word": "rain"}'), "hermes")
    wrong = score_turn(text_turn(id="r#1"), "", "hermes")
    assert record_outcomes([right, wrong], "task_accuracy") == {"r": False}
    assert record_outcomes([right, wrong], "call_accuracy") == {"r": True}


def test_records_without_a_call_do_not_count_for_call_accuracy() -> None:
    scores = [score_turn(text_turn(id="a#0"), "yes", "hermes")]
    assert record_outcomes(scores, "call_accuracy") == {}
    assert metric_value(scores, "call_accuracy") == 0.0


def test_exact_match_wants_the_expected_words() -> None:
    scores = [score_turn(text_turn(id="a#0"), " Hello. ", None), score_turn(text_turn(id="b#0"), "Hi.", None)]
    assert record_outcomes(scores, "exact_match") == {"a": True, "b": False}


def test_the_summary_counts_shares_and_failures() -> None:
    scores = [
        score_turn(call_turn({"word": "rain"}, id="a#0"), hermes("find", '{"word": "rain"}'), "hermes"),
        score_turn(call_turn({"word": "rain"}, id="b#0"), hermes("find", '{"word": "sun"}'), "hermes"),
        score_turn(call_turn({"word": "rain"}, id="c#0"), 'ACTION: find(word="rain")', "hermes"),
        score_turn(text_turn(id="d#0"), "hello", "hermes"),
    ]
    summary = summarise(scores)
    assert (summary.task_accuracy, summary.lenient_task_accuracy) == (0.5, 0.75)
    assert (summary.call_accuracy, summary.tool_accuracy) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (summary.no_call_accuracy, summary.format_validity) == (1.0, 0.75)
    assert summary.failures == {"wrong format": 1, "wrong arguments": 1}


def test_a_share_without_anything_to_count_is_none() -> None:
    assert summarise([]).task_accuracy is None
