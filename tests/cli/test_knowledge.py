"""`tuneguild knowledge`: what it prints and how it exits."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tuneguild.cli.knowledge import app
from tuneguild.errors import InputError


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_search_prints_the_best_record_first() -> None:
    assert run("search", "LoRA dropout", "-k", "2").startswith("lora-dropout  (decision")


def test_search_says_when_nothing_is_known() -> None:
    assert "nothing relevant" in run("search", "chocolate cake recipe")


def test_show_prints_figures_with_their_basis_and_sources() -> None:
    printed = run("show", "lora-learning-rate")
    assert "learning_rate_small_model: 0.004 1/step (our own choice)" in printed
    assert "https://thinkingmachines.ai/blog/lora/" in printed


def test_show_of_an_unknown_id_names_near_ones() -> None:
    with pytest.raises(InputError, match="did you mean lora-dropout"):
        run("show", "lora-dropuot")


def test_check_counts_the_shipped_records() -> None:
    assert int(run("check").split()[0]) >= 60


def test_check_of_a_bad_file_exits_with_code_two_and_all_problems(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text("no frontmatter\n")
    with pytest.raises(InputError) as caught:
        run("check", str(tmp_path))
    assert caught.value.exit_code == 2
    assert len(caught.value.problems) == 2
