"""Five hundred malformed record files: problems are told, never a traceback; nothing is written, nothing outside is read."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from support.knowledge_corpus import record_text
from tuneguild.errors import InputError
from tuneguild.knowledge_mcp import layers
from tuneguild.knowledge_mcp.checking import check_all
from tuneguild.knowledge_mcp.layers import LayerFolder, add_record, load_layers
from tuneguild.knowledge_mcp.reading import LONGEST_FILE
from tuneguild.knowledge_mcp.records import FOLDERS

FILES = 500
SECRET = "a secret of another folder"
KINDS = {kind: folder for folder, kind in FOLDERS.items()}
ODD = (
    "!!python/object/apply:os.system ['touch pwned']", "!!timestamp 2020", "2020-13-45", ".nan", ".inf", "-.inf", "1e999",
    "9" * 5000, "0x" + "f" * 400, "[" * 400, "{a: " * 400, "&a [*a, *a]", "*nowhere", "<<: {id: x}", "? [a, b] : c",
    "!!binary aGk=", "!!set {a, b}", "~", "null", "''", "true", "2020-01-01", "12:30:45", "\t", "|\n", "@", "`", "%",
    "\x00", "\x1b[31m", "\u202e", "\ud7ff", "{}", "[]", "[[]]", "- -", "'", '"', "---", "...", "\ufeff", "run:x",
    "../../etc/passwd", "lora", "1_000",
)  # fmt: skip
BOMB = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9) if n else 'lol'}]\n" for n in range(12))


def cut(rng: random.Random, text: str) -> str:
    return text[: rng.randrange(len(text))]


def doubled(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    place = rng.randrange(len(lines))
    return "\n".join(lines[:place] + lines[place : place + rng.randrange(1, 9)] * 2 + lines[place:])


def dropped(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    place = rng.randrange(len(lines))
    return "\n".join(lines[:place] + lines[place + rng.randrange(1, 5) :])


def odd_value(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    keys = [place for place, line in enumerate(lines) if ": " in line and not line.startswith(("When", " "))]
    place = rng.choice(keys)
    lines[place] = f"{lines[place].partition(':')[0]}: {rng.choice(ODD)}"
    return "\n".join(lines)


def odd_key(rng: random.Random, text: str) -> str:
    return text.replace("confidence:", f"{rng.choice(ODD)}: {rng.choice(ODD)}\nconfidence:", 1)


def bomb(rng: random.Random, text: str) -> str:
    return text.replace("confidence:", f"{BOMB}confidence:", 1)


def noise(rng: random.Random, text: str) -> str:
    letters = list(text)
    for _ in range(rng.randrange(1, 60)):
        letters[rng.randrange(len(letters))] = chr(
            rng.choice((rng.randrange(32), rng.randrange(128), rng.randrange(0xD7FF)))
        )
    return "".join(letters)


def huge(rng: random.Random, text: str) -> str:
    return text + rng.choice(("x", "## Problem\n", "a: b\n")) * (LONGEST_FILE + rng.randrange(1000))


def many_problems(rng: random.Random, text: str) -> str:
    keys = "".join(f"key{number}: {rng.choice(ODD[3:6])}\n" for number in range(rng.choice((400, 4000))))
    return text.replace("confidence:", f"{keys}confidence:", 1)


def headings(rng: random.Random, text: str) -> str:
    return text + "\n## " * rng.randrange(1, 3000)


BREAK: tuple[Callable[[random.Random, str], str], ...] = (
    cut, doubled, dropped, odd_value, odd_value, odd_key, bomb, noise, noise, huge, many_problems, headings,
)  # fmt: skip


def malformed(rng: random.Random, number: int) -> tuple[str, bytes]:
    """(kind, bytes) of a file that began as a good record."""
    kind = rng.choice(sorted(KINDS))
    text = record_text(
        f"fuzzed-{number}", kind, text="Some words. " * 10, extra="related: []\nnumbers: {}\napplies_to: {}\n"
    )
    # Each of the first files is broken in one way, so that none is missed; later ones in several at once.
    for breaks in [BREAK[number % len(BREAK)], *rng.choices(BREAK, k=rng.randrange(3) * (number >= len(BREAK)))]:
        text = breaks(rng, text) or " "
    raw = text.encode("utf-8", "surrogatepass")
    if rng.random() < 0.1:
        place = rng.randrange(len(raw))
        raw = raw[:place] + rng.randbytes(rng.randrange(1, 40)) + raw[place:]
    return kind, raw


def write_files(layer: Path, outside: Path) -> None:
    """The malformed files, and links and pipes among them."""
    rng = random.Random(20261121)
    outside.mkdir()
    (outside / "secret.md").write_text(record_text("secret", text=SECRET))
    for kind, folder in KINDS.items():
        (layer / folder).mkdir(parents=True)
        (layer / folder / f"linked-{kind}.md").symlink_to(outside / "secret.md")
        (layer / folder / f"folder-{kind}.md").mkdir()
    (layer / "patterns" / "away").symlink_to(outside)
    (layer / "patterns" / "round").symlink_to(layer)
    (layer / "patterns" / "nowhere.md").symlink_to(outside / "nothing.md")
    os.mkfifo(layer / "patterns" / "pipe.md")
    for number in range(FILES):
        kind, raw = malformed(rng, number)
        (layer / KINDS[kind] / f"fuzzed-{number}.md").write_bytes(raw)


def everything(folder: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_size for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("fuzz")
    write_files(root / "layer", root / "outside")
    return root


def test_malformed_files_are_told_and_nothing_is_written_or_read_outside(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(world)
    monkeypatch.chdir(world)
    records, problems = check_all([world / "layer"])
    assert everything(world) == before
    told = {Path(problem.file).stem for problem in problems}
    # A few breakings leave a record that is in order, such as a doubled empty line.
    fine = {record.id for record in records}
    assert {f"fuzzed-{number}" for number in range(FILES)} - told - fine == set()
    assert len(told) >= 0.85 * FILES
    assert {"linked-pattern", "away", "round", "nowhere", "pipe"} <= told
    assert SECRET not in "".join(map(str, problems)) + "".join(record.text for record in records)
    assert all(problem.what and len(str(problem)) < 1000 + len(problem.file) for problem in problems)
    assert all(str(problem).replace("\n", " ").isprintable() for problem in problems)


def test_a_layer_of_malformed_files_leaves_the_shipped_corpus_served(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = load_layers([LayerFolder("built-in", layers.CORPUS.parent / "none"), LayerFolder("user", world / "layer")])
    assert len(loaded.note) < 3000
    assert all(record.layer == "user" for record in loaded.records)


def test_none_of_the_malformed_texts_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "CORPUS", tmp_path / "corpus")
    rng, added = random.Random(20261121), set()
    for number in range(FILES):
        _, raw = malformed(rng, number)
        try:
            added.add(add_record(raw.decode("utf-8", "surrogateescape"), tmp_path / "layer", replace=True))
        except InputError as refused:
            assert refused.problems
    # What was taken is a record in order, and lies where its id says.
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == added
    assert check_all([tmp_path / "layer"])[1] == []
