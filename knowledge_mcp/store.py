"""Ranked search over the knowledge records: SQLite FTS5 in memory, BM25 per word, weighed by how much of the query is covered.

A query is split into terms (phrases of the field stay together). Each term is looked up with its synonyms (which count half),
the scores are added up, and the sum is multiplied by the square of the covered share of the query, so that a record about all
of a phrase comes before one that repeats a single word of it. A record is relevant if it covers enough of the query and is
about at least one of its words (id, title or topics), or covers all of it. A query without a relevant record finds nothing,
and says so.
The format of records belongs to `records.py`, the synonyms to `vocabulary.py`.
"""

from __future__ import annotations

import difflib
import math
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from .records import Kind, Record, load_corpus
from .vocabulary import PHRASES, STOP_WORDS, synonyms_of

COLUMN_WEIGHTS = (8.0, 6.0, 4.0, 1.0)
"""BM25 weights of id, title, topics and text: a record that is about a word beats one that mentions it."""
SYNONYM_WEIGHT = 0.5
"""A match of a synonym counts half of a match of the word itself."""
UNKNOWN_WEIGHT = 2.0
"""Weight, in the coverage, of a word that no record holds: a model's name must not spoil a query, a foreign subject must."""
MINIMUM_COVERAGE = 0.45
"""Share of the query, rare words counting more, that a record has to cover; set by on-topic and off-topic queries (tests)."""
FULL_COVERAGE = 0.999
"""What a record has to cover that mentions the query's words in its text only."""
OTHER_SCOPE_WEIGHT = 0.5
"""Factor for a record that is limited to other methods or tasks than the caller named."""


@dataclass(frozen=True)
class Hit:
    """A record found by search.

    Attributes:
        record: the record.
        score: larger is better; comparable within one query only.
        coverage: share of the query that the record covers, 0 to 1, rare words counting more.
        matched: the query's terms that the record holds.
    """

    record: Record
    score: float
    coverage: float
    matched: tuple[str, ...]


@dataclass(frozen=True)
class SearchResult:
    """What a search found, or why it found nothing.

    Attributes:
        hits: best first.
        note: "" or an explicit "nothing relevant …".
        nearest_topics: topics that the caller could ask for instead, when nothing was found.
    """

    hits: list[Hit] = field(default_factory=list)
    note: str = ""
    nearest_topics: list[str] = field(default_factory=list)


class KnowledgeStore:
    """An index over records; safe to share between threads.

    Args:
        records: the records; superseded ones can be fetched by id and are left out of search.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = {record.id: record for record in records}
        self._superseded = {old for record in self.records.values() for old in record.supersedes}
        self._lock = threading.Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._db.execute(
            "CREATE VIRTUAL TABLE knowledge USING fts5"
            "(id, title, topics, text, tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        self._db.executemany(
            "INSERT INTO knowledge VALUES (?, ?, ?, ?)",
            [
                (r.id, r.title, " ".join(r.topics), r.text)
                for r in self.records.values()
                if r.id not in self._superseded
            ],
        )

    def get(self, id: str) -> Record | None:
        """The record with this id, superseded or not."""
        return self.records.get(id)

    def topics(self, kind: Kind | None = None) -> dict[str, int]:
        """Topic -> number of records, most frequent first."""
        chosen = [record for record in self.records.values() if kind in (None, record.kind)]
        counts = Counter(topic for record in chosen for topic in record.topics)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def nearest_ids(self, id: str, limit: int = 3) -> list[str]:
        """Ids that look like a mistyped one."""
        return difflib.get_close_matches(id, self.records, n=limit, cutoff=0.5)

    def search(
        self, query: str, kind: Kind | None = None, limit: int = 5, method: str | None = None, task: str | None = None
    ) -> SearchResult:
        """Find the records for a phrase.

        Args:
            query: words or a phrase, in any order.
            kind: only records of this kind.
            limit: at most so many hits.
            method: training method at hand; records that are limited to other methods rank lower.
            task: kind of task at hand; likewise.
        """
        terms = split_terms(query)
        if not terms:
            return SearchResult(
                note="the query holds no word to search for", nearest_topics=list(self.topics(kind))[:8]
            )
        scores = {term: self._score_term(term) for term in terms}
        about = {id for term in terms for id in self._about(term)}
        weights = {term: self._rarity(scores[term]) for term in terms}
        hits = []
        for id in {id for found in scores.values() for id in found}:
            record = self.records[id]
            if kind not in (None, record.kind):
                continue
            matched = tuple(term for term in terms if id in scores[term])
            coverage = sum(weights[term] for term in matched) / sum(weights.values())
            score = coverage**2 * sum(scores[term][id] for term in matched) * _scope(record, method, task)
            hits.append(Hit(record, round(score, 4), round(coverage, 3), matched))
        hits.sort(key=lambda hit: (-hit.score, hit.record.id))
        relevant = [
            hit for hit in hits if hit.coverage >= (MINIMUM_COVERAGE if hit.record.id in about else FULL_COVERAGE)
        ][:limit]
        if relevant:
            return SearchResult(relevant)
        what = f"nothing relevant to {query!r} among {'the' if kind is None else 'the ' + kind} records"
        return SearchResult([], what, self._nearest_topics(terms, hits, kind))

    def _score_term(self, term: str) -> dict[str, float]:
        """Record id -> score of one term, synonyms included at their weight."""
        scores = self._match(f'"{term}"')
        for synonym in synonyms_of(term):
            for id, score in self._match(f'"{synonym}"').items():
                scores[id] = max(scores.get(id, 0.0), SYNONYM_WEIGHT * score)
        return scores

    def _about(self, term: str) -> set[str]:
        """Ids of the records that name the term, or a synonym, in their id, title or topics."""
        expression = " OR ".join(f'"{word}"' for word in (term, *synonyms_of(term)))
        return set(self._match(f"{{id title topics}} : ({expression})"))

    def _match(self, expression: str) -> dict[str, float]:
        with self._lock:
            rows = self._db.execute(
                "SELECT id, bm25(knowledge, ?, ?, ?, ?) FROM knowledge WHERE knowledge MATCH ?",
                (*COLUMN_WEIGHTS, expression),
            ).fetchall()
        # FTS5 gives better matches smaller (negative) values.
        return {id: -value for id, value in rows}

    def _rarity(self, found: dict[str, float]) -> float:
        """The idf of BM25 in its non-negative form, log(1 + (N - n + 0.5) / (n + 0.5)) (Robertson and Zaragoza 2009, Lucene)."""
        if not found:
            return UNKNOWN_WEIGHT
        return math.log(1 + (len(self.records) - len(found) + 0.5) / (len(found) + 0.5))

    def _nearest_topics(self, terms: list[str], hits: list[Hit], kind: Kind | None) -> list[str]:
        topics = self.topics(kind)
        near = [match for term in terms for match in difflib.get_close_matches(term, topics, n=2, cutoff=0.7)]
        near += [topic for hit in hits[:3] for topic in hit.record.topics[:2]]
        return list(dict.fromkeys(near or topics))[:8]


def split_terms(query: str) -> list[str]:
    """The query's terms: known two- and three-word phrases first, then single words, without stop words and repeats."""
    words = re.findall(r"[a-z0-9]+", query.lower())
    terms: list[str] = []
    position = 0
    while position < len(words):
        for length in (3, 2, 1):
            term = " ".join(words[position : position + length])
            if length == 1 or term in PHRASES:
                break
        terms += [term] if term not in STOP_WORDS else []
        position += len(term.split())
    return list(dict.fromkeys(terms))


def _scope(record: Record, method: str | None, task: str | None) -> float:
    limits = ((record.applies_to.methods, method), (record.applies_to.tasks, task))
    outside = any(allowed and wanted and wanted not in allowed for allowed, wanted in limits)
    return OTHER_SCOPE_WEIGHT if outside else 1.0


@lru_cache(maxsize=4)
def open_store(*folders: Path) -> KnowledgeStore:
    """The store over the given corpus folders (default: the shipped corpus), read once per process.

    Raises:
        InputError: with every problem of the corpus.
    """
    return KnowledgeStore(load_corpus(*folders))
