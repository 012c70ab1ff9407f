"""`tuneguild mcp-config`: what it prints for each client, and that no token is ever printed."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tuneguild.cli.mcp_config import CLIENTS, NAME, TOKEN, app
from tuneguild.errors import InputError

SECRET = "a-secret-that-must-not-show"
URL = "http://knowledge.example:8765/mcp"


@pytest.fixture(autouse=True)
def token_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, SECRET)


def printed(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0
    assert SECRET not in result.output + result.stderr
    return result.stdout


@pytest.mark.parametrize(
    ("client", "key"),
    [("claude-desktop", "mcpServers"), ("cursor", "mcpServers"), ("vscode", "servers"), ("zed", "context_servers")],
)
def test_a_client_with_a_file_gets_json_that_starts_the_server(client: str, key: str) -> None:
    server = json.loads(printed(client))[key][NAME]
    assert Path(server["command"]).is_absolute() and Path(server["command"]).exists()
    assert server["args"][-2:] == ["knowledge", "serve"]


def test_claude_code_gets_a_command_line() -> None:
    words = shlex.split(printed("claude-code"))
    assert words[:3] == ["claude", "mcp", "add"] and words[words.index("--") + 1 :][-2:] == ["knowledge", "serve"]


@pytest.mark.parametrize("client", list(CLIENTS))
def test_over_http_the_token_is_named_by_its_variable(client: str) -> None:
    text = printed(client, "--http", URL)
    assert URL in text and TOKEN in text
    json.loads(text)


def test_a_project_is_named_by_its_whole_path(tmp_path: Path) -> None:
    assert json.loads(printed("cursor", "--project", str(tmp_path)))["mcpServers"][NAME]["args"][-1] == str(
        tmp_path.resolve()
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["emacs"], "expected claude-code, claude-desktop, cursor, vscode, zed"),
        (["cursor", "--http", "knowledge.example"], "not an address"),
        (["cursor", "--project", "/no/such/folder"], "is not a folder"),
        (["cursor", "--project", ".", "--http", URL], "goes with stdio only"),
    ],
)
def test_what_cannot_be_printed_is_told(words: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        CliRunner().invoke(app, words, catch_exceptions=False)
    assert caught.value.exit_code == 2
