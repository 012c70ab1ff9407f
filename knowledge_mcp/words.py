"""From text to index terms: words, their stems, and the fixed phrases and abbreviations of the field as one term each.

Records and queries go through the same functions, so that "lr", "learning rates" and "learning-rate" are one term.
The phrases and abbreviations stand in `vocabulary.py`; the index is in `lexical.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from .related_words import RELATED
from .vocabulary import ALIASES, IRREGULAR, STOP_WORDS

_WORD = re.compile(r"[a-z0-9]+")
_DOUBLE = re.compile(r"([^aeiouylsz])\1$")
_SHAPE = str.maketrans({letter: "v" if letter in "aeiou" else "c" for letter in "abcdefghijklmnopqrstuvwxz"})
_BRITISH = re.compile(r"iz(?=e|a|i)")

# Suffix rules of Porter (1980), "An algorithm for suffix stripping"; longest suffix first within a step.
_STEP_2 = (
    ("ational", "ate"), ("isation", "ise"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("tional", "tion"),
    ("biliti", "ble"), ("entli", "ent"), ("ation", "ate"), ("alism", "al"), ("aliti", "al"), ("ousli", "ous"),
    ("iviti", "ive"), ("enci", "ence"), ("anci", "ance"), ("iser", "ise"), ("abli", "able"), ("alli", "al"), ("ator", "ate"),
    ("eli", "e"),
)  # fmt: skip
_STEP_3 = (("icate", "ic"), ("ative", ""), ("alise", "al"), ("iciti", "ic"), ("ical", "ic"), ("ness", ""), ("ful", ""))
_STEP_4 = (
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti", "ous", "ive", "ise", "al", "er",
    "ic", "ou",
)  # fmt: skip


def plain_words(text: str) -> list[str]:
    """Lower-case words of letters and digits, accents removed."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(mark for mark in text if not unicodedata.combining(mark))
    return _WORD.findall(text.lower())


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of a lower-case word; British and American spellings share it."""
    word = IRREGULAR.get(word, word)
    if len(word) <= 3 or not word.isalpha():
        return word
    word = _BRITISH.sub("is", word)
    word = _strip_plural(word)
    word = _strip_past(word)
    if word.endswith("y") and _measure(word[:-1]) + _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    for suffix, other in _STEP_2:
        if word.endswith(suffix):
            word = word[: -len(suffix)] + other if _measure(word[: -len(suffix)]) > 0 else word
            break
    for suffix, other in _STEP_3:
        if word.endswith(suffix):
            word = word[: -len(suffix)] + other if _measure(word[: -len(suffix)]) > 0 else word
            break
    for suffix in _STEP_4:
        if word.endswith(suffix):
            rest = word[: -len(suffix)]
            if _measure(rest) > 1 and (suffix != "ion" or rest.endswith(("s", "t"))):
                word = rest
            break
    if word.endswith("e") and (_measure(word[:-1]) > 1 or (_measure(word[:-1]) == 1 and not _short(word[:-1]))):
        word = word[:-1]
    return word[:-1] if word.endswith("ll") and _measure(word) > 1 else word


def terms_of(text: str) -> list[str]:
    """The index terms of a record's text: every stem, and every known phrase besides its stems."""
    found = []
    for surface, term in _read(plain_words(text)):
        found.append(term)
        if " " in surface:
            found += [stem(word) for word in surface.split() if word not in STOP_WORDS]
    return found


def query_terms(query: str) -> dict[str, str]:
    """A query's words and phrases as typed -> their index term; stop words and repeats are left out."""
    found: dict[str, str] = {}
    for surface, term in _read(plain_words(query)):
        if term not in found.values():
            found[surface] = term
    return found


def term_of(phrase: str) -> str:
    """The index term of one word or phrase of `vocabulary.py`."""
    terms = [term for _, term in _read(plain_words(phrase))]
    return terms[0] if len(terms) == 1 else "_".join(terms)


def _read(words: list[str]) -> Iterator[tuple[str, str]]:
    """(words as they stand, term) from left to right, the longest known phrase first; stop words outside phrases are left out."""
    aliases = _aliases()
    stems = [stem(word) for word in words]
    position = 0
    while position < len(words):
        length = 1
        for phrase, term in aliases.get(stems[position], ()):
            if tuple(stems[position : position + len(phrase)]) == phrase:
                length = len(phrase)
                yield " ".join(words[position : position + length]), term
                break
        else:
            if words[position] not in STOP_WORDS:
                yield words[position], stems[position]
        position += length


@lru_cache(maxsize=1)
def _aliases() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """First stem of a phrase -> the phrases that begin with it and their terms, longest first."""
    terms: dict[tuple[str, ...], str] = {}
    # A phrase that has related words is a term too.
    for group in (*ALIASES, *((word,) for word, _, _ in RELATED if " " in word)):
        name = "_".join(stem(word) for word in plain_words(group[0]))
        for member in group:
            terms.setdefault(tuple(stem(word) for word in plain_words(member)), name)
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, name in sorted(terms.items(), key=lambda item: -len(item[0])):
        table.setdefault(phrase[0], []).append((phrase, name))
    return table


def _strip_plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith("ies"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _strip_past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for suffix in ("ed", "ing"):
        rest = word[: -len(suffix)]
        if word.endswith(suffix) and _has_vowel(rest):
            if rest.endswith(("at", "bl", "is")):
                return rest + "e"
            if _DOUBLE.search(rest):
                return rest[:-1]
            return rest + "e" if _measure(rest) == 1 and _short(rest) else rest
    return word


def _shape(word: str) -> str:
    """The word with v for a vowel and c for a consonant; y is a vowel after a consonant."""
    shape = word.translate(_SHAPE)
    while "y" in shape:
        place = shape.index("y")
        sound = "v" if place and shape[place - 1] == "c" else "c"
        shape = shape[:place] + sound + shape[place + 1 :]
    return shape


def _measure(word: str) -> int:
    """Number of vowel-consonant sequences (Porter's m)."""
    return _shape(word).count("vc")


def _has_vowel(word: str) -> bool:
    return "v" in _shape(word)


def _short(word: str) -> bool:
    """Whether the word ends consonant, vowel, consonant, the last not w, x or y."""
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"
