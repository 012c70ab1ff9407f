"""Finds records of the pool that give the test away: the firewall between what is learnt and what is measured.

Prompt and answer are compared apart, since whole-text similarity cannot see a known question with another answer. A prompt or
answer is contained in another when the pool record holds at least half of its word 5-grams. Texts that many records share are no
leak: a 5-gram proposes a candidate only if it is rare. Value variants (see `duplicates.py`) are none either: a contained question
gives a call away only if the values of that call stand in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .duplicates import MinHashIndex, Sketch, sketch
from .records import Record, assistant_text, user_text
from .text import jaccard, ngrams, words

NGRAM = 5
CONTAINED = 0.5
"""Share of the test text's 5-grams from which a text counts as contained."""
RARE = 3
"""A 5-gram that stands in more records than this is a phrase, not a trace."""
ANSWER_GRAMS = 8
"""Fewest rare 5-grams of an answer (12 words in a row) that can give a leak away; shorter answers are alike by chance."""
KINDS = ("exact", "near", "prompt", "answer")


@dataclass(frozen=True)
class Leak:
    """A pool record that gives a held-out record away.

    Attributes:
        pool: position in the pool.
        held_out: position in the held-out records.
        kind: exact (same text), near (similar text), prompt (same or contained question), answer (contained answer).
        similarity: Jaccard similarity or containment; 1 for exact.
    """

    pool: int
    held_out: int
    kind: str
    similarity: float


def find_leaks(pool: Sequence[Record], held_out: Sequence[Record], threshold: float = 0.5) -> list[Leak]:
    """The gravest leak of each pool record that has one, in order of the pool.

    Args:
        pool: records that may be learnt.
        held_out: records that are measured (test and dev).
        threshold: Jaccard similarity of word 3-grams from which texts count as near copies.
    """
    ours, theirs = [sketch(record) for record in pool], [sketch(record) for record in held_out]
    found: dict[int, Leak] = {}
    for search in (_exact, _same_prompt, _near):
        for leak in search(ours, theirs, threshold):
            found.setdefault(leak.pool, leak)
    prompts = [_grams(user_text(record)) for record in pool], [_grams(user_text(record)) for record in held_out]
    for a, b, share in _contained(*prompts, Counter(gram for grams in prompts[1] for gram in grams), 1, all_grams=True):
        if theirs[b].values <= ours[a].prompt_words:
            found.setdefault(a, Leak(a, b, "prompt", share))
    answers = (
        [_grams(assistant_text(record)) for record in pool],
        [_grams(assistant_text(record)) for record in held_out],
    )
    frequency = Counter(gram for side in answers for grams in side for gram in grams)
    for a, b, share in _contained(*answers, frequency, ANSWER_GRAMS, all_grams=False):
        if theirs[b].values <= ours[a].prompt_words:
            found.setdefault(a, Leak(a, b, "answer", share))
    return [found[place] for place in sorted(found)]


def shared_wording(pool: Sequence[Record], held_out: Sequence[Record]) -> int:
    """Pool records that share their wording, though not the values of their calls, with a held-out record.

    They are no leaks, but they tell what the test can show: how the model does with new values, not with new wordings.
    """
    templates = {item.template_key for item in map(sketch, held_out)} - {""}
    return sum(item.template_key in templates for item in map(sketch, pool))


def count_kinds(leaks: Sequence[Leak]) -> dict[str, int]:
    """Leaks by kind, every kind named."""
    counted = Counter(leak.kind for leak in leaks)
    return {kind: counted[kind] for kind in KINDS}


def _exact(ours: list[Sketch], theirs: list[Sketch], threshold: float) -> list[Leak]:
    keys = {item.key: place for place, item in reversed(list(enumerate(theirs)))}
    return [Leak(place, keys[item.key], "exact", 1.0) for place, item in enumerate(ours) if item.key in keys]


def _same_prompt(ours: list[Sketch], theirs: list[Sketch], threshold: float) -> list[Leak]:
    keys = {item.prompt_key: place for place, item in reversed(list(enumerate(theirs)))}
    return [
        Leak(place, keys[item.prompt_key], "prompt", 1.0) for place, item in enumerate(ours) if item.prompt_key in keys
    ]


def _near(ours: list[Sketch], theirs: list[Sketch], threshold: float) -> list[Leak]:
    index = MinHashIndex()
    for place, item in enumerate(theirs):
        index.add(place, item)
    leaks = []
    for place, item in enumerate(ours):
        for other in index.similar(item):
            similarity = jaccard(item.grams, theirs[other].grams)
            if similarity >= threshold:
                leaks.append(Leak(place, other, "near", similarity))
                break
    return leaks


def _grams(text: str) -> set[str]:
    return ngrams(words(text), NGRAM)


def _contained(
    ours: list[set[str]], theirs: list[set[str]], frequency: Counter[str], fewest: int, *, all_grams: bool
) -> list[tuple[int, int, float]]:
    """(pool place, held-out place, share) where the pool text holds at least CONTAINED of the held-out text's 5-grams.

    Rare 5-grams propose; the share is taken over all 5-grams or over the rare ones only.
    """
    rare = [{gram for gram in grams if frequency[gram] <= RARE} for grams in theirs]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, grams in enumerate(rare):
        for gram in grams if len(grams) >= fewest else ():
            holders[gram].append(place)
    found = []
    for place, grams in enumerate(ours):
        for other in sorted({holder for gram in grams for holder in holders.get(gram, ())}):
            measured = theirs[other] if all_grams else rare[other]
            share = len(grams & measured) / len(measured)
            if share >= CONTAINED:
                found.append((place, other, share))
    return found
