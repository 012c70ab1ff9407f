"""Tokenised records and the zero-signal guard."""

from __future__ import annotations

import pytest

from support.tiny_model import tiny_record, tiny_records, tiny_tokenizer
from tuneguild.errors import DataError
from tuneguild.tools.training.tokens import (
    IGNORED,
    Row,
    guard_signal,
    has_tools,
    keep_within,
    tokenise,
)


def row(number: int, *, trainable: int = 3, length: int = 10) -> Row:
    labels = [IGNORED] * (length - trainable) + [1] * trainable
    return Row(str(number), ("data.jsonl", number + 1), [1] * length, labels)


def test_labels_are_the_assistants_tokens() -> None:
    tokenizer = tiny_tokenizer()
    (made,) = tokenise([tiny_record(2, tool=True)], tokenizer, None)
    kept = [token for token, label in zip(made.ids, made.labels, strict=True) if label != IGNORED]
    assert made.trainable == len(kept)
    assert tokenizer.decode(kept).endswith("the done<|im_end|>")


def test_records_with_calls_are_told_from_those_without() -> None:
    assert has_tools(tiny_records(2))
    assert not has_tools([tiny_record(0)])


def test_a_dataset_without_any_signal_is_refused_with_its_lines() -> None:
    with pytest.raises(DataError, match="4 of 4 training records would teach the model nothing") as told:
        guard_signal([row(number, trainable=0) for number in range(4)], "training")
    assert [problem.line for problem in told.value.problems] == [1, 2, 3, 4]


def test_two_silent_rows_of_a_hundred_are_too_many() -> None:
    with pytest.raises(DataError, match="2 of 100"):
        guard_signal([row(number, trainable=0 if number < 2 else 3) for number in range(100)], "training")


def test_one_silent_row_of_a_hundred_is_let_through() -> None:
    guard_signal([row(number, trainable=0 if number < 1 else 3) for number in range(100)], "training")


def test_an_empty_dataset_is_refused() -> None:
    with pytest.raises(DataError, match="are empty"):
        guard_signal([], "training")


def test_a_long_row_is_left_out_whole() -> None:
    rows = [row(number, length=50 if number == 0 else 10) for number in range(200)]
    assert [kept.length for kept in keep_within(rows, 20, "training")] == [10] * 199


def test_many_long_rows_are_refused_with_their_lengths() -> None:
    with pytest.raises(DataError, match=r"too long; found 50 tokens; expected at most 20"):
        keep_within([row(number, length=50) for number in range(5)], 20, "training")
