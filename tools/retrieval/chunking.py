"""Cuts documents into chunks: at headings where it can, by words where it must, with an overlap inside a section."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .documents import Document

HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$")


@dataclass(frozen=True)
class Chunk:
    """A piece of a document.

    Attributes:
        document: the document's name.
        position: counted from 0 within the document.
        heading: title of the document and headings of the sections, so that the piece can be understood alone.
        text: the words.
    """

    document: str
    position: int
    heading: str
    text: str


def chunk(document: Document, chunk_words: int, overlap_words: int) -> list[Chunk]:
    """Cut one document.

    Whole sections are put together as long as they fit into `chunk_words`; a longer section is cut into windows of that many
    words, each beginning with the last `overlap_words` words of the one before.

    Raises:
        ValueError: the overlap is not shorter than the chunk.
    """
    if not 0 <= overlap_words < chunk_words:
        raise ValueError(f"overlap of {overlap_words} words with chunks of {chunk_words}")
    pieces: list[tuple[list[str], list[str]]] = []
    for heading, words in _sections(document.text):
        for window in _windows(words, chunk_words, overlap_words):
            last = pieces[-1] if pieces else None
            if last is not None and len(last[1]) + len(window) <= chunk_words and len(words) <= chunk_words:
                pieces[-1] = ([*last[0], heading], last[1] + window)
            else:
                pieces.append(([heading], window))
    return [
        Chunk(
            document.name,
            position,
            " / ".join(dict.fromkeys([document.title, *filter(None, headings)])),
            " ".join(words),
        )
        for position, (headings, words) in enumerate(pieces)
    ]


def _sections(text: str) -> list[tuple[str, list[str]]]:
    """(heading, words) of every section that holds words; text before the first heading has the heading ""."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in text.split("\n"):
        match = HEADING.match(line)
        if match:
            sections.append((match[1], []))
        else:
            sections[-1][1].extend(line.split())
    return [(heading, words) for heading, words in sections if words]


def _windows(words: list[str], size: int, overlap: int) -> list[list[str]]:
    step = size - overlap
    # A window that would hold nothing but the overlap of the one before it is left out.
    starts = range(0, max(len(words) - overlap, 1), step)
    return [words[start : start + size] for start in starts]
