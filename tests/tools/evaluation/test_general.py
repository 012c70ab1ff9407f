"""General ability: which text is read, and how its loss is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuneguild.errors import InputError
from tuneguild.settings import DataConfig, Project
from tuneguild.tools.contract import ToolContext
from tuneguild.tools.evaluation.general import MAX_WINDOWS, WINDOW, general_text, windows


def context(folder: Path, name: str | None) -> ToolContext:
    project = Project(name="x", goal="y", data=DataConfig(general=name))
    return ToolContext(project=project, project_dir=folder, run_dir=folder, workdir=folder)


def test_the_users_own_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("some words")
    assert general_text(context(tmp_path, "own.txt")) == "some words"


def test_a_missing_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        general_text(context(tmp_path, "none.txt"))


def test_windows_are_full_and_begin_with_the_models_first_token() -> None:
    cut = windows(list(range(1000)), None, first=-1)
    assert {len(row) for row in cut} == {WINDOW}
    assert all(row[0] == -1 for row in cut)


def test_windows_are_bounded_and_spread_over_the_whole_text() -> None:
    cut = windows(list(range(WINDOW * MAX_WINDOWS * 4)), None, first=None)
    assert len(cut) == MAX_WINDOWS
    assert cut[-1][0] > WINDOW * MAX_WINDOWS * 3.5


def test_a_short_text_is_one_window() -> None:
    assert windows([1, 2, 3], 512, first=None) == [[1, 2, 3]]


def test_the_loss_of_a_random_model_is_near_that_of_guessing(tmp_path: Path) -> None:
    import math

    from support.tiny_model import tiny_model
    from tuneguild.tools import models
    from tuneguild.tools.evaluation.general import mean_loss

    loaded = models.load(str(tiny_model(tmp_path / "tiny")))
    loss = mean_loss(loaded.model, loaded.tokenizer, "the weather in paris " * 30, context_length=512)
    assert loss == pytest.approx(math.log(len(loaded.tokenizer)), abs=0.3)
