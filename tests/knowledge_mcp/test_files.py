"""A file is written whole or not at all, and never over another unless asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tuneguild.knowledge_mcp.files import write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_only_replaced_on_demand(tmp_path: Path) -> None:
    write_text(tmp_path / "a.md", "old", replace=False)
    with pytest.raises(FileExistsError):
        write_text(tmp_path / "a.md", "new", replace=False)
    assert (tmp_path / "a.md").read_text() == "old"
    write_text(tmp_path / "a.md", "new", replace=True)
    assert ((tmp_path / "a.md").read_text(), names(tmp_path)) == ("new", ["a.md"])


def test_a_file_system_without_hard_links_serves_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr(os, "link", refused)
    write_text(tmp_path / "a.md", "old", replace=False)
    with pytest.raises(FileExistsError):
        write_text(tmp_path / "a.md", "new", replace=False)
    assert ((tmp_path / "a.md").read_text(), names(tmp_path)) == ("old", ["a.md"])


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a.md", "\ud800", replace=True)
    assert names(tmp_path) == []
