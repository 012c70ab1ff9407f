"""The entry point: a light overview, clear words for what does not exist, exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tuneguild.__main__ import main
from tuneguild.cli import COMMANDS

HEAVY = ("torch", "transformers", "trl", "peft", "datasets", "langgraph", "mcp", "pydantic", "typer", "rich", "numpy")


def test_help_imports_no_heavy_library() -> None:
    script = (
        "import sys\nfrom tuneguild.__main__ import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    loaded = printed.splitlines()[-1].split()
    assert "tuneguild.cli" in loaded
    assert not set(HEAVY) & set(loaded)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_own_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    assert f"tuneguild {name}" in capsys.readouterr().out


def test_a_mistyped_command_suggests_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["rum"])
    assert end.value.code == 2
    assert "tuneguild run" in capsys.readouterr().err


def test_an_expected_failure_prints_one_message_and_its_exit_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["run", str(tmp_path)])
    assert end.value.code == 2
    printed = capsys.readouterr().err
    assert "no project.yaml" in printed and "Traceback" not in printed
