"""`tuneguild run`: a project folder, or a goal and a data file, through the workflow."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    path: Annotated[Path | None, typer.Argument(help="Project folder with a project.yaml.")] = None,
    goal: Annotated[
        str | None, typer.Option(help="What the model should do better; makes a project of its own without PATH.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Records to learn from, instead of the project's.")] = None,
    held_out: Annotated[Path | None, typer.Option(help="Records for the final test, instead of the project's.")] = None,
    answers: Annotated[
        Path | None, typer.Option(help="Answer file of a format that keeps answers apart (bfcl).")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="`starter`, a model folder, or a name that transformers can load.")
    ] = None,
    workflow: Annotated[str | None, typer.Option(help="Workflow to follow.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept every gate; the log says so.")] = False,
    skip_invalid: Annotated[
        bool, typer.Option(help="Go on without records that cannot be used, and count them.")
    ] = False,
    chat_url: Annotated[
        str | None, typer.Option(help="OpenAI-compatible URL of a chat model that decides, within bounds.")
    ] = None,
    chat_model: Annotated[str | None, typer.Option(help="Name of that chat model.")] = None,
) -> None:
    """Take a project through the workflow to a proven model.

    The gates ask in the terminal. Everything lands in PROJECT/runs/RUN-ID; an interrupted run goes on with `tuneguild resume`.
    """
    from ..graph.runner import load_files, start
    from ..graph.runner import yes as accept
    from .ending import show_ending
    from .project import resolve_project
    from .terminal import Terminal, ask_in_terminal

    changes: dict[str, Any] = {
        "goal": goal,
        "model": model,
        "workflow": workflow,
        "seed": seed,
        "data": {"train": data, "held_out": held_out, "answers": answers, "skip_invalid": skip_invalid or None},
        "brain": {"kind": "chat", "url": chat_url, "model": chat_model} if chat_url or chat_model else {},
    }
    project, project_dir = resolve_project(path, changes)
    terminal = Terminal([step.id for step in load_files(project, project_dir)[0].steps])
    outcome = start(project, project_dir, answer=accept if yes else ask_in_terminal, observer=terminal)
    show_ending(outcome.folder, terminal.console)
