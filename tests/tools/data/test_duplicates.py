"""Planted copies are found; wording that only shares its form is not."""

from __future__ import annotations

import random

from support.data import order, orders, prose, talk, talks
from tuneguild.tools.data.duplicates import find_duplicates, union
from tuneguild.tools.data.records import user_text


def edited(text: str, share: float, dice: random.Random) -> str:
    words = text.split()
    for place in dice.sample(range(len(words)), max(1, round(share * len(words)))):
        words[place] = prose(dice, 1)
    return " ".join(words)


def test_copies_that_differ_in_case_and_spaces_are_exact() -> None:
    found = find_duplicates(
        [talk("Where is it?", "Here."), talk("where  IS it?", "here."), talk("Where is he?", "Here.")]
    )
    assert found.exact == {1: 0}


def test_planted_near_copies_are_found_and_nothing_else() -> None:
    dice = random.Random(1)
    originals = talks(300, seed=1, length=60)
    copies = [
        talk(edited(user_text(record), 0.05, dice), record["messages"][1]["content"]) for record in originals[:60]
    ]
    gone = find_duplicates([*originals, *copies]).near(0.5)
    true = {300 + place: place for place in range(60)}
    assert all(gone[copy] == true[copy] for copy in gone)
    assert len(gone) >= 57


def test_a_higher_threshold_keeps_what_is_less_alike() -> None:
    first = "one two three four five six seven eight nine ten"
    found = find_duplicates([talk(first, "yes"), talk(first.replace("ten", "eleven"), "yes")])
    assert len(found.near(0.5)) == 1 and not found.near(0.95)


def test_the_same_wording_with_other_values_is_no_copy() -> None:
    text = "could you please be so kind and tell me right now where my parcel with order {} is"
    found = find_duplicates([order(text.format("N-1"), "N-1"), order(text.format("N-2"), "N-2")])
    assert (found.near(0.5), found.variants) == ({}, 2)
    assert found.clusters(0.5) == [0, 1]
    assert found.near(0.5, keep_variants=False) == {1: 0}


def test_a_changed_word_that_is_no_value_is_a_near_copy() -> None:
    text = "could you please be so kind and tell me {} now where my parcel with order N-1 is"
    found = find_duplicates([order(text.format("right"), "N-1"), order(text.format("just"), "N-1")])
    assert found.near(0.5) == {1: 0}


def test_texts_of_two_words_are_only_compared_exactly() -> None:
    assert not find_duplicates([talk("hi", "hello"), talk("hey", "hello")]).pairs


def test_no_two_records_that_stay_are_near_copies() -> None:
    chain = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"]
    records = [talk(" ".join([*chain[shift:], *["m", "n", "o", "p"][:shift]]), "yes") for shift in range(5)]
    found = find_duplicates(records, 0.4)
    gone = found.near(0.5)
    assert not any({pair.a, pair.b}.isdisjoint(gone) for pair in found.pairs if pair.similarity >= 0.5)


def test_unrelated_records_have_no_pairs() -> None:
    assert not find_duplicates([*talks(200), *orders(200)]).pairs


def test_a_crowd_of_near_copies_keeps_one() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve thirteen number {}"
    found = find_duplicates([talk(text.format(n), "yes") for n in range(120)])
    assert found.near(0.5) == dict.fromkeys(range(1, 120), 0)
    assert len(found.pairs) < 120 * 33 and set(found.clusters(0.5)) == {0}


def test_clusters_join_copies_of_copies() -> None:
    assert union(5, [(0, 2), (4, 2)]) == [0, 1, 0, 3, 0]
