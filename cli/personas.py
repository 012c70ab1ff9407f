"""`tuneguild personas`: list, show and check persona files. The root command in `cli/` mounts `app`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..agents.personas import Persona

app = typer.Typer(
    help="Who judges: list, show and check personas.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)
ProjectOption = Annotated[Path | None, typer.Option("--project", help="Project whose own personas count too.")]


@app.command("list")
def list_(project: ProjectOption = None) -> None:
    """List the personas, those of a project included."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for column, fixed in (("persona", True), ("called by", True), ("title", False), ("from", True)):
        table.add_column(column, no_wrap=fixed, overflow="fold")
    for persona in sorted(_load(project).values(), key=lambda persona: persona.referenced_by or "~"):
        whose = "project" if project and persona.path.is_relative_to(project) else "TuneGuild"
        caller = Path(persona.referenced_by).stem.removesuffix(f"-{persona.id}") or "-"
        table.add_row(persona.id, escape(caller), escape(persona.title or persona.name), whose)
    Console(highlight=False).print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Id of a persona.")],
    project: ProjectOption = None,
) -> None:
    """Print one persona: who it is, what it goes by, what it does and what it asks the knowledge server."""
    from ..agents.persona_text import suggestion
    from ..errors import InputError

    personas = _load(project)
    persona = personas.get(name)
    if persona is None:
        hint = suggestion(name, personas) or f"There are: {', '.join(personas)}"
        raise InputError(f"there is no persona {name!r}", next_action=hint)
    for line in _portrait(persona):
        typer.echo(line)


@app.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Persona files or folders; TuneGuild's own if none is named.")
    ] = None,
    project: ProjectOption = None,
) -> None:
    """Check persona files; tell every problem with file and line, and exit 2 if there is one."""
    from ..agents.personas import check_paths
    from ..errors import PersonaError
    from ..settings import PERSONAS

    chosen = list(paths or ([] if project else [PERSONAS]))
    if project is not None:
        chosen.append(project / "personas")
    personas, problems = check_paths(chosen)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise PersonaError(f"{count} in {', '.join(map(str, chosen))}", problems)
    typer.echo("1 persona is in order" if len(personas) == 1 else f"{len(personas)} personas are in order")


def _load(project: Path | None) -> dict[str, Persona]:
    from ..agents.personas import load_personas
    from ..settings import PERSONAS

    own = project / "personas" if project else None
    return load_personas(PERSONAS, *([own] if own and own.is_dir() else []))


def _portrait(persona: Persona) -> list[str]:
    heading = f"{persona.icon} {persona.name}".strip() + (f", {persona.title}" if persona.title else "")
    lines = [heading, f"{persona.id}  ({persona.format}, {persona.path})", "", persona.role]
    lines += ["", persona.identity] if persona.identity != persona.role else []
    lines += ["", persona.communication_style] if persona.communication_style else []
    lists = (
        ("When to use", persona.when_to_use),
        ("When not to use", persona.when_not_to_use),
        ("Principles", persona.principles),
        ("Expertise", persona.domains),
        ("When called", persona.instructions),
        ("Delivers", persona.outputs),
        ("Asks the knowledge server", tuple(f"{tool}: {topic}" for tool, topic in persona.grounding)),
        ("Tools", persona.tools),
    )
    for title, entries in lists:
        lines += ["", title, *(f"  - {entry}" for entry in entries)] if entries else []
    if persona.handoff.to:
        lines += ["", f"Passes on to {persona.handoff.to}: {persona.handoff.context}"]
    return lines
