"""Words become terms: stems, phrases and abbreviations, the same for records and queries; mistyped words find known ones."""

from __future__ import annotations

import pytest

from tuneguild.knowledge_mcp.query import Speller, edits, related
from tuneguild.knowledge_mcp.vocabulary import ALIASES
from tuneguild.knowledge_mcp.words import plain_words, query_terms, stem, terms_of


@pytest.mark.parametrize(
    ("first", "second"),
    [("training", "trained"), ("models", "model"), ("quantization", "quantised"), ("generalisation", "generalize"),
     ("evaluation", "evals"), ("learnt", "learn"), ("merging", "merged"), ("records", "record")],
)  # fmt: skip
def test_forms_of_a_word_share_a_stem(first: str, second: str) -> None:
    assert stem(first) == stem(second)


@pytest.mark.parametrize(("first", "second"), [("rank", "ranking"), ("policy", "police"), ("rate", "rating")])
def test_a_short_word_is_not_cut_to_nothing(first: str, second: str) -> None:
    assert len(stem(first)) > 2 and len(stem(second)) > 2


def test_accents_and_case_do_not_count() -> None:
    assert plain_words("Café LORA") == ["cafe", "lora"]


def test_a_query_takes_the_phrase_and_a_record_its_words_too() -> None:
    assert list(query_terms("the learning rate")) == ["learning rate"]
    assert terms_of("the learning rate") == ["learn_rate", "learn", "rate"]


def test_every_member_of_an_alias_group_is_one_term() -> None:
    wrong = [
        member for group in ALIASES for member in group if set(query_terms(member).values()) != {terms_of(group[0])[0]}
    ]
    assert wrong == []


def test_no_word_is_related_to_itself() -> None:
    assert [term for term, others in related().items() if term in others] == []


@pytest.mark.parametrize(
    ("first", "second", "distance"), [("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abd", 1), ("", "ab", 2)]
)
def test_edits_count_swaps_as_one(first: str, second: str, distance: int) -> None:
    assert edits(first, second) == distance


@pytest.mark.parametrize(
    ("typed", "known"),
    [("dropuot", "dropout"), ("quantizaton", "quantization"), ("apple", None), ("xropout", None), ("dr0pout", None)],
)
def test_only_a_small_slip_is_corrected(typed: str, known: str | None) -> None:
    assert Speller(["dropout", "quantization", "apply"]).nearest(typed) == known
