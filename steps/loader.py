"""Reads step files: frontmatter (the contract) and instructions (the persona's text); every problem at once, with its line.

A step file says who judges, what it needs to know, what it decides and what executes the decision; the five nodes that come of it
are made in `graph/compiler.py`.
"""

from __future__ import annotations

import importlib
import string
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import Problem, WorkflowError
from ..settings import line_of_key
from . import expression

AREAS = ("SCOPE", "ARCH", "DATA", "TRAIN", "RAG", "PROMPT", "EVAL", "OPS", "REVIEW")
"""Areas in which decisions are counted (`TRAIN-003`)."""

TEMPLATE_NAMES = {"goal", "goal_kind", "architecture", "base_model", "base_model_size", "method", "records", "metric"}
"""Names that a grounding entry may use in braces; `graph/briefing.py` fills them."""


class GroundingEntry(BaseModel):
    """One knowledge query: a tool of the knowledge server with its argument."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: Literal[
        "get_patterns", "get_decisions", "get_warnings", "get_methodologies", "search_knowledge", "get_record"
    ]
    topic: str | None = None
    query: str | None = None
    id: str | None = None

    def wanted(self) -> str:
        """The argument that the tool needs."""
        return {"search_knowledge": "query", "get_record": "id"}.get(self.tool, "topic")


class Step(BaseModel):
    """A step file's frontmatter, plus its instructions and where it stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    persona: str
    area: Literal["SCOPE", "ARCH", "DATA", "TRAIN", "RAG", "PROMPT", "EVAL", "OPS", "REVIEW"]
    when: str | None = None
    """Expression over facts; the step is skipped, with a record, where it does not hold."""
    after: str | None = None
    """For a project's own additional step: the id of the step that it follows."""
    reads: list[str] = []
    """Facts that must exist before the step starts."""
    writes: list[str] = []
    """Facts that the step establishes (and that a rollback or revision withdraws)."""
    grounding: list[GroundingEntry] = Field(min_length=1)
    measure: str | None = None
    """`module:function` of a tool that takes measurements before the decision."""
    decision: str | None = None
    """`module:Class` of the payload model."""
    options: dict[str, str] = Field(default_factory=dict)
    """Choices and their meaning; the first is the default of a step without a policy."""
    policy: str | None = None
    bounds: str | None = None
    """`module:function` that names the choices which the figures allow; a brain is shown no other."""
    action: str | None = None
    gate: str | None = None
    instructions: str = ""
    path: Path

    @cached_property
    def condition(self) -> Any:
        """The parsed `when`, or None."""
        return expression.parse(self.when) if self.when else None

    def load(self, field: Literal["measure", "decision", "policy", "bounds", "action"]) -> Any:
        """The object that a `module:name` field names, or None where the field is empty."""
        reference = getattr(self, field)
        return resolve_reference(reference) if reference else None


def resolve_reference(reference: str) -> Any:
    """Import `module:name`.

    Raises:
        LookupError: saying which part does not exist.
    """
    module_name, _, attribute = reference.partition(":")
    if not attribute:
        raise LookupError(f"{reference!r} is not of the form module:name")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise LookupError(f"there is no module {error.name!r}") from None
    found = getattr(module, attribute, None)
    if found is None:
        raise LookupError(f"module {module_name!r} has no {attribute!r}")
    return found


def load_step(path: Path) -> Step:
    """Read one step file.

    Raises:
        WorkflowError: with every problem of the file.
    """
    problems: list[Problem] = []
    step = read_step(path, problems)
    if problems or step is None:
        raise WorkflowError(f"{path} has {len(problems)} problem(s)", problems)
    return step


def read_step(path: Path, problems: list[Problem]) -> Step | None:
    """Read one step file, adding what is wrong to `problems`; None where no step could be made of it."""
    text = path.read_text(encoding="utf-8-sig")
    head, body, offset = split_frontmatter(text)
    if head is None:
        problems.append(
            Problem(
                str(path), "no frontmatter", line=1, found=text.split("\n")[0][:60], expected="--- … --- around YAML"
            )
        )
        return None
    try:
        raw = yaml.safe_load(head)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = offset + mark.line + 1 if mark else offset
        problems.append(
            Problem(str(path), "the frontmatter is not valid YAML", line=line, found=str(error).split("\n")[0])
        )
        return None
    if not isinstance(raw, dict):
        problems.append(Problem(str(path), "the frontmatter is not a mapping", line=1, found=type(raw).__name__))
        return None
    try:
        step = Step.model_validate({**raw, "instructions": body.strip(), "path": path})
    except ValidationError as failure:
        problems += [_complaint(path, head, offset, item) for item in failure.errors()]
        return None
    problems += [
        Problem(str(path), what, line=offset + (line_of_key(head, keys) or 1), found=found, expected=expected)
        for what, keys, found, expected in _faults(step)
    ]
    return step


def split_frontmatter(text: str) -> tuple[str | None, str, int]:
    """(frontmatter, body, lines before the frontmatter's first line); frontmatter None where there is none."""
    lines = text.replace("\r\n", "\n").split("\n")
    if not lines or lines[0].strip() != "---":
        return None, text, 0
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        return None, text, 0
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), 1


def _complaint(path: Path, head: str, offset: int, item: Any) -> Problem:
    keys = tuple(item["loc"])
    line = offset + (line_of_key(head, keys) or 1)
    field = ".".join(map(str, keys))
    if item["type"] == "extra_forbidden":
        known = ", ".join(name for name in Step.model_fields if name not in ("instructions", "path"))
        return Problem(str(path), "unknown key", line=line, found=field, expected=f"one of {known}")
    return Problem(str(path), f"{field}: {item['msg']}", line=line, found=repr(item["input"])[:60])


Fault = tuple[str, tuple[Any, ...], str, str]
"""(what, keys to the place, found, expected)"""


def _faults(step: Step) -> list[Fault]:
    checks: list[Callable[[Step], list[Fault]]] = [_identity, _references, _condition, _queries, _choices]
    return [fault for check in checks for fault in check(step)]


def _identity(step: Step) -> list[Fault]:
    if step.path.stem == step.id:
        return []
    return [("the id is not the file's name", ("id",), step.id, step.path.stem)]


def _references(step: Step) -> list[Fault]:
    faults: list[Fault] = []
    for field in ("measure", "decision", "policy", "bounds", "action"):
        try:
            loaded = step.load(field)
        except LookupError as error:
            faults.append((f"{field} names something that does not exist", (field,), getattr(step, field), str(error)))
            continue
        if (
            field == "decision"
            and loaded is not None
            and not (isinstance(loaded, type) and issubclass(loaded, BaseModel))
        ):
            faults.append(("decision is not a payload model", (field,), str(loaded), "a pydantic model class"))
    return faults


def _condition(step: Step) -> list[Fault]:
    try:
        _ = step.condition
    except expression.ExpressionError as error:
        return [("when cannot be read", ("when",), str(step.when), str(error))]
    return []


def _queries(step: Step) -> list[Fault]:
    faults: list[Fault] = []
    for number, entry in enumerate(step.grounding):
        keys = ("grounding", number)
        text = getattr(entry, entry.wanted())
        if not text:
            faults.append(
                (f"{entry.tool} needs {entry.wanted()}", keys, str(entry.model_dump(exclude_none=True)), entry.wanted())
            )
            continue
        unknown = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None} - TEMPLATE_NAMES
        if unknown:
            faults.append(
                ("unknown name in braces", keys, ", ".join(sorted(unknown)), ", ".join(sorted(TEMPLATE_NAMES)))
            )
    return faults


def _choices(step: Step) -> list[Fault]:
    if not step.options and not step.decision:
        return [
            (
                "nothing to decide",
                ("id",),
                "neither options nor decision",
                "options: {choice: meaning}, or decision: module:Class",
            )
        ]
    if step.decision and not step.policy:
        return [
            ("a payload needs a policy that proposes it", ("decision",), str(step.decision), "policy: module:function")
        ]
    return []
