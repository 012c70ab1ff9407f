"""A toy project with steps and tools of its own, to test the graph without models. Its tools count their calls."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tuneguild.agents.decision import Briefing, Proposal
from tuneguild.tools.contract import Measurement, Result, ToolContext

STEP = """---
id: {id}
title: {title}
persona: tech-lead
area: DATA
{extra}grounding:
  - tool: get_warnings
    topic: "data leakage"
---
Decide.
"""

WORKFLOW = """id: toy
title: Toy
steps: [{steps}]
{review}"""


class Dose(BaseModel):
    """How much."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    amount: int = Field(ge=0, le=10)


def propose(briefing: Briefing) -> Proposal:
    amount = 2 + len(briefing.feedback)
    return Proposal(
        choice="some",
        payload={"amount": amount},
        rationale="toy",
        evidence=[briefing.from_measurement("toy.size", "amount")],
        confidence=1.0,
    )


def recall(briefing: Briefing) -> Proposal:
    tried = [decision["payload"]["amount"] for decision in briefing.decisions if decision["step"] == briefing.step]
    return propose(briefing).model_copy(update={"rationale": f"tried {tried}"})


def only_blue(briefing: Briefing) -> set[str]:
    return {"blue"}


def measure(payload: None, context: ToolContext) -> Result:
    count(context, "measure")
    return Result(measurements=[Measurement("toy.size", 7, "records")])


def execute(payload: Dose, context: ToolContext) -> Result:
    count(context, "act")
    if os.environ.get("TOY_KILL") == "act":
        os.kill(os.getpid(), signal.SIGKILL)
    return Result(facts={"dose": payload.amount}, summary=f"took {payload.amount}")


def send_back(payload: Any, context: ToolContext) -> Result:
    return Result(facts={"review": {"verdict": "REVISE", "step": "step-01-dose", "feedback": "more"}})


def count(context: ToolContext, what: str) -> None:
    with (context.run_dir / "calls.txt").open("a") as handle:
        handle.write(what + "\n")


def calls(run_dir: Path) -> list[str]:
    return (run_dir / "calls.txt").read_text().split()


DOSE = (
    "writes: [dose]\nmeasure: support.toy:measure\ndecision: support.toy:Dose\noptions: {some: a dose}\n"
    "policy: support.toy:propose\naction: support.toy:execute\n"
)
PLAIN = "writes: [colour]\noptions: {red: a warm one, blue: a cold one}\n"
REVIEW = "options: {GO: fine}\nreads: [dose]\nwrites: [review]\naction: support.toy:send_back\n"


def make_project(folder: Path, steps: dict[str, str], review: str = "", **project: Any) -> Path:
    """A project folder whose workflow has the given steps (id -> frontmatter lines)."""
    (folder / "steps").mkdir(parents=True)
    for id, extra in steps.items():
        (folder / "steps" / f"{id}.md").write_text(STEP.format(id=id, title=f"Toy {id}", extra=extra))
    (folder / "steps" / "toy.workflow.yaml").write_text(WORKFLOW.format(steps=", ".join(steps), review=review))
    (folder / "train.jsonl").write_text("".join(json.dumps(row(n)) + "\n" for n in range(8)))
    settings = {"name": "toy", "goal": "a toy", "workflow": "toy", "data": {"train": "train.jsonl"}, **project}
    (folder / "project.yaml").write_text(json.dumps(settings))  # JSON is YAML
    return folder


def row(number: int) -> dict[str, Any]:
    return {
        "messages": [
            {"role": "user", "content": f"question {number}"},
            {"role": "assistant", "content": f"answer {number}"},
        ]
    }


Watcher = Callable[[str, dict[str, Any]], None]
