"""The last screen of a run: the verdict with its figures, and where the files are."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from ..graph.folder import RunFolder

COLOURS = {"ship": "green", "no-ship": "red", "insufficient-data": "yellow", "not-needed": "cyan"}
FILES = ("report.html", "verdict.json", "decision-log.md", "merged", "adapter", "model", "model_card.md")


def show_ending(folder: RunFolder, console: Console) -> None:
    """Print the verdict panel of a finished run."""
    path = folder.path / "verdict.json"
    if not path.is_file():
        console.print(f"\nThe run has ended. Files: {folder.path}")
        return
    verdict: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    table = Table.grid(padding=(0, 2))
    if verdict.get("tuned") is not None and verdict.get("baseline") is not None:
        table.add_row("best prompt", f"{verdict['baseline']:.1%}")
        table.add_row("tuned model", f"{verdict['tuned']:.1%}")
        interval = (
            f"95 % interval {verdict['ci_low']:+.1%} to {verdict['ci_high']:+.1%}"
            if verdict.get("ci_low") is not None
            else ""
        )
        table.add_row(
            "difference",
            f"{verdict['difference']:+.1%}  ({interval}, p = {verdict['p_value']:.2g}, n = {verdict['n']})",
        )
    elif verdict.get("baseline") is not None:
        table.add_row("best prompt", f"{verdict['baseline']:.1%}  (n = {verdict['n']})")
    if verdict.get("general_loss_before") is not None and verdict.get("general_loss_after") is not None:
        before, after = verdict["general_loss_before"], verdict["general_loss_after"]
        table.add_row("general loss", f"{before:.3f} -> {after:.3f} nats/token ({after / before - 1:+.1%})")
    for reason in verdict["reasons"]:
        table.add_row("because", escape(reason))
    colour = COLOURS.get(verdict["verdict"], "white")
    console.print()
    console.print(
        Panel(table, title=f"[bold {colour}]verdict: {verdict['verdict']}[/bold {colour}]", border_style=colour)
    )
    console.print(f"Files in {folder.path}", soft_wrap=True)
    console.print("  " + ", ".join(name for name in FILES if (folder.path / name).exists()))
    if any((folder.path / name).exists() for name in ("merged", "adapter", "model")):
        console.print(f"Talk to the model:  tuneguild chat {folder.id}")
