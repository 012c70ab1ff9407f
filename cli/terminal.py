"""What a run looks like in a terminal: the observer that prints events with progress bars, and the prompt at a gate."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from ..graph.gates import Approval

SHOWN_PARAMETERS = 16


class Terminal:
    """Observer of a run. With a terminal it draws bars; without one it prints a line for every quarter of long work."""

    def __init__(self, steps: list[str], console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self._steps = steps
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._quarter: dict[str, int] = {}

    def __call__(self, event: str, details: dict[str, Any]) -> None:
        handler = getattr(self, f"_on_{event.replace('-', '_')}", None)
        if event != "progress":
            self._end_bars()
        if handler:
            handler(details)

    def _on_started(self, details: dict[str, Any]) -> None:
        self.console.print(f"[bold]TuneGuild[/bold]  {escape(details['project'])}  run [cyan]{details['run']}[/cyan]")

    def _on_resumed(self, details: dict[str, Any]) -> None:
        where = details["next"][0].rpartition(".")[0] if details["next"] else "its end"
        self.console.print(f"[bold]TuneGuild[/bold]  resumes run [cyan]{details['run']}[/cyan] at {where}")
        for step in details["changed_steps"]:
            self.console.print(f"  [yellow]note[/yellow] the file of {step} has changed since the run began")

    def _on_step(self, details: dict[str, Any]) -> None:
        number = self._steps.index(details["step"]) + 1 if details["step"] in self._steps else "+"
        self.console.print(
            f"\n[bold]{number}/{len(self._steps)} {details['persona']}[/bold]  {escape(details['title'])}",
            soft_wrap=True,
        )

    def _on_measured(self, details: dict[str, Any]) -> None:
        if details["summary"]:
            self._line("measured", escape(details["summary"]))

    def _on_grounded(self, details: dict[str, Any]) -> None:
        records = details["records"]
        shown = ", ".join(records[:3]) + (f" and {len(records) - 3} more" if len(records) > 3 else "")
        self._line("grounded", f"{len(records)} records: {shown}" if records else "[yellow]nothing is known[/yellow]")
        for note in details["notes"]:
            self._line("", f"[yellow]{escape(note)}[/yellow]")

    def _on_decided(self, details: dict[str, Any]) -> None:
        self._line("decided", f"[bold green]{details['id']}[/bold green] [bold]{escape(details['choice'])}[/bold]")
        self._line("", escape(details["rationale"]))
        for warning in details["warnings"]:
            self._line("", f"[yellow]warning: {escape(warning)}[/yellow]")

    def _on_approved(self, details: dict[str, Any]) -> None:
        edits = f", with {escape(json.dumps(details['edits']))}" if details["edits"] else ""
        self._line("approved", f"by {'--yes, given at the start' if details['by'] == '--yes' else 'you'}{edits}")

    def _on_acted(self, details: dict[str, Any]) -> None:
        if details["summary"]:
            self._line("done", escape(details["summary"]))

    def _on_skipped(self, details: dict[str, Any]) -> None:
        self.console.print(f"\n[dim]{details['step']} skipped: {escape(details['reason'])}[/dim]", soft_wrap=True)

    def _on_revised(self, details: dict[str, Any]) -> None:
        self.console.print(f"\n[yellow]sent back to {details['step']}:[/yellow] {escape(details['feedback'])}")

    def _on_progress(self, details: dict[str, Any]) -> None:
        label, done, total = details["label"], details["done"], details["total"]
        if not self.console.is_terminal:
            return self._quarters(details["step"], label, done, total)
        if self._progress is None:
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.completed:g}/{task.total:g}"),
            )
            self._progress = Progress(*columns, TimeElapsedColumn(), console=self.console, transient=True)
            self._progress.start()
        key = details["step"]
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(label, total=total or None)
        self._progress.update(
            self._tasks[key], completed=done, total=total or None, description=f"           {escape(label)}"
        )

    def _quarters(self, step: str, label: str, done: float, total: float) -> None:
        key = f"{step}/{label.split(' ')[0]}"
        quarter = int(4 * done / total) if total else 0
        if quarter > self._quarter.get(key, 0):
            self._line("", f"{escape(label)}  {done:g}/{total:g}")
        self._quarter[key] = quarter

    def _end_bars(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress, self._tasks = None, {}

    def _line(self, word: str, text: str) -> None:
        table = Table.grid(padding=(0, 1))
        table.add_column(width=10, style="dim")
        table.add_column(overflow="fold")
        table.add_row(f"  {word}", text)
        self.console.print(table)


def ask_in_terminal(question: dict[str, Any], error: str) -> Approval | None:
    """Show a decision and ask for approval; None (the run waits) where nobody sits at a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    console = Console(highlight=False)
    if error:
        console.print(f"[red]{escape(error)}[/red]")
    console.print(decision_panel(question["decision"], question["gate"]))
    while True:
        try:
            said = console.input("  [bold]approve? [y]es, [n]o, KEY=VALUE to change, [l]ater:[/bold] ").strip()
        except EOFError:
            return None
        if said.lower() in ("y", "yes"):
            return Approval(approved=True, by="person")
        if said.lower() in ("n", "no"):
            return Approval(approved=False, by="person", words=console.input("  why? (optional) "))
        if said.lower() in ("l", "later"):
            return None
        if "=" in said:
            return Approval(approved=True, by="person", edits=parse_edits([said]), words=said)


def parse_edits(texts: list[str]) -> dict[str, Any]:
    """`KEY=VALUE` words as payload fields; values are JSON where they can be read as such."""
    from ..errors import InputError, Problem

    edits: dict[str, Any] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InputError(
                "an edit cannot be read", [Problem("--set", "not an edit", found=text, expected="KEY=VALUE")]
            )
        try:
            edits[key.strip()] = json.loads(value)
        except json.JSONDecodeError:
            edits[key.strip()] = value.strip()
    return edits


def decision_panel(decision: dict[str, Any], gate: str) -> Panel:
    """A decision as a person needs it to approve: choice, why, each parameter with what supports it."""
    table = Table.grid(padding=(0, 2))
    table.add_row("[bold]choice[/bold]", f"[bold]{escape(decision['choice'])}[/bold]")
    table.add_row("[bold]why[/bold]", escape(decision["rationale"]))
    for field, value in list(decision["payload"].items())[:SHOWN_PARAMETERS]:
        table.add_row(field, f"{escape(json.dumps(value))}  [dim]{escape(support(decision, field))}[/dim]")
    for warning in decision["warnings"]:
        table.add_row("[yellow]warning[/yellow]", f"[yellow]{escape(warning)}[/yellow]")
    return Panel(table, title=f"{decision['id']}: gate {gate}", border_style="cyan")


def support(decision: dict[str, Any], field: str) -> str:
    """What supports one parameter, in a few words."""
    items = [item for item in decision["evidence"] if item["supports"] == field]
    words = [
        {"knowledge": item["id"], "measurement": f"measured {item['id']}", "user": "your own words"}.get(
            item["kind"], "unsupported"
        )
        for item in items
    ]
    return ", ".join(words) or "unsupported"
