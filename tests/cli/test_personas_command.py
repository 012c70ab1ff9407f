"""`tuneguild personas`: list, show, check; every problem and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

import tuneguild
from tuneguild.__main__ import run_command

EXTEND = Path(tuneguild.__file__).parent / "examples" / "extend"


def test_list_names_the_eleven_and_their_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("personas", ["list"], debug=False) == 0
    printed = capsys.readouterr().out
    assert "finetune-assistant" in printed
    assert sum("TuneGuild" in line for line in printed.splitlines()) == 11


def test_list_with_a_project_shows_the_projects_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("personas", ["list", "--project", str(EXTEND)], debug=False) == 0
    own = [line for line in capsys.readouterr().out.splitlines() if line.rstrip().endswith("project")]
    assert len(own) == 1
    assert "compliance-officer" in own[0]


def test_show_prints_principles_and_grounding(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("personas", ["show", "data-engineer"], debug=False) == 0
    printed = capsys.readouterr().out
    assert "Principles" in printed
    assert "get_warnings: train test leakage" in printed


def test_show_suggests_the_persona_that_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("personas", ["show", "data-enginer"], debug=False) == 2
    assert "Did you mean `data-engineer`?" in capsys.readouterr().err


def test_check_prints_one_line_when_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("personas", ["check", str(EXTEND / "personas")], debug=False) == 0
    assert capsys.readouterr().out == "1 persona is in order\n"


def test_check_without_paths_checks_our_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("personas", ["check"], debug=False) == 0
    assert capsys.readouterr().out == "11 personas are in order\n"


def test_check_with_a_project_checks_its_personas(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command("personas", ["check", "--project", str(EXTEND)], debug=False) == 0
    assert capsys.readouterr().out == "1 persona is in order\n"


def test_check_tells_the_problems_of_all_files_and_exits_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.md").write_text("no frontmatter\n")
    (tmp_path / "two.md").write_text("---\nname: 'x'\nicon: '?'\n---\n")
    assert run_command("personas", ["check", str(tmp_path), str(tmp_path / "absent.md")], debug=False) == 2
    printed = capsys.readouterr().err
    for told in ("one.md:1: no frontmatter", "two.md:1: the frontmatter has no description", "no such file or folder"):
        assert told in printed
    assert "Traceback" not in printed
