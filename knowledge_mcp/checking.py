"""What a person must hear before records are trusted: every problem of files and layers, and of one record beside another.

Malformed files and dead references come from `records.py`. Here: near-duplicate texts, figures that contradict each other
undeclared, declarations that only one side makes, and choices of ours that pass for a source's. A server start does without
these; `tuneguild knowledge check` does not.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import Problem
from ..settings import CORPUS
from ..tools.data.text import ngrams, words
from .passages import read_passages
from .reading import Entry
from .records import Record, dead_references, named_by, read_paths

NEAR_DUPLICATE = 0.5
"""Jaccard similarity of word n-grams from which two bodies say the same thing; our choice, as for training records."""
NGRAM = 5
"""Words; shorter ones are shared by texts that only have a subject in common."""

FEWEST = 20
"""N-grams of a body from which it can be compared: a stub of a few words is like many others."""


def check_all(paths: Sequence[Path], beside: Sequence[Path] = ()) -> tuple[list[Record], list[Problem]]:
    """Check the records of files and folders, each alone, among each other and against those of `beside`.

    Args:
        paths: markdown files, or folders that are searched for them.
        beside: folders of records to which the new ones may point; a record of `paths` stands in for the same id there.

    Returns:
        the readable records of `paths`, sorted by id, and everything that is wrong with them.
    """
    shipped = [path for path in paths if path.resolve().is_relative_to(CORPUS)]
    entries, problems = read_paths(shipped)
    written, wrong = read_paths([path for path in paths if path not in shipped], "project")
    entries, problems = entries + written, problems + wrong
    for path in paths:
        problems += read_passages(path)[1] if path.is_dir() else []
    own = {entry.record.id for entry in entries}
    inside = {path.resolve() for path in paths}
    folders = [folder for folder in beside if not {folder.resolve(), *folder.resolve().parents} & inside]
    others, _ = read_paths([folder for folder in folders if folder.is_dir()])
    others = [entry for entry in others if entry.record.id not in own]
    problems += dead_references(entries, {*named_by(problems), *(entry.record.id for entry in others)})
    problems += check_together(entries, others)
    return sorted((entry.record for entry in entries), key=lambda record: record.id), problems


def check_together(entries: Sequence[Entry], others: Sequence[Entry] = ()) -> list[Problem]:
    """What `entries` say that does not go together, among themselves and with `others`, which count as sound."""
    found = [
        *_near_duplicates(entries, others),
        *_contradictions(entries, others),
        *_one_sided(entries),
        *_unowned(entries),
    ]
    return sorted(found, key=lambda problem: (problem.file, problem.line or 0))


def _near_duplicates(entries: Sequence[Entry], others: Sequence[Entry]) -> Iterator[Problem]:
    every = [*entries, *others]
    grams = [_grams(entry.record) for entry in every]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, held in enumerate(grams):
        # Each pair is met once, with the later entry first: `others` come last, so that only pairs with an entry count.
        shared = Counter(earlier for gram in held for earlier in holders[gram])
        for earlier, count in shared.items():
            similarity = count / (len(held) + len(grams[earlier]) - count)
            if similarity >= NEAR_DUPLICATE and not _may_repeat(every[place].record, every[earlier].record):
                copy, original = (earlier, place) if place >= len(entries) else (place, earlier)
                yield every[copy].problem(
                    "title",
                    f"says nearly the same as {every[original].record.id}",
                    f"{similarity:.2f} of the word {NGRAM}-grams of both",
                    f"less than {NEAR_DUPLICATE:g}",
                    "merge the two, or name the older one in `supersedes`",
                )
        if place < len(entries):
            for gram in held:
                holders[gram].append(place)


def _may_repeat(one: Record, two: Record) -> bool:
    """One replaces the other, or both are outcomes of runs, of which two with one plan say the same for good reason."""
    runs = all(source.url.startswith("run:") for record in (one, two) for source in record.sources)
    return runs or _supersedes(one, two)


def _supersedes(one: Record, two: Record) -> bool:
    return two.id in one.supersedes or one.id in two.supersedes


def _grams(record: Record) -> set[str]:
    prose = "\n".join(line for line in record.text.split("\n") if not line.startswith("## "))
    grams = ngrams(words(prose), NGRAM)
    return grams if len(grams) >= FEWEST else set()


def _contradictions(entries: Sequence[Entry], others: Sequence[Entry]) -> Iterator[Problem]:
    by_name: dict[str, list[Entry]] = defaultdict(list)
    own = {id(entry) for entry in entries}
    for entry in (*others, *entries):
        for name, number in entry.record.numbers.items():
            if number.basis == "source":
                if id(entry) in own:
                    yield from (
                        _clash(entry, earlier, name) for earlier in by_name[name] if _clashes(entry, earlier, name)
                    )
                by_name[name].append(entry)


def _clashes(first: Entry, second: Entry, name: str) -> bool:
    one, two = first.record, second.record
    mine, theirs = one.numbers[name], two.numbers[name]
    if mine.unit.casefold() != theirs.unit.casefold() or not one.applies_to.overlaps(two.applies_to):
        return False
    if _supersedes(one, two) or two.id in one.contradicts or one.id in two.contradicts:
        return False
    (low, high), (their_low, their_high) = mine.range(), theirs.range()
    return not (their_low <= mine.value <= their_high or low <= theirs.value <= high)


def _clash(entry: Entry, other: Entry, name: str) -> Problem:
    mine, theirs = entry.record.numbers[name], other.record.numbers[name]
    low, high = theirs.range()
    theirs_told = f"{low:g} to {high:g}" if low != high else f"{low:g}"
    return entry.problem(
        f"numbers.{name}",
        f"numbers.{name} contradicts {other.record.id}, and neither record declares it",
        f"{mine.value:g} {mine.unit}, there {theirs_told}",
        f"`contradicts: [{other.record.id}]`, here and there",
        "or narrow `applies_to` so that the two do not meet, or give a range",
    )


def _one_sided(entries: Sequence[Entry]) -> Iterator[Problem]:
    known = {entry.record.id: entry.record for entry in entries}
    for entry in entries:
        mine = entry.record
        for id in mine.contradicts:
            theirs = known.get(id)
            # A record of a higher layer cannot be named by one below it.
            if theirs and theirs.layer == mine.layer and mine.id not in theirs.contradicts:
                yield entry.problem(
                    "contradicts", f"{id} does not say that it contradicts {mine.id}", expected="both sides declare it"
                )
        for id in mine.supersedes:
            theirs = known.get(id)
            if theirs and mine.id in theirs.supersedes:
                yield entry.problem("supersedes", f"{id} and {mine.id} supersede each other", expected="one order")
            elif theirs and id in mine.contradicts:
                yield entry.problem("supersedes", f"{id} is named in contradicts as well", expected="one of the two")


def _unowned(entries: Sequence[Entry]) -> Iterator[Problem]:
    """Figures of ours in shipped records whose body leaves the reader to take them for the source's."""
    for entry in entries:
        record = entry.record
        ours = [name for name, number in record.numbers.items() if number.basis == "ours"]
        if ours and record.layer == "built-in" and not re.search(r"\b(our|ours|we)\b", record.text, re.IGNORECASE):
            what = f"numbers.{ours[0]} is our own choice, and the body does not say so"
            yield entry.problem(f"numbers.{ours[0]}", what, expected="a sentence that calls it ours")
