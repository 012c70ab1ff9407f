"""The index file: chunks in SQLite FTS5, searched with BM25 (Robertson and Zaragoza 2009; SQLite's k1 = 1.2, b = 0.75).

One file, no server: `search(index, "how long can I return shoes", 5)`.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ...errors import InputError, Problem
from .chunking import Chunk

HEADING_WEIGHT = 2.0
"""A word in the heading counts twice a word in the text; our choice, headings being short and chosen with care."""

_COMMON = """
a about after all am an and any are as at be been but by can could did do does for from get had has have how i if in
into is it its me my no not of on or our out she should so than that the their them then there they this to up us
was we were what when where which who why will with would you your
"""

STOP_WORDS = frozenset(_COMMON.split())


@dataclass(frozen=True)
class Passage:
    """A chunk that a search found; a larger score is better, comparable within one search only."""

    document: str
    position: int
    heading: str
    text: str
    score: float


def build_index(path: Path, chunks: Iterable[Chunk]) -> int:
    """Write the index of `chunks` to `path` (whole or not at all) and return how many there are."""
    half = path.with_suffix(".part")
    half.unlink(missing_ok=True)
    with closing(sqlite3.connect(half)) as db:
        db.execute(
            "CREATE VIRTUAL TABLE chunks USING fts5(document UNINDEXED, position UNINDEXED, heading, text, "
            "tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        rows = [(chunk.document, chunk.position, chunk.heading, chunk.text) for chunk in chunks]
        db.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?)", rows)
        db.commit()
    os.replace(half, path)
    return len(rows)


def search(index_path: Path, query: str, k: int) -> list[Passage]:
    """The `k` best chunks for a query; fewer, or none, where fewer hold any of its words.

    Raises:
        InputError: there is no index at `index_path`.
    """
    if not index_path.is_file():
        raise InputError(
            "there is no such index", [Problem(str(index_path), "missing", expected="an index of step 06")]
        )
    with closing(sqlite3.connect(f"{index_path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        return query_chunks(db, query, k)


def query_chunks(db: sqlite3.Connection, query: str, k: int) -> list[Passage]:
    """`search` on an open connection."""
    words = re.findall(r"\w+", query.lower())
    # A query of nothing but stop words is searched as it stands.
    wanted = [word for word in words if word not in STOP_WORDS] or words
    if not wanted:
        return []
    expression = " OR ".join(f'"{word}"' for word in dict.fromkeys(wanted))
    rows = db.execute(
        "SELECT document, position, heading, text, -bm25(chunks, 0, 0, ?, 1.0) AS score FROM chunks WHERE chunks MATCH ? "
        "ORDER BY score DESC, document, position LIMIT ?",
        (HEADING_WEIGHT, expression, k),
    )
    return [Passage(*row) for row in rows]
