"""`tuneguild chat`: talk to a run's tuned model in the terminal, or over a pipe line by line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..tools.evaluation.parsing import ParsedTurn
    from ..tools.serving.conversation import Conversation

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)

HELP = "Ctrl-D ends. After a call, type what the tool gives back (empty: nothing)."


@app.command()
def chat(
    run: Annotated[str, typer.Argument(help="Run: folder, id, beginning of an id, or `last`.")] = "last",
    prompt: Annotated[str | None, typer.Option("--prompt", "-p", help="Ask this once, print the reply, end.")] = None,
    tools: Annotated[Path | None, typer.Option(help="JSON file of tools to offer instead of the dataset's.")] = None,
    system: Annotated[str | None, typer.Option(help="System prompt instead of the one that was chosen.")] = None,
    new_tokens: Annotated[int, typer.Option(help="Longest reply in tokens.", min=1, max=8192)] = 256,
) -> None:
    """Talk to a run's tuned model, under its serving prompt and with the tools of its dataset."""
    from ..graph.folder import find_run
    from ..tools.evaluation.prompts import Prompt
    from ..tools.serving.conversation import open_conversation, read_tools
    from ..tools.serving.operate import read_facts
    from ..tools.serving.prompt import serving_prompt

    folder = find_run(run)
    facts = read_facts(folder.path)
    conversation = open_conversation(
        facts,
        folder.path,
        folder.project_dir(),
        base=folder.project().model,
        tools=read_tools(tools) if tools else None,
        prompt=serving_prompt(facts) if system is None else Prompt(id="own", system=system, mode="replace"),
    )
    conversation.new_tokens = new_tokens
    if prompt is not None:
        ask(conversation, prompt)
    else:
        _talk(conversation, facts, interactive=sys.stdin.isatty())


def _talk(conversation: Conversation, facts: dict[str, object], *, interactive: bool) -> None:
    """Read lines until the end of the input."""
    if interactive:
        names = ", ".join(tool["function"]["name"] for tool in conversation.tools) or "none"
        kind = "the tuned model" if facts.get("training") else "the base model (this run trained nothing)"
        typer.echo(f"You talk to {kind}; verdict: {facts.get('verdict', 'none yet')}; tools: {names}. {HELP}")
    while True:
        try:
            line = input("you> " if interactive else "")
        except (EOFError, KeyboardInterrupt):
            typer.echo("")
            return
        if line.strip():
            reply = ask(conversation, line)
            _results(conversation, reply, interactive=interactive)


def ask(conversation: Conversation, text: str) -> ParsedTurn:
    """Say one thing and show the reply."""
    reply = conversation.say(text, _show)
    _end(conversation, reply)
    return reply


def _results(conversation: Conversation, reply: ParsedTurn, *, interactive: bool) -> None:
    """Ask for the results of calls, and let the model answer on them; over a pipe, calls stay unanswered."""
    while reply.calls and interactive:
        given = [(call.name, input(f"result of {call.name}> ")) for call in reply.calls]
        if not any(text.strip() for _, text in given):
            return
        for name, text in given:
            conversation.give_result(name, text)
        reply = conversation.answer(_show)
        _end(conversation, reply)


def _show(piece: str) -> None:
    typer.echo(piece, nl=False)
    sys.stdout.flush()


def _end(conversation: Conversation, reply: ParsedTurn) -> None:
    """End the line of the words, and show each call on a line of its own."""
    if (reply.text and not reply.malformed) or not reply.calls:
        typer.echo("")
    offered = {tool["function"]["name"] for tool in conversation.tools}
    for call in reply.calls:
        arguments = ", ".join(
            f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in call.arguments.items()
        )
        unknown = "" if call.name in offered else "   (no such tool was offered)"
        typer.echo(f"[call] {call.name}({arguments}){unknown}")
    if reply.malformed:
        typer.echo(f"[call that cannot be read] {reply.text}")
