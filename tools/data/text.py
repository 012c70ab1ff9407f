"""Normal forms of text and word n-grams, on which duplicates (`duplicates.py`) and leaks (`leakage.py`) are found."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\w+")


def normalise(text: str) -> str:
    """Unicode NFKC, no case, single spaces: two texts with the same normal form are exact duplicates."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words(text: str) -> list[str]:
    """Words and numbers of the normal form, in order, without punctuation."""
    return _WORD.findall(normalise(text))


def ngrams(tokens: Sequence[str], size: int) -> set[str]:
    """Word n-grams; empty where there are fewer than `size` words."""
    return {" ".join(tokens[start : start + size]) for start in range(len(tokens) - size + 1)}


def jaccard(a: set[str], b: set[str]) -> float:
    """Share of the n-grams of either set that both have (Broder 1997); 0 for two empty sets."""
    return len(a & b) / len(a | b) if a or b else 0.0


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is probably a misspelling of."""
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.7)
    return found[0] if found else None


def shorten(text: str, limit: int = 70) -> str:
    """The text on one line, cut at `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
