"""A version names contents."""

from __future__ import annotations

from pathlib import Path

from support.data import orders, project_context, talks, write_rows
from tuneguild.tools.contract import file_sha256
from tuneguild.tools.data.importing import import_file
from tuneguild.tools.data.version import publish, version_of


def test_the_order_of_lines_does_not_change_the_version(tmp_path: Path) -> None:
    rows = [{"prompt": f"question {n}", "completion": f"answer {n}"} for n in range(20)]
    one = import_file(write_rows(tmp_path / "a.jsonl", rows)).records
    two = import_file(write_rows(tmp_path / "b.jsonl", rows[::-1])).records
    assert version_of({"train": one}) == version_of({"train": two})


def test_another_word_changes_the_version() -> None:
    records = talks(5)
    changed = [*records[:-1], talks(6)[-1]]
    assert version_of({"train": records}) != version_of({"train": changed})


def test_moving_a_record_to_the_other_part_changes_the_version() -> None:
    records = talks(4)
    parts = ({"train": records[:3], "validation": records[3:]}, {"train": records[:2], "validation": records[2:]})
    assert version_of(parts[0]) != version_of(parts[1])


def test_published_files_are_what_their_entries_say(tmp_path: Path) -> None:
    context = project_context(tmp_path)
    version, entries = publish(context, "dataset", {"train": orders(7), "validation": talks(2)}, {})
    path = context.resolve(entries["train"]["path"])
    assert (entries["train"]["n"], entries["train"]["sha256"]) == (7, file_sha256(path))
    assert path.parent.name == f"dataset-{version}" and (path.parent / "manifest.json").is_file()
