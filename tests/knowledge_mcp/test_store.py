"""Search: phrases find the right record first, foreign queries find nothing and say so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import pytest

from tuneguild.knowledge_mcp.records import AppliesTo, Bounds, Kind, Record, Source, load_corpus
from tuneguild.knowledge_mcp.store import KnowledgeStore, split_terms

SOURCE = Source(title="A paper", authors="Somebody", year=2024, locator="section 1", url="https://example.org")
SHIPPED = KnowledgeStore(load_corpus())


def record(id: str, title: str, text: str = "", topics: Sequence[str] = ("training",), **fields: Any) -> Record:
    """A pattern whose solution is the text."""
    body = f"## Problem\n\nP.\n\n## Context\n\nC.\n\n## Solution\n\n{text or 'S.'}\n\n## Trade-offs\n\nT.\n\n## Example\n\nE."
    given: dict[str, Any] = {
        "id": id, "kind": "pattern", "title": title, "topics": list(topics), "confidence": "high", "sources": [SOURCE],
        "reviewed": date(2026, 1, 1), "text": body,
    }  # fmt: skip
    return Record.model_validate({**given, **fields})


class PassageFake(NamedTuple):
    """What the store needs of a passage."""

    id: str
    text: str
    source: str = "manual.pdf"
    locator: str = "page 3"
    layer: str = "user"


FILLERS = [
    record("label-agreement", "Agreement between annotators", "Two annotators label the same items."),
    record("vector-index", "An approximate index for vectors", "A graph of neighbours."),
    record("merge-weights", "Merge weights before serving", "Add the product of the matrices."),
    record("bootstrap", "Bootstrap interval for a difference", "Resample the pairs."),
    record("chunking", "Chunk size for documents", "Cut at headings."),
]
"""Records on other subjects, so that words are rare as in a real corpus."""


def ids(store: KnowledgeStore, query: str, **options: Any) -> list[str]:
    return [hit.record.id for hit in store.search(query, **options).hits]


def test_a_record_about_a_word_comes_before_one_that_mentions_it() -> None:
    mentions = record("a-mention", "Some other thing", "The dropout of an adapter.")
    about = record("about", "Dropout of an adapter", "A sentence.")
    assert ids(KnowledgeStore([mentions, about, *FILLERS]), "adapter dropout")[:2] == ["about", "a-mention"]


def test_a_record_about_the_whole_phrase_comes_before_one_that_repeats_one_word() -> None:
    repeats = record("a-repeats", "Gradient, gradient, gradient", "Gradient gradient gradient.")
    whole = record("whole", "Clip the norm of the gradient", "A sentence.")
    assert ids(KnowledgeStore([repeats, whole, *FILLERS]), "clip gradient norm")[0] == "whole"


def test_a_related_word_finds_a_record_that_lacks_the_word_itself() -> None:
    lora = record("lora-rank", "The rank of LoRA", "A sentence.")
    assert ids(KnowledgeStore([lora, *FILLERS]), "rank for PEFT") == ["lora-rank"]


def test_the_word_itself_counts_more_than_a_related_one() -> None:
    related = record("a-related", "The adapter and its rank", "A sentence.")
    itself = record("itself", "LoRA and its rank", "A sentence.")
    assert ids(KnowledgeStore([related, itself, *FILLERS]), "LoRA rank")[:2] == ["itself", "a-related"]


@pytest.mark.parametrize("query", ["learning rates", "Learning-Rate", "lr"])
def test_spellings_and_abbreviations_of_a_phrase_are_one_term(query: str) -> None:
    store = KnowledgeStore([record("rate", "The learning rate of an adapter"), *FILLERS])
    assert ids(store, f"{query} of an adapter")[0] == "rate"


def test_british_and_american_spelling_find_the_same() -> None:
    store = KnowledgeStore([record("quantise", "Quantisation and generalisation"), *FILLERS])
    assert ids(store, "quantization generalization") == ids(store, "quantisation generalisation") == ["quantise"]


def test_a_neighbour_that_matches_well_lifts_a_record_over_an_equal_one() -> None:
    best = record("z-best", "Warm-up and schedule of the learning rate", related=["y-linked"])
    linked, lone = record("y-linked", "Notes on the schedule"), record("a-lone", "Notes on the schedule")
    assert ids(KnowledgeStore([best, linked, lone, *FILLERS]), "learning rate warm-up schedule")[1] == "y-linked"


def test_an_off_topic_query_finds_nothing_and_names_the_nearest_topics() -> None:
    store = KnowledgeStore([record("rank", "The rank of LoRA", topics=["lora"]), *FILLERS])
    result = store.search("how to prune apple trees near the river")
    assert (result.hits, result.passages) == ([], [])
    assert result.note.startswith("nothing relevant to 'how to prune apple trees")
    assert result.nearest_topics


def test_the_note_names_the_kind_that_was_asked_for() -> None:
    assert "among the warning records" in KnowledgeStore(FILLERS).search("merge weights", "warning").note


def test_nearest_topics_begin_with_those_that_share_a_word() -> None:
    store = KnowledgeStore([record("x", "A title", topics=["gradient-clipping", "training"]), *FILLERS])
    assert store.search("clipping of poodles in Leeds").nearest_topics[0] == "gradient-clipping"


def test_a_query_without_words_says_so() -> None:
    result = SHIPPED.search("how is the …?")
    assert (result.hits, result.note) == ([], "the query holds no word to search for")


@pytest.mark.parametrize(
    "query", ['lora" OR (title: * NEAR dropout', "lora'; DROP TABLE dropout; --", "lora {dropout} ^:\x00"]
)
def test_query_syntax_of_search_engines_is_only_text(query: str) -> None:
    assert SHIPPED.search(query).hits[0].record.id == "lora-dropout"


def test_a_very_long_query_is_answered() -> None:
    assert SHIPPED.search("lora dropout " * 5000).hits[0].record.id == "lora-dropout"


def test_a_mistyped_word_is_read_as_the_nearest_known_one_and_said() -> None:
    hit = SHIPPED.search("lora dropuot").hits[0]
    assert hit.record.id == "lora-dropout"
    assert "'dropuot' was read as 'dropout'" in hit.why


def test_a_known_word_is_never_read_as_another() -> None:
    store = KnowledgeStore([record("a", "Padding of batches"), record("b", "The adding of batches"), *FILLERS])
    assert "read as" not in store.search("padding batches").hits[0].why


def test_scores_fall_and_matched_words_are_told() -> None:
    hits = SHIPPED.search("LoRA rank and dropout").hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert set(hits[0].matched) <= {"lora", "rank", "dropout"}


def test_why_tells_where_each_word_stands() -> None:
    store = KnowledgeStore([record("rank", "The rank of LoRA", "Alpha follows it."), *FILLERS])
    assert store.search("rank, alpha and PEFT").hits[0].why == (
        "Is about 'rank', mentions 'alpha' and holds words related to 'peft'."
    )


def test_the_limit_holds() -> None:
    assert len(SHIPPED.search("fine-tuning", limit=2).hits) == 2


@pytest.mark.parametrize("kind", ["pattern", "decision", "warning", "methodology"])
def test_the_kind_restricts_the_results(kind: Kind) -> None:
    assert {hit.record.kind for hit in SHIPPED.search("LoRA training", kind, limit=20).hits} == {kind}


@pytest.mark.parametrize(
    ("scope", "case"),
    [
        (AppliesTo(methods=["qlora"]), {"method": "full"}),
        (AppliesTo(tasks=["chat"]), {"task": "code"}),
        (AppliesTo(hardware=["gpu"]), {"hardware": "cpu"}),
        (AppliesTo(parameters=Bounds(min=1e9)), {"parameters": 1e8}),
        (AppliesTo(parameters=Bounds(max=1e9)), {"parameters": 7e9}),
        (AppliesTo(records=Bounds(min=100, max=1000)), {"records": 50}),
    ],
)
def test_a_record_for_another_situation_ranks_lower_and_says_why(scope: AppliesTo, case: dict[str, Any]) -> None:
    limited = record("a-limited", "Memory of large models", applies_to=scope)
    store = KnowledgeStore([limited, record("open", "Memory of large models"), *FILLERS])
    query = "memory of large models"
    assert ids(store, query)[:2] == ["a-limited", "open"]
    hits = store.search(query, **case).hits
    assert [hit.record.id for hit in hits[:2]] == ["open", "a-limited"]
    assert "ranked lower, since it is limited to" in hits[1].why


def test_strict_leaves_out_what_is_meant_for_another_situation() -> None:
    limited = record("limited", "Memory of large models", applies_to=AppliesTo(methods=["qlora"]))
    store = KnowledgeStore([limited, record("open", "Memory of large models"), *FILLERS])
    assert ids(store, "memory of large models", method="full", strict=True) == ["open"]


def test_a_record_within_its_limits_ranks_as_without_a_situation() -> None:
    limited = record("limited", "Memory of large models", applies_to=AppliesTo(parameters=Bounds(min=1e9, max=1e10)))
    store = KnowledgeStore([limited, *FILLERS])
    plain, within = store.search("memory of large models"), store.search("memory of large models", parameters=7e9)
    assert plain.hits[0].score == within.hits[0].score


def test_a_superseded_record_is_fetched_but_not_found() -> None:
    old = record("old", "The dropout of LoRA")
    new = record("new", "The dropout of LoRA", supersedes=["old"])
    store = KnowledgeStore([old, new, *FILLERS])
    assert ids(store, "lora dropout") == ["new"]
    assert store.get("old") is old


def test_a_hit_tells_its_layer() -> None:
    own = record("own", "The dropout of LoRA").model_copy(update={"layer": "project"})
    assert KnowledgeStore([own, *FILLERS]).search("lora dropout").hits[0].layer == "project"


def test_passages_stand_behind_the_records() -> None:
    passage = PassageFake("manual-3", "The dropout of our LoRA adapters was 0.1 in the spring release.")
    store = KnowledgeStore([record("own", "The dropout of LoRA"), *FILLERS], passages=[passage])
    result = store.search("lora dropout")
    assert [hit.record.id for hit in result.hits] == ["own"]
    assert [(hit.passage.id, hit.kind) for hit in result.passages] == [("manual-3", "passage")]


def test_a_passage_on_a_subject_of_the_user_is_found_where_no_record_is() -> None:
    store = KnowledgeStore(FILLERS, passages=[PassageFake("refund", "A refund of a train ticket takes ten days.")])
    result = store.search("train ticket refund")
    assert (result.hits, [hit.passage.id for hit in result.passages], result.note) == ([], ["refund"], "")


def test_the_kind_passage_leaves_out_records() -> None:
    store = KnowledgeStore(FILLERS, passages=[PassageFake("a", "Merge the weights with care.")])
    result = store.search("merge the weights", "passage")
    assert (result.hits, [hit.passage.id for hit in result.passages]) == ([], ["a"])


def test_topics_are_counted_most_frequent_first() -> None:
    store = KnowledgeStore([record("a", "A", topics=["rare", "often"]), record("b", "B", topics=["often"])])
    assert list(store.topics().items()) == [("often", 2), ("rare", 1)]


def test_phrases_of_the_field_stay_together() -> None:
    assert split_terms("Which learning-rate for fine-tuning?") == ["learning rate", "fine tuning"]


@pytest.mark.parametrize(
    ("query", "kind", "first"),
    [
        ("fine-tuning instruction datasets", "pattern", "instruction-dataset-design"),
        ("SFT vs DPO vs RLHF selection", "decision", "dpo-vs-sft-vs-rl"),
        ("fine-tuning pitfalls overfitting", "warning", "overfitting-signs"),
        ("LoRA QLoRA efficient adaptation", "methodology", "lora-qlora-adaptation-procedure"),
    ],
)
def test_the_phrases_that_personas_send_find_five_records_the_right_one_first(
    query: str, kind: Kind, first: str
) -> None:
    found = ids(SHIPPED, query, kind=kind)
    assert (found[0], len(found)) == (first, 5)


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("which learning rate for LoRA", "lora-learning-rate"),
        ("remove duplicate records before the split", "deduplicate-before-split"),
        ("is my test set contaminated", "train-test-leakage"),
        ("forgetting general ability", "catastrophic-forgetting"),
        ("chunk size for RAG", "chunk-size-and-overlap"),
        ("when should the model not call a tool", "no-call-negatives"),
        ("function calling accuracy", "function-call-scoring"),
        ("loss is zero", "zero-signal-training"),
        ("70B model on one GPU", "qlora-for-large-models"),
        ("BM25 vs embeddings", "bm25-first-retrieval"),
    ],
)
def test_a_question_to_the_shipped_corpus_finds_its_record_among_the_first_five(query: str, right: str) -> None:
    assert right in ids(SHIPPED, query)


@pytest.mark.parametrize(
    "query",
    [
        "chocolate cake recipe",
        "weather in Paris",
        "tax return deadline",
        "LoRA for elephants",
        "model railway",
        "tune my guitar",
    ],
)
def test_the_shipped_corpus_knows_nothing_of_foreign_subjects(query: str) -> None:
    assert SHIPPED.search(query).hits == []
