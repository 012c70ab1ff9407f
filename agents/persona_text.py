"""The text layer of persona files: frontmatter, headings, lists, the grounding list, icons, and the collector of problems.

What the four formats mean is in `persona_formats.py`; the XML definition is read in `persona_xml.py`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import Problem
from ..settings import line_of_key

GROUNDING_TOOLS = (
    "get_patterns",
    "get_decisions",
    "get_warnings",
    "get_methodologies",
    "search_knowledge",
    "get_record",
)
"""Tools of the knowledge server that a grounding list may name."""

ID = re.compile(r"^[a-z0-9][a-z0-9_-]*$")
"""What a persona's id looks like."""

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_ITEM = re.compile(r"^\s{0,3}(?:[-*+]|\d+[.)])\s+(.*)$")
_NUMBERED = re.compile(r"^\s{0,3}\d+[.)]\s+(.*)$")
_GROUNDING = re.compile(r"^`?(\w+)`?\s*:\s*[\"'“](.+)[\"'”]$")


@dataclass
class Source:
    """A persona file, split, with the problems found in it so far.

    Attributes:
        path: the file.
        head: frontmatter without its `---` lines, or None where there is none.
        body: the rest.
        head_line: 1-based line of the file on which `head` begins.
        body_line: 1-based line of the file on which `body` begins.
    """

    path: Path
    head: str | None = None
    body: str = ""
    head_line: int = 1
    body_line: int = 1
    problems: list[Problem] = field(default_factory=list)

    def problem(
        self,
        what: str,
        line: int | None = None,
        *,
        found: str = "",
        expected: str = "",
        fix: str = "",
        file: Path | None = None,
    ) -> None:
        """Note one thing that is wrong, in this file unless another is named."""
        shown = found if len(found) <= 100 else f"{found[:99]}…"
        self.problems.append(Problem(str(file or self.path), what, line=line, found=shown, expected=expected, fix=fix))


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it, up to the next heading of the same or a higher level.

    Attributes:
        level: 1 to 6, or 0 for the text before the first heading.
        title: the heading's words.
        lines: (line of the file, text) of everything below, deeper headings included.
    """

    level: int
    title: str
    lines: tuple[tuple[int, str], ...]

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.lines).strip()


def read_text(path: Path, source: Source) -> str | None:
    """The file's text with plain line ends and without a byte order mark; None, and a problem, where it cannot be read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        source.problem("cannot be read", found=error.strerror or type(error).__name__, file=path)
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        source.problem("not UTF-8", line, found=f"byte 0x{raw[error.start]:02x}", expected="UTF-8 text", file=path)
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split(text: str, source: Source) -> None:
    """Fill `source` with the frontmatter and the body."""
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    source.body = text
    if lines[first].strip() != "---":
        source.problem("no frontmatter", first + 1, found=lines[first].strip(), expected="a line `---`")
        return
    end = next((n for n in range(first + 1, len(lines)) if lines[n].strip() == "---"), None)
    if end is None:
        source.problem("the frontmatter does not end", first + 1, expected="a second line `---`")
        return
    source.head, source.head_line = "\n".join(lines[first + 1 : end]), first + 2
    source.body, source.body_line = "\n".join(lines[end + 1 :]), end + 2


def line_in_head(source: Source, key: str) -> int:
    """The file's line on which a key of YAML frontmatter stands."""
    return source.head_line + (line_of_key(source.head or "", (key,)) or 1) - 1


def sections(source: Source) -> list[Section]:
    """All sections of the body, the text before the first heading first. Headings inside code fences do not count."""
    marked: list[tuple[int, str, int, str]] = []  # (level, title, line, text); level 0 for ordinary lines
    fence = ""
    for number, line in enumerate(source.body.split("\n"), source.body_line):
        mark = line.lstrip()[:3]
        if mark in ("```", "~~~") and fence in ("", mark):
            fence = "" if fence else mark
        heading = None if fence else _HEADING.match(line)
        marked.append((len(heading[1]), heading[2], number, line) if heading else (0, "", number, line))
    found = []
    starts = [(0, "", 0), *((level, title, n + 1) for n, (level, title, _, _) in enumerate(marked) if level)]
    for level, title, start in starts:
        inside = []
        for other, _, number, line in marked[start:]:
            if other and (other <= level or level == 0):
                break
            inside.append((number, line))
        found.append(Section(level, title, tuple(inside)))
    return found


def section(all_sections: Iterable[Section], *titles: str) -> Section | None:
    """The first section with one of `titles` (any case), or None."""
    wanted = {title.lower() for title in titles}
    return next((item for item in all_sections if item.title.lower() in wanted), None)


def steps(part: Section | None) -> tuple[str, ...]:
    """The entries of a section's numbered list, or of its lists of any kind where nothing is numbered."""
    return items(part, _NUMBERED) or items(part)


def items(part: Section | None, pattern: re.Pattern[str] = _ITEM) -> tuple[str, ...]:
    """The entries of the lists in a section, each with its continuation lines, as one line each."""
    found: list[list[str]] = []
    open_item = False
    for _, line in part.lines if part else ():
        entry = pattern.match(line)
        if entry:
            found.append([entry[1]])
        elif open_item and line.strip() and line[:1] in " \t":
            found[-1].append(line.strip())
        open_item = bool(entry) or (open_item and line[:1] in " \t" and bool(line.strip()))
    return tuple(" ".join(" ".join(words).split()) for words in found)


def callouts(body: str) -> tuple[str, ...]:
    """The texts of quoted warnings and notes (`> [!WARNING]`)."""
    blocks = re.findall(r"^> *\[!\w+\] *\n((?:>.*(?:\n|$))+)", body, flags=re.MULTILINE)
    return tuple(" ".join(re.sub(r"^> ?", "", block, flags=re.MULTILINE).split()) for block in blocks)


def grounding(source: Source, all_sections: list[Section], *, required: bool) -> tuple[tuple[str, str], ...]:
    """The (tool, topic) pairs of the section "Knowledge Grounding"."""
    part = section(all_sections, "Knowledge Grounding")
    shape = '- `tool`: "topic"'
    if part is None:
        if required:
            source.problem("no section `## Knowledge Grounding`", expected=f"one with lines of the form {shape}")
        return ()
    pairs = []
    for number, line in part.lines:
        entry = _ITEM.match(line)
        if entry is None:
            continue
        pair = _GROUNDING.match(unescape(entry[1]).strip())
        if pair is None:
            source.problem("a grounding entry cannot be read", number, found=line.strip(), expected=shape)
        elif pair[1] not in GROUNDING_TOOLS:
            source.problem(
                "unknown knowledge tool",
                number,
                found=pair[1],
                expected=f"one of {', '.join(GROUNDING_TOOLS)}",
                fix=suggestion(pair[1], GROUNDING_TOOLS),
            )
        else:
            pairs.append((pair[1], pair[2].strip()))
    if required and not pairs:
        line = part.lines[0][0] - 1 if part.lines else None
        source.problem("the knowledge grounding names no topic", line, expected=f"at least one line {shape}")
    return tuple(pairs)


def suggestion(word: str, known: Iterable[str]) -> str:
    """ "Did you mean …?", by edit distance, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean `{close[0]}`?" if close else ""


def unescape(text: str) -> str:
    """Undo the quotes that an export wrote as `\\"` or `\\'`."""
    return text.replace('\\"', '"').replace("\\'", "'")


def repair_icon(icon: str) -> str:
    """An icon whose UTF-8 bytes were once read as Windows-1252, as it was meant; anything else as it stands."""
    try:
        return b"".join(_legacy_byte(character) for character in icon).decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return icon


def _legacy_byte(character: str) -> bytes:
    # Windows-1252 leaves five bytes undefined; decoders pass them through as control characters.
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")


def texts(value: Any) -> bool:
    """Whether `value` is a list of text."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
