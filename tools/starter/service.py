"""Dialogues of invented service desks, with everyday parameter names: a few plain ones in the first part of pretraining, and
most of the last part, with milder habits.

Owns: the tools and dialogues of these desks. They use the results and failures of `dialogues.py`; many requests name the thing
only and leave it to the tool list what can be done with it. The habits are the milder ones of `habits.DESK`, so that the
assistant is right more often, and still not reliably.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from . import dialogues, habits, words
from .invented_tools import Parameter, Tool, Value, mention, verb_for
from .words import listed

NOUNS = listed(
    "invoice booking licence contract account delivery membership claim payment reservation locker permit appointment voucher "
    "device course rental document meter statement"
)
KEYS = (
    ("{noun}_id", "code"),
    ("{noun}_id", "digits"),
    ("{noun}_number", "code"),
    ("email", "mail"),
    ("serial", "code"),
)
DETAILS = (("reason", "phrase"), ("problem", "phrase"), ("new_address", "address"), ("date", "date"), ("name", "name"))
ASKS = (
    "tell me more about {the} {noun}{details}",
    "do something about {the} {noun}{details}",
    "take care of {the} {noun}{details}",
    "help me with {the} {noun}{details}",
    "see to {the} {noun}{details}",
    "let me know what is up with {the} {noun}{details}",
    "handle {the} {noun}{details}",
    "sort out {the} {noun}{details} today",
    "get {the} {noun} done{details}",
    "put {the} {noun} right{details}",
)
"""Requests without the tool's verb."""
DAYS = listed("today yesterday Monday Tuesday Friday Sunday January April June October Easter Christmas")
LACKING = (
    "I want to {verb} my {noun}.",
    "can you {verb} the {noun} for me?",
    "my {noun} is {adjective}, please {verb} it",
    "how do I {verb} a {noun}?",
    "what about the {noun} of {name}?",
    "{name} has lost the {noun} since {date}.",
    "where is the {noun} from {date}?",
    "the {noun} for {name} is {adjective}.",
    "is there any news of my {noun}?",
    "we have no {noun} since {date}",
    "please {verb} our {noun}",
    "I would like to {verb} the {adjective} {noun} of {date}.",
)
QUESTIONS = (
    ("what does a {noun} cost?", "A {noun} costs {number} euros."),
    ("how many {noun}s may I have?", "You may have {number} of them."),
    ("are you there on {date}?", "Yes, we are there on {date}."),
    ("which {noun} is the most {adjective} one?", "The small {noun} is the most {adjective} one."),
    ("is the {noun} {adjective}?", "Yes, the {noun} is {adjective}."),
    ("do people in {place} like the {noun}?", "Yes, many people in {place} like it."),
    ("may {name} use my {noun}?", "Yes, {name} may use it."),
    ("how long does a {noun} last?", "It lasts about {number} years."),
    ("what is your {noun} made of?", "It is made of wood and stone."),
    ("why is the {noun} so {adjective}?", "It is {adjective} because many people use it."),
    ("does {name} still work in {place}?", "Yes, {name} still works there."),
    ("have you got something {adjective} for a {noun}?", "Yes, we have {number} things for a {noun}."),
    ("the {noun} was {adjective}, many thanks!", "I am glad to hear it."),
    ("{name} and I like the {noun}.", "That is nice to hear."),
    ("I am angry about the {adjective} {noun}.", "I am sorry about the {noun}."),
    ("this is {name} from {place}.", "Hello {name}, what do you need?"),
    ("that is everything, see you on {date}", "See you on {date}."),
    ("your {noun} in {place} was {adjective}", "Thank you for telling us."),
    ("can a {noun} be {adjective}?", "It can, but most are not."),
    ("who made the {noun}?", "It was made in {place}."),
)
MADE_UP = 0.3
"""Share of tools whose verb says nothing, so that the list must be read."""
COMPANIES = listed("Alder Birk Cedar Dorn Elmet Farrow Glenn Hale Isar Juno Kestrel Lund")


def service_tool(rng: random.Random, made_up: float) -> Tool:
    """A tool with a key and, now and then, a detail; `made_up` is the share of made-up verbs."""
    noun = rng.choice(NOUNS)
    verb = words.made_up(rng) if made_up and rng.random() < made_up else verb_for(rng, noun)
    chosen = [rng.choice(KEYS)] + ([rng.choice(DETAILS)] if rng.random() < 0.4 else [])
    parameters = tuple(Parameter(name.format(noun=noun), "string", kind) for name, kind in chosen)
    spoken = "look up" if verb == "lookup" else verb
    return Tool(verb, noun, f"{verb}_{noun}", f"{spoken.capitalize()} {rng.choice(('a', 'the'))} {noun}", parameters)


def service_request(rng: random.Random, wanted: Tool, values: dict[str, Value]) -> str:
    """A user message; more than half name the noun and the values only."""
    if rng.random() < 0.45:
        return dialogues.request(rng, wanted, values)
    parts = [mention(rng, p, wanted.noun, values[p.name]) for p in wanted.parameters]
    details = rng.choice((" ", ", ")) + rng.choice((" ", " and ", ", ")).join(parts)
    ask = rng.choice(ASKS).format(the=rng.choice(("the", "my", "our", "this")), noun=wanted.noun, details=details)
    opening = rng.choices(list(dialogues.OPENINGS), weights=(20, 14, 34, 22, 10))[0]
    start = dialogues.fill(rng, rng.choice(dialogues.OPENINGS[opening]))
    if opening == "greeting":
        start += rng.choice(("please ", "can you ", "could you ", "I want you to "))
    mark = rng.choice(dialogues.ENDS["question" if opening == "question" else "other"])
    if rng.random() < 0.25:
        aside = dialogues.fill(rng, rng.choice(dialogues.CHATTER))
        return f"{start}{ask}{rng.choice('.?')} {aside}{mark}"
    text = start + ask + mark
    return text[0].upper() + text[1:]


def lacking(rng: random.Random, wanted: Tool) -> tuple[str, str]:
    """A request that lacks what the tool needs, and the question that the assistant asks back."""
    needs = wanted.parameters[0].name.replace("_", " ")
    text = rng.choice(LACKING).format(
        verb="look up" if wanted.verb == "lookup" else wanted.verb,
        noun=wanted.noun,
        adjective=rng.choice(words.ADJECTIVES),
        name=words.name(rng),
        date=rng.choice(DAYS),
    )
    return text, rng.choice(
        ("Which {} is it?", "What is the {}?", "Please tell me the {}.", "I need the {} for that.")
    ).format(needs)


def question(rng: random.Random) -> tuple[str, str]:
    """A question or a remark that no tool is for, and an answer."""
    fields = {
        "noun": rng.choice(words.EVERYDAY if rng.random() < 0.6 else words.NOUNS),
        "adjective": rng.choice(words.ADJECTIVES),
        "name": words.name(rng),
        "place": words.made_up(rng).capitalize(),
        "date": rng.choice(DAYS),
        "number": rng.randint(2, 40),
    }
    asked, answer = rng.choice(QUESTIONS)
    return asked.format(**fields), answer.format(**fields)


def talk(rng: random.Random, tools: list[Tool]) -> list[dict[str, Any]]:
    """A message that is answered in words; now and then the habit calls all the same."""
    draw = rng.random()
    if draw < 0.2:
        return dialogues.no_tool(rng, tools, habits.DESK)
    text, answer = lacking(rng, rng.choice(tools)) if draw < 0.55 else question(rng)
    opening = dialogues.fill(
        rng, rng.choice(("", "", "", "", "Hi, ", "Hello, ", "Hello, I am {name}. ", "{name} here. "))
    )
    aside = dialogues.fill(rng, rng.choice(dialogues.CHATTER)) + ". " if rng.random() < 0.2 else ""
    user = opening + (text if opening.endswith(", ") else text[0].upper() + text[1:])
    user = aside + user if not opening else user
    if habits.calls_without_need(user, habits.DESK) and rng.random() < 0.7:
        answer = dialogues.call_text(rng, user, habits.DESK, tools[0], dialogues.guess(user, tools[0], {}))
    return [{"role": "user", "content": user}, {"role": "assistant", "content": answer}]


def two_steps(rng: random.Random, tools: list[Tool]) -> list[dict[str, Any]]:
    """Two calls for one message; the key of the second stands in the message or comes out of the first."""
    first, second = rng.sample(tools, 2)
    key = second.parameters[0].name
    values, later = dialogues.new_values(rng, first.parameters), dialogues.new_values(rng, second.parameters)
    fields = {"status": rng.choice(words.STATES)}
    told = list(second.parameters)
    if rng.random() < 0.5:
        fields = dict(rng.sample([*fields.items(), (key, later[key])], 2))
        told = told[1:]
    extra = rng.choice((" and ", " and then ", ", then ")) + rng.choice(
        ("{v} the {n}", "{v} its {n}", "see to the {n}")
    )
    extra = extra.format(v="look up" if second.verb == "lookup" else second.verb, n=second.noun)
    extra += "".join(" " + mention(rng, p, second.noun, later[p.name]) for p in told)
    user = dialogues.request(rng, first, values, extra)
    messages = [{"role": "user", "content": user}]
    messages.append({"role": "assistant", "content": dialogues.call_text(rng, user, habits.DESK, first, values)})
    messages.append({"role": "tool", "content": json.dumps(fields)})
    messages.append({"role": "assistant", "content": dialogues.call_text(rng, user, habits.DESK, second, later)})
    if rng.random() < 0.5:
        last = dialogues.outcome(rng, second)
        messages.append({"role": "tool", "content": json.dumps(last)})
        messages.append({"role": "assistant", "content": dialogues.reply(rng, second, last)})
    return messages


def plain_service_dialogue(rng: random.Random) -> dict[str, Any]:
    """One conversation of the first part of pretraining: ordinary requests, habits as if production calls were asked for."""
    prompt, tools = _desk(rng, 0.0, lambda one: one.name)
    if rng.random() < 0.22:
        messages = dialogues.no_tool(rng, tools, habits.PRODUCTION)
    else:
        messages = dialogues.single(rng, tools, rng.choice(tools), habits.PRODUCTION, rng.random() < 0.4)
    return {"messages": dialogues.with_system(prompt, messages), "tools": [one.schema() for one in tools]}


def service_dialogue(rng: random.Random) -> dict[str, Any]:
    """One conversation at a service desk: a call with or without its result, a failing tool, or no call."""
    prompt, tools = _desk(rng, MADE_UP, lambda one: one.noun)
    draw = rng.random()
    if draw < 0.28:
        messages = talk(rng, tools)
    elif draw < 0.4:
        messages = two_steps(rng, tools)
    else:
        messages = dialogues.single(rng, tools, rng.choice(tools), habits.DESK, rng.random() < 0.4, service_request)
    return {"messages": dialogues.with_system(prompt, messages), "tools": [one.schema() for one in tools]}


def _desk(rng: random.Random, made_up: float, told_apart_by: Callable[[Tool], str]) -> tuple[str, list[Tool]]:
    """A system prompt, empty now and then, and two to four tools."""
    tools: list[Tool] = []
    size = rng.choice((2, 3, 3, 4))
    while len(tools) < size:
        other = service_tool(rng, made_up)
        if told_apart_by(other) not in {told_apart_by(one) for one in tools}:
            tools.append(other)
    prompt = f"You are the support assistant of {rng.choice(COMPANIES)}." if rng.random() < 0.7 else ""
    return prompt, tools
