"""Persona files: who judges. Reads one file or whole folders, in any of four formats, and tells everything that is wrong at once.

The formats are in `persona_formats.py`; what is judged, and when, stands in step files (`steps/loader.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..errors import PersonaError, Problem
from .persona_formats import read_fields
from .persona_text import Source, read_text, split

IGNORED = ("readme.md",)
"""Markdown files in a persona folder that are no personas."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Handoff(_Frozen):
    """What a persona passes on."""

    to: str = ""
    """Who goes on with the work."""
    context: str = ""
    """What the next one needs to know."""
    key_decisions: str = ""
    """Decisions that the next one builds on."""


class Persona(_Frozen):
    """A persona, whatever format it was written in. Parts that a format does not have are empty."""

    id: str
    """Name by which step files call the persona."""
    name: str
    title: str = ""
    icon: str = ""
    """One pictogram; one that was garbled by a wrong encoding is repaired."""
    description: str = ""
    type: str = ""
    workflow: str = ""
    referenced_by: str = ""
    """The step file that calls the persona."""
    role: str
    """What the persona does, in a sentence."""
    identity: str = ""
    communication_style: str = ""
    principles: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    instructions: tuple[str, ...] = ()
    """What to do when called, in order."""
    outputs: tuple[str, ...] = ()
    handoff: Handoff = Handoff()
    when_to_use: tuple[str, ...] = ()
    when_not_to_use: tuple[str, ...] = ()
    grounding: tuple[tuple[str, str], ...] = ()
    """(tool of the knowledge server, topic)."""
    tools: tuple[str, ...] = ()
    model_settings: dict[str, Any] = Field(default_factory=dict)
    max_iterations: int | None = None
    tool_format: str = ""
    sections: dict[str, str] = Field(default_factory=dict)
    """Title -> text, for the free-form formats, whose fields hold only a part of what they say."""
    format: Literal["xml", "xml-file", "markdown", "toml"]
    body: str = ""
    """Everything after the frontmatter, as written."""
    path: Path


def load_persona(path: Path, root: Path | None = None) -> Persona:
    """Read one persona file.

    Args:
        path: the file.
        root: folder that a separate XML definition must lie in; the file's own folder by default.

    Raises:
        PersonaError: with every problem of the file.
    """
    persona, problems = read_persona(path, root)
    if persona is None or problems:
        raise PersonaError(f"{path} has {_count(problems)}", problems)
    return persona


def load_personas(*folders: Path) -> dict[str, Persona]:
    """Read the personas of folders; a later folder adds to the earlier ones and replaces personas of the same id.

    Raises:
        PersonaError: with every problem of every file.
    """
    personas: dict[str, Persona] = {}
    problems: list[Problem] = []
    for folder in folders:
        found, faults = check_paths([folder])
        personas |= {persona.id: persona for persona in found}
        problems += faults
    if problems:
        raise PersonaError(f"the personas have {_count(problems)}", problems)
    return personas


def check_paths(paths: Iterable[Path]) -> tuple[list[Persona], list[Problem]]:
    """Read files and folders; returns the personas that could be read and all problems, among them ids that stand twice."""
    personas: list[Persona] = []
    problems: list[Problem] = []
    first: dict[str, Path] = {}
    for path, root in _files(paths, problems):
        persona, faults = read_persona(path, root)
        problems += faults
        if persona is None:
            continue
        if persona.id in first:
            expected = f"another id than in {first[persona.id]}"
            problems.append(Problem(str(path), "the id stands twice", found=persona.id, expected=expected))
        first.setdefault(persona.id, path)
        personas.append(persona)
    return personas, problems


def read_persona(path: Path, root: Path | None = None) -> tuple[Persona | None, list[Problem]]:
    """Read one file; returns the persona, None where too little could be read, and the problems."""
    source = Source(path)
    text = read_text(path, source)
    if text is None:
        return None, source.problems
    split(text, source)
    fields = read_fields(source, root or path.parent)
    # A definition with gaps makes no persona, even where pydantic would take the empty text.
    if fields is None or source.problems:
        return None, source.problems
    return Persona(**fields, body=source.body.strip(), path=path), []


def _files(paths: Iterable[Path], problems: list[Problem]) -> list[tuple[Path, Path]]:
    """(file, root for its XML) of all that `paths` name."""
    files: list[tuple[Path, Path]] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.glob("*.md") if file.name.lower() not in IGNORED)
            files += [(file, path) for file in inside]
            if not inside:
                problems.append(Problem(str(path), "no persona files", expected="files that end in .md"))
        elif path.is_file():
            files.append((path, path.parent))
        else:
            problems.append(Problem(str(path), "no such file or folder"))
    return files


def _count(problems: list[Problem]) -> str:
    return "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
