"""The knowledge record: its strict model and the loader that tells every problem at once.

A record is one markdown file, `corpus/<folder>/<id>.md`: YAML frontmatter (the fields of `Record`) and a body with the sections
of its kind. Searching belongs to `store.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import InputError, Problem
from ..settings import CORPUS, line_of_key

Kind = Literal["pattern", "decision", "warning", "methodology"]

FOLDERS: dict[str, Kind] = {
    "patterns": "pattern",
    "decisions": "decision",
    "warnings": "warning",
    "methodologies": "methodology",
}
"""Folder name -> kind of the records in it."""

SECTIONS: dict[str, tuple[str, ...]] = {
    "pattern": ("Problem", "Solution", "Trade-offs"),
    "decision": ("Question", "Options", "Recommendation"),
    "warning": ("Symptoms", "Consequences", "Prevention", "Detection"),
    "methodology": ("When", "Steps", "Checks"),
}
"""Kind -> the headings of its body, in order."""

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Number(_Strict):
    """A figure that a policy may use as it stands."""

    value: float | int
    """The figure."""
    unit: str = Field(min_length=1)
    """What it counts ("records", "share", "words")."""
    basis: Literal["source", "ours"] = "source"
    """Whether a named source gives the figure, or it is an engineering choice of this project (the body says which)."""


class Source(_Strict):
    """Where a claim can be read."""

    title: str = Field(min_length=1)
    """Title of the paper, book or page."""
    authors: str = Field(min_length=1)
    """Authors, short form."""
    year: int = Field(ge=1900, le=2100)
    """Year of publication, or of the version that was read."""
    locator: str = Field(min_length=1)
    """Where in the source the claim stands (section, appendix, abstract)."""
    url: str = Field(pattern=r"^https?://")
    """Address."""

    def cite(self) -> str:
        """One line: authors, year, title, place and address."""
        return f"{self.authors} ({self.year}). {self.title}: {self.locator}. {self.url}"


class AppliesTo(_Strict):
    """Where the record holds; an empty list means everywhere."""

    methods: list[str] = []
    """Training methods ("lora", "qlora", "sft")."""
    tasks: list[str] = []
    """Kinds of task ("function-calling", "agents")."""


class Record(_Strict):
    """One piece of knowledge with its sources."""

    id: str = Field(pattern=ID_PATTERN)
    """Equal to the file's stem; what a decision cites."""
    kind: Kind
    """Must agree with the folder."""
    title: str = Field(min_length=1, max_length=100)
    """One line, the record's claim or subject."""
    topics: list[str] = Field(min_length=1)
    """Keywords."""
    applies_to: AppliesTo = AppliesTo()
    """Limits of validity."""
    numbers: dict[str, Number] = {}
    """Figures by name."""
    confidence: Literal["high", "medium", "low"]
    """How well the sources carry the advice."""
    sources: list[Source] = Field(min_length=1)
    """At least one."""
    related: list[str] = []
    """Ids of records on neighbouring questions."""
    contradicts: list[str] = []
    """Ids of records that say otherwise, within another scope."""
    supersedes: list[str] = []
    """Ids of records that this one replaces; those are no longer found by search."""
    reviewed: date
    """When the record was last checked against its sources."""
    text: str = Field(min_length=1)
    """The body (markdown)."""


def load_corpus(*folders: Path) -> list[Record]:
    """Read all records of the given corpus folders (default: the corpus that ships with TuneGuild), sorted by id.

    Raises:
        InputError: with every problem of every file (exit code 2).
    """
    roots = folders or (CORPUS,)
    records, problems = check_paths(roots)
    if problems:
        raise InputError(
            f"the knowledge corpus has {len(problems)} problem(s)",
            problems,
            next_action="correct the files named above; `tuneguild knowledge check` lists them again",
        )
    if not records:
        raise InputError(f"no knowledge records below {', '.join(map(str, roots))}")
    return records


def check_paths(paths: Sequence[Path], known: Iterable[str] = ()) -> tuple[list[Record], list[Problem]]:
    """Read files and folders; return the good records, sorted by id, and everything that is wrong.

    Args:
        paths: markdown files, or folders that are searched for them.
        known: ids of records elsewhere to which references may point.
    """
    problems = [
        Problem(str(path), "does not exist", expected="a file or a folder") for path in paths if not path.exists()
    ]
    files = [
        file for path in paths for file in (sorted(path.rglob("*.md")) if path.is_dir() else [path] * path.exists())
    ]
    records: dict[str, tuple[Record, Path]] = {}
    for file in files:
        record, found = read_record(file)
        problems += found
        if record is None:
            continue
        if record.id in records:
            first = records[record.id][1]
            problems.append(
                Problem(str(file), "duplicate id", found=record.id, expected=f"an id not used by {first}", line=2)
            )
            continue
        records[record.id] = (record, file)
    problems += _dead_references(records, set(known))
    return [records[id][0] for id in sorted(records)], problems


def read_record(file: Path) -> tuple[Record | None, list[Problem]]:
    """Read one file; the record is None where its frontmatter cannot be used."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return None, [Problem(str(file), "cannot be read", found=str(error), expected="UTF-8 text")]
    match = re.match(r"---\n(.*?\n)---\n", text, re.DOTALL)
    if match is None:
        return None, [
            Problem(str(file), "no frontmatter", found=repr(text[:30]), expected="a first line '---'", line=1)
        ]
    header, body = match.group(1), text[match.end() :].strip()
    raw, problems = _parse_header(file, header)
    if raw is None:
        return None, problems
    record, found = _validate(file, header, {**raw, "text": body or " "})
    problems += found
    kind = record.kind if record else raw.get("kind")
    problems += _check_sections(file, text, kind) if isinstance(kind, str) else []
    return record, problems


def _parse_header(file: Path, header: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        raw = yaml.load(header, Loader=loader)
        node = yaml.compose(header, Loader=loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else None
        what = getattr(error, "problem", None) or str(error)
        return None, [Problem(str(file), "not valid YAML", found=what, expected="key: value lines", line=line)]
    if not isinstance(raw, dict) or not isinstance(node, yaml.MappingNode):
        return None, [
            Problem(str(file), "frontmatter is not a mapping", found=type(raw).__name__, expected="keys", line=2)
        ]
    problems, seen = [], set()
    for key, _ in node.value:
        if key.value in seen:
            problems.append(Problem(str(file), "key given twice", found=key.value, line=key.start_mark.line + 2))
        seen.add(key.value)
    return raw, problems


def _validate(file: Path, header: str, raw: dict[str, Any]) -> tuple[Record | None, list[Problem]]:
    problems: list[Problem] = []
    record = None
    try:
        record = Record.model_validate(raw)
    except ValidationError as failure:
        for item in failure.errors():
            line = line_of_key(header, item["loc"])
            what = f"{'.'.join(map(str, item['loc']))}: {item['msg']}"
            found = "" if item["type"] == "missing" else repr(item["input"])[:80]
            # The frontmatter begins on the file's second line.
            problems.append(Problem(str(file), what, found=found, line=line + 1 if line else 2))
    id, kind = raw.get("id"), raw.get("kind")
    if id is not None and id != file.stem:
        line = (line_of_key(header, ("id",)) or 1) + 1
        problems.append(
            Problem(str(file), "id differs from the file name", found=str(id), expected=file.stem, line=line)
        )
    folder = FOLDERS.get(file.parent.name)
    if kind is not None and folder is not None and kind != folder:
        line = (line_of_key(header, ("kind",)) or 1) + 1
        problems.append(Problem(str(file), "kind differs from the folder", found=str(kind), expected=folder, line=line))
    return record, problems


def _check_sections(file: Path, text: str, kind: str) -> list[Problem]:
    expected = SECTIONS.get(kind)
    if expected is None:
        return []
    lines = text.split("\n")
    start = lines.index("---", 1) + 1
    found = [
        (number, line[3:].strip()) for number, line in enumerate(lines, 1) if number > start and line.startswith("## ")
    ]
    names = tuple(name for _, name in found)
    if names != expected:
        line = found[0][0] if found else start
        return [
            Problem(
                str(file),
                f"sections of a {kind}",
                found=", ".join(names) or "none",
                expected=", ".join(expected),
                line=line,
            )
        ]
    ends = [number for number, _ in found[1:]] + [len(lines) + 1]
    return [
        Problem(str(file), f"section {name} is empty", expected="at least a sentence", line=number)
        for (number, name), end in zip(found, ends, strict=True)
        if not "".join(lines[number : end - 1]).strip()
    ]


def _dead_references(records: dict[str, tuple[Record, Path]], known: set[str]) -> list[Problem]:
    problems = []
    for record, file in records.values():
        for field in ("related", "contradicts", "supersedes"):
            dead = [target for target in getattr(record, field) if target not in records and target not in known]
            problems += [
                Problem(
                    str(file),
                    f"{field}: no such record",
                    found=target,
                    expected="a record's id",
                    line=_line(file, field),
                )
                for target in dead
            ]
    return problems


def _line(file: Path, key: str) -> int | None:
    lines = file.read_text(encoding="utf-8").split("\n")
    return next((number for number, line in enumerate(lines, 1) if line.startswith(f"{key}:")), None)
