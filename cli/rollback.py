"""`tuneguild rollback`: take a run back to a step."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def rollback(
    run: Annotated[str, typer.Argument(help="Run: folder, id, beginning of an id, or `last`.")],
    step: Annotated[str, typer.Argument(help="Step to do again: its id, number or persona.")],
) -> None:
    """Take a run back to just before STEP, with the facts and dataset version of then; later work is marked stale."""
    from ..graph.folder import find_run
    from ..graph.rollback import rollback as go_back

    folder = find_run(run)
    done = go_back(folder, step)
    typer.echo(f"run {folder.id} stands before {done.step} again")
    typer.echo(f"  stale:   {', '.join(done.stale) or 'nothing'}")
    typer.echo(f"  dataset: {done.dataset or 'not made yet'}")
    if done.moved:
        typer.echo(f"  moved to stale/: {', '.join(done.moved)}")
    typer.echo(f"  next:    tuneguild resume {folder.id}")
