"""Orders steps: reads a workflow file, lets a project replace or add steps, and checks that everything named exists.

Steps and workflows of a project's own `steps/` folder stand before the packaged ones.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import Problem, WorkflowError
from ..settings import STEPS, line_of_key
from . import expression
from .loader import Step, read_step

SURVEYED = ("imported",)
"""Facts that exist before the first step (`tools/data/survey.py`)."""


class Review(BaseModel):
    """Which step may send the work back, and where to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    may_send_back_to: list[str] = Field(min_length=1)


class WorkflowFile(BaseModel):
    """`*.workflow.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    description: str = ""
    steps: list[str] = Field(min_length=1)
    review: Review | None = None


class Workflow(BaseModel):
    """Ordered, checked steps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    description: str
    steps: list[Step]
    review: Review | None
    path: Path

    def step(self, id: str) -> Step:
        return next(step for step in self.steps if step.id == id)

    def find(self, text: str) -> Step:
        """The step that a person means by an id, its number ("5", "05") or its persona.

        Raises:
            WorkflowError: naming the steps there are.
        """
        wanted = text.strip().lower()
        for step in self.steps:
            number = step.id.split("-")[1] if step.id.startswith("step-") else ""
            if wanted in (step.id, step.persona, number) or wanted.zfill(2) == number:
                return step
        known = ", ".join(step.id for step in self.steps)
        raise WorkflowError(f"workflow {self.id} has no step {text!r}", next_action=f"name one of: {known}")

    def from_step(self, id: str) -> list[Step]:
        """The step and all that follow it."""
        index = [step.id for step in self.steps].index(id)
        return self.steps[index:]


def load_workflow(name: str, personas: Collection[str], project_dir: Path | None = None) -> Workflow:
    """Read workflow `name` with a project's own steps.

    Args:
        name: id of the workflow, the stem of `<name>.workflow.yaml`.
        personas: ids of the personas that exist.
        project_dir: a project's folder, whose `steps/` extends or replaces the packaged ones.

    Raises:
        WorkflowError: with every problem of every file.
    """
    folders = ([project_dir / "steps"] if project_dir else []) + [STEPS]
    path = next(
        (folder / f"{name}.workflow.yaml" for folder in folders if (folder / f"{name}.workflow.yaml").is_file()), None
    )
    if path is None:
        known = sorted(
            {file.name.removesuffix(".workflow.yaml") for folder in folders for file in folder.glob("*.workflow.yaml")}
        )
        raise WorkflowError(f"there is no workflow {name!r}", next_action=f"name one of: {', '.join(known)}")
    problems: list[Problem] = []
    text = path.read_text(encoding="utf-8")
    file = _read_workflow_file(path, text, problems)
    available = _available_steps(folders, set(file.steps) if file else set(), problems)
    steps = _ordered(file, available, path, text, problems) if file else []
    problems += _check(steps, set(personas), file, path, text)
    if problems or file is None:
        raise WorkflowError(f"workflow {name} has {len(problems)} problem(s)", problems)
    return Workflow(
        id=file.id, title=file.title, description=file.description, steps=steps, review=file.review, path=path
    )


def _read_workflow_file(path: Path, text: str, problems: list[Problem]) -> WorkflowFile | None:
    try:
        return WorkflowFile.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(
            Problem(str(path), "not valid YAML", line=mark.line + 1 if mark else None, found=str(error).split("\n")[0])
        )
    except ValidationError as failure:
        problems += [
            Problem(
                str(path),
                f"{'.'.join(map(str, item['loc']))}: {item['msg']}",
                line=line_of_key(text, item["loc"]),
                found=repr(item["input"])[:60],
            )
            for item in failure.errors()
        ]
    return None


def _available_steps(folders: list[Path], named: set[str], problems: list[Problem]) -> dict[str, Step]:
    """Steps by id; the first folder wins, so that a project's step replaces ours. Of ours, only the named ones are read."""
    steps: dict[str, Step] = {}
    for folder in folders:
        here: dict[str, Step] = {}
        for path in sorted(folder.glob("**/step-*.md")):
            if folder == STEPS and path.stem not in named:
                continue
            step = read_step(path, problems)
            if step is None:
                continue
            if step.id in here:
                problems.append(
                    Problem(
                        str(path),
                        "two steps have the same id",
                        found=step.id,
                        expected=f"another id than {here[step.id].path}",
                    )
                )
            here[step.id] = step
        steps = {**here, **steps}
    return steps


def _ordered(
    file: WorkflowFile, available: dict[str, Step], path: Path, text: str, problems: list[Problem]
) -> list[Step]:
    steps: list[Step] = []
    for number, id in enumerate(file.steps):
        if id in available:
            steps.append(available[id])
        else:
            problems.append(_unknown(path, "unknown step", id, available, line_of_key(text, ("steps", number))))
    named = set(file.steps)
    for step in available.values():
        if step.id in named or step.after is None:
            continue
        index = next((n for n, other in enumerate(steps) if other.id == step.after), None)
        if index is None:
            problems.append(_unknown(step.path, "after names an unknown step", step.after, named, None))
        else:
            steps.insert(index + 1, step)
    return steps


def _check(steps: list[Step], personas: set[str], file: WorkflowFile | None, path: Path, text: str) -> list[Problem]:
    problems: list[Problem] = []
    known = set(SURVEYED)
    for step in steps:
        head_line = _line_finder(step)
        if step.persona not in personas:
            problems.append(_unknown(step.path, "unknown persona", step.persona, personas, head_line("persona")))
        needed = {(name, "reads") for name in step.reads}
        with contextlib.suppress(expression.ExpressionError):  # already a problem of the step file
            needed |= {(name, "when") for name in (expression.names(step.condition) if step.when else ())}
        for name, key in sorted(needed):
            if name not in known:
                problems.append(
                    _unknown(step.path, f"{key} names a fact that no earlier step writes", name, known, head_line(key))
                )
        known |= set(step.writes)
    if file and file.review:
        ids = {step.id for step in steps}
        for id in (file.review.step, *file.review.may_send_back_to):
            if id not in ids:
                problems.append(_unknown(path, "review names an unknown step", id, ids, line_of_key(text, ("review",))))
    return problems


def _line_finder(step: Step) -> Any:
    from .loader import split_frontmatter

    head, _, offset = split_frontmatter(step.path.read_text(encoding="utf-8-sig"))
    return lambda key: offset + (line_of_key(head or "", (key,)) or 1)


def _unknown(path: Path, what: str, found: str, known: Collection[str], line: int | None) -> Problem:
    close = difflib.get_close_matches(found, list(known), n=1)
    fix = f"Did you mean {close[0]!r}?" if close else ""
    return Problem(str(path), what, found=found, expected=f"one of {', '.join(sorted(known))}", line=line, fix=fix)
