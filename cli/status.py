"""`tuneguild status`: how a run stands, and what to do next."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def status(
    run: Annotated[str, typer.Argument(help="Run: folder, id, beginning of an id, or `last`.")] = "last",
) -> None:
    """Show each step of a run with its decision, what it waits for, and the next action."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from ..graph.folder import find_run
    from ..graph.runner import load_files
    from ..graph.status import read_status
    from .ending import show_ending
    from .terminal import decision_panel

    folder = find_run(run)
    now = read_status(folder)
    console = Console(highlight=False)
    project = folder.project()
    console.print(f"[bold]{escape(project.name)}[/bold]  run [cyan]{folder.id}[/cyan]  {now.state}")
    console.print(f"goal: {escape(project.goal)}\n", soft_wrap=True)
    made = {decision["step"]: decision for decision in now.values.get("decisions", [])}
    skipped = now.values.get("skipped", {})
    table = Table("step", "decision", "choice", "by", "approved", box=None, header_style="bold")
    for step in load_files(project, folder.project_dir())[0].steps:
        if step.id in made:
            decision = made[step.id]
            table.add_row(
                step.id,
                decision["id"],
                escape(decision["choice"]),
                decision["decided_by"],
                decision["approved_by"] or "-",
            )
        elif step.id in skipped:
            table.add_row(f"[dim]{step.id}[/dim]", "", f"[dim]skipped: {escape(skipped[step.id])}[/dim]")
        elif now.next.startswith(f"{step.id}."):
            table.add_row(f"[bold]{step.id}[/bold]", "", f"[bold]at {now.next.rpartition('.')[2]}[/bold]")
        else:
            table.add_row(f"[dim]{step.id}[/dim]")
    console.print(table)
    if now.waiting_for:
        console.print(decision_panel(now.waiting_for["decision"], now.waiting_for["gate"]))
    if now.state == "finished":
        return show_ending(folder, console)
    actions = {
        "working": "wait; `tuneguild status` shows how far it is",
        "waiting": f"tuneguild approve {folder.id}   (or --decline, or --set KEY=VALUE)",
        "interrupted": f"tuneguild resume {folder.id}",
    }
    console.print(f"\nnext: {actions[now.state]}")
