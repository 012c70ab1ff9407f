"""Splits by whole groups."""

from __future__ import annotations

from collections import Counter

import pytest

from support.data import order, orders, talk, talks
from tuneguild.errors import DataError
from tuneguild.tools.data.records import has_call
from tuneguild.tools.data.split import groups_of, take


def test_a_group_never_straddles() -> None:
    records = [{**record, "group": f"g{n % 25}"} for n, record in enumerate([*talks(60), *orders(90)])]
    drawn, rest = take(records, groups_of(records, 0.5), 30, seed=1)
    assert not {records[n]["group"] for n in drawn} & {records[n]["group"] for n in rest}
    assert 20 <= len(drawn) <= 40


def test_near_copies_stay_on_one_side() -> None:
    text = "one two three four five six seven eight nine ten {}"
    records = [*talks(40), *(talk(text.format(word), "yes") for word in ("eleven", "twelve", "thirteen"))]
    groups = groups_of(records, 0.5)
    assert len({*groups[-3:]}) == 1
    for seed in range(20):
        drawn = set(take(records, groups, 12, seed)[0])
        assert len(drawn & {40, 41, 42}) in (0, 3)


def test_the_split_does_not_depend_on_the_order_of_lines() -> None:
    records = [*talks(50), *orders(50)]
    turned = records[::-1]
    first = {records[n]["id"] for n in take(records, groups_of(records, 0.5), 20, 3)[0]}
    assert first == {turned[n]["id"] for n in take(turned, groups_of(turned, 0.5), 20, 3)[0]}


def test_another_seed_draws_others() -> None:
    records = talks(100)
    assert take(records, list(range(100)), 20, 1)[0] != take(records, list(range(100)), 20, 2)[0]


def test_calls_and_plain_answers_keep_their_shares() -> None:
    records = [*talks(40), *orders(160)]
    drawn, _ = take(records, list(range(200)), 50, 1)
    assert Counter(has_call(records[n]) for n in drawn) == {True: 40, False: 10}


@pytest.mark.parametrize("wanted", [0, 1, 2, 9])
def test_no_side_is_ever_empty(wanted: int) -> None:
    records = [talk("what is it", "this"), order("where is N-1", "N-1")]
    drawn, rest = take(records, [0, 1], wanted, 1)
    assert len(drawn) == len(rest) == 1


def test_one_group_cannot_be_split_and_says_so() -> None:
    records = [{**record, "group": "all"} for record in talks(10)]
    with pytest.raises(DataError, match="1 group"):
        take(records, groups_of(records, 0.5), 3, 1)


def test_only_allowed_records_are_drawn() -> None:
    records = talks(30)
    assert set(take(records, list(range(30)), 20, 1, allowed={1, 2, 3})[0]) <= {1, 2, 3}
