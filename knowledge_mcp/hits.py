"""What a search answers with: hits, why each was found, and whether a record is meant for the caller's situation.

Made by `store.py`; the server turns them into its replies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from .records import AppliesTo, Bounds, Record


class Passage(Protocol):
    """A piece of an imported document (`importing.py` has the model)."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def locator(self) -> str: ...
    @property
    def layer(self) -> str: ...


@dataclass(frozen=True)
class Hit:
    """A record found by search.

    Attributes:
        record: the record; it names its layer.
        score: larger is better; comparable within one query only.
        coverage: share of the query that the record covers, 0 to 1, rare words counting more.
        matched: the query's words and phrases that the record holds, directly or by a related word.
        why: one sentence: what matched and where, and how the record fits the caller's situation.
        similarity: cosine similarity of its vector to the query's; None where no vectors are used.
    """

    record: Record
    score: float
    coverage: float
    matched: tuple[str, ...]
    why: str = ""
    similarity: float | None = None

    @property
    def layer(self) -> str:
        """The layer that the record stands in."""
        return self.record.layer


@dataclass(frozen=True)
class PassageHit:
    """A passage of an imported document, found by search; the attributes are those of `Hit`."""

    passage: Passage
    score: float
    coverage: float
    matched: tuple[str, ...]
    why: str = ""
    kind: str = "passage"


@dataclass(frozen=True)
class SearchResult:
    """What a search found, or why it found nothing.

    Attributes:
        hits: best first.
        note: "" or an explicit "nothing relevant …".
        nearest_topics: topics that the caller could ask for instead, when nothing was found.
        passages: pieces of imported documents, best first; they stand behind the records.
    """

    hits: list[Hit] = field(default_factory=list)
    note: str = ""
    nearest_topics: list[str] = field(default_factory=list)
    passages: list[PassageHit] = field(default_factory=list)


class Case(NamedTuple):
    """What the caller said of the situation; None is not known."""

    method: str | None = None
    task: str | None = None
    parameters: float | None = None
    records: int | None = None
    hardware: str | None = None

    def outside(self, scope: AppliesTo) -> list[str]:
        """The limits of a record that exclude this situation, in words; an empty list where it fits or nothing is known."""
        named = (("methods", self.method), ("tasks", self.task), ("hardware", self.hardware))
        found = [
            f"it is limited to {'/'.join(allowed)}, not {given}"
            for name, given in named
            if given and (allowed := getattr(scope, name)) and given not in allowed
        ]
        sizes = ((scope.parameters, self.parameters, "parameters"), (scope.records, self.records, "training records"))
        found += [
            f"it is limited to {_range(limit)} {what}, not {given:g}"
            for limit, given, what in sizes
            if limit is not None and given is not None and not limit.holds(given)
        ]
        return found


def _range(limit: Bounds) -> str:
    if limit.min is None:
        return f"at most {limit.max:g}"
    return f"at least {limit.min:g}" if limit.max is None else f"{limit.min:g} to {limit.max:g}"


def explain(
    named: Sequence[str],
    mentioned: Sequence[str],
    related: Sequence[str],
    misspelt: Sequence[str],
    outside: Sequence[str],
) -> str:
    """One sentence on why something was found.

    Args:
        named: words of the query in its title or topics.
        mentioned: words of the query in its text only.
        related: words of the query that it holds by a related word only.
        misspelt: remarks on mistyped words.
        outside: remarks on limits that exclude the situation.
    """
    parts = [
        f"{verb} {_listed(words)}{end}"
        for verb, words, end in (
            ("is about", named, ""),
            ("mentions", mentioned, ""),
            ("holds words related to", related, ""),
        )
        if words
    ]
    text = (
        " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
        or "is close to the query in meaning"
    )
    remarks = "; ".join([*misspelt, *(f"ranked lower, since {limit}" for limit in outside)])
    return text[0].upper() + text[1:] + (f"; {remarks}" if remarks else "") + "."


def _listed(words: Sequence[str]) -> str:
    shown = [f"'{word}'" for word in words]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
