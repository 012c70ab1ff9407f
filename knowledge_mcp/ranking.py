"""How the documents of a query are ranked, and when they are relevant.

Each word of the query adds its rarity times how strongly the document holds it or a related word; the sum is dampened by the
share of the query that is covered, and a document gains from neighbours (`related`) that match well. The weights were set on the
dev half of `benchmarks/knowledge_retrieval`; the words are read in `query.py`.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .lexical import LexicalIndex
from .query import Concept

FURTHER_SHARE = 0.4
"""Share that further members of a concept add to its best one: two related words say more than one."""
NEUTRAL_SHARE = 0.6
"""Weight of an everyday word that a document holds, as a share of its rarity."""
COVERAGE_POWER = 0.5
"""Exponent of the coverage in the score."""
NEIGHBOUR_SHARE = 0.25
"""Share of its best neighbour's score that a document gains."""
MINIMUM_COVERAGE = 0.4
"""Share of the query that one of the best documents has to cover, else nothing is relevant."""
FOLLOWER_COVERAGE = 0.15
"""Share of the query that a document has to cover beside a relevant one."""
CANDIDATES = 60
"""Documents that are ranked exactly."""
POSTINGS = 12_000
"""Entries of the index that a query reads, rare words first; words beyond are looked up for the candidates only. It bounds the
time of a query over a large corpus and is not reached by a small one."""
LEADERS = 3
"""Documents that may show that a query is about something known."""


@dataclass(slots=True)
class Ranked:
    """A document with its score."""

    place: int
    score: float
    coverage: float
    matched: list[Concept]


class _Held:
    """How strongly documents hold one concept: place -> best value of a member, sum of all, weight of the heaviest."""

    __slots__ = ("concept", "values")

    def __init__(self, concept: Concept) -> None:
        self.concept = concept
        self.values: dict[int, tuple[float, float, float]] = {}

    def add(self, places: Iterable[int], values: Iterable[float], weight: float) -> None:
        """Add one member: where it stands and how strongly."""
        held = self.values
        for place, strength in zip(places, values, strict=False):
            value = strength * weight
            before = held.get(place)
            if before is None:
                held[place] = (value, value, weight)
            else:
                best, total, heaviest = before
                # Comparisons instead of max(): this line runs a thousand times a query.
                held[place] = (
                    best if best > value else value,
                    total + value,
                    heaviest if heaviest > weight else weight,
                )


def rank(
    concepts: Sequence[Concept],
    index: LexicalIndex,
    facet: str | None = None,
    neighbours: Mapping[int, Sequence[int]] | None = None,
) -> list[Ranked]:
    """The best documents of a query, in no order.

    Args:
        concepts: the query's words.
        index: the documents.
        facet: only documents of this kind.
        neighbours: place of a document -> places of those that it names as related.
    """
    held, late = _read_postings(concepts, index)
    rough: dict[int, float] = {}
    for row in held:
        rarity = row.concept.rarity
        for place, (best, _, _) in row.values.items():
            rough[place] = rough.get(place, 0.0) + rarity * best
    if facet is not None:
        rough = {place: value for place, value in rough.items() if index.facets[place] == facet}
    places = list(rough) if len(rough) <= CANDIDATES else heapq.nlargest(CANDIDATES, rough, key=rough.__getitem__)
    for row, term, weight in late:
        postings = index.postings[term]
        there = {place: value for place in places if (value := postings.value(place))}
        row.add(there, there.values(), weight)
    whole = sum(concept.missed for concept in concepts)
    found = [_score(place, held, whole) for place in places]
    if neighbours:
        scores = {ranked.place: ranked.score for ranked in found}
        for ranked in found:
            near = [scores[place] for place in neighbours.get(ranked.place, ()) if place in scores]
            if near:
                ranked.score += NEIGHBOUR_SHARE * max(near)
    return found


def _read_postings(
    concepts: Sequence[Concept], index: LexicalIndex
) -> tuple[list[_Held], list[tuple[_Held, str, float]]]:
    """What documents hold each concept, and the members that were too common to read."""
    held = [_Held(concept) for concept in concepts]
    members = [(index.frequency(term), row, term, weight) for row in held for term, weight in row.concept.members]
    late, read = [], 0
    for frequency, row, term, weight in sorted(members, key=lambda member: member[0]):
        postings = index.postings[term]
        read += frequency
        if read <= POSTINGS:
            row.add(postings.places, postings.values, weight)
            continue
        late.append((row, term, weight))
        # Too common to read in full; where it stands in a name or topic it may still bring in a candidate.
        row.add(postings.named[: max(0, POSTINGS - read + frequency)], itertools.repeat(0.0), weight)
    return held, late


def _score(place: int, held: Sequence[_Held], whole: float) -> Ranked:
    score = covered = 0.0
    matched = []
    for row in held:
        values = row.values.get(place)
        if values is None:
            continue
        concept = row.concept
        best, total, strength = values
        if concept.sense == "neutral":
            # An everyday word is not missed where it is absent, so it joins the whole only where it is present.
            share = NEUTRAL_SHARE * concept.rarity
            whole += share
            covered += share * strength
        else:
            share = concept.rarity
            covered += concept.missed * strength
        score += share * (best + FURTHER_SHARE * (total - best))
        matched.append(concept)
    coverage = covered / whole if whole else 0.0
    return Ranked(place, score * coverage**COVERAGE_POWER, coverage, matched)


def is_relevant(ranked: Sequence[Ranked], concepts: Sequence[Concept]) -> bool:
    """Whether one of the best documents is about the query: it covers enough of it, and by words of this field.

    A word that means something else elsewhere ("train", "adapter") needs others beside it, the more so where the query holds
    words that no document knows.

    Args:
        ranked: documents, best first.
        concepts: the query's words.
    """
    senses = [concept.sense for concept in concepts]
    unknown, foreign = "unknown" in senses, "unknown" in senses or "other" in senses
    for row in ranked[:LEADERS]:
        held = [concept.sense for concept in row.matched]
        needed = 3 if unknown else 2 if foreign else 1
        if row.coverage >= MINIMUM_COVERAGE and ("field" in held or held.count("ambiguous") >= needed):
            return True
    return False
