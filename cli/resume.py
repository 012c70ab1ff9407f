"""`tuneguild resume`: go on with a run."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def resume(
    run: Annotated[str, typer.Argument(help="Run: folder, id, beginning of an id, or `last`.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept every gate; the log says so.")] = False,
) -> None:
    """Go on with a run where it stopped. Finished actions are not done again."""
    from ..graph.folder import find_run
    from ..graph.runner import drive, load_files
    from ..graph.runner import yes as accept
    from .ending import show_ending
    from .terminal import Terminal, ask_in_terminal

    folder = find_run(run)
    terminal = Terminal([step.id for step in load_files(folder.project(), folder.project_dir())[0].steps])
    drive(folder, answer=accept if yes else ask_in_terminal, observer=terminal)
    show_ending(folder, terminal.console)
