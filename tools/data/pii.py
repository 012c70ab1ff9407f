"""Finds personal data and secrets in records, and puts look-alikes in their place.

A look-alike keeps the shape (a mail address stays one), so that a model can still learn to copy it, and comes from ranges set
aside for examples: RFC 2606 domains, RFC 5737 addresses, 555-01xx numbers; cards and IBANs get a wrong check digit. The same
value gets the same look-alike everywhere, so that a question and the arguments of its call stay in step. It is pseudonymisation,
not anonymity.
Names of persons are not found: that needs a model.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .records import Record, all_calls, content_id

_EXAMPLE_DOMAIN = re.compile(
    r"@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|example|test|invalid|localhost)$", re.IGNORECASE
)
_FICTIONAL_PHONE = re.compile(r"555\D*01\d\d$")


def luhn(digits: str) -> bool:
    """Whether a card number's check digit is right (ISO/IEC 7812-1)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def iban_holds(text: str) -> bool:
    """Whether an IBAN's check digits are right: rearranged and read as a number, modulo 97 is 1 (ISO 13616)."""
    plain = text.replace(" ", "").upper()
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _card(text: str) -> bool:
    digits = _digits(text)
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and luhn(digits)


def _phone(text: str) -> bool:
    return 9 <= len(_digits(text)) <= 15 and not _FICTIONAL_PHONE.search(text)


def _public_address(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_global
    except ValueError:
        return False


@dataclass(frozen=True)
class Kind:
    """One kind of personal data: what it looks like, what else must hold, and how a look-alike is made."""

    pattern: re.Pattern[str]
    holds: Callable[[str], bool]
    alike: Callable[[str, str], str]


def _numbers(seed: str, count: int) -> str:
    return str(int(seed, 16) % 10**count).zfill(count)


def _refill(text: str, digits: str) -> str:
    """The text with its digits replaced in order."""
    fresh = iter(digits)
    return re.sub(r"\d", lambda _: next(fresh), text)


def _card_alike(text: str, seed: str) -> str:
    digits = _numbers(seed, len(_digits(text)))
    if luhn(digits):
        digits = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    return _refill(text, digits)


def _iban_alike(text: str, seed: str) -> str:
    # "00" can never be the check digits of an IBAN (they run from 02 to 98).
    return text[:2] + "00" + _refill(text[4:], _numbers(seed, len(_digits(text[4:])) or 1))


def _phone_alike(text: str, seed: str) -> str:
    digits = _digits(text)
    return _refill(text, digits[: max(len(digits) - 7, 0)] + f"55501{_numbers(seed, 2)}")


def _secret_alike(text: str, seed: str) -> str:
    lead = re.match(r"(?:[A-Za-z]{2,6}[-_])+|AKIA|eyJ", text)
    head = (lead.group(0) if lead else "") + "EXAMPLE"
    return head + (seed * (len(text) // len(seed) + 1))[: max(len(text) - len(head), 4)]


KINDS: dict[str, Kind] = {
    "email": Kind(
        re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b"),
        lambda text: not _EXAMPLE_DOMAIN.search(text),
        lambda text, seed: f"user{_numbers(seed, 5)}@example.org",
    ),
    "secret": Kind(
        re.compile(
            r"\b(?:sk-[A-Za-z0-9_-]{16,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|xox[abprs]-[A-Za-z0-9-]{10,}"
            r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}|AIza[\w-]{35})"
        ),
        lambda text: "EXAMPLE" not in text,
        _secret_alike,
    ),
    "iban": Kind(re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), iban_holds, _iban_alike),
    "card": Kind(re.compile(r"(?<![\d.-])\d(?:[ -]?\d){12,18}(?![\d.-]\d|\d)"), _card, _card_alike),
    "phone": Kind(
        re.compile(
            r"(?<![\w.+-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d[\d .-]{5,12}\d"
            r"|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[ .-]\d{3}[ .-]\d{4})(?![\w-])"
        ),
        _phone,
        _phone_alike,
    ),
    "ip": Kind(
        re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d|\w)"),
        _public_address,
        lambda text, seed: f"198.51.100.{int(seed, 16) % 254 + 1}",
    ),
}
"""Order matters: a text that one kind has claimed is not looked at by the next."""


def find(text: str) -> list[tuple[str, str]]:
    """(kind, value) of everything found in a text."""
    found: list[tuple[str, str]] = []
    for name, kind in KINDS.items():
        for match in kind.pattern.findall(text):
            if kind.holds(match):
                found.append((name, match))
                text = text.replace(match, " ")
    return found


def scan(record: Record) -> list[tuple[str, str]]:
    """(kind, value) of everything found in a record's messages and the arguments of its calls."""
    return [item for text in _texts(record) for item in find(text)]


def scan_all(records: Sequence[Record]) -> dict[str, Any]:
    """{"records": with any, "kinds": {kind: records}, "in_arguments": records whose calls carry any}."""
    kinds: Counter[str] = Counter()
    holders = carriers = 0
    for record in records:
        found = scan(record)
        kinds.update({kind for kind, _ in found})
        holders += bool(found)
        arguments = " ".join(_strings([arguments for _, arguments in all_calls(record)]))
        carriers += any(value in arguments for _, value in found)
    return {"records": holders, "kinds": {name: kinds[name] for name in KINDS}, "in_arguments": carriers}


def mask(record: Record, seed: int) -> Record:
    """The record with look-alikes, the same for the same value and seed. The record itself where nothing was found."""
    found = dict.fromkeys(scan(record))
    if not found:
        return record
    alike = {value: KINDS[kind].alike(value, _seed(seed, value)) for kind, value in found}
    masked = {**record, "messages": _replace(record["messages"], alike)}
    if record.get("accept") is not None:
        masked["accept"] = _replace(record["accept"], alike)
    return {**masked, "id": content_id(masked)}


def _seed(seed: int, value: str) -> str:
    return hashlib.sha256(f"{seed}/{value}".encode()).hexdigest()[:16]


def _replace(value: Any, alike: dict[str, str]) -> Any:
    if isinstance(value, str):
        for old in sorted(alike, key=len, reverse=True):
            value = value.replace(old, alike[old])
        return value
    if isinstance(value, int) and not isinstance(value, bool) and str(value) in alike:
        return int(alike[str(value)])
    if isinstance(value, list):
        return [_replace(item, alike) for item in value]
    if isinstance(value, dict):
        return {key: _replace(item, alike) for key, item in value.items()}
    return value


def _texts(record: Record) -> Iterable[str]:
    for message in record["messages"]:
        yield message["content"]
    yield from _strings([arguments for _, arguments in all_calls(record)])


def _strings(value: Any) -> Iterable[str]:
    """Every text in a JSON value; whole numbers count, since a card number may stand as one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
