"""`tuneguild knowledge`: search, show, check and serve what is known. The root command in `cli/` mounts `app`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="What is known: search it, read it, check records, serve it over MCP.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class KindName(StrEnum):
    """The kinds of records, as the command line takes them."""

    pattern = "pattern"
    decision = "decision"
    warning = "warning"
    methodology = "methodology"


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="A phrase, in any wording.")],
    kind: Annotated[KindName | None, typer.Option(help="Only records of this kind.")] = None,
    limit: Annotated[int, typer.Option("-k", "--limit", min=1, max=20, help="At most so many records.")] = 5,
) -> None:
    """Search the knowledge, best match first."""
    from ..knowledge_mcp.client import KnowledgeClient, run_sync
    from ..knowledge_mcp.server import Reply

    async def ask() -> Reply:
        async with KnowledgeClient() as client:
            return await client.search(query, kind.value if kind else None, limit)

    reply = run_sync(ask)
    for found in reply.results:
        typer.echo(f"{found.id}  ({found.kind}, confidence {found.confidence}, score {found.score:.1f})")
        typer.echo(f"    {found.title}; matched: {', '.join(found.matched)}")
    if not reply.results:
        typer.echo(reply.note)
        typer.echo(f"topics nearby: {', '.join(reply.nearest_topics) or 'none'}")


@app.command()
def show(id: Annotated[str, typer.Argument(help="Id of a record.")]) -> None:
    """Print one record with its figures and sources."""
    from ..errors import InputError
    from ..knowledge_mcp.client import KnowledgeClient, run_sync
    from ..knowledge_mcp.server import Reply

    async def ask() -> Reply:
        async with KnowledgeClient() as client:
            return await client.get(id)

    reply = run_sync(ask)
    if not reply.results:
        raise InputError(reply.note, next_action="`tuneguild knowledge search WORDS` finds records")
    record = reply.results[0]
    typer.echo(f"{record.title}\n{record.id}  ({record.kind}, confidence {record.confidence})\n\n{record.text}\n")
    for name, number in record.numbers.items():
        basis = "our own choice" if number["basis"] == "ours" else "from the sources"
        typer.echo(f"{name}: {number['value']:g} {number['unit']} ({basis})")
    typer.echo("\nSources")
    for source in record.sources:
        typer.echo(f"  {source}")
    for label, ids in (("Related", record.related), ("Contradicted by or contradicting", record.contradicts)):
        if ids:
            typer.echo(f"{label}: {', '.join(ids)}")


@app.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Record files or folders; the shipped corpus if none.")
    ] = None,
) -> None:
    """Check records; tell every problem with file and line, and exit 2 if there is one."""
    from ..errors import InputError
    from ..knowledge_mcp.records import check_paths, load_corpus

    if not paths:
        typer.echo(f"{len(load_corpus())} records are in order")
        return
    records, problems = check_paths(paths, known=[record.id for record in load_corpus()])
    if problems or not records:
        raise InputError(
            f"{len(problems)} problem(s) in {', '.join(map(str, paths))}" if problems else "no records found", problems
        )
    typer.echo(f"{len(records)} records are in order")


class TransportName(StrEnum):
    """How the server is reached."""

    stdio = "stdio"
    http = "http"


@app.command()
def serve(
    transport: Annotated[
        TransportName, typer.Option(help="stdio for an assistant on this machine, http for others.")
    ] = (TransportName.stdio),
    host: Annotated[str, typer.Option(help="Address to listen on (http).")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on (http).")] = 8765,
) -> None:
    """Serve the knowledge over MCP."""
    from ..knowledge_mcp.server import build_server

    server = build_server()
    if transport is TransportName.http:
        typer.echo(f"serving on http://{host}:{port}/mcp", err=True)
        server.run("streamable-http", host=host, port=port)
    else:
        server.run("stdio")
