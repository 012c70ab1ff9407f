"""The layers of knowledge: the shipped corpus, the user's own records above it, a project's above those; and how one is added.

A record of a higher layer stands in for the one with the same id below it. What is broken in the user's or a project's layer is
told and left out, so that the rest can still be asked; `tuneguild knowledge check` fails on it. Files of a layer:

    patterns/ decisions/ warnings/ methodologies/   records, `<id>.md`
    passages/                                       cut from documents (`importing.py`)
    drafts/                                         records drafted by a chat model, for a person to review; never read from here
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InputError, Problem
from ..settings import CORPUS, config_dir
from .checking import check_together
from .files import write_text
from .passages import Passage, read_passages
from .reading import LONGEST_FILE, Entry, parse_entry
from .records import FOLDERS, Layer, Record, dead_references, named_by, read_paths

TOLD = 3
"""Problems that a note names; `knowledge check` names all."""


@dataclass(frozen=True)
class LayerFolder:
    """A layer and where it lies; the folder need not exist."""

    name: Layer
    path: Path


@dataclass(frozen=True)
class Loaded:
    """What the layers hold together.

    Attributes:
        records: those that count, sorted by id; each names its layer.
        passages: pieces of imported documents.
        replaced: id -> the layers below whose record of that id no longer counts.
        problems: what is wrong in the user's and the project's layer; files that cannot be used are left out.
    """

    records: list[Record]
    passages: list[Passage] = field(default_factory=list)
    replaced: dict[str, list[Layer]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def note(self) -> str:
        """What whoever searches has to know; empty where all is well."""
        if not self.problems:
            return ""
        more = f", and {len(self.problems) - TOLD} more" if len(self.problems) > TOLD else ""
        told = "; ".join(map(str, self.problems[:TOLD]))
        return f"some of your own records have problems (`tuneguild knowledge check` tells all): {told}{more}"


def user_folder() -> Path:
    """The user's own layer."""
    return config_dir() / "knowledge"


def project_folder(project_dir: Path) -> Path:
    """A project's layer."""
    return project_dir / "knowledge"


def layer_folders(project_dir: Path | None = None) -> list[LayerFolder]:
    """The layers, low to high.

    Args:
        project_dir: folder of the project at hand; None leaves that layer out.
    """
    folders = [LayerFolder("built-in", CORPUS), LayerFolder("user", user_folder())]
    return [*folders, LayerFolder("project", project_folder(project_dir))] if project_dir else folders


def load_layers(folders: Sequence[LayerFolder]) -> Loaded:
    """Read all layers.

    Raises:
        InputError: the shipped corpus has a problem; those of other layers are in `Loaded.problems`.
    """
    entries, replaced, passages, problems = _read(folders)
    shipped = [problem for layer, problem in problems if layer == "built-in"]
    if shipped:
        raise InputError(
            f"the knowledge corpus has {len(shipped)} problem(s)",
            shipped,
            next_action="correct the files named above; `tuneguild knowledge check` lists them again",
        )
    records = [entry.record for entry in entries]
    return Loaded(records, passages, replaced, [problem for _, problem in problems])


def check_layers(folders: Sequence[LayerFolder]) -> tuple[list[Record], list[Problem]]:
    """Check all layers: every problem of every file, and what the records that count say of each other."""
    entries, _, _, problems = _read(folders)
    together = check_together(entries)
    return [entry.record for entry in entries], [*(problem for _, problem in problems), *together]


def add_record(text: str, layer_folder: Path, replace: bool = False) -> Path:
    """Check a record's text and write it into a layer; its id and kind alone decide the file's name.

    Args:
        text: the whole file, frontmatter and body.
        layer_folder: the user's or a project's layer.
        replace: whether a record of the same id in this layer may be replaced.

    Returns:
        the file written.

    Raises:
        InputError: with every problem; nothing was written.
        OSError: the folder cannot be written.
    """
    entry = _checked(text, layer_folder)
    record = entry.record
    folder = next(name for name, kind in FOLDERS.items() if kind == record.kind)
    target = layer_folder / folder / f"{record.id}.md"
    if target.parent.is_symlink():
        raise InputError("nothing was added", [Problem(str(target.parent), "a link is not followed", "", "a folder")])
    present = [
        layer_folder / name / target.name for name in FOLDERS if os.path.lexists(layer_folder / name / target.name)
    ]
    if present and not replace:
        raise _taken(record.id, present[0])
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_text(target, text if text.endswith("\n") else f"{text}\n", replace=replace)
    except FileExistsError:
        raise _taken(record.id, target) from None
    for old in present:
        if old != target:
            old.unlink()
    return target


def known_ids(layer_folder: Path) -> set[str]:
    """Ids that a record of this layer may point to, by the names of the files."""
    folders = (CORPUS, user_folder(), layer_folder)
    return {file.stem for folder in folders for name in FOLDERS for file in (folder / name).glob("*.md")}


def _taken(id: str, file: Path) -> InputError:
    problem = Problem(str(file), "there is a record of this id already", id, "a new id")
    return InputError("nothing was added", [problem], next_action="`--replace` replaces the record in this layer")


def _checked(text: str, layer_folder: Path) -> Entry:
    name, layer = "the record", _layer_of(layer_folder)
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise InputError("nothing was added", [Problem(name, "not UTF-8 text", "a surrogate", "text", line)]) from None
    if size > LONGEST_FILE:
        raise InputError(
            "nothing was added", [Problem(name, "too large", f"{size} bytes", f"at most {LONGEST_FILE} bytes")]
        )
    entry, problems = parse_entry(text, name, layer)
    if entry is not None:
        below = [
            LayerFolder("built-in", CORPUS),
            LayerFolder("user", user_folder()),
            LayerFolder("project", layer_folder),
        ]
        others, _, _, _ = _read(below[:1] if layer == "built-in" else below[:2] if layer == "user" else below)
        others = [other for other in others if other.record.id != entry.record.id]
        problems += dead_references([entry], [other.record.id for other in others])
        problems += check_together([entry], others)
    if entry is None or problems:
        raise InputError(
            f"nothing was added: the record has {len(problems)} problem(s)",
            problems,
            next_action="correct them and add the record again",
        )
    return entry


def _layer_of(folder: Path) -> Layer:
    return "user" if folder.resolve() == user_folder().resolve() else "project"


def _read(
    folders: Sequence[LayerFolder],
) -> tuple[list[Entry], dict[str, list[Layer]], list[Passage], list[tuple[Layer, Problem]]]:
    """The entries that count, sorted by id; what they stand in for; passages; problems with their layer."""
    counting: dict[str, Entry] = {}
    replaced: dict[str, list[Layer]] = {}
    passages: list[Passage] = []
    problems: list[tuple[Layer, Problem]] = []
    for layer in folders:
        found, wrong = _read_layer(layer)
        for entry in found:
            lower = counting.get(entry.record.id)
            if lower is not None:
                replaced.setdefault(entry.record.id, []).append(lower.record.layer)
            counting[entry.record.id] = entry
        if layer.name != "built-in" and layer.path.is_dir():
            cut, unreadable = read_passages(layer.path, layer.name)
            passages += cut
            wrong += unreadable
        told: list[tuple[Layer, Problem]] = [(layer.name, problem) for problem in wrong]
        problems += told
    entries = [counting[id] for id in sorted(counting)]
    broken = named_by(problem for _, problem in problems)
    layer_of: dict[str, Layer] = {entry.file: entry.record.layer for entry in entries}
    for problem in dead_references(entries, {*counting, *broken}):
        problems.append((layer_of[problem.file], problem))
    return entries, replaced, passages, problems


def _read_layer(layer: LayerFolder) -> tuple[list[Entry], list[Problem]]:
    if layer.name == "project" and layer.path.is_symlink():
        # A project may come from somebody else: its knowledge must not be a window to other folders of this machine.
        return [], [Problem(str(layer.path), "a link is not followed", expected="a folder of the project")]
    if not layer.path.exists():
        return [], []
    if not layer.path.is_dir():
        return [], [Problem(str(layer.path), "not a folder", expected="a folder of records")]
    return read_paths([layer.path], layer.name)
