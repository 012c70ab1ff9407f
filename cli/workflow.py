"""`tuneguild workflow`: show and check workflows and their steps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
ProjectOption = Annotated[
    Path | None, typer.Option("--project", help="Project whose own steps and personas count too.")
]


@app.callback()
def workflow() -> None:
    """Show and check workflows."""


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Workflow.")] = "fine-tune",
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print the graph as mermaid text.")] = False,
    project: ProjectOption = None,
) -> None:
    """Show a workflow's steps: who decides what, when, and what executes it."""
    loaded = _load(name, project)
    if mermaid:
        from ..graph.compiler import mermaid as draw

        typer.echo(draw(loaded), nl=False)
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"[bold]{escape(loaded.id)}[/bold]: {escape(loaded.title)}")
    for number, step in enumerate(loaded.steps, 1):
        console.print(f"\n[bold]{number:2d} {step.id}[/bold]  {escape(step.title)}", soft_wrap=True)
        table = Table.grid(padding=(0, 1))
        table.add_column(width=12, style="dim")
        table.add_column(overflow="fold")
        decides = ", ".join(step.options) or (step.decision or "").rpartition(":")[2]
        rows = {
            "decides": decides,
            "when": step.when,
            "gate": step.gate,
            "measures": step.measure,
            "executes": step.action,
        }
        for name, value in rows.items():
            if value:
                table.add_row(f"   {name}", escape(value.removeprefix("tuneguild.tools.")))
        console.print(table)
    if loaded.review:
        console.print(f"\n{loaded.review.step} may send back to: {', '.join(loaded.review.may_send_back_to)}")


@app.command()
def check(name: Annotated[str, typer.Argument(help="Workflow.")] = "fine-tune", project: ProjectOption = None) -> None:
    """Check a workflow, its steps and everything they name; every problem at once."""
    loaded = _load(name, project)
    typer.echo(f"{loaded.id}: {len(loaded.steps)} steps, no problems")


def _load(name: str, project: Path | None):
    from ..agents.personas import load_personas
    from ..settings import PERSONAS
    from ..steps.workflow import load_workflow

    own = project / "personas" if project else None
    personas = load_personas(PERSONAS, *([own] if own and own.is_dir() else []))
    return load_workflow(name, personas, project)
