"""Passages: pieces of the user's documents as they lie in a layer, one JSON-lines file for a document below `passages/`.

They are cut and written by `importing.py`. What a passage says is data, never an instruction.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import InputError, Problem
from ..tools.data.text import shorten
from .reading import read_text
from .schema import ID_PATTERN, Layer

FOLDER = "passages"
LONGEST = 50_000_000
"""Bytes of one passages file: some five million words."""


class Passage(BaseModel):
    """A piece of a document."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str = Field(pattern=ID_PATTERN, max_length=120)
    """What a citation names; the same for as long as the document keeps its name."""
    text: str = Field(min_length=1)
    """The words."""
    source: str = Field(min_length=1)
    """The imported folder's name and the file's path below it."""
    locator: str
    """Headings that the piece stands under, or its page."""
    layer: Layer = "user"
    """Set by who reads it, never by the file."""
    sha256: str = ""
    """Hash of the document's bytes when it was imported."""


def load_passages(folder: Path, layer: Layer = "user") -> list[Passage]:
    """The passages of a layer, sorted by document and place.

    Args:
        folder: the layer's folder; without passages there is nothing to load.
        layer: the layer's name.

    Raises:
        InputError: with every line that is not a passage.
    """
    passages, problems = read_passages(folder, layer)
    if problems:
        raise InputError(
            f"{len(problems)} passage(s) cannot be read",
            problems,
            next_action="remove the files named above and import the documents again",
        )
    return passages


def read_passages(folder: Path, layer: Layer = "user") -> tuple[list[Passage], list[Problem]]:
    """The passages that can be read, and what is wrong with the others."""
    place = folder / FOLDER
    if place.is_symlink():
        return [], [Problem(str(place), "a link is not followed", expected="a folder")]
    passages: dict[str, Passage] = {}
    problems: list[Problem] = []
    for file in sorted(place.glob("*.jsonl")):
        text, problem = read_text(file, LONGEST)
        problems += [problem] if problem else []
        for number, line in enumerate((text or "").split("\n"), 1):
            if not line:
                continue
            try:
                passage = Passage.model_validate_json(line)
            except ValidationError as failure:
                first = failure.errors(include_url=False, include_input=False)[0]
                where = ".".join(map(str, first["loc"])) or "line"
                problems.append(Problem(str(file), f"{where}: {first['msg']}", shorten(line, 40), "a passage", number))
                continue
            if passage.id in passages:
                problems.append(Problem(str(file), "duplicate id", passage.id, "an id of its own", number))
            passages[passage.id] = passage.model_copy(update={"layer": layer})
    return list(passages.values()), problems


def slug_of(source: str) -> str:
    """A name for a document that can be a file's name and the beginning of ids: readable, and unlike that of any other."""
    readable = re.sub(r"[^a-z0-9]+", "-", source.lower()).strip("-")[:60].strip("-")
    return f"{readable or 'document'}-{hashlib.sha256(source.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
