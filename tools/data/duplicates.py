"""Finds exact and near duplicates among records. Leaks between two sets are found in `leakage.py`, with the same similarity.

Exact: the same normal form of user and assistant text. Near: Jaccard similarity of word 3-grams at or above the threshold;
MinHash (126 permutations in 42 bands of 3 rows) proposes pairs, the true similarity decides. The bands propose a pair of
similarity s with probability 1 - (1 - s^3)^42: 0.94 at 0.4, 0.996 at 0.5.

Two records with the same wording whose calls carry other values ("where is order 512", "where is order 77") are *value variants*:
both teach to copy, so they are counted, but they are not duplicates. A set of one template stays linear that way: records with
other values never meet in a band.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rensa import RMinHash, RMinHashLSH  # pyright: ignore[reportAttributeAccessIssue]

from .records import Record, all_calls, dedupe_text, user_text
from .text import jaccard, ngrams, normalise, words

NGRAM = 3
"""Words of an n-gram; a text with fewer is compared exactly only."""
BANDS = 42
PERMUTATIONS = 126
LOWEST_THRESHOLD = 0.4
"""Below this the bands miss too many pairs for the answer to mean anything."""
CROWD = 32
"""A record with so many near copies before it is not indexed itself: the crowd is known, and pairs would grow with its square."""


@dataclass(frozen=True)
class Sketch:
    """What comparisons need of a record.

    Attributes:
        key: hash of the normal form of user and assistant text.
        prompt_key: hash of the normal form of the user's text.
        template_key: hash of the words with the values of calls blanked; empty where no value of a call stands in the question.
        grams: word 3-grams of user and assistant text.
        prompt_words: words of the user's text.
        values: words of the user's text that an expected call carries as values.
    """

    key: str
    prompt_key: str
    template_key: str
    grams: set[str]
    prompt_words: frozenset[str]
    values: frozenset[str]


@dataclass(frozen=True)
class Pair:
    """Two similar records, by position (`a` < `b`), and their true Jaccard similarity."""

    a: int
    b: int
    similarity: float


@dataclass(frozen=True)
class Duplicates:
    """What was found in a list of records.

    Attributes:
        exact: position of a copy -> position of the record that stays (the first).
        pairs: verified near pairs among the records that are no exact copies; value variants are none.
        templates: template key of each record ("" without one).
    """

    exact: dict[int, int]
    pairs: list[Pair]
    templates: list[str]

    def near(self, threshold: float, *, keep_variants: bool = True) -> dict[int, int]:
        """Position of a near copy -> position of the record that stays. No two that stay are near copies of each other."""
        neighbours: dict[int, list[int]] = {}
        for a, b in self._links(threshold, keep_variants):
            neighbours.setdefault(b, []).append(a)
        gone: dict[int, int] = {}
        for later in sorted(neighbours):
            staying = [earlier for earlier in sorted(neighbours[later]) if earlier not in gone]
            if staying:
                gone[later] = staying[0]
        return gone

    @property
    def variants(self) -> int:
        """Records that share their wording, but not the values of their calls, with another."""
        distinct = [key for place, key in enumerate(self.templates) if key and place not in self.exact]
        return sum(count for count in Counter(distinct).values() if count > 1)

    def clusters(self, threshold: float) -> list[int]:
        """A cluster number for each record: copies and near copies, and theirs, share one (union-find)."""
        return union(len(self.templates), [*self.exact.items(), *self._links(threshold, True)])

    def _links(self, threshold: float, keep_variants: bool) -> list[tuple[int, int]]:
        links = [(pair.a, pair.b) for pair in self.pairs if pair.similarity >= threshold]
        first: dict[str, int] = {}
        for place, key in enumerate(self.templates):
            if key and place not in self.exact and not keep_variants and first.setdefault(key, place) != place:
                links.append((first[key], place))
        return links


def sketch(record: Record) -> Sketch:
    """The sketch of a record."""
    asked, text = user_text(record), dedupe_text(record)
    spoken = words(text)
    prompt_words = frozenset(words(asked))
    values = prompt_words & frozenset(_value_words(arguments for _, arguments in all_calls(record)))
    blanked = " ".join("#" if word in values else word for word in spoken)
    return Sketch(
        key=_hash(text),
        prompt_key=_hash(asked),
        template_key=_hash(blanked) if values else "",
        grams=ngrams(spoken, NGRAM),
        prompt_words=prompt_words,
        values=values,
    )


def find_duplicates(records: Sequence[Record], threshold: float = 0.5) -> Duplicates:
    """Exact copies and verified pairs at or above `threshold` (at least LOWEST_THRESHOLD)."""
    sketches = [sketch(record) for record in records]
    first: dict[str, int] = {}
    exact: dict[int, int] = {}
    for place, item in enumerate(sketches):
        if first.setdefault(item.key, place) != place:
            exact[place] = first[item.key]
    lowest = max(threshold, LOWEST_THRESHOLD)
    pairs: list[Pair] = []
    index = MinHashIndex()
    for place, item in enumerate(sketches):
        if place in exact or not item.grams:
            continue
        found = 0
        for other in index.similar(item):
            similarity = jaccard(sketches[other].grams, item.grams)
            if similarity >= lowest:
                pairs.append(Pair(other, place, similarity))
                found += 1
            if found == CROWD:
                break
        if found < CROWD:
            index.add(place, item)
    return Duplicates(exact, pairs, [item.template_key for item in sketches])


class MinHashIndex:
    """Proposes records that are probably similar to a record and whose calls carry the same values."""

    def __init__(self) -> None:
        self._lsh = RMinHashLSH(threshold=LOWEST_THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)

    def add(self, place: int, item: Sketch) -> None:
        """Index a record under its position; one without n-grams is never found."""
        if item.grams:
            self._lsh.insert(place, self._hash(item))

    def similar(self, item: Sketch) -> list[int]:
        """Positions of the proposed records, in order."""
        return sorted(set(self._lsh.query(self._hash(item)))) if item.grams else []

    @staticmethod
    def _hash(item: Sketch) -> Any:
        values = " ".join(sorted(item.values))
        minhash = RMinHash(num_perm=PERMUTATIONS, seed=1)
        minhash.update([f"{values}|{gram}" for gram in sorted(item.grams)])
        return minhash


def union(count: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """Union-find: for each of `count` items the smallest item that it is linked with, directly or through others."""
    parent = list(range(count))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for a, b in links:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return [root(item) for item in range(count)]


def _value_words(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, dict):
            yield from _value_words(value.values())
        elif isinstance(value, list):
            yield from _value_words(value)
        elif value is not None and not isinstance(value, bool):
            yield from words(str(value))


def _hash(text: str) -> str:
    return hashlib.sha256(normalise(text).encode()).hexdigest()
