"""`tuneguild mcp-config CLIENT`: prints what to paste so that an assistant knows the knowledge server.

The forms are those of each client's own documentation. A token is named by its environment variable and never printed.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Print the configuration that connects an assistant with the knowledge server.",
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)

NAME = "tuneguild-knowledge"
TOKEN = "TUNEGUILD_KNOWLEDGE_TOKEN"
BRIDGE = "mcp-remote"
"""npm package that lets clients which only start programs reach a server over HTTP; it fills in `${…}` from its environment."""


def own_command(project: Path | None) -> list[str]:
    """The command that starts the server, with whole paths: a desktop program does not know the shell's."""
    script = Path(sys.executable).with_name("tuneguild")
    words = [str(script)] if script.exists() else [sys.executable, "-m", "tuneguild"]
    return [*words, "knowledge", "serve", *(["--project", str(project.resolve())] if project else [])]


def _claude_code(command: list[str], url: str | None) -> tuple[str, str]:
    if url is None:
        return "Run in a terminal", f"claude mcp add --transport stdio {NAME} -- {shlex.join(command)}"
    server = {"type": "http", "url": url, "headers": {"Authorization": "Bearer ${" + TOKEN + "}"}}
    return _json("Put into .mcp.json of the project", {"mcpServers": {NAME: server}})


def _claude_desktop(command: list[str], url: str | None) -> tuple[str, str]:
    server = _program(_bridged(url) if url else command)
    return _json(
        "Put into claude_desktop_config.json (Settings > Developer > Edit Config)", {"mcpServers": {NAME: server}}
    )


def _cursor(command: list[str], url: str | None) -> tuple[str, str]:
    server: dict[str, Any] = _program(command)
    if url:
        server = {"url": url, "headers": {"Authorization": "Bearer ${env:" + TOKEN + "}"}}
    return _json("Put into .cursor/mcp.json of the project, or ~/.cursor/mcp.json", {"mcpServers": {NAME: server}})


def _vscode(command: list[str], url: str | None) -> tuple[str, str]:
    server: dict[str, Any] = {"type": "stdio", **_program(command)}
    if url:
        server = {"type": "http", "url": url, "headers": {"Authorization": "Bearer ${env:" + TOKEN + "}"}}
    return _json("Put into .vscode/mcp.json of the project", {"servers": {NAME: server}})


def _zed(command: list[str], url: str | None) -> tuple[str, str]:
    server = {**_program(_bridged(url) if url else command), "env": {}}
    return _json("Put into settings.json (command `zed: open settings file`)", {"context_servers": {NAME: server}})


CLIENTS: dict[str, Callable[[list[str], str | None], tuple[str, str]]] = {
    "claude-code": _claude_code,
    "claude-desktop": _claude_desktop,
    "cursor": _cursor,
    "vscode": _vscode,
    "zed": _zed,
}
"""Client -> what makes (where it goes, what goes there) from the command that starts the server or, for HTTP, the address."""


@app.command()
def mcp_config(
    client: Annotated[str, typer.Argument(help=f"One of {', '.join(CLIENTS)}.")],
    http: Annotated[
        str | None, typer.Option(metavar="URL", help="Address of a server that runs already (…/mcp), instead of stdio.")
    ] = None,
    project: Annotated[Path | None, typer.Option(help="Project whose knowledge counts too (stdio).")] = None,
) -> None:
    """Print what to paste so that CLIENT knows the knowledge server."""
    from ..errors import InputError, Problem

    printer = CLIENTS.get(client)
    problems = []
    if printer is None:
        problems.append(Problem("CLIENT", "unknown client", found=client, expected=", ".join(CLIENTS)))
    if http is not None and not http.startswith(("http://", "https://")):
        problems.append(Problem("--http", "not an address", found=http, expected="http://HOST:PORT/mcp"))
    if project is not None and http is not None:
        problems.append(
            Problem("--project", "goes with stdio only", fix="Give it to `tuneguild knowledge serve` instead")
        )
    elif project is not None and not project.is_dir():
        problems.append(Problem("--project", "is not a folder", found=str(project)))
    if printer is None or problems:
        hint = "`tuneguild mcp-config claude-code` prints one"
        raise InputError("there is no configuration to print", problems, next_action=hint)
    where, text = printer(own_command(project), http)
    # Only what is to be pasted goes to stdout, so that it can be sent into a file.
    typer.echo(f"{where}:\n", err=True)
    typer.echo(text)
    if http is not None:
        typer.echo(f"\nThe token is taken from {TOKEN} in the environment that the client is started in.", err=True)


def _program(command: list[str]) -> dict[str, Any]:
    return {"command": command[0], "args": command[1:]}


def _bridged(url: str) -> list[str]:
    # mcp-remote wants a flag for addresses without TLS.
    plain = ["--allow-http"] if url.startswith("http://") else []
    return ["npx", "-y", BRIDGE, url, *plain, "--header", "Authorization:Bearer ${" + TOKEN + "}"]


def _json(where: str, value: dict[str, Any]) -> tuple[str, str]:
    return where, json.dumps(value, indent=2)
