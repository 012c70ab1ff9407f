"""Measuring recall and choosing by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuneguild.tools.retrieval.documents import Document, Question
from tuneguild.tools.retrieval.plan import RetrievalPlan
from tuneguild.tools.retrieval.sweep import Setting, chance_recall, choose, cut, run_sweep, wilson_interval

PLAN = RetrievalPlan(chunk_words=100, overlap_words=20, top_k=4, max_context_words=500)


def setting(chunk_words: int, k: int, hits: int) -> Setting:
    return Setting(chunk_words, 0, k, hits, 20, 0.1)


def test_recall_counts_the_questions_whose_document_is_among_the_first_k(tmp_path: Path) -> None:
    documents = [
        Document("a.md", "A", "red apple apple"),
        Document("b.md", "B", "apple pie"),
        Document("c.md", "C", "tea"),
    ]
    questions = [Question("apple", "a.md"), Question("apple", "b.md"), Question("coffee", "c.md")]
    plan = RetrievalPlan(chunk_words=20, overlap_words=0, top_k=1, sweep_top_k=[2])
    assert [(s.k, s.hits) for s in run_sweep(plan, documents, questions, tmp_path)] == [(1, 1), (2, 2)]


def test_the_sweep_measures_every_combination_once_and_the_plan_first(tmp_path: Path) -> None:
    plan = RetrievalPlan(sweep_chunk_words=[100, 200], sweep_top_k=[5, 1])
    settings = run_sweep(plan, [Document("a.md", "A", "one two three")], [Question("two", "a.md")], tmp_path)
    assert [(s.chunk_words, s.overlap_words, s.k) for s in settings] == [
        (200, 40, 5),
        (200, 40, 1),
        (100, 20, 5),
        (100, 20, 1),
    ]


def test_the_plan_stays_unless_another_setting_is_better() -> None:
    own = setting(100, 4, 15)
    assert choose(PLAN, [own, setting(100, 3, 15), setting(50, 4, 14)]) is own


def test_a_setting_that_finds_more_within_the_budget_wins() -> None:
    better = setting(120, 4, 17)
    assert choose(PLAN, [setting(100, 4, 15), better, setting(100, 10, 20)]) is better


def test_a_setting_that_finds_as_much_with_half_of_the_text_wins() -> None:
    shorter = setting(50, 4, 15)
    assert choose(PLAN, [setting(100, 4, 15), shorter]) is shorter


def test_without_questions_the_plan_stays() -> None:
    own = Setting(100, 0, 4, 0, 0, 0.0)
    assert choose(PLAN, [own, Setting(20, 0, 1, 0, 0, 0.0)]) is own


def test_chance_recall_is_that_of_chunks_drawn_at_random() -> None:
    chunks = cut([Document(f"{n}.md", "", "word") for n in range(8)], 20, 0)
    assert chance_recall(chunks, [Question("q", "0.md")], 2) == pytest.approx(2 / 8)


def test_the_wilson_interval_agrees_with_a_published_value() -> None:
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_without_questions_the_interval_is_everything() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)
