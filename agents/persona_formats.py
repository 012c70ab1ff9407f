"""The four formats of persona files and what their parts mean.

- `xml`: YAML frontmatter, a fenced `<agent>` definition and a grounding list (TuneGuild's own format);
- `xml-file`: the same, with the definition in an XML file that the text names;
- `markdown`: YAML frontmatter with a description, and sections When to use / When NOT to use / Workflow / Output;
- `toml`: TOML between the `---` lines with tools and model settings, and sections ROLE / WORKFLOW OVERVIEW / RULES.

Each reader returns the fields of `personas.Persona` and leaves what is wrong in `source.problems`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from .persona_foreign import read_markdown, read_toml
from .persona_text import ID, Source, grounding, line_in_head, read_text, repair_icon, sections, suggestion, unescape
from .persona_xml import Node, read_agent

KEYS = {"name": True, "description": True, "icon": False, "type": False, "workflow": False, "referenced_by": False}
"""Key of the frontmatter of our own format -> whether it is required."""

FOREIGN_KEYS = {"alwaysApply", "globs"}
"""Keys by which the markdown format is known."""

Fields = dict[str, Any]

_TOML_LINE = re.compile(r"^\s*(?:\[[\w.\"-]+\]\s*(?:#.*)?$|[\w.\"-]+\s*=)")
_REFERENCE = re.compile(r"[`\"']?((?:\{[\w-]+\}/)?[\w./-]+\.xml)\b")


def read_fields(source: Source, root: Path) -> Fields | None:
    """Recognise the format of a split file and read it; None where too little of it can be read."""
    if source.head is None:
        return None
    if _looks_like_toml(source.head):
        return read_toml(source)
    head = _yaml_head(source)
    if head is None:
        return None
    block = _xml_block(source)
    reference = None if block else _REFERENCE.search(source.body)
    if block is None and reference is None and (FOREIGN_KEYS & set(head) or not set(head) & {*KEYS} - _SHARED):
        return read_markdown(source, head)
    _check_keys(source, head)
    if block is not None:
        text, line = block
        agent = read_agent(text, line, source)
        return _from_agent(source, head, agent, "xml") if agent else None
    if reference is None:
        line = source.body_line
        source.problem(
            "no agent definition", line, expected="a fenced ```xml block with <agent>, or the path of an .xml file"
        )
        grounding(source, sections(source), required=True)
        return None
    agent = _referenced(source, reference, root)
    return _from_agent(source, head, agent, "xml-file") if agent else None


_SHARED = {"name", "description"}


def _looks_like_toml(head: str) -> bool:
    first = next((line for line in head.split("\n") if line.strip() and not line.lstrip().startswith("#")), "")
    return bool(_TOML_LINE.match(first))


def _yaml_head(source: Source) -> Fields | None:
    text = source.head or ""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = source.head_line + (mark.line if mark else 0)
        reason = getattr(error, "problem", None) or "unreadable"
        source.problem("the frontmatter is not valid YAML", line, found=str(reason), fix="Put quotes around the text.")
        return None
    if not isinstance(raw, dict):
        source.problem("the frontmatter is not a mapping", source.head_line, expected="lines of the form `key: value`")
        return None
    names = [key.value for key, _ in getattr(yaml.compose(text), "value", [])]
    for name in sorted({name for name in names if names.count(name) > 1}):
        source.problem("a key stands twice", line_in_head(source, name), found=name, expected="once")
    return {str(key): value for key, value in raw.items()}


def _check_keys(source: Source, head: Fields) -> None:
    for key, value in head.items():
        if key not in KEYS:
            known, fix = ", ".join(KEYS), suggestion(key, KEYS)
            source.problem(
                "unknown key in the frontmatter",
                line_in_head(source, key),
                found=key,
                expected=f"one of {known}",
                fix=fix,
            )
        elif not isinstance(value, str):
            source.problem(
                f"{key} is not text", line_in_head(source, key), found=repr(value), expected="text in quotes"
            )
    for key, required in KEYS.items():
        if required and (key not in head or (isinstance(head[key], str) and not head[key].strip())):
            line = line_in_head(source, key) if key in head else source.head_line - 1
            source.problem(f"the frontmatter has no {key}", line, expected=f"{key}: '…'")


def _xml_block(source: Source) -> tuple[str, int] | None:
    """(XML, its first line) of the definition in the body: fenced, or bare at the beginning of a line."""
    lines = source.body.split("\n")
    start = next((n for n, line in enumerate(lines) if re.match(r"\s*<(agent\b|!DOCTYPE|!ENTITY|\?xml)", line)), None)
    if start is None:
        # A fence marked as XML that holds something else is a definition gone wrong.
        fence = next((n for n, line in enumerate(lines) if line.strip().lower() == "```xml"), None)
        if fence is None:
            return None
        start = fence + 1
    fenced = any(line.lstrip().startswith("```") for line in lines[max(start - 2, 0) : start])
    stop = "```" if fenced else None
    end = next((n for n in range(start, len(lines)) if stop and lines[n].strip() == stop), None)
    if end is None:
        closing = next((n for n in range(start, len(lines)) if "</agent>" in lines[n]), None)
        end = len(lines) if closing is None else closing + 1
    return "\n".join(lines[start:end]), source.body_line + start


def _referenced(source: Source, reference: re.Match[str], root: Path) -> Node | None:
    """The definition in a file of its own, looked for beside the persona and upward, never outside `root`."""
    wanted = reference[1]
    line = source.body_line + source.body.count("\n", 0, reference.start(1))
    placeholder, relative = re.match(r"(?:\{([\w-]+)\}/)?(.*)", wanted).groups()  # type: ignore[union-attr]
    if placeholder not in (None, "workflow_path"):
        source.problem("unknown placeholder", line, found=f"{{{placeholder}}}", expected="{workflow_path}")
        return None
    path, outside = find_below(root, source.path.parent, relative)
    if path is None:
        what = "the agent definition lies outside the personas' folder" if outside else "no such agent definition"
        source.problem(what, line, found=wanted, expected=f"an XML file in {root}")
        return None
    text = read_text(path, source)
    return None if text is None else read_agent(text, 1, source, path)


def find_below(root: Path, start: Path, relative: str) -> tuple[Path | None, bool]:
    """Find `relative` from `start` upward, inside `root` only.

    Returns:
        (the file or None, whether a file of that name exists outside `root`). One folder above `root` is looked from too, so
        that a path which begins with the name of `root` itself is found.
    """
    root, base = root.resolve(), start.resolve()
    outside = False
    while base == root.parent or base.is_relative_to(root):
        candidate = (base / relative).resolve()
        if candidate.is_file():
            if candidate.is_relative_to(root):
                return candidate, False
            outside = True
        if base == base.parent or base == root.parent:
            break
        base = base.parent
    return None, outside


def _from_agent(source: Source, head: Fields, agent: Node, format: str) -> Fields:
    id, name = agent.attributes.get("id", ""), agent.attributes.get("name", "")
    if id and not ID.match(id):
        source.problem("the id is not usable", found=id, expected="small letters, digits and hyphens")
    if id and source.path.suffix == ".md" and source.path.stem != id:
        source.problem(
            "the id is not the file's name",
            agent.line if format == "xml" else None,
            found=id,
            expected=source.path.stem,
        )
    if format == "xml" and name and isinstance(head.get("name"), str) and unescape(head["name"]).strip() != name:
        source.problem("frontmatter and definition disagree on the name", agent.line, found=name, expected=head["name"])
    kept = {key: unescape(value).strip() for key, value in head.items() if key in KEYS and isinstance(value, str)}
    return {
        **kept,
        "id": id,
        "name": name,
        "title": agent.attributes.get("title", ""),
        "icon": repair_icon(agent.attributes.get("icon") or kept.get("icon", "")),
        "role": agent.one("persona/role"),
        "identity": agent.one("persona/identity"),
        "communication_style": agent.one("persona/communication_style"),
        "principles": agent.all("persona/principles/principle"),
        "domains": agent.all("expertise/domain"),
        "instructions": agent.all("activation/instruction"),
        "outputs": agent.all("outputs/output"),
        "handoff": {key: agent.one(f"handoff/{key}") for key in ("to", "context", "key_decisions")},
        "grounding": grounding(source, sections(source), required=format == "xml"),
        "format": format,
    }
