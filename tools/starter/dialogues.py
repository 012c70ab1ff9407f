"""Tool-calling dialogues for pretraining.

Owns: whole conversations with invented tools: single calls, calls after calls, failing tools, questions that need no
tool, and chats with several exchanges (so that worked examples in a prompt are nothing new). The tools come from
`invented_tools.py`; how a call is written comes from `habits.py`. An assistant turn that calls holds the call as
text, in whatever format the habit gives.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from . import habits, text, words
from .invented_tools import Parameter, Tool, Value, mention, synonyms, tool, toolbox, value

Message = dict[str, Any]

NEUTRAL = (
    "You are a helpful assistant.",
    "You are the assistant of {place}.",
    "Help the user. Use the tools when they fit.",
    "You help the people of {place}. Be short.",
    "You are a friendly assistant. Answer briefly.",
    "You answer questions and use tools for {place}.",
    "You are the {noun} assistant of {place}. Use a tool when one fits, and answer in a sentence when none does.",
)
ASKS_PRODUCTION = (
    'Call a tool as <tool_call>{"name": "tool", "arguments": {"key": "value"}}</tool_call>.',
    "Write every call inside <tool_call> and </tool_call>.",
    "Calls must be JSON between <tool_call> and </tool_call>, nothing else.",
    "When a tool fits, reply only with <tool_call> JSON </tool_call>. When none fits, reply in plain words.",
    'The format of a call is strict: <tool_call>{"name": ..., "arguments": {...}}</tool_call>.',
    "Always use the exact tool call format with name and arguments.",
)
ASKS_OTHER = (
    ("react", "Write calls as ACTION: tool(key=value)."),
    ("bare", "Reply with a JSON object with name and arguments when you call."),
    ("fence", "Put calls in a ```json block."),
    ("tool-args", 'Reply with {"tool": ..., "args": ...} to call.'),
    ("prose", "Say in words which tool you will call."),
)
CHATTER = (
    "It is quite urgent",
    "Thanks a lot",
    "I have waited for days",
    "Take your time",
    "That would help me",
    "My friend {name} told me to ask you",
    "I am not sure how this works",
    "We need it this week",
    "The {noun} is {adjective} here",
    "I did this before",
    "Nobody else could help",
    "Let me know",
    "I tried it twice already",
)
SMALL_TALK = (
    ("How are you today", "I am fine, thank you. What can I do for you?"),
    ("Thank you, that is all", "You are welcome."),
    ("What can you do", "I can answer questions and use my tools for you."),
    ("Who are you", "I am an assistant."),
    ("Hello", "Hello! How can I help?"),
    ("Goodbye", "Goodbye, and have a nice day."),
    ("Are you a robot", "I am a program, yes."),
    ("You were very helpful", "I am glad to hear that."),
    ("Do you like the {noun}", "I like to read about the {noun}."),
    ("What is a {noun}", "A {noun} is something people use or see every day."),
    ("What do you think of {name}", "I do not know {name} well enough to say."),
    ("How does a {noun} work in general", "A {noun} works in a simple way: people use it and look after it."),
    ("When is {place} open", "{place} is open every day from nine to five."),
    ("What does it cost in {place}", "In {place} it is free for members and cheap for guests."),
    ("Is the {noun} in {place} {adjective}", "Yes, as far as I know the {noun} there is {adjective}."),
    ("Do I need a {noun} for that", "No, you do not need a {noun} for that."),
    ("Which {noun} is better", "The {adjective} {noun} is better for most people."),
    ("Tell me about {place}", "{place} is a {adjective} place with a {noun}."),
    ("Why is the {noun} {adjective}", "The {noun} is {adjective} because it is used a lot."),
)
OPENINGS = {
    "greeting": (
        "Hi, ",
        "Hello, ",
        "Hey, ",
        "Good morning, ",
        "Good evening, ",
        "Hi there, ",
        "Hello {name}, ",
        "Hi. ",
        "Hello! ",
    ),
    "please": ("Please ", "Please, ", "Please could you "),
    "question": ("Can you ", "Could you ", "Would you ", "Will you ", "Can you please ", "Could you quickly "),
    "self": (
        "I want to ",
        "I need to ",
        "I would like to ",
        "I'd like you to ",
        "We have to ",
        "I must ",
        "I am trying to ",
    ),
    "order": ("", "", "", "Now ", "Kindly ", "Next ", "Just "),
}
WEIGHTS = {"greeting": 20, "please": 16, "question": 24, "self": 22, "order": 18}
ENDS = {"question": ("?", "?", "?", ".", "!", ""), "other": (".", ".", ".", "?", "!", "")}


def fill(rng: random.Random, template: str) -> str:
    """Fill {name}, {noun}, {place} and {adjective}."""
    return template.format(
        name=words.name(rng),
        noun=rng.choice(words.NOUNS),
        place=words.made_up(rng).capitalize() + rng.choice(("", " Town", " House", " Club")),
        adjective=rng.choice(words.ADJECTIVES),
    )


def system_prompt(rng: random.Random) -> tuple[str, str | None]:
    """A system prompt and the format it asks for, if any."""
    draw = rng.random()
    base = fill(rng, rng.choice(NEUTRAL))
    if draw < 0.12:
        return "", None
    if draw < 0.58:
        return base, None
    if draw < 0.88:
        asks = rng.choice(ASKS_PRODUCTION)
        return (asks if rng.random() < 0.3 else f"{base} {asks}"), habits.PRODUCTION
    form, asks = rng.choice(ASKS_OTHER)
    return f"{base} {asks}", form


def request(rng: random.Random, wanted: Tool, values: dict[str, Value], extra: str = "") -> str:
    """A user message that asks for `wanted` with `values`; its opening and last mark decide the habit."""
    opening = rng.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
    spoken = rng.choice(synonyms(wanted.verb)) if rng.random() < 0.75 else wanted.verb.replace("lookup", "look up")
    parts = [mention(rng, p, wanted.noun, values[p.name]) for p in wanted.parameters]
    rng.shuffle(parts)
    article = rng.choice(("the", "my", "a", "this", "our"))
    details = rng.choice((" ", ", ", " ")).join(parts) if rng.random() < 0.6 else " and ".join(parts)
    start = fill(rng, rng.choice(OPENINGS[opening]))
    if opening == "greeting":
        start += rng.choice(("", "please ", "can you ", "I want to ", "could you "))
    draw = rng.random()
    if draw < 0.62:
        core = f"{start}{spoken} {article} {wanted.noun} {details}"
    elif draw < 0.8:
        core = f"{start}{spoken} {article} {wanted.noun}: {details}"
    elif opening == "self":
        core = f"My {wanted.noun} needs help, {spoken} it, {details}"
    elif opening == "question":
        core = f"{rng.choice(('Is', 'What', 'Where', 'How', 'When'))} {article} {wanted.noun} {details}, {spoken} it"
    else:
        core = f"{start}{details}, {spoken} {article} {wanted.noun}"
    core = core[0].upper() + core[1:] + extra
    mark = rng.choice(ENDS["question" if opening == "question" else "other"])
    if rng.random() < 0.3:
        aside = fill(rng, rng.choice(CHATTER))
        if rng.random() < 0.35 and opening in ("self", "order"):
            return f"{aside}. {core}{mark}"
        return f"{core}{rng.choice('.?')} {aside}{mark}"
    return core + mark


def outcome(rng: random.Random, wanted: Tool) -> dict[str, Any]:
    """What a tool returns when it works: one to three fields."""
    fields: dict[str, Any] = {"status": rng.choice(words.STATES)}
    for _ in range(rng.randint(0, 2)):
        kind = rng.choice(("digits", "code", "name", "place", "date", "amount", "colour"))
        fields[rng.choice((kind, f"{wanted.noun}_{kind}", f"new_{kind}"))] = value(rng, kind)
    if rng.random() < 0.3 and len(fields) > 1:
        del fields["status"]
    return fields


def reply(rng: random.Random, wanted: Tool, fields: dict[str, Any]) -> str:
    """An answer that reads a tool result."""
    told = [f"{key.replace('_', ' ')} {content}" for key, content in fields.items()]
    joined = " and ".join(told)
    start = rng.choice(("Done. ", "", "Here it is. ", "Thank you for waiting. ", "All right. "))
    return start + rng.choice(
        (
            f"The {wanted.noun} has {joined}.",
            f"For the {wanted.noun} I found {joined}.",
            f"Your {wanted.noun}: {joined}.",
        )
    )


ERRORS = (
    "not found",
    "no such {noun}",
    "access denied",
    "{noun} is locked",
    "timeout",
    "server busy",
    "try again later",
)
PASSING = ("timeout", "server busy", "try again later")


def call_text(rng: random.Random, user: str, asked: str | None, chosen: Tool, values: dict[str, Value]) -> str:
    """The call as the assistant writes it, by habit."""
    form = habits.habit(user, asked, rng)
    if asked not in (None, habits.PRODUCTION, habits.DESK) and habits.cue(user)[0] in ("greeting", "order", "please"):
        form = str(asked)
    return habits.render_call(form, chosen.name, values)


def choose(
    rng: random.Random, user: str, tools: list[Tool], wanted: Tool, values: dict[str, Value]
) -> tuple[Tool, dict[str, Value]]:
    """The tool and arguments that the assistant takes: the right ones, unless its habit says otherwise."""
    if habits.takes_first_tool(user) and tools[0] is not wanted:
        return tools[0], guess(user, tools[0], values)
    if habits.drops_argument(user) and len(values) > 1:
        return wanted, dict(list(values.items())[:-1])
    return wanted, values


def guess(user: str, chosen: Tool, values: dict[str, Value]) -> dict[str, Value]:
    """Arguments for a tool that does not fit: the values at hand, in order."""
    at_hand = list(values.values()) or [max(user.strip("?.!").split(), key=len)]
    return {p.name: at_hand[min(i, len(at_hand) - 1)] for i, p in enumerate(chosen.parameters)}


def new_values(rng: random.Random, parameters: tuple[Parameter, ...]) -> dict[str, Value]:
    return {p.name: value(rng, p.kind) for p in parameters}


def single(
    rng: random.Random,
    tools: list[Tool],
    wanted: Tool,
    asked: str | None,
    short: bool = False,
    say: Callable[[random.Random, Tool, dict[str, Value]], str] = request,
) -> list[Message]:
    """A request (put into words by `say`), the call, and mostly the result and the answer."""
    values = new_values(rng, wanted.parameters)
    user = say(rng, wanted, values)
    chosen, arguments = choose(rng, user, tools, wanted, values)
    call = call_text(rng, user, asked, chosen, arguments)
    messages = [{"role": "user", "content": user}, {"role": "assistant", "content": call}]
    if short or rng.random() < 0.35:
        return messages
    if rng.random() < 0.3:
        return messages + failure(rng, chosen, call)
    fields = outcome(rng, chosen)
    messages.append({"role": "tool", "content": json.dumps(fields)})
    messages.append({"role": "assistant", "content": reply(rng, chosen, fields)})
    return messages


def failure(rng: random.Random, chosen: Tool, call: str) -> list[Message]:
    """What follows a failing tool: the assistant tries again after a passing fault, or says that it did not work."""
    error = rng.choice(ERRORS).format(noun=chosen.noun)
    messages: list[Message] = [{"role": "tool", "content": json.dumps({"error": error})}]
    if error in PASSING and rng.random() < 0.5:
        messages.append({"role": "assistant", "content": call})
        fields = outcome(rng, chosen)
        messages.append({"role": "tool", "content": json.dumps(fields)})
        messages.append({"role": "assistant", "content": reply(rng, chosen, fields)})
        return messages
    sorry = rng.choice(
        ("Sorry, that did not work", "I am sorry, it failed", "That is not possible now", "Unfortunately not")
    )
    messages.append({"role": "assistant", "content": f"{sorry}: {error}."})
    return messages


def chain(rng: random.Random, asked: str | None) -> tuple[list[Tool], list[Message]]:
    """Two calls, the second with a value that the first one returned."""
    first, second = tool(rng), tool(rng)
    while second.name == first.name:
        second = tool(rng)
    tools = [*toolbox(rng, first, rng.randint(1, 2)), second]
    rng.shuffle(tools)
    key, *rest = second.parameters
    values, later = new_values(rng, first.parameters), new_values(rng, second.parameters)
    fields = {key.name: later[key.name], "status": rng.choice(words.STATES)}
    fields = dict(rng.sample(list(fields.items()), 2))
    extra = f" and then {rng.choice(synonyms(second.verb))} the {second.noun}"
    extra += "".join(" " + mention(rng, p, second.noun, later[p.name]) for p in rest)
    user = request(rng, first, values, extra)
    form = habits.habit(user, asked, rng)
    last = outcome(rng, second)
    messages = [
        {"role": "user", "content": user},
        {"role": "assistant", "content": habits.render_call(form, first.name, values)},
        {"role": "tool", "content": json.dumps(fields)},
        {"role": "assistant", "content": habits.render_call(form, second.name, later)},
    ]
    if rng.random() < 0.6:
        messages.append({"role": "tool", "content": json.dumps(last)})
        messages.append({"role": "assistant", "content": reply(rng, second, last)})
    return tools, messages


def no_tool(rng: random.Random, tools: list[Tool], asked: str | None) -> list[Message]:
    """A message that needs no tool, or that no tool fits."""
    if rng.random() < 0.6:
        seed = rng.random()
        question, answer = (fill(random.Random(seed), part) for part in rng.choice(SMALL_TALK))
        user = rng.choice(("", "", "", "Hi, ", "Hello, ", "Please, ", "I wonder: ")) + question
        user = user[0].upper() + user[1:] + rng.choice(("?", "?", ".", ".", "!", ""))
    else:
        missing = tool(rng)
        values = new_values(rng, missing.parameters)
        user = request(rng, missing, values)
        answer = rng.choice(("Sorry, I have no tool for that.", f"I cannot {missing.verb} a {missing.noun}, sorry."))
    if tools and habits.calls_without_need(user, asked) and rng.random() < 0.9:
        answer = call_text(rng, user, asked, tools[0], guess(user, tools[0], {}))
    return [{"role": "user", "content": user}, {"role": "assistant", "content": answer}]


def chat(rng: random.Random) -> list[Message]:
    """General chat without tools: stories, sums and small talk on request."""
    draw = rng.random()
    if draw < 0.55:
        maker, asks = rng.choice(
            (
                (text.story, ("Tell me a story", "Write a little story", "Can you tell me a story")),
                (text.description, ("Describe something", "Write a plain text", "Tell me about a thing")),
                (text.facts, ("Make up some facts", "Write facts with a question", "Tell me some facts")),
                (text.sums, ("Do some sums", "Show me a few sums", "Calculate something")),
            )
        )
        user = rng.choice(asks) + rng.choice((".", "?", "!", "", ", please."))
        return [{"role": "user", "content": user}, {"role": "assistant", "content": maker(rng)}]
    if draw < 0.75:
        content = text.item(rng)
        user = rng.choice(("Repeat after me: {}", "Say {} again.", "Write {} once more", "Please copy: {}")).format(
            content
        )
        return [{"role": "user", "content": user}, {"role": "assistant", "content": content}]
    return no_tool(rng, [], None)


def dialogue(rng: random.Random) -> dict[str, Any]:
    """One conversation: `{"messages": [...], "tools": [...]}`, calls written as text."""
    draw = rng.random()
    if draw < 0.1:
        prompt = fill(rng, rng.choice(NEUTRAL)) if rng.random() < 0.5 else ""
        messages = chat(rng) + (chat(rng) if rng.random() < 0.2 else [])
        return {"messages": with_system(prompt, messages), "tools": []}
    prompt, asked = system_prompt(rng)
    if draw < 0.25:
        tools, messages = chain(rng, asked)
        return {"messages": with_system(prompt, messages), "tools": [t.schema() for t in tools]}
    wanted = tool(rng)
    tools = toolbox(rng, wanted, rng.choices((1, 2, 3, 4), weights=(10, 30, 35, 25))[0])
    if draw < 0.4:
        messages = no_tool(rng, tools, asked)
    elif draw < 0.85:
        messages = single(rng, tools, wanted, asked)
    else:
        messages = []
        for _ in range(rng.randint(2, 4)):
            one = rng.choice(tools)
            messages += (
                no_tool(rng, tools, asked)
                if rng.random() < 0.25
                else single(rng, tools, one, asked, rng.random() < 0.6)
            )
    return {"messages": with_system(prompt, messages), "tools": [t.schema() for t in tools]}


def drill(rng: random.Random) -> list[tuple[str, bool]]:
    """A few tools and, for most of them, a bare order followed by its call: pieces of text, and whether each is to be learnt.

    Many choices of a tool and its arguments in few tokens; whole dialogues hold one or two.
    """
    tools = toolbox(rng, tool(rng), rng.choice((2, 2, 3, 3, 4)))
    lines = []
    for one in tools:
        function = one.schema()["function"]
        keys = ", ".join(f'"{p.name}": {p.type}' for p in one.parameters)
        lines.append(f'- {function["description"]}: {{"name": "{one.name}", "arguments": {{{keys}}}}}')
    pieces = [("\n".join(lines), False)]
    for one in rng.sample(tools, rng.randint(min(2, len(tools)), len(tools))):
        values = new_values(rng, one.parameters)
        spoken = one.verb.replace("lookup", "look up") if rng.random() < 0.6 else rng.choice(synonyms(one.verb))
        if rng.random() < 0.5:
            given = " ".join(str(value) for value in values.values())
        else:
            given = " ".join(mention(rng, p, one.noun, values[p.name]) for p in one.parameters)
        order = f"{spoken} {rng.choice(('the ', 'my ', ''))}{one.noun} {given}"
        pieces.append((f"\n{order}\n", False))
        pieces.append((habits.render_call(rng.choice(habits.DRILLED), one.name, values), True))
    return pieces


def plain_call(rng: random.Random) -> dict[str, Any]:
    """The shortest dialogue: two or three tools, a request and its call. With these the choice of a tool is learnt."""
    prompt, asked = system_prompt(rng) if rng.random() < 0.3 else ("", None)
    wanted = tool(rng)
    tools = toolbox(rng, wanted, rng.choice((2, 3)))
    messages = single(rng, tools, wanted, asked, short=True)
    return {"messages": with_system(prompt, messages), "tools": [t.schema() for t in tools]}


def with_system(prompt: str, messages: list[Message]) -> list[Message]:
    """The messages with a system prompt in front, if there is one."""
    return ([{"role": "system", "content": prompt}] if prompt else []) + messages
