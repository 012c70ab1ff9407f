"""`tuneguild runs`: list runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def runs(
    project: Annotated[Path | None, typer.Argument(help="Project folder; all known runs without it.")] = None,
) -> None:
    """List runs, newest first, with their verdicts."""
    from rich.console import Console
    from rich.table import Table

    from ..graph.folder import known_runs
    from ..graph.status import read_status

    found = known_runs(project)
    if not found:
        typer.echo("there are no runs yet; start one with `tuneguild run examples/support-desk`")
        return
    table = Table(box=None, header_style="bold")
    for name in ("run", "project", "state", "verdict", "difference"):
        table.add_column(name, no_wrap=True)
    for folder in found:
        path = folder.path / "verdict.json"
        verdict = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        difference = f"{verdict['difference']:+.1%}" if verdict.get("difference") is not None else ""
        state, name = read_status(folder).state, folder.manifest()["project"]["name"]
        table.add_row(folder.id, name, state, verdict.get("verdict", ""), difference)
    Console(highlight=False).print(table)
