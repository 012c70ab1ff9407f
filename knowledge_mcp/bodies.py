"""The body of a record: one strict model a kind, and the reader that takes markdown sections apart.

A body holds exactly the `##` sections of its kind, in their order. The header's models are in `schema.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SECTIONS: dict[str, tuple[str, ...]] = {
    "pattern": ("Problem", "Context", "Solution", "Trade-offs", "Example"),
    "decision": ("Question", "Options", "Considerations", "Recommendation"),
    "warning": ("Symptoms", "Consequences", "Prevention", "Detection"),
    "methodology": ("Prerequisites", "Steps", "Outputs", "Checks"),
}
"""Kind -> the headings of its body, in order."""

LEAST = 2
"""A decision has at least so many options, a methodology so many steps."""

Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PatternBody(_Part):
    """How something is done well."""

    kind: Literal["pattern"] = "pattern"
    problem: Prose
    context: Prose
    """When the pattern is of use."""
    solution: Prose
    trade_offs: Prose
    example: Prose


class Option(_Part):
    """One way to go."""

    name: Prose
    when: Prose
    """What speaks for it."""
    when_not: Prose
    """What rules it out."""


class DecisionBody(_Part):
    """What to choose."""

    kind: Literal["decision"] = "decision"
    question: Prose
    options: list[Option] = Field(min_length=LEAST)
    considerations: Prose
    recommendation: Prose


class WarningBody(_Part):
    """What goes wrong."""

    kind: Literal["warning"] = "warning"
    symptoms: Prose
    consequences: Prose
    prevention: Prose
    detection: Prose


class MethodologyBody(_Part):
    """In which steps something is done."""

    kind: Literal["methodology"] = "methodology"
    prerequisites: Prose
    steps: list[Prose] = Field(min_length=LEAST)
    outputs: Prose
    checks: Prose


Body = Annotated[PatternBody | DecisionBody | WarningBody | MethodologyBody, Field(discriminator="kind")]

BODIES: dict[str, Callable[..., PatternBody | DecisionBody | WarningBody | MethodologyBody]] = {
    "pattern": PatternBody,
    "decision": DecisionBody,
    "warning": WarningBody,
    "methodology": MethodologyBody,
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a body.

    Attributes:
        line: 1-based line of the text.
        what: what is wrong.
        found: what stands there.
        expected: what should.
    """

    line: int
    what: str
    found: str = ""
    expected: str = ""

    def told(self) -> str:
        """On one line."""
        parts = (self.what, self.found and f"found {self.found}", self.expected and f"expected {self.expected}")
        return f"line {self.line}: {', '.join(part for part in parts if part)}"


Lines = list[tuple[int, str]]
"""Lines with their 1-based numbers."""


def parse_body(kind: str, text: str) -> tuple[Body | None, list[Fault]]:
    """Take a body apart; it is None where there is a fault, and all faults are told."""
    sections, faults = _sections(kind, text)
    if sections is None:
        return None, faults
    values: dict[str, Any] = {}
    for name, (line, lines) in sections.items():
        if not _joined(lines):
            faults.append(Fault(line, f"section {name} is empty", expected="at least a sentence"))
        elif name == "Options":
            values["options"] = _options(line, lines, faults)
        elif name == "Steps":
            values["steps"] = _steps(line, lines, faults)
        else:
            values[name.lower().replace("-", "_")] = _joined(lines)
    return (None if faults else BODIES[kind](**values)), faults


def _sections(kind: str, text: str) -> tuple[dict[str, tuple[int, Lines]] | None, list[Fault]]:
    """Heading -> (its line, the lines below it)."""
    expected, found = SECTIONS[kind], []
    before: Lines = []
    fenced = False
    for number, line in enumerate(text.split("\n"), 1):
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        if not fenced and re.match(r"##?\s", line):
            found.append((number, line.strip().removeprefix("## "), []))
        else:
            (found[-1][2] if found else before).append((number, line))
    names = tuple(name for _, name, _ in found)
    if names != expected:
        line = next((n for (n, name, _), wanted in zip(found, expected, strict=False) if name != wanted), None)
        line = line or (found[-1][0] if found else 1)
        return None, [Fault(line, f"sections of a {kind}", ", ".join(names)[:300] or "none", ", ".join(expected))]
    faults = [
        Fault(n, "text before the first section", repr(t[:40]), f"## {expected[0]}") for n, t in before if t.strip()
    ]
    return {name: (number, lines) for number, name, lines in found}, faults[:1]


def _options(start: int, lines: Lines, faults: list[Fault]) -> list[Option]:
    options: list[dict[str, str]] = []
    places: list[int] = []
    for number, line in lines:
        if not line.strip():
            continue
        label = next((name for name in ("When not", "When") if line.startswith(f"{name}:")), None)
        if line.startswith("### "):
            options.append({"name": line[4:].strip()})
            places.append(number)
        elif label and options and label not in options[-1]:
            options[-1][label] = line.removeprefix(f"{label}:").strip()
        else:
            form = "### Name, then one line When: … and one line When not: …"
            faults.append(Fault(number, "not a line of an option", repr(line[:60]), form))
    for number, option in zip(places, options, strict=True):
        missing = [f"{label}:" for label in ("name", "When", "When not") if not option.get(label)]
        if missing:
            faults.append(Fault(number, f"option {option['name']!r} lacks {' and '.join(missing)}"))
    names = [option["name"].casefold() for option in options]
    faults += [
        Fault(number, "option given twice", option["name"])
        for place, (number, option) in enumerate(zip(places, options, strict=True))
        if option["name"].casefold() in names[:place]
    ]
    if len(options) < LEAST:
        faults.append(Fault(start, "too few options", str(len(options)), f"at least {LEAST}, each below ### Name"))
    return [] if faults else [Option(name=o["name"], when=o["When"], when_not=o["When not"]) for o in options]


def _steps(start: int, lines: Lines, faults: list[Fault]) -> list[str]:
    steps: list[str] = []
    for number, line in lines:
        match = re.match(r"(\d+)\. (.*)", line)
        if match:
            steps.append(match[2].strip())
            if match[1] != str(len(steps)):
                faults.append(Fault(number, "steps are not counted", f"{match[1]}.", f"{len(steps)}."))
            if not steps[-1]:
                faults.append(Fault(number, "step is empty", expected="what to do"))
        elif steps and line.startswith("  ") and line.strip():
            steps[-1] += f"\n{line.strip()}"
        elif line.strip():
            faults.append(Fault(number, "not a step", repr(line[:60]), "`1. …`, further lines of a step indented"))
    if len(steps) < LEAST:
        faults.append(Fault(start, "too few steps", str(len(steps)), f"at least {LEAST}, written `1. …`"))
    return steps


def _joined(lines: Lines) -> str:
    return "\n".join(line for _, line in lines).strip()
