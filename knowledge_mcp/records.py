"""Knowledge records: the way in for everyone else; reads folders of records and tells every problem at once.

A record is one markdown file, `corpus/<folder>/<id>.md`: YAML frontmatter (the fields of `Header`) and a body with the sections
of its kind. The models are in `schema.py` and `bodies.py`, the reader in `reading.py`, the user's and the project's records in
`layers.py`, the checks of one record against others in `checking.py`. Searching belongs to `store.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import InputError, Problem
from ..settings import CORPUS
from .bodies import SECTIONS, Body, DecisionBody, MethodologyBody, Option, PatternBody, WarningBody
from .reading import Entry, read_entry, read_record, record_files
from .schema import (
    FOLDERS,
    HARDWARE,
    ID_PATTERN,
    LAYERS,
    METHODS,
    TASKS,
    AppliesTo,
    Bounds,
    Kind,
    Layer,
    Number,
    Record,
    Source,
)

__all__ = [
    "FOLDERS",
    "HARDWARE",
    "ID_PATTERN",
    "LAYERS",
    "METHODS",
    "SECTIONS",
    "TASKS",
    "AppliesTo",
    "Body",
    "Bounds",
    "DecisionBody",
    "Kind",
    "Layer",
    "MethodologyBody",
    "Number",
    "Option",
    "PatternBody",
    "Record",
    "Source",
    "WarningBody",
    "check_paths",
    "dead_references",
    "load_corpus",
    "named_by",
    "read_paths",
    "read_record",
]


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
    """Read files and folders; return the good records, sorted by id, and what is wrong with each file or its references.

    Args:
        paths: markdown files, or folders that are searched for them.
        known: ids of records elsewhere to which references may point.
    """
    entries, problems = read_paths(paths)
    problems += dead_references(entries, [*known, *named_by(problems)])
    return sorted((entry.record for entry in entries), key=lambda record: record.id), problems


def read_paths(paths: Sequence[Path], layer: Layer = "built-in") -> tuple[list[Entry], list[Problem]]:
    """Read files and folders; return what could be read, no id twice, and what is wrong with single files."""
    problems: list[Problem] = []
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            below, misplaced = record_files(path)
            files, problems = files + below, problems + misplaced
        elif path.exists() or path.is_symlink():
            files.append(path)
        else:
            problems.append(Problem(str(path), "does not exist", expected="a file or a folder"))
    entries: dict[str, Entry] = {}
    for file in dict.fromkeys(files):
        entry, found = read_entry(file, layer)
        problems += found
        if entry is None:
            continue
        first = entries.setdefault(entry.record.id, entry)
        if first is not entry:
            problems.append(entry.problem("id", "duplicate id", entry.record.id, f"an id not used by {first.file}"))
    return list(entries.values()), problems


def named_by(problems: Iterable[Problem]) -> set[str]:
    """Ids of files that cannot be used: a reference to one of them is no second problem."""
    return {Path(problem.file).stem for problem in problems}


def dead_references(entries: Sequence[Entry], known: Iterable[str] = ()) -> list[Problem]:
    """References to records that are neither among `entries` nor `known`."""
    ids = {entry.record.id for entry in entries} | set(known)
    return [
        entry.problem(field, f"{field}: no such record", target, "a record's id")
        for entry in entries
        for field in ("related", "contradicts", "supersedes")
        for target in getattr(entry.record, field)
        if target not in ids
    ]
