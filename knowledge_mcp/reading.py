"""Record files to records: careful YAML, the strict models, and every problem with its line.

A file is read only if it is a plain file of fair size: links are not followed, so that nothing outside a layer is read.
The models are in `schema.py`, the sections of a body in `bodies.py`, problems between records in `checking.py`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..errors import Problem
from ..tools.data.text import closest, shorten
from .bodies import SECTIONS, parse_body
from .schema import FOLDERS, ID_PATTERN, LINE_PATTERN, NAME_PATTERN, URL_PATTERN, Header, Kind, Layer, Record

LONGEST_FILE = 200_000
"""Bytes; the longest shipped record is a few thousand."""
LONGEST_HEADER = 20_000
"""Characters of a frontmatter; ten times what the shipped records need."""
DEEPEST = 8
"""Levels of nesting in a frontmatter; the format needs three."""
MOST_PROBLEMS = 30
"""Problems of one frontmatter that are told; more say nothing new."""
OWN_FOLDERS = ("drafts", "passages")
"""Folders of a layer that hold no records: drafts wait for a person, passages are cut from documents."""

_FRONTMATTER = re.compile(r"---\n(.*?\n)---(?:\n|$)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Entry:
    """A record as it was read from its file.

    Attributes:
        record: the record.
        file: name of the file, as problems show it.
        lines: key of the frontmatter -> its line.
    """

    record: Record
    file: str
    lines: dict[str, int] = field(default_factory=dict)

    def problem(self, key: str, what: str, found: str = "", expected: str = "", fix: str = "") -> Problem:
        """A problem at one of the keys (`numbers.rank` for a nested one)."""
        return Problem(self.file, what, found, expected, self.lines.get(key, self.lines.get(key.split(".")[0])), fix)


def read_record(file: Path, layer: Layer = "built-in") -> tuple[Record | None, list[Problem]]:
    """Read one file; the record is None where there is a problem."""
    entry, problems = read_entry(file, layer)
    return (entry.record if entry else None), problems


def read_entry(file: Path, layer: Layer = "built-in") -> tuple[Entry | None, list[Problem]]:
    """Read one file, keeping the lines of its keys."""
    text, problem = read_text(file)
    if text is None or problem:
        return None, [problem] if problem else []
    return parse_entry(text, str(file), layer, file.stem, FOLDERS.get(file.parent.name))


def read_text(file: Path, longest: int = LONGEST_FILE) -> tuple[str | None, Problem | None]:
    """The text of a plain file, line ends as `\\n`; or why it is not read."""
    # Neither waiting for a pipe nor following a link: both could hold what lies outside the layer.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if file.is_symlink():
        return None, Problem(str(file), "a link is not followed", expected="a plain file")
    try:
        with os.fdopen(os.open(file, flags), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return None, Problem(str(file), "not a plain file", expected="a markdown file")
            raw = stream.read(longest + 1)
    except OSError as error:
        return None, Problem(str(file), "cannot be read", error.strerror or str(error), "a readable file")
    return decode(raw, str(file), longest)


def decode(raw: bytes, name: str, longest: int = LONGEST_FILE) -> tuple[str | None, Problem | None]:
    """The text of some bytes, line ends as `\\n`; or why there is none."""
    if len(raw) > longest:
        return None, Problem(name, "too large", f"more than {longest} bytes", f"at most {longest} bytes")
    try:
        return raw.decode("utf-8").replace("\r\n", "\n"), None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return None, Problem(name, "cannot be read", f"byte 0x{raw[error.start]:02x}", "UTF-8 text", line)


def parse_entry(
    text: str, name: str, layer: Layer = "built-in", stem: str | None = None, folder_kind: Kind | None = None
) -> tuple[Entry | None, list[Problem]]:
    """Read a record from its text.

    Args:
        text: the file's text.
        name: how problems name the file.
        layer: where the record stands.
        stem: the file's name without its ending, which the id must equal.
        folder_kind: kind of the records in the file's folder.
    """
    text = text.replace("\r\n", "\n")
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        return None, [Problem(name, "control character", f"U+{ord(control[0]):04X}", "printable text", line)]
    match = _FRONTMATTER.match(text)
    if match is None:
        return None, [Problem(name, "no frontmatter", repr(text[:30]), "a first line '---', keys, and '---'", 1)]
    if len(match[1]) > LONGEST_HEADER:
        told = f"{len(match[1])} characters"
        return None, [Problem(name, "frontmatter too long", told, f"at most {LONGEST_HEADER} characters", 2)]
    raw, node, problems = _parse_header(name, match[1])
    if raw is None:
        return None, problems
    header, found = _validate(name, raw, node)
    problems += found
    for key, expected, whose in (("id", stem, "file name"), ("kind", folder_kind, "folder")):
        if expected is not None and raw.get(key, expected) != expected:
            line = _line_of(node, [key]) + 2
            problems.append(Problem(name, f"{key} differs from the {whose}", shown(str(raw[key])), expected, line))
    if header is not None and layer == "built-in":
        problems += [
            Problem(name, "a shipped record names a public source", shown(source.url), "https://…", line)
            for number, source in enumerate(header.sources)
            if not source.url.startswith("http")
            for line in [_line_of(node, ["sources", number, "url"]) + 2]
        ]
    kind = raw.get("kind")
    after = text[match.end() :]
    above = text[: match.end()].count("\n") + len(after) - len(after.lstrip("\n"))
    body = after.strip()
    if isinstance(kind, str) and kind in SECTIONS:
        _, faults = parse_body(kind, body)
        problems += [Problem(name, shown(f.what), shown(f.found, 300), f.expected, f.line + above) for f in faults]
    if header is None or problems:
        return None, problems
    # Header and body have just been checked: to do so again would double the time of a start.
    record = Record.model_construct(**dict(header), text=body, layer=layer)
    return Entry(record, name, _key_lines(node)), []


def shown(text: str, limit: int = 70) -> str:
    """A piece of a file as problems show it: short, on one line, and only of what can be printed."""
    return "".join(letter if letter.isprintable() else "�" for letter in shorten(text, limit))


def record_files(root: Path) -> tuple[list[Path], list[Problem]]:
    """The record files below a folder, sorted, and what stands there that cannot be one; links are told, not followed."""
    files: list[Path] = []
    problems: list[Problem] = []

    def unreadable(error: OSError) -> None:
        problems.append(
            Problem(str(error.filename), "cannot be read", error.strerror or str(error), "a readable folder")
        )

    for place, folders, names in os.walk(root, onerror=unreadable):
        here = Path(place)
        linked = [name for name in folders if (here / name).is_symlink()]
        problems += [Problem(str(here / name), "a link is not followed", expected="a plain folder") for name in linked]
        skipped = OWN_FOLDERS if here == root else ()
        folders[:] = sorted(name for name in folders if name not in skipped and not name.startswith("."))
        for name in sorted(names):
            if not name.endswith(".md") or name.startswith(".") or (here == root and name == "README.md"):
                continue
            if here.name in FOLDERS:
                files.append(here / name)
            else:
                folder = f"one of the folders {', '.join(FOLDERS)}"
                problems.append(Problem(str(here / name), "not in the folder of a kind", here.name, folder))
    return sorted(files), problems


def _parse_header(name: str, header: str) -> tuple[dict[str, Any] | None, Any, list[Problem]]:
    import yaml

    try:
        problems = [Problem(name, what, expected="plain YAML", line=line + 2) for what, line in _unwanted(header)]
        if problems:
            return None, None, problems
        reader = _loader()(header)
        try:
            node = reader.get_single_node()
            raw = reader.construct_document(node) if node is not None else None
        finally:
            reader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "not readable"
        return None, None, [
            Problem(name, "not valid YAML", shown(str(what)), "key: value lines", mark.line + 2 if mark else 2)
        ]  # fmt: skip
    except (ValueError, OverflowError) as error:
        # A date of no calendar, or an integer beyond what Python converts.
        return None, None, [Problem(name, "not valid YAML", shown(str(error)), "dates and numbers that exist", 2)]
    if not isinstance(raw, dict) or not isinstance(node, yaml.MappingNode):
        return None, None, [Problem(name, "frontmatter is not a mapping", type(raw).__name__, "keys", 2)]
    repeats = [Problem(name, "key given twice", key, line=line + 2) for key, line in _repeated(node)]
    return raw, node, repeats[:MOST_PROBLEMS]


@lru_cache(maxsize=1)
def _loader() -> Any:
    """PyYAML's safe loader, which also knows `2e-4` as a number (YAML 1.2 does, 1.1 wants `2.0e-4`)."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):
        pass

    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$"), list("-+0123456789")
    )
    return Loader


def _unwanted(header: str) -> Iterator[tuple[str, int]]:
    """What a frontmatter never needs, and a hostile one uses: aliases that multiply, tags that construct, endless nesting."""
    import yaml

    depth = 0
    for event in yaml.parse(header, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        line = event.start_mark.line
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            yield f"nested more than {DEEPEST} levels deep", line
            return
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield "anchors and aliases are not taken", line
            return
        if getattr(event, "tag", None):
            yield "tags are not taken", line
            return
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<":
            yield "merge keys are not taken", line
            return


def _repeated(node: Any) -> Iterator[tuple[str, int]]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                yield shown(str(key.value)), key.start_mark.line
            seen.add(str(key.value))
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(value)


def _validate(name: str, raw: dict[Any, Any], node: Any) -> tuple[Header | None, list[Problem]]:
    try:
        return Header.model_validate(raw), []
    except ValidationError as failure:
        # A value of several types is complained about once a type.
        found = failure.errors(include_url=False)[: 2 * MOST_PROBLEMS]
        return None, list(dict.fromkeys(_told(name, item, node) for item in found))[:MOST_PROBLEMS]


_FORMS = {
    ID_PATTERN: "lower-case words joined by hyphens",
    LINE_PATTERN: "text on one line",
    NAME_PATTERN: "a name like learning_rate",
    URL_PATTERN: "an address: https://…",
}
"""Pattern -> what it stands for."""


def _told(name: str, item: Any, node: Any) -> Problem:
    keys = [key for key in item["loc"] if key not in ("float", "int", "[key]")]
    place, kind, message = shown(".".join(map(str, keys))) or "frontmatter", item["type"], item["msg"]
    found = "" if kind == "missing" else shown(repr(item["input"]), 80)
    what, expected = "not accepted", str(message).removeprefix("Input should be ").removeprefix("Value error, ")
    if kind == "missing":
        what, expected = "missing", "this key"
    elif kind == "extra_forbidden":
        near = closest(str(keys[-1]), Header.model_fields) if len(keys) == 1 else None
        what, expected = "unknown key", f"{near}?" if near else "no such key"
    elif kind == "string_pattern_mismatch":
        expected = _FORMS.get(str(item["ctx"]["pattern"]), expected)
    elif kind == "value_error":
        what, expected, found = expected, "", "" if not keys else found
    return Problem(name, f"{place}: {what}", found, expected, _line_of(node, keys) + 2)


def _line_of(node: Any, keys: list[Any]) -> int:
    """The 0-based line of the header on which the last of `keys` that exists stands."""
    import yaml

    line = node.start_mark.line
    for key in keys:
        pairs: list[tuple[Any, Any]] = []
        if isinstance(node, yaml.MappingNode):
            pairs = [(k, v) for k, v in node.value if str(k.value) == str(key)]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            pairs = [(v, v) for v in node.value[key : key + 1]]
        if not pairs:
            break
        line, node = pairs[0][0].start_mark.line, pairs[0][1]
    return line


def _key_lines(node: Any) -> dict[str, int]:
    import yaml

    lines: dict[str, int] = {}
    for key, value in node.value:
        lines[str(key.value)] = key.start_mark.line + 2
        if isinstance(value, yaml.MappingNode):
            lines |= {f"{key.value}.{inner.value}": inner.start_mark.line + 2 for inner, _ in value.value}
    return lines
