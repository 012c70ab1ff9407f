"""Search: phrases find the right record first, off-topic queries find nothing and say so."""

from __future__ import annotations

import pytest

from tuneguild.knowledge_mcp.records import Kind, load_corpus
from tuneguild.knowledge_mcp.store import KnowledgeStore, split_terms

STORE = KnowledgeStore(load_corpus())


@pytest.mark.parametrize(
    ("query", "kind", "first"),
    [
        ("fine-tuning instruction datasets", "pattern", "instruction-dataset-design"),
        ("SFT vs DPO vs RLHF selection", "decision", "dpo-vs-sft-vs-rl"),
        ("fine-tuning pitfalls overfitting", "warning", "overfitting-signs"),
        ("LoRA QLoRA efficient adaptation", "methodology", "lora-qlora-adaptation-procedure"),
    ],
)
def test_the_phrases_that_personas_send_find_the_right_record_first(query: str, kind: Kind, first: str) -> None:
    assert STORE.search(query, kind).hits[0].record.id == first


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("LoRA QLoRA efficient adaptation 135M", "lora-qlora-adaptation-procedure"),
        ("how many examples do I need to fine-tune a model", "minimum-examples-for-fine-tuning"),
        ("which learning rate for LoRA", "lora-learning-rate"),
        ("remove duplicate records before the split", "deduplicate-before-split"),
        ("is my test set contaminated", "train-test-leakage"),
        ("forgetting general ability", "catastrophic-forgetting"),
        ("statistical significance of two models", "mcnemar-paired-test"),
        ("chunk size for RAG", "chunk-size-and-overlap"),
        ("when should the model not call a tool", "no-call-negatives"),
        ("function calling accuracy", "function-call-scoring"),
        ("loss is zero", "zero-signal-training"),
        ("70B model on one GPU", "qlora-for-large-models"),
        ("reward hacking", "reward-overoptimisation"),
        ("prompt injection", "retrieved-text-is-data"),
        ("privacy", "pii-in-training-data"),
        ("BM25 vs embeddings", "bm25-first-retrieval"),
        ("drift monitoring in production", "monitor-after-deployment"),
        ("tokenizer chat template mismatch", "chat-template-consistency"),
    ],
)
def test_a_question_in_ones_own_words_finds_the_right_record_first(query: str, first: str) -> None:
    assert STORE.search(query).hits[0].record.id == first


@pytest.mark.parametrize(
    "query",
    [
        "chocolate cake recipe",
        "weather in Paris",
        "how to train a dog",
        "tax return deadline",
        "kubernetes ingress controller",
        "LoRA for elephants",
        "data centre cooling costs",
        "model railway",
        "test drive a car",
    ],
)
def test_an_off_topic_query_finds_nothing_and_says_so(query: str) -> None:
    result = STORE.search(query)
    assert result.hits == []
    assert result.note.startswith("nothing relevant")
    assert result.nearest_topics


def test_a_query_without_words_says_so() -> None:
    result = STORE.search("how is the …?")
    assert (result.hits, result.note) == ([], "the query holds no word to search for")


def test_query_syntax_of_the_search_engine_is_only_text() -> None:
    assert STORE.search('lora" OR (title: * NEAR dropout').hits[0].record.id == "lora-dropout"


def test_scores_fall_and_matched_words_are_told() -> None:
    hits = STORE.search("LoRA rank and dropout").hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert set(hits[0].matched) <= {"lora", "rank", "dropout"}


def test_the_limit_holds() -> None:
    assert len(STORE.search("fine-tuning", limit=2).hits) == 2


def test_the_kind_restricts_the_results() -> None:
    assert {hit.record.kind for hit in STORE.search("LoRA", "decision", limit=20).hits} == {"decision"}


def test_a_record_for_another_method_ranks_lower() -> None:
    def score(method: str | None) -> float:
        hits = STORE.search("memory of large models", method=method, limit=20).hits
        return next(hit.score for hit in hits if hit.record.id == "qlora-for-large-models")

    assert score("qlora") == score(None) > score("full")


def test_a_superseded_record_is_fetched_but_not_found() -> None:
    old = STORE.records["lora-dropout"]
    new = old.model_copy(update={"id": "lora-dropout-revised", "supersedes": ["lora-dropout"]})
    store = KnowledgeStore([old, new])
    assert [hit.record.id for hit in store.search("lora dropout").hits] == ["lora-dropout-revised"]
    assert store.get("lora-dropout") is old


def test_phrases_of_the_field_stay_together() -> None:
    assert split_terms("Which learning-rate for fine-tuning?") == ["learning rate", "fine tuning"]
