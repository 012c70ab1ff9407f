"""A query read against an index: its concepts, the related words of each, mistyped words, and how much each one counts.

`words.py` splits the text, `related_words.py` holds the related words; `ranking.py` ranks by what is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from .lexical import LexicalIndex
from .related_words import RELATED
from .vocabulary import ALIASES, FIRM, NEUTRAL, STOP_WORDS
from .words import plain_words, query_terms, term_of

UNKNOWN_SHARE = 0.5
"""Weight in the coverage of a word that no document holds, as a share of its rarity: a model's name must not spoil a query, a
foreign subject must."""
OTHER_SHARE = 0.7
"""Likewise for a word that only stands in the text of documents and is not of this field."""
FIGURE_SHARE = 0.3
"""Weight of a figure or size ("40", "135M"), as a share of its rarity: it is part of the case more than of the question."""
TYPO_WEIGHT = 0.8
"""Weight of a known word that stands in for a mistyped one."""
SHORTEST_TYPO = 6
"""Letters that a word needs before it may be taken for a mistyped one."""
FIGURE = re.compile(r"\d+[a-z]{0,2}")

Sense = Literal["field", "ambiguous", "other", "unknown", "neutral"]


class Concept(NamedTuple):
    """One word or phrase of a query."""

    surface: str
    """As typed."""
    term: str
    """As indexed."""
    members: tuple[tuple[str, float], ...]
    """Terms that the index holds and their weights; the word itself first, then related ones."""
    rarity: float
    """idf of the word, or of the commonest related word where no record holds it."""
    missed: float
    """What it adds to the query's weight in the coverage of a record without it."""
    sense: Sense
    """field: a word of this field alone; ambiguous: it names a record or stands in the vocabulary, but means other things too;
    other: it only stands in the text of documents; unknown: in none; neutral: an everyday word."""
    read_as: str
    """The known word that a mistyped one was read as, or ""."""


class Speller:
    """Finds the known word nearest to a mistyped one, by single-letter edits.

    Args:
        words: the known words.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = {word for word in words if len(word) >= SHORTEST_TYPO and word.isalpha()}
        self._shortened: dict[str, list[str]] = {}
        for word in sorted(self._words):
            for form in _shortened(word):
                self._shortened.setdefault(form, []).append(word)

    def nearest(self, word: str) -> str | None:
        """The known word within one edit (two from nine letters on) that begins with the same letter."""
        if len(word) < SHORTEST_TYPO or not word.isalpha():
            return None
        near = {known for form in _shortened(word) for known in self._shortened.get(form, ()) if known[0] == word[0]}
        allowed = 2 if len(word) >= 9 else 1
        ranked = sorted((edits(word, known), known) for known in near)
        return ranked[0][1] if ranked and ranked[0][0] <= allowed else None


def _shortened(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def edits(first: str, second: str) -> int:
    """Damerau-Levenshtein distance with adjacent swaps (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        before, last, row = row, before, [i]
        for j, right in enumerate(second, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == second[j - 2] and first[i - 2] == right:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]


def read_query(query: str, index: LexicalIndex, speller: Speller) -> list[Concept]:
    """The concepts of a query, in its order."""
    found = []
    for surface, term in query_terms(query).items():
        read_as = ""
        if term not in index.postings and term not in related() and surface not in NEUTRAL:
            read_as = speller.nearest(surface) or ""
        found.append(_concept(surface, term_of(read_as) if read_as else term, read_as, index))
    return found


def _concept(surface: str, term: str, read_as: str, index: LexicalIndex) -> Concept:
    own = TYPO_WEIGHT if read_as else 1.0
    members = {term: own} if term in index.postings else {}
    for other, weight in related().get(term, {}).items():
        if other in index.postings:
            members.setdefault(other, weight * own)
    frequency = index.frequency(term) or max((index.frequency(other) for other in members), default=0)
    rarity = index.rarity(frequency)
    sense = _sense(surface, term, bool(members), index)
    if FIGURE.fullmatch(surface) and term not in related():
        rarity *= FIGURE_SHARE
    missed = {"neutral": 0.0, "unknown": UNKNOWN_SHARE * rarity, "other": OTHER_SHARE * rarity}.get(sense, rarity)
    return Concept(surface, term, tuple(members.items()), rarity, missed, sense, read_as)


def _sense(surface: str, term: str, known: bool, index: LexicalIndex) -> Sense:
    if surface in NEUTRAL or (FIGURE.fullmatch(surface) and term not in related()):
        return "neutral"
    if not known:
        return "unknown"
    own = index.postings.get(term)
    if term not in related() and not (own and own.named):
        return "other"
    return "field" if term in _firm() else "ambiguous"


@lru_cache(maxsize=1)
def related() -> dict[str, dict[str, float]]:
    """Term -> related term -> weight."""
    table: dict[str, dict[str, float]] = {}
    for word, weight, others in RELATED:
        row = table.setdefault(term_of(word), {})
        for other in others.split(","):
            if term_of(other) != term_of(word):
                row[term_of(other)] = max(weight, row.get(term_of(other), 0.0))
    return table


@lru_cache(maxsize=1)
def vocabulary_words() -> frozenset[str]:
    """The single words of the field that stand in the vocabulary, as a person spells them."""
    phrases = [phrase for group in ALIASES for phrase in group] + [word for word, _, _ in RELATED]
    return frozenset(word for phrase in phrases for word in plain_words(phrase) if word not in STOP_WORDS)


@lru_cache(maxsize=1)
def _firm() -> frozenset[str]:
    names = {term_of(group[0]) for group in ALIASES if " " in group[0]}
    return frozenset(names | {term_of(word) for word in FIRM})
