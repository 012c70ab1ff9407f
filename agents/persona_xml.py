"""The XML definition of a persona: parsed with line numbers, without document types or entities, and checked against its layout.

Where the definition stands (inside the markdown, or in a file of its own) is the matter of `persona_formats.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from .persona_text import Source, suggestion, unescape

CHILDREN: dict[str, tuple[str, ...]] = {
    "agent": ("persona", "expertise", "activation", "outputs", "handoff"),
    "persona": ("role", "identity", "communication_style", "principles"),
    "principles": ("principle",),
    "expertise": ("domain",),
    "activation": ("instruction",),
    "outputs": ("output",),
    "handoff": ("to", "context", "key_decisions"),
}
"""Element -> the elements in it, each of which is required. Elements that are no key here hold text."""

REPEATED = ("principle", "domain", "instruction", "output")
ATTRIBUTES = {"id": True, "name": True, "title": True, "icon": False}
"""Attribute of `<agent>` -> whether it is required."""

_AMPERSAND = re.compile(r"<!\[CDATA\[.*?\]\]>|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)", flags=re.DOTALL)


@dataclass
class Node:
    """An element with the line on which it begins."""

    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Node] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in the element, with runs of white space as one space."""
        return unescape(" ".join("".join(self.pieces).split()))

    def all(self, path: str) -> tuple[str, ...]:
        """The texts of all elements at `path` ("persona/principles/principle")."""
        nodes = [self]
        for tag in path.split("/"):
            nodes = [child for node in nodes for child in node.children if child.tag == tag]
        return tuple(node.text for node in nodes)

    def one(self, path: str) -> str:
        """The text of the first element at `path`, or nothing."""
        return next(iter(self.all(path)), "")


class _Refused(Exception):
    """A construct that a definition has no business with."""


def read_agent(text: str, first_line: int, source: Source, file: Path | None = None) -> Node | None:
    """Parse and check an `<agent>` definition.

    Args:
        text: the XML.
        first_line: line of the file on which `text` begins.
        source: takes the problems.
        file: the file that the XML stands in, where that is not the persona file.

    Returns:
        The root, or None where the XML could not be parsed.
    """
    # An export that escaped quotes did so in attributes too, where XML does not know the escape.
    root = _parse(_plain_ampersands(unescape(text) if '=\\"' in text else text), first_line, source, file)
    if root is None:
        return None
    if root.tag != "agent":
        source.problem("unknown root element", root.line, found=f"<{root.tag}>", expected="<agent>", file=file)
        return None
    _check_attributes(root, source, file)
    _check_children(root, source, file)
    return root


def _plain_ampersands(text: str) -> str:
    """People write `Search & Rescue`: an ampersand that begins none of XML's own five entities means itself."""
    return _AMPERSAND.sub(lambda match: "&amp;" if match[0] == "&" else match[0], text)


def _parse(text: str, first_line: int, source: Source, file: Path | None) -> Node | None:
    parser = expat.ParserCreate(encoding="utf-8")
    stack: list[Node] = []
    roots: list[Node] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        node = Node(tag, attributes, parser.CurrentLineNumber + first_line - 1)
        (stack[-1].children if stack else roots).append(node)
        stack.append(node)

    def end(tag: str) -> None:
        stack.pop()

    def characters(data: str) -> None:
        for node in stack:
            node.pieces.append(data)

    def refuse(*_: object) -> None:
        raise _Refused

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except _Refused:
        line = parser.CurrentLineNumber + first_line - 1
        source.problem("document types and entities are refused", line, expected="plain elements", file=file)
        return None
    except expat.ExpatError as error:
        line = error.lineno + first_line - 1
        found = text.split("\n")[error.lineno - 1].strip() if error.lineno <= text.count("\n") + 1 else ""
        what = f"broken XML: {expat.ErrorString(error.code)}"
        fix = "Write `&lt;` for a `<` that begins no element." if re.search(r"<[^\w/!?]", found) else ""
        source.problem(what, line, found=found, fix=fix, file=file)
        return None
    return roots[0]


def _check_attributes(root: Node, source: Source, file: Path | None) -> None:
    for name in root.attributes:
        if name not in ATTRIBUTES:
            known = ", ".join(ATTRIBUTES)
            fix = suggestion(name, ATTRIBUTES)
            source.problem(
                "unknown attribute of <agent>", root.line, found=name, expected=f"one of {known}", fix=fix, file=file
            )
    for name, required in ATTRIBUTES.items():
        if required and not root.attributes.get(name, "").strip():
            source.problem(f"<agent> has no {name}", root.line, expected=f'{name}="…"', file=file)


def _check_children(node: Node, source: Source, file: Path | None) -> None:
    if node.tag not in CHILDREN:
        if not node.text:
            source.problem(f"<{node.tag}> is empty", node.line, expected="text", file=file)
        return
    allowed = CHILDREN[node.tag]
    seen: set[str] = set()
    for child in node.children:
        if child.tag not in allowed:
            names = ", ".join(f"<{tag}>" for tag in allowed)
            source.problem(
                f"unknown element in <{node.tag}>",
                child.line,
                found=f"<{child.tag}>",
                expected=names,
                fix=suggestion(child.tag, allowed),
                file=file,
            )
            continue
        if child.tag in seen and child.tag not in REPEATED:
            source.problem(f"<{child.tag}> stands twice in <{node.tag}>", child.line, expected="once", file=file)
        seen.add(child.tag)
        _check_children(child, source, file)
    for tag in allowed:
        if tag not in seen:
            expected = f"at least one <{tag}>" if tag in REPEATED else f"<{tag}>"
            source.problem(f"<{node.tag}> has no <{tag}>", node.line, expected=expected, file=file)
