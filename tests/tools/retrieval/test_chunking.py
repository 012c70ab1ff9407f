"""Cutting documents into chunks."""

from __future__ import annotations

import pytest

from tuneguild.tools.retrieval.chunking import chunk
from tuneguild.tools.retrieval.documents import Document


def numbered(count: int) -> str:
    return " ".join(f"w{number}" for number in range(count))


def test_a_long_section_is_cut_into_overlapping_windows_that_hold_every_word() -> None:
    chunks = chunk(Document("a.md", "A", numbered(250)), 100, 20)
    assert [(c.text.split()[0], c.text.split()[-1]) for c in chunks] == [
        ("w0", "w99"),
        ("w80", "w179"),
        ("w160", "w249"),
    ]


def test_no_chunk_holds_nothing_but_overlap() -> None:
    chunks = chunk(Document("a.md", "A", numbered(100)), 60, 20)
    assert [c.text.split()[0] for c in chunks] == ["w0", "w40"]


def test_short_sections_are_put_together_and_keep_their_headings() -> None:
    text = f"# Title\n\n## One\n\n{numbered(10)}\n\n## Two\n\n{numbered(10)}\n"
    [only] = chunk(Document("a.md", "Title", text), 100, 20)
    assert only.heading == "Title / One / Two"


def test_sections_that_do_not_fit_together_are_cut_at_the_heading() -> None:
    text = f"## One\n\n{numbered(60)}\n\n## Two\n\n{numbered(60)}\n"
    chunks = chunk(Document("a.md", "T", text), 100, 20)
    assert [(c.position, c.heading, len(c.text.split())) for c in chunks] == [(0, "T / One", 60), (1, "T / Two", 60)]


def test_no_chunk_is_longer_than_asked() -> None:
    text = "\n".join(f"## S{n}\n\n{numbered(n)}\n" for n in range(1, 150, 7))
    assert max(len(c.text.split()) for c in chunk(Document("a.md", "T", text), 50, 10)) <= 50


def test_an_overlap_as_long_as_the_chunk_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        chunk(Document("a.md", "A", "text"), 50, 50)
