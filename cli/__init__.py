"""The command line: one file a group of commands, named in `COMMANDS` and imported only when called.

`tuneguild --help` is printed from this table, so that it costs little more than an interpreter's start.
"""

from __future__ import annotations

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("run", "take a project (or a goal and a data file) through the workflow to a proven model"),
    "resume": ("resume", "go on with a run that was interrupted or waits"),
    "approve": ("approve", "answer the gate at which a run waits"),
    "rollback": ("rollback", "take a run back to a step"),
    "runs": ("runs", "list runs"),
    "status": ("status", "how a run stands, and what to do next"),
    "chat": ("chat", "talk to a run's tuned model"),
    "personas": ("personas", "list, show and check personas"),
    "workflow": ("workflow", "show and check workflows and their steps"),
    "knowledge": ("knowledge", "search, show, check and serve the knowledge"),
    "mcp-config": ("mcp_config", "print the configuration that connects an assistant with the knowledge"),
    "data": ("data", "check data files and show their statistics"),
}
"""Command -> (module in this folder with a typer `app`, one line of help)."""
