"""The index file and its search."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuneguild.errors import InputError
from tuneguild.tools.retrieval.chunking import Chunk
from tuneguild.tools.retrieval.index import build_index, search

CHUNKS = [
    Chunk("returns.md", 0, "Returns", "An unused item may be returned within 30 days of delivery."),
    Chunk("refunds.md", 0, "Refunds", "The money is sent after the warehouse has checked the parcel."),
    Chunk("refunds.md", 1, "Refunds / Gift cards", "A new card is sent by post."),
    Chunk("other.md", 0, "Other", "Nothing about it stands here."),
]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / "index.sqlite"
    assert build_index(path, CHUNKS) == 4
    return path


def test_the_best_passage_comes_first(index: Path) -> None:
    found = search(index, "Within how many days can I return an item?", 3)
    assert found[0].document == "returns.md"


def test_inflected_words_are_found(index: Path) -> None:
    assert search(index, "checking parcels", 1)[0].document == "refunds.md"


def test_a_heading_counts_as_text(index: Path) -> None:
    assert search(index, "gift", 1)[0].position == 1


def test_at_most_k_passages_come(index: Path) -> None:
    assert len(search(index, "sent parcel card item", 2)) == 2


@pytest.mark.parametrize("query", ["zebra", "", "?!"])
def test_a_query_that_matches_nothing_gives_no_passages(index: Path, query: str) -> None:
    assert search(index, query, 5) == []


def test_query_syntax_of_the_search_engine_is_only_text(index: Path) -> None:
    assert search(index, 'delivery" OR NEAR(*', 1)[0].document == "returns.md"


def test_an_index_replaces_the_one_before(index: Path) -> None:
    build_index(index, CHUNKS[:1])
    assert search(index, "warehouse", 5) == []


def test_a_missing_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such index"):
        search(tmp_path / "index.sqlite", "word", 1)
