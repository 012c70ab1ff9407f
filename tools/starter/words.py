"""Words, names, numbers and codes that the starter's texts are made of.

Owns: made-up words (syllables), digit strings, mails, dates, and the fixed word lists. Passages are made of them in
`text.py`, tools and dialogues in `tools.py` and `dialogues.py`. Half of all names and codes are made up, so that a
model can only get them right by copying; it is copying, not remembering, that carries over to a user's own order
numbers and names.
"""

from __future__ import annotations

import random


def listed(text: str) -> list[str]:
    """The words of a text, as a list."""
    return text.split()


ONSETS = listed("b br c ch cl d dr f fl g gr h j k kl l m n p pr qu r s sh sk sl st t th tr v w z")
NUCLEI = listed("a e i o u ai ea ee ia io oo ou")
CODAS = ["", "", "", "n", "r", "l", "s", "t", "m", "nd", "rk", "x"]
WIDE_ONSETS = listed("""
    b bl br c ch cl cr d dr f fl fr g gl gr h j k kn kr l m n p ph pl pr qu r s sc scr sch sh shr sl sm sn sp spr st str sw t th
    thr tr tw v w wh wr y z
""")
WIDE_ONSETS += [""] * 4
WIDE_NUCLEI = listed("a a a e e e i i i o o o u u y ai au ay ea ee ei eu ie oa oi oo ou ow ue")
WIDE_CODAS = listed(
    "b ck d dge f ff ft g ght l ld lk ll lm lt m mp n nce nch nd ng nk nn nt p pp r rd rg rk rm rn rt s sh ss st t tch th tt x z"
)
SUFFIXES = (
    listed(
        "ed ing er ery ly ty by sen son ton ley well man berg land ford ova ini ado field wick burg ish est able less"
    )
    + [""] * 24
)
"""The wider inventory reaches nearly every run of letters that English and its names are made of; a piece that training has never
copied comes out wrong."""

NOUNS = listed("""
    garden planet recipe song library museum bridge river castle train tram ferry harbour market bakery orchard
    forest meadow island mountain valley lighthouse telescope comet star rocket robot engine lamp clock piano
    violin drum choir concert theatre actor film poem novel essay lecture lesson exam school teacher class team
    match league player coach race horse rabbit kitten puppy parrot turtle dolphin whale fox wolf bear bee hive
    apple pear plum cherry lemon bread cheese soup cake salad kettle oven fridge window door roof wall fence
    gate tower tunnel road street square park playground swing boat canoe sail anchor map compass tent lantern
    rope ladder hammer nail saw brick paint brush canvas statue portrait coin stamp letter diary calendar
    reminder alarm timer meeting room desk chair table shelf carpet curtain pillow blanket coat scarf glove hat
    boot bicycle wagon truck bus taxi airport flight pilot runway sensor camera printer screen keyboard folder
    backup server database network branch commit build recipe sample molecule crystal mineral volcano glacier
    storm forecast tide pond well fountain greenhouse seed tulip rose daisy fern moss oak birch maple pine cabin
    hostel hall gallery archive record playlist podcast episode channel survey poll ballot quiz puzzle chess
    dice card trophy medal budget invoice loan rent salary tax grant patient clinic vaccine doctor nurse dentist
    recipe diet workout pool gym yoga marathon
""")
NOUNS = list(dict.fromkeys(NOUNS))

EVERYDAY = listed("""
    order parcel refund password ticket subscription address warranty account customer delivery product support status serial
    tracking shipping voucher bill package profile login phone contract member bank plan receipt store stock item cart gift
    visit report request complaint message call chat file document office job task project note link page site photo video
    music game event seat key bag box bottle cup plate shirt shoe jacket watch ring book paper pen pencil machine part device
    battery cable light pump filter gear wheel brake mirror towel soap brush comb spoon fork knife bowl pan pot jar flour sugar
    salt pepper rice bean corn leaf root branch stone sand river lake coast
""")
"""Nouns of daily life; with the verbs of SERVICE they would sound like a help desk, and are never put together."""
SERVICE = listed("find fetch show check update change cancel open track lookup return reset send")

VERBS: dict[str, tuple[str, ...]] = {
    "find": ("find", "search for", "look for"),
    "fetch": ("fetch", "get", "bring up"),
    "show": ("show me", "show", "display"),
    "check": ("check", "verify", "have a look at"),
    "book": ("book", "reserve"),
    "rename": ("rename", "give a new name to"),
    "move": ("move", "shift"),
    "copy": ("copy", "duplicate"),
    "remove": ("remove", "delete", "take away"),
    "create": ("create", "make", "set up"),
    "update": ("update", "change", "edit"),
    "change": ("change", "alter", "update"),
    "cancel": ("cancel", "stop", "call off"),
    "open": ("open", "start"),
    "close": ("close", "shut"),
    "send": ("send", "forward"),
    "track": ("track", "follow", "trace"),
    "count": ("count", "tally"),
    "measure": ("measure", "gauge"),
    "paint": ("paint", "colour"),
    "repair": ("repair", "fix", "mend"),
    "clean": ("clean", "tidy"),
    "rate": ("rate", "score"),
    "share": ("share", "pass on"),
    "lock": ("lock", "secure"),
    "reset": ("reset", "restart"),
    "pause": ("pause", "hold"),
    "resume": ("resume", "continue"),
    "compare": ("compare", "contrast"),
    "sort": ("sort", "arrange"),
    "print": ("print", "print out"),
    "plan": ("plan", "prepare"),
    "weigh": ("weigh", "balance"),
    "feed": ("feed", "give food to"),
    "water": ("water", "sprinkle"),
    "sell": ("sell", "trade"),
    "rent": ("rent", "hire"),
    "lookup": ("look up", "find", "get"),
    "schedule": ("schedule", "plan in"),
    "return": ("return", "give back", "send back"),
}

COLOURS = listed("red blue green yellow white black brown grey purple orange pink silver golden")
ADJECTIVES = listed("""
    old new small large bright dark quiet noisy warm cold wet dry soft hard heavy light fast slow clean dirty
    open closed empty full broken ready late early happy sad tired brave gentle clever plain strange pretty
    round flat long short cracked missing loose bent torn rusty stuck damaged melted scratched faulty wrong
""")
STATES = listed(
    "ready open closed waiting done active paused moving stored sold full empty broken late booked shipped packed"
)
PLACES = listed(
    "kitchen cellar attic yard barn shop office station harbour market square park museum library school hall"
)
FIRST = listed("""
    Anna Ben Clara David Emma Felix Grace Henry Ida Jack Karin Leo Maria Nora Oscar Paula Robin Sara Tom Vera
    Will Zoe Adam Bella Carl Diana Erik Fiona George Helen Ivan Julia Kurt Laura Max Nina Otto Peter Rosa Simon
    Tina Uwe Victor
""")
STREETS = ["Street", "Road", "Lane", "Avenue", "Way", "Square", "Hill", "Close"]
DOMAINS = ["example", "mail", "post", "home", "web", "inbox", "box"]
ENDINGS = ["com", "org", "net", "example", "io"]


def syllable(rng: random.Random) -> str:
    """One pronounceable syllable."""
    return rng.choice(ONSETS) + rng.choice(NUCLEI) + rng.choice(CODAS)


def wide_syllable(rng: random.Random) -> str:
    """One syllable of the wider inventory, every other one open."""
    coda = rng.choice(WIDE_CODAS) if rng.random() < 0.5 else ""
    return rng.choice(WIDE_ONSETS) + rng.choice(WIDE_NUCLEI) + coda


def made_up(rng: random.Random) -> str:
    """A made-up word of one to three syllables, in small letters."""
    if rng.random() < 0.5:
        return "".join(syllable(rng) for _ in range(rng.choice((1, 2, 2, 2, 3))))
    return "".join(wide_syllable(rng) for _ in range(rng.choice((1, 1, 2, 2, 3)))) + rng.choice(SUFFIXES)


def name(rng: random.Random) -> str:
    """A first name or a made-up proper noun."""
    return rng.choice(FIRST) if rng.random() < 0.4 else made_up(rng).capitalize()


def person(rng: random.Random) -> str:
    """First and last name."""
    return f"{name(rng)} {made_up(rng).capitalize()}"


def digits(rng: random.Random, low: int = 3, high: int = 8) -> str:
    """A digit string of `low` to `high` digits, first digit not zero."""
    return str(rng.randint(1, 9)) + "".join(rng.choice("0123456789") for _ in range(rng.randint(low, high) - 1))


def code(rng: random.Random) -> str:
    """Letters and digits, such as K-20417, QX-8821, TR4410 or 88-1204."""
    letters = "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(rng.choice((1, 1, 2, 2, 3))))
    return letters + rng.choice(("-", "-", "-", "")) + digits(rng, 3, 8)


def mail(rng: random.Random) -> str:
    """A mail address."""
    first = rng.choice(FIRST).lower() if rng.random() < 0.5 else made_up(rng)
    local = first + rng.choice((".", "_", "")) + rng.choice((made_up(rng), digits(rng, 1, 3)))
    return f"{local}@{rng.choice((made_up(rng), rng.choice(DOMAINS)))}.{rng.choice(ENDINGS)}"


def date(rng: random.Random) -> str:
    """A date, mostly as 2026-03-14."""
    return f"{rng.randint(2019, 2031)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def amount(rng: random.Random) -> str:
    """An amount of money or a weight, with two decimals."""
    return f"{rng.randint(1, 999)}.{rng.randint(0, 99):02d}"


def street_address(rng: random.Random) -> str:
    """House number, street and town."""
    return f"{rng.randint(1, 250)} {made_up(rng).capitalize()} {rng.choice(STREETS)}, {made_up(rng).capitalize()}"


def phrase(rng: random.Random) -> str:
    """A short free phrase of two to seven words, such as `the old kettle leaks`."""
    thing = rng.choice(NOUNS) if rng.random() < 0.7 else made_up(rng)
    how = rng.choice(ADJECTIVES) if rng.random() < 0.6 else made_up(rng)
    return rng.choice(
        (
            f"{how} {thing}",
            f"the {thing} is {how}",
            f"the {thing} was {how} and {rng.choice(ADJECTIVES)}",
            f"a {how} {thing} on my {rng.choice(NOUNS)}",
            f"{how} {thing} {made_up(rng)}",
            f"too {how}",
            f"no {thing} in the {rng.choice(PLACES)}",
            f"{thing} and {rng.choice(NOUNS)}",
            f"my {thing} looks {how} in the {rng.choice(PLACES)}",
            f"{made_up(rng)} {thing}",
        )
    )
