"""Personal data and its look-alikes."""

from __future__ import annotations

import pytest

from support.data import call, says, talk, tool, user
from tuneguild.tools.data.pii import find, iban_holds, luhn, mask, scan, scan_all
from tuneguild.tools.data.records import all_calls, make_record, user_text


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("write to jane.doe@corp.co.uk now", "email", "jane.doe@corp.co.uk"),
        ("call +44 20 7946 0958 please", "phone", "+44 20 7946 0958"),
        ("call (415) 867-5309.", "phone", "(415) 867-5309"),
        ("card 4111 1111 1111 1111, thanks", "card", "4111 1111 1111 1111"),
        ("to DE89 3704 0044 0532 0130 00", "iban", "DE89 3704 0044 0532 0130 00"),
        ("from 8.8.4.4 came", "ip", "8.8.4.4"),
        ("key sk-abcdefghijklmnop1234", "secret", "sk-abcdefghijklmnop1234"),
    ],
)
def test_each_kind_is_found(text: str, kind: str, value: str) -> None:
    assert find(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "order 4111111111111112 of 2026-11-21",
        "order N-48213 and parcel NL402458",
        "version 1.2.3 on host 192.168.0.1",
        "mail info@example.com",
        "12 345 678 pieces at 10.50",
        "DE00 3704 0044 0532 0130 00",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert find(text) == []


def test_check_digits_follow_their_standards() -> None:
    assert luhn("4111111111111111") and not luhn("4111111111111112")
    assert iban_holds("GB82 WEST 1234 5698 7654 32") and not iban_holds("GB83 WEST 1234 5698 7654 32")


def test_question_and_arguments_stay_in_step() -> None:
    mail = tool("mail", to="string", card="integer")
    asked = "send it to jane@corp.com with card 4111111111111111"
    record = make_record([user(asked), says("", call("mail", to="jane@corp.com", card=4111111111111111))], tools=[mail])
    masked = mask(record, seed=7)
    arguments = all_calls(masked)[0][1]
    assert arguments["to"] in user_text(masked) and str(arguments["card"]) in user_text(masked)
    assert isinstance(arguments["card"], int) and "jane" not in str(masked["messages"])


def test_look_alikes_are_not_found_again() -> None:
    text = "a@b.com, +44 20 7946 0958, 4111 1111 1111 1111, DE89 3704 0044 0532 0130 00 8.8.4.4 AKIAABCDEFGHIJKLMNOP"
    record = talk(text, "fine")
    assert len(scan(record)) == 6
    assert scan(mask(record, seed=7)) == []


def test_the_same_value_gets_the_same_look_alike_in_every_record() -> None:
    first, second = (mask(talk(f"{word} jane@corp.com", "ok"), seed=7) for word in ("ask", "tell"))
    assert user_text(first).split()[1] == user_text(second).split()[1]


def test_a_record_without_personal_data_is_left_as_it_is() -> None:
    record = talk("where is it", "here")
    assert mask(record, seed=7) is record


def test_counts_tell_records_kinds_and_arguments() -> None:
    mail = tool("mail", to="string")
    with_call = make_record([user("to a@b.com"), says("", call("mail", to="a@b.com"))], tools=[mail])
    found = scan_all([with_call, talk("from c@d.com", "ok"), talk("hello there", "hi")])
    assert (found["records"], found["kinds"]["email"], found["in_arguments"]) == (2, 2, 1)
