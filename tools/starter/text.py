"""General text for the starter: little stories, facts, sums, lists and copying exercises.

Owns: everything that is not a dialogue. The copying exercises come early and often, because a model that has not
learnt to repeat what it has read cannot put a number into a call. `passage` alone makes the held-back text on which
general ability is watched.
"""

from __future__ import annotations

import random

from . import words


def _the(rng: random.Random) -> str:
    return f"the {rng.choice(words.ADJECTIVES)} {rng.choice(words.NOUNS)}"


def story(rng: random.Random) -> str:
    """A little story of three to six sentences about one or two named characters."""
    who, friend = words.name(rng), words.name(rng)
    thing, place = rng.choice(words.NOUNS), rng.choice(words.PLACES)
    colour, mood = rng.choice(words.COLOURS), rng.choice(words.ADJECTIVES)
    sentences = [
        rng.choice(
            (
                f"Once there was a {mood} {thing} in the {place}.",
                f"{who} had a {colour} {thing}.",
                f"One day {who} went to the {place} to see {friend}.",
                f"In the {place} lived {who}, who loved every {thing}.",
            )
        ),
        rng.choice(
            (
                f"{who} looked at the {thing} and smiled.",
                f"The {thing} was {mood} and {colour}.",
                f"It was a {rng.choice(words.ADJECTIVES)} day and {who} was {mood}.",
                f"Every morning {who} walked past {_the(rng)}.",
            )
        ),
    ]
    middle = [
        f'"Where is my {thing}?" asked {friend}.',
        f'"It is in the {place}," said {who}.',
        f"{friend} wanted to {rng.choice(list(words.VERBS))} the {thing}, "
        f"but it was too {rng.choice(words.ADJECTIVES)}.",
        f"Then {friend} found {_the(rng)} behind {_the(rng)}.",
        f"They put a parcel on the table and opened it. Inside was a {thing}.",
        f"{who} gave the {thing} to {friend}, and {friend} said thank you.",
        f"So {who} had to order a new {thing} in the shop, and it came {rng.choice(('late', 'early', 'today'))}.",
        f"They waited for the {rng.choice(words.NOUNS)} until it was {rng.choice(words.ADJECTIVES)}.",
    ]
    sentences += rng.sample(middle, rng.randint(1, 3))
    sentences.append(
        rng.choice(
            (
                f"In the end {who} and {friend} went home.",
                f"And {who} was never {rng.choice(words.ADJECTIVES)} again.",
                f"After that the {thing} stayed in the {place}.",
                f"{friend} was happy, and so was {who}.",
            )
        )
    )
    return " ".join(sentences)


def facts(rng: random.Random) -> str:
    """Facts about made-up people and places, then a question and its answer."""
    who = [words.name(rng) for _ in range(rng.randint(2, 3))]
    lines, questions = [], []
    for one in dict.fromkeys(who):
        town, animal, work = words.made_up(rng).capitalize(), rng.choice(words.NOUNS), rng.choice(words.COLOURS)
        number = words.digits(rng, 2, 6)
        lines.append(
            rng.choice(
                (
                    f"{one} lives in {town} and has a {work} {animal}.",
                    f"{one} comes from {town} and likes the {animal}.",
                    f"The home of {one} is {town}; the {animal} there is {work}.",
                )
            )
        )
        lines.append(f"The number of {one} is {number}.")
        questions += [(f"Where does {one} live?", f"In {town}."), (f"What is the number of {one}?", number + ".")]
    asked = rng.sample(questions, rng.randint(1, 2))
    return " ".join(lines) + "".join(f"\nQuestion: {q}\nAnswer: {a}" for q, a in asked)


def sums(rng: random.Random) -> str:
    """Small sums in words and figures."""
    lines, a, b = [], 0, 0
    for _ in range(rng.randint(2, 4)):
        a, b = rng.randint(0, 30), rng.randint(0, 20)
        lines.append(rng.choice((f"{a} + {b} = {a + b}", f"{a + b} - {b} = {a}", f"{a} plus {b} is {a + b}.")))
    thing = rng.choice(words.NOUNS)
    return "\n".join(lines) + f"\n{words.name(rng)} has {a} {thing}s and gets {b} more: {a + b} {thing}s."


def description(rng: random.Random) -> str:
    """A plain description of a thing or a place."""
    thing, place = rng.choice(words.NOUNS), rng.choice(words.PLACES)
    parts = [
        f"A {thing} is a {rng.choice(words.ADJECTIVES)} thing that people keep in the {place}.",
        f"Most of them are {rng.choice(words.COLOURS)} or {rng.choice(words.COLOURS)}.",
        f"You can {rng.choice(list(words.VERBS))} a {thing}, but you cannot {rng.choice(list(words.VERBS))} it.",
        f"A {rng.choice(words.ADJECTIVES)} {thing} costs {words.amount(rng)}.",
        f"When it is {rng.choice(words.ADJECTIVES)}, the shop sends a refund, and the customer can return it.",
        f"People who have an account with a password can order a {thing} and track the parcel to their address.",
        f"The warranty of a {thing} lasts {rng.randint(1, 9)} years; after that you pay for a new one.",
        f"Write a mail or open a ticket if your {thing} is {rng.choice(words.ADJECTIVES)} "
        f"or {rng.choice(words.STATES)}.",
        f"With a subscription you get a {thing} every {rng.choice(('day', 'week', 'month', 'year'))}.",
        f"The delivery of the {thing} takes {rng.randint(2, 9)} days.",
    ]
    return " ".join(rng.sample(parts, rng.randint(3, 4)))


PASSAGES = {"story": (story, 5), "facts": (facts, 2), "sums": (sums, 1), "description": (description, 2)}


def passage(rng: random.Random) -> str:
    """One general passage of about 40 to 90 words."""
    make = rng.choices([p[0] for p in PASSAGES.values()], weights=[p[1] for p in PASSAGES.values()])[0]
    return make(rng)


def item(rng: random.Random) -> str:
    """A word, number, code, mail, date or name, to be copied."""
    makers = (words.made_up, words.name, words.digits, words.digits, words.code, words.code, words.mail, words.date)
    makers += (words.person, words.amount, words.street_address, words.phrase)
    return rng.choice(makers)(rng)


def repeating(rng: random.Random) -> list[tuple[str, bool]]:
    """The shortest exercise: one thing, repeated, sometimes between quotes or brackets; pieces as in `copying`."""
    one = item(rng)
    before, after = rng.choice((("", ""), ('"', '"'), ('["', '"]'), ('{"value": "', '"}')))
    return [(f"{rng.choice(('Copy', 'Say', 'Again', 'Repeat'))}: {one}\n", False), (before + one + after, True)]


def copying(rng: random.Random) -> list[tuple[str, bool]]:
    """An exercise that can only be done by copying: repeat, quote, look up in a list, fill a form.

    Returns:
        Pieces of text, and whether each is to be learnt.
    """
    draw = rng.random()
    if draw < 0.3:
        items = [item(rng) for _ in range(rng.randint(2, 5))]
        frame = rng.choice((("", ""), ('"', '"'), ("[", "]"), ('{"value": "', '"}'), ('("', '")')))
        solution = "\n".join(frame[0] + one + frame[1] for one in items)
        return [("Copy: " + ", ".join(items) + "\n", False), (solution, True)]
    if draw < 0.75:
        keys = rng.sample(words.NOUNS, rng.randint(2, 5))
        table = {key: item(rng) for key in keys}
        joins = rng.choice(((" is ", ". "), (": ", "\n"), (" = ", ", "), (" has ", "; ")))
        text = joins[1].join(f"{key}{joins[0]}{content}" for key, content in table.items())
        asked = rng.sample(keys, rng.randint(1, len(keys)))
        style = rng.choice(("json", "line", "call"))
        if style == "json":
            answer = "{" + ", ".join(f'"{key}": "{table[key]}"' for key in asked) + "}"
        elif style == "call":
            answer = "\n".join(f'get("{key}") -> "{table[key]}"' for key in asked)
        else:
            answer = "\n".join(f"{key}: {table[key]}" for key in asked)
        return [(f"{text}\n", False), (answer, True)]
    value = item(rng)
    around = [rng.choice(words.NOUNS) if rng.random() < 0.5 else words.made_up(rng) for _ in range(rng.randint(4, 10))]
    around.insert(rng.randint(0, len(around)), f"<{value}>")
    return [(" ".join(around) + "\n", False), (f'marked: "{value}"', True)]
