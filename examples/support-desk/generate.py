"""Make the records of the support-desk example: `python generate.py [--out data] [--seed 11]`.

Owns: the conversations of an invented shop's help desk, in the OpenAI messages format; the wordings are in
`wordings.json`. 60 % are single tool calls, 20 % need no tool, 10 % meet a failing tool, 10 % take several steps. The
held-out records have some wordings that training records never have and none of their order numbers, mails or names,
and no record is a near duplicate of another (word 3-gram Jaccard below 0.45). Standard library only.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Message = dict[str, Any]
Record = dict[str, Any]

SYSTEM = "You are the support assistant of Nordhaven Goods."
TRAIN, HELD_OUT, SEED = 600, 200, 11
SHARES = {"call": 60, "no-tool": 20, "failing": 10, "steps": 10}
MAX_JACCARD = 0.45

WORDINGS: dict[str, Any] = json.loads((Path(__file__).parent / "wordings.json").read_text(encoding="utf-8"))
"""What is said. Of every list given to `Desk.pick`, the last fifth (at least one) is for held-out records only."""
ASKS = WORDINGS["asks"]
FRAMES = WORDINGS["frames"]
GREETINGS = WORDINGS["greetings"]
BEFORE = WORDINGS["before"]
AFTER = WORDINGS["after"]
STEPS = WORDINGS["steps"]
ANSWERED = WORDINGS["answered"]
THANKS = WORDINGS["thanks"]
MISSING = WORDINGS["missing"]

TOOLS: dict[str, tuple[str, dict[str, str]]] = {
    "lookup_order": ("Look up the status of an order", {"order_id": "string"}),
    "refund_order": ("Refund an order", {"order_id": "string"}),
    "reset_password": ("Reset the password of an account", {"email": "string"}),
    "open_ticket": ("Open a support ticket about a problem", {"email": "string", "problem": "string"}),
    "cancel_subscription": ("Cancel a subscription", {"subscription_id": "string"}),
    "change_address": ("Change the delivery address of an order", {"order_id": "string", "address": "string"}),
    "track_parcel": ("Track a parcel", {"tracking_number": "string"}),
    "check_warranty": ("Check the warranty of a product", {"serial_number": "string"}),
}


def listed(text: str) -> list[str]:
    """The words of a text, as a list."""
    return text.split()


PRODUCTS = listed(
    "kettle lamp toaster backpack tent heater blender speaker drill scooter headset monitor coffee-grinder jacket raincoat "
    "stroller mattress keyboard radio watch camera printer router fan mixer freezer helmet saddle bookcase armchair"
)
RELATIVES = listed(
    "brother sister mother father wife husband daughter son neighbour colleague aunt uncle grandmother boss cousin"
)
WHEN = (
    "last week",
    "in March",
    "on Monday",
    "two months ago",
    "yesterday",
    "before Easter",
    "last summer",
    "ten days ago",
    "in May",
)
SOON = (
    "by Friday",
    "this week",
    "before Sunday",
    "as soon as you can",
    "today",
    "before the holidays",
    "tomorrow",
    "by noon",
)
PARTS = listed(
    "lid zip handle cable screen strap wheel button switch cover hinge battery box lens seal plug motor knob filter spring"
)
FAULTS = listed(
    "broken cracked missing loose scratched bent torn dirty wet melted rusty stuck faulty damaged noisy crooked"
)
FIRST = listed(
    "Mira Jonas Elif Tomas Greta Pavel Signe Ravi Noor Lukas Aiko Bruno Carla Dario Edith Farah Gustav Hanna Igor Jana Kofi Lena "
    "Marek Nadia Olaf Petra Quinn Runa Stefan Tilda Umar Vito Wanda Yusuf Zita Arne Birte Cosmo Dunja Ewan"
)
LAST_A = listed(
    "Kest Brandt Holm Vester Lind Marsh Tolle Quist Arend Falk Gruber Hale Ives Jansen Korb Lund Moor Nyman Orr Pohl"
)
LAST_B = listed("er sen ley ton man ick ova ini ado berg well stad")
STREETS = listed(
    "Hazel Mill Station Harbour Linden Church Garden North Bridge Castle Forest Meadow Quarry Tannery Weaver Chapel"
)
KINDS = ("Lane", "Street", "Road", "Avenue", "Way", "Close")
TOWNS = listed(
    "Brookton Varnau Eskildby Lunden Tarnow Melby Ostrava Kirkwall Selby Hoven Norden Ribe Skagen Dorsten Lemgo Aldgate"
)
HOSTS = listed("example.com example.org example.net mail.example post.example kest.example inbox.example home.example")

STATUSES = ("packed", "shipped", "waiting for stock", "delivered", "paid", "in work")
PLACES = ("the depot", "the van", "customs", "the sorting centre", "the post office")
FOREVER = ("not found", "unknown number", "account locked", "already closed", "not allowed")
PASSING = ("timeout", "service busy", "try again")


def part(items: Sequence[Any], held_out: bool) -> Sequence[Any]:
    """The wordings that a set may use: training without the last fifth."""
    return items if held_out else items[: len(items) - max(1, len(items) // 5)]


@dataclass
class Desk:
    """Draws wordings and values for one set; values that another set has used are never drawn."""

    rng: random.Random
    held_out: bool
    taken: set[str]
    used: set[str] = field(default_factory=set)

    def new(self, make: Callable[[], str]) -> str:
        """A value that the other set does not have."""
        while (value := make()) in self.taken:
            pass
        self.used.add(value)
        return value

    def pick(self, items: Sequence[Any]) -> Any:
        return self.rng.choice(part(items, self.held_out))

    def aside(self) -> str:
        """A sentence beside the point, or none: one message in seven has one."""
        return self.pick(AFTER) if self.rng.random() < 0.15 else ""

    def digits(self, low: int, high: int) -> str:
        return str(self.rng.randint(1, 9)) + "".join(
            self.rng.choice("0123456789") for _ in range(self.rng.randint(low, high) - 1)
        )

    def last_name(self) -> str:
        return self.rng.choice(LAST_A) + self.rng.choice(LAST_B)

    def value(self, key: str) -> str:
        """A value for a tool parameter."""
        rng = self.rng
        makers: dict[str, Callable[[], str]] = {
            "order_id": lambda: rng.choice(("", "A-", "B-", "N-", "R-")) + self.digits(4, 5),
            "subscription_id": lambda: rng.choice(("S-", "P-", "")) + self.digits(4, 5),
            "tracking_number": lambda: rng.choice(("PX", "TR", "DK", "NL")) + self.digits(4, 6),
            "serial_number": lambda: rng.choice(("SN-", "K-", "HV-", "X")) + self.digits(4, 5),
            "email": lambda: (
                rng.choice(FIRST).lower()
                + rng.choice((".", "_"))
                + rng.choice((rng.choice(LAST_A).lower(), self.digits(2, 2)))
                + "@"
                + rng.choice(HOSTS)
            ),
            "address": lambda: f"{rng.randint(1, 180)} {rng.choice(STREETS)} {rng.choice(KINDS)}, {rng.choice(TOWNS)}",
            "problem": self.fault,
        }
        return self.new(makers[key])

    def fault(self) -> str:
        rng = self.rng
        return rng.choice(
            (
                f"the {rng.choice(PARTS)} is {rng.choice(FAULTS)}",
                f"the {rng.choice(PRODUCTS)} is {rng.choice(FAULTS)}",
                f"the {rng.choice(PRODUCTS)} came {rng.choice(FAULTS)}",
                f"the {rng.choice(PARTS)} came {rng.choice(FAULTS)}",
            )
        )

    def colour(self) -> dict[str, str]:
        """Names and things that make a message its own."""
        rng = self.rng
        return {
            "name": f"{rng.choice(FIRST)} {self.last_name()}",
            "product": rng.choice(PRODUCTS),
            "relative": rng.choice(RELATIVES),
            "when": rng.choice(WHEN),
            "soon": rng.choice(SOON),
            "town": rng.choice(TOWNS),
            "year": str(rng.randint(2009, 2025)),
        }

    def tools(self, *needed: str, without: str = "") -> list[Record]:
        """Two or three tools in any order, the needed ones among them."""
        others = [name for name in TOOLS if name not in needed and name != without]
        names = [*needed, *self.rng.sample(others, max(0, self.rng.choice((2, 3, 3)) - len(needed)))]
        self.rng.shuffle(names)
        return [schema(name) for name in names]

    def say(self, ask: str, values: dict[str, str]) -> str:
        """A user message around what is asked."""
        words = {**self.colour(), **values}
        ask = ask.format(**words)
        sentence = self.pick(FRAMES).format(ask=ask, Ask=ask[0].upper() + ask[1:])
        greeting = self.pick(GREETINGS)
        if greeting and not greeting.endswith(". "):
            sentence = sentence if sentence.startswith("I ") else sentence[0].lower() + sentence[1:]
        draw = self.rng.random()
        before = self.pick(BEFORE) if draw < 0.15 and not greeting else ""
        after = self.pick(AFTER) if 0.2 < draw < 0.35 else ""
        if after and sentence[-1] not in ".?":
            sentence += "."
        return (greeting + before).format(**words) + sentence + after.format(**words)


def schema(name: str) -> Record:
    """A tool in the OpenAI format."""
    description, parameters = TOOLS[name]
    properties = {key: {"type": kind} for key, kind in parameters.items()}
    function: Record = {"name": name, "description": description}
    function["parameters"] = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": function}


def call(number: int, name: str, arguments: dict[str, str]) -> Message:
    """An assistant message that calls one tool."""
    function = {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": f"call_{number}", "type": "function", "function": function}],
    }


def result(number: int, name: str, content: dict[str, Any]) -> Message:
    """A tool message."""
    return {"role": "tool", "tool_call_id": f"call_{number}", "name": name, "content": json.dumps(content)}


def say(content: str) -> Message:
    return {"role": "assistant", "content": content}


def outcome(desk: Desk, name: str, values: dict[str, str]) -> tuple[dict[str, Any], str]:
    """What a tool returns when it works, and the answer to the user."""
    rng = desk.rng
    if name == "lookup_order":
        status = rng.choice(STATUSES)
        return {"status": status}, f"Order {values['order_id']} is {status}."
    if name == "track_parcel":
        place, day = rng.choice(PLACES), rng.randint(1, 28)
        return {"place": place, "due": f"2026-05-{day:02d}"}, f"The parcel is at {place} and due on 2026-05-{day:02d}."
    if name == "check_warranty":
        until = f"{rng.randint(2026, 2031)}-{rng.randint(1, 12):02d}-01"
        return {"covered": True, "until": until}, f"Yes, {values['serial_number']} is covered until {until}."
    if name == "open_ticket":
        ticket = "T-" + desk.digits(4, 4)
        return {"ticket": ticket}, f"I opened ticket {ticket}. We will write to {values['email']}."
    if name == "refund_order":
        euros = f"{rng.randint(5, 300)}.{rng.randint(0, 99):02d}"
        return {"refunded": euros}, f"Done. {euros} euros for order {values['order_id']} are on the way."
    if name == "reset_password":
        return {"sent": True}, f"A link for a new password was sent to {values['email']}."
    if name == "cancel_subscription":
        return {"ends": "2026-06-30"}, f"Subscription {values['subscription_id']} ends on 2026-06-30."
    return {"changed": True}, f"Order {values['order_id']} now goes to {values['address']}."


def arguments_for(desk: Desk, name: str) -> dict[str, str]:
    return {key: desk.value(key) for key in TOOLS[name][1]}


def single_call(desk: Desk) -> Record:
    """A request and its call; every other record goes on to the answer."""
    name = desk.rng.choice(list(TOOLS))
    values = arguments_for(desk, name)
    messages = [user(desk.say(desk.pick(ASKS[name]), values)), call(1, name, values)]
    if desk.rng.random() < 0.4:
        content, answer = outcome(desk, name, values)
        messages += [result(1, name, content), say(answer)]
    return record(messages, desk.tools(name))


def user(content: str) -> Message:
    return {"role": "user", "content": content}


def no_tool(desk: Desk) -> Record:
    """A question, thanks, or a request that lacks what the tool needs: answered in words."""
    words, draw = desk.colour(), desk.rng.random()
    if draw < 0.55:
        questions, answers = desk.rng.choice(ANSWERED)
        question = desk.pick(questions).format(**words)
        opening = desk.pick(GREETINGS).format(**words)
        text = opening + (question if opening.endswith(", ") else question[0].upper() + question[1:]) + "?"
        text += desk.aside().format(**words)
        return record([user(text), say(desk.rng.choice(answers).format(**words))], desk.tools())
    if draw < 0.75:
        texts, answers = desk.rng.choice(THANKS)
        text = desk.pick(texts).format(**words) + desk.aside().format(**words)
        return record([user(text), say(desk.rng.choice(answers).format(**words))], desk.tools())
    name, texts, answers = desk.rng.choice(MISSING)
    text = desk.pick(texts).format(**words)
    mark = "?" if text.split()[0] in ("where", "what", "has", "is", "does", "how") else "."
    text = desk.pick(("", "", "Hello, ", "Good morning, ")) + text + mark + desk.aside().format(**words)
    return record([user(text[0].upper() + text[1:]), say(desk.rng.choice(answers).format(**words))], desk.tools(name))


def failing(desk: Desk) -> Record:
    """A tool fails: after a passing fault the assistant tries again, otherwise it says so."""
    name = desk.rng.choice(list(TOOLS))
    values = arguments_for(desk, name)
    messages = [user(desk.say(desk.pick(ASKS[name]), values)), call(1, name, values)]
    if desk.rng.random() < 0.4:
        content, answer = outcome(desk, name, values)
        messages += [result(1, name, {"error": desk.rng.choice(PASSING)}), call(2, name, values)]
        messages += [result(2, name, content), say(answer)]
    else:
        error = desk.rng.choice(FOREVER)
        messages += [
            result(1, name, {"error": error}),
            say(f"Sorry, that did not work: {error}. Please check {next(iter(values.values()))}."),
        ]
    return record(messages, desk.tools(name))


def steps(desk: Desk) -> Record:
    """Two calls, the second after the first one's result."""
    first, second, asks = desk.rng.choice(STEPS)
    values = arguments_for(desk, first)
    later = {key: values[key] if key in values else desk.value(key) for key in TOOLS[second][1]}
    content, _ = outcome(desk, first, values)
    if second == "track_parcel":
        content = {"status": "shipped", "tracking_number": later["tracking_number"]}
    last, answer = outcome(desk, second, later)
    messages = [user(desk.say(desk.pick(asks), {**values, **later})), call(1, first, values), result(1, first, content)]
    messages += [call(2, second, later), result(2, second, last), say(answer)]
    return record(messages, desk.tools(first, second))


def record(messages: list[Message], tools: list[Record]) -> Record:
    return {"messages": [{"role": "system", "content": SYSTEM}, *messages], "tools": tools}


MAKERS: dict[str, Callable[[Desk], Record]] = {
    "call": single_call,
    "no-tool": no_tool,
    "failing": failing,
    "steps": steps,
}


def grams(one: Record) -> frozenset[tuple[str, ...]]:
    """Word 3-grams of what user and assistant say."""
    texts = [m["content"] for m in one["messages"] if m["role"] in ("user", "assistant") and m["content"]]
    words = " ".join(texts).lower().split()
    return frozenset(zip(words, words[1:], words[2:], strict=False)) or frozenset([tuple(words)])


def make_set(desk: Desk, count: int, known: list[frozenset[tuple[str, ...]]]) -> list[Record]:
    """`count` records in the shares of SHARES, none a near duplicate of another or of `known` (which grows)."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(round(count * share / 100))]
    desk.rng.shuffle(kinds)
    made: list[Record] = []
    for kind in kinds:
        while True:
            one = MAKERS[kind](desk)
            own = grams(one)
            if all(len(own & other) / len(own | other) < MAX_JACCARD for other in known):
                break
        known.append(own)
        made.append(one)
    return made


def generate(seed: int = SEED, train: int = TRAIN, held_out: int = HELD_OUT) -> tuple[list[Record], list[Record]]:
    """Training and held-out records."""
    known: list[frozenset[tuple[str, ...]]] = []
    first = Desk(random.Random(seed), held_out=True, taken=set())
    test = make_set(first, held_out, known)
    second = Desk(random.Random(seed + 1), held_out=False, taken=first.used)
    return make_set(second, train, known), test


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Make the records of the support-desk example.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for name, records in zip(("train", "held_out"), generate(given.seed), strict=True):
        lines = [json.dumps(one, ensure_ascii=False) for one in records]
        (given.out / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{given.out / name}.jsonl: {len(records)} records")


if __name__ == "__main__":
    main()
