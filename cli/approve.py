"""`tuneguild approve`: answer the gate at which a run waits."""

from __future__ import annotations

from typing import Annotated, Any

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def approve(
    run: Annotated[str, typer.Argument(help="Run: folder, id, beginning of an id, or `last`.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter, or `choice`, on approval."),
    ] = None,
    decline: Annotated[
        bool, typer.Option("--decline", help="Say no; nothing is executed and the gate stays open.")
    ] = False,
    words: Annotated[str, typer.Option(help="A remark for the log.")] = "",
) -> None:
    """Approve, change or decline the decision that a run waits with, and go on until the next gate."""
    from ..errors import TuneGuildError
    from ..graph.folder import find_run
    from ..graph.gates import Approval
    from ..graph.runner import drive, load_files
    from ..graph.status import read_status
    from .ending import show_ending
    from .terminal import Terminal, ask_in_terminal, parse_edits

    folder = find_run(run)
    if read_status(folder).waiting_for is None:
        raise TuneGuildError(f"run {folder.id} waits at no gate", next_action=f"`tuneguild status {folder.id}`")
    given: list[Approval] = [Approval(approved=not decline, by="person", edits=parse_edits(set_ or []), words=words)]

    def answer(question: dict[str, Any], error: str) -> Approval | None:
        # The command line answers this one gate; whatever comes after it is asked afresh.
        if error:
            raise TuneGuildError(error)
        return given.pop() if given else ask_in_terminal(question, error)

    terminal = Terminal([step.id for step in load_files(folder.project(), folder.project_dir())[0].steps])
    drive(folder, answer=answer, observer=terminal)
    show_ending(folder, terminal.console)
