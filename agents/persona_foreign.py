"""The two formats of persona files that come from elsewhere: markdown with a description, and TOML with tools and model settings.

Their parts are found by their headings; what no field has room for is kept in `sections`. Our own is in `persona_formats.py`.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

from .persona_text import (
    ID,
    Section,
    Source,
    callouts,
    grounding,
    items,
    line_in_head,
    section,
    sections,
    steps,
    texts,
    unescape,
)

Fields = dict[str, Any]


def read_markdown(source: Source, head: Fields) -> Fields:
    description = head.get("description")
    if not isinstance(description, str) or not description.strip():
        line = line_in_head(source, "description") if "description" in head else source.head_line - 1
        source.problem("the frontmatter has no description", line, expected="description: '…'")
        description = ""
    if not isinstance(head.get("alwaysApply", False), bool):
        found = repr(head["alwaysApply"])
        source.problem(
            "alwaysApply is not true or false",
            line_in_head(source, "alwaysApply"),
            found=found,
            expected="true or false",
        )
    parts = sections(source)
    who = parts[0].text
    if not who:
        source.problem(
            "the text does not say who the persona is", source.body_line, expected="a sentence before the first heading"
        )
    workflow = section(parts, "Workflow")
    if workflow is None or not items(workflow):
        source.problem("no section `## Workflow` with steps", expected="a numbered list under `## Workflow`")
    output = section(parts, "Output", "Outputs")
    name = str(head.get("name") or source.path.stem)
    return {
        "id": name if ID.match(name) else source.path.stem,
        "name": name,
        "description": unescape(description).strip(),
        "role": _first_sentence(who),
        "identity": unescape(who),
        "principles": callouts(source.body),
        "instructions": steps(workflow),
        "outputs": items(output) or ((output.text,) if output and output.text else ()),
        "when_to_use": items(section(parts, "When to use")),
        "when_not_to_use": items(section(parts, "When NOT to use")),
        "grounding": grounding(source, parts, required=False),
        "sections": _kept(parts),
        "format": "markdown",
    }


def read_toml(source: Source) -> Fields | None:
    try:
        head = tomllib.loads(source.head or "")
    except tomllib.TOMLDecodeError as error:
        found = re.match(r"(.*?) \(at line (\d+)", str(error))
        line = source.head_line + (int(found[2]) - 1 if found else (source.head or "").count("\n"))
        source.problem("the frontmatter is not valid TOML", line, found=found[1] if found else str(error))
        return None
    for key in ("name", "description"):
        if not isinstance(head.get(key), str) or not head[key].strip():
            source.problem(
                f"the frontmatter has no {key}",
                source.head_line - 1,
                found=repr(head.get(key, "")),
                expected=f'{key} = "…"',
            )
    tools = _toml_tools(source, head.get("tools", {}))
    settings = head.get("model_settings", {})
    if not isinstance(settings, dict):
        source.problem("model_settings is not a table", _toml_line(source, "model_settings"), found=repr(settings))
        settings = {}
    turns = head.get("max_iterations")
    if turns is not None and (not isinstance(turns, int) or isinstance(turns, bool) or turns < 1):
        source.problem(
            "max_iterations is not a positive number", _toml_line(source, "max_iterations"), found=repr(turns)
        )
        turns = None
    parts = sections(source)
    role = section(parts, "Role")
    who = role.text if role else parts[0].text
    if not who:
        source.problem("the text does not say who the persona is", source.body_line, expected="a section `# ROLE`")
    style, rules = section(parts, "Interaction Style"), section(parts, "Rules", "Principles")
    name = str(head.get("name") or source.path.stem)
    return {
        "id": name if ID.match(name) else source.path.stem,
        "name": name,
        "description": str(head.get("description") or ""),
        "role": _first_sentence(who),
        "identity": who,
        "communication_style": style.text if style else "",
        "principles": items(rules),
        "instructions": steps(section(parts, "Workflow Overview", "Workflow")),
        "grounding": grounding(source, parts, required=False),
        "tools": tools,
        "model_settings": settings,
        "max_iterations": turns,
        "tool_format": str(head.get("tool_format") or ""),
        "sections": _kept(parts),
        "format": "toml",
    }


def _toml_tools(source: Source, table: Any) -> tuple[str, ...]:
    if not isinstance(table, dict):
        source.problem(
            "tools is not a table", _toml_line(source, "tools"), found=repr(table), expected="[tools] with lists"
        )
        return ()
    names: list[str] = []
    for kind, listed in table.items():
        if texts(listed):
            names += listed
        else:
            source.problem(
                f"tools.{kind} is not a list of names", _toml_line(source, kind), found=repr(listed), expected='["…"]'
            )
    for name in sorted({name for name in names if names.count(name) > 1}):
        source.problem("a tool is listed twice", _toml_line(source, name), found=name, expected="once")
    return tuple(names)


def _toml_line(source: Source, word: str) -> int:
    lines = (source.head or "").split("\n")
    return source.head_line + next((n for n, line in enumerate(lines) if re.search(rf"\b{re.escape(word)}\b", line)), 0)


def _first_sentence(text: str) -> str:
    flat = " ".join(unescape(text).split())
    return re.split(r"(?<=[.!?])\s", flat, maxsplit=1)[0]


def _kept(parts: list[Section]) -> dict[str, str]:
    """Title -> text of the sections of the highest level present, so that nothing of a free-form file is lost."""
    top = min((part.level for part in parts if part.level), default=0)
    return {part.title: unescape(part.text) for part in parts if part.level == top and part.title}
