"""The firewall between what is learnt and what is measured."""

from __future__ import annotations

import random

from support.data import order, orders, prose, talk, talks
from tuneguild.tools.data.leakage import count_kinds, find_leaks, shared_wording
from tuneguild.tools.data.records import user_text


def test_planted_leaks_are_found_with_their_kind() -> None:
    dice = random.Random(3)
    held_out = talks(40, seed=9, length=30)
    question = [user_text(record) for record in held_out]
    pool = [
        *talks(100, seed=2, length=30),
        talk(question[0].upper(), held_out[0]["messages"][1]["content"]),
        talk(f"{question[1]} {prose(dice, 2)}", held_out[1]["messages"][1]["content"]),
        talk(question[2], prose(dice, 8)),
        talk(f"{prose(dice, 40)} {question[3]} {prose(dice, 40)}", prose(dice, 8)),
    ]
    leaks = find_leaks(pool, held_out)
    assert [(leak.pool, leak.held_out, leak.kind) for leak in leaks] == [
        (100, 0, "exact"),
        (101, 1, "near"),
        (102, 2, "prompt"),
        (103, 3, "prompt"),
    ]
    assert count_kinds(leaks) == {"exact": 1, "near": 1, "prompt": 2, "answer": 0}


def test_a_long_answer_under_another_question_is_a_leak() -> None:
    dice = random.Random(4)
    answer = prose(dice, 40)
    leaks = find_leaks([talk(prose(dice, 20), answer)], [talk(prose(dice, 20), answer)])
    assert [leak.kind for leak in leaks] == ["answer"]


def test_an_answer_that_many_give_is_no_leak() -> None:
    dice = random.Random(5)
    stock = (
        "I am sorry to hear that and I would love to help you but this is nothing that any of my tools can do for you"
    )
    pool = [talk(prose(dice, 15), stock) for _ in range(30)]
    assert not find_leaks(pool, [talk(prose(dice, 15), stock) for _ in range(10)])


def test_a_template_filled_with_other_values_is_no_leak() -> None:
    text = "hello there could you please be so kind and tell me right now where my parcel with the order {} is"
    pool = [order(text.format(f"N-{n}"), f"N-{n}") for n in range(2)]
    held_out = [order(text.format("N-9"), "N-9")]
    assert not find_leaks(pool, held_out) and shared_wording(pool, held_out) == 2


def test_short_openings_that_many_share_are_no_leak() -> None:
    dice = random.Random(6)
    pool, held_out = ([talk(f"hi can you help me with {prose(dice, 3)}", "yes") for _ in range(40)] for _ in range(2))
    assert not find_leaks(pool, held_out)


def test_unrelated_records_do_not_leak() -> None:
    assert not find_leaks([*talks(200, 1), *orders(200, 2)], [*talks(100, 3), *orders(100, 4)])
