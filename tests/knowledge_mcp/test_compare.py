"""Side by side: sources on one question, options for one case."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.knowledge_corpus import write_corpus
from tuneguild.knowledge_mcp.compare import compare_options, compare_sources
from tuneguild.knowledge_mcp.records import load_corpus
from tuneguild.knowledge_mcp.situation import Situation, fit
from tuneguild.knowledge_mcp.store import KnowledgeStore


@pytest.fixture
def store(tmp_path: Path) -> KnowledgeStore:
    return KnowledgeStore(load_corpus(write_corpus(tmp_path)))


def test_each_source_stands_with_its_claims_places_and_figures(store: KnowledgeStore) -> None:
    compared = compare_sources(store, "learning rate of an adapter", Situation(), 8)
    views = {view.url: view for view in compared.sources}
    claim = views["https://example.org/first"].claims[0]
    assert (claim.id, claim.locator, claim.shared) == ("adapter-learning-rate", "section 1", False)
    assert claim.numbers["learning_rate"]["high"] == 0.0003


def test_a_figure_that_is_our_own_choice_is_not_laid_to_a_source(store: KnowledgeStore) -> None:
    compared = compare_sources(store, "learning rate of an adapter", Situation(), 8)
    [claim] = next(view for view in compared.sources if view.url.endswith("third")).claims
    assert claim.numbers == {}


def test_figures_whose_ranges_overlap_agree(store: KnowledgeStore) -> None:
    [agreement] = compare_sources(store, "learning rate of an adapter", Situation(), 8).agreements
    assert agreement.basis == "number"
    assert set(agreement.sources) == {"https://example.org/first", "https://example.org/second"}


def test_figures_whose_ranges_lie_apart_differ(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path)
    other = corpus / "patterns" / "adapter-learning-rate-again.md"
    other.write_text(other.read_text().replace("0.0002", "0.02").replace("0.0001", "0.01").replace("0.0003", "0.03"))
    compared = compare_sources(KnowledgeStore(load_corpus(corpus)), "learning rate of an adapter", Situation(), 8)
    assert compared.agreements == []
    assert compared.differences[0].values["adapter-learning-rate-again"] == "0.02 (0.01 to 0.03)"


def test_a_declared_contradiction_shows_both_sides(store: KnowledgeStore) -> None:
    compared = compare_sources(store, "learning rate of an adapter", Situation(), 8)
    pairs = [{one.first, one.second} for one in compared.contradictions]
    assert pairs == [{"adapter-learning-rate", "adapter-careful-rate"}]


def test_nothing_known_says_so(store: KnowledgeStore) -> None:
    compared = compare_sources(store, "chocolate cake", Situation(), 8)
    assert compared.sources == [] and "nothing relevant" in compared.note and compared.nearest_topics


def test_options_stand_with_when_and_when_not_and_in_order_of_fit(store: KnowledgeStore) -> None:
    small = Situation(method="lora", parameters=1e9)
    compared = compare_options(store, "adapter or full tuning", small, 3)
    first, last = compared.options[0], compared.options[-1]
    assert (first.decision, first.applies, first.when) == ("adapter-or-full", True, "memory is short.")
    assert (last.decision, last.applies, last.score) == ("adapter-or-full-large", False, 0.0)
    assert {caution.id for caution in first.cautions} == {"adapter-careful-rate"}


def test_the_other_decision_fits_the_other_case(store: KnowledgeStore) -> None:
    compared = compare_options(store, "adapter or full tuning", Situation(parameters=7e10), 3)
    assert compared.options[0].decision == "adapter-or-full-large"
    excluded = next(one for one in compared.decisions if one.id == "adapter-or-full")
    assert excluded.why == "is limited to at most 2e+10 for parameters 7e+10"


def test_without_a_situation_the_note_says_what_the_order_means(store: KnowledgeStore) -> None:
    assert "no situation was given" in compare_options(store, "adapter or full tuning", Situation(), 3).note


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"method": "lora", "parameters": 1e9}, 1.0),
        ({"method": "lora", "task": "code"}, 0.75),
        ({"task": "code"}, 0.5),
        ({"method": "dpo"}, 0.0),
        ({"method": "lora", "parameters": 7e10}, 0.0),
        ({}, 0.5),
    ],
)
def test_fit_counts_what_a_record_states(store: KnowledgeStore, given: dict[str, object], expected: float) -> None:
    record = store.records["adapter-or-full"]
    assert fit(record, Situation.model_validate(given))[0] == expected
