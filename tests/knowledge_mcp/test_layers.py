"""The layers of knowledge: what stands in for what, what is told of a broken file, and what may be added."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.knowledge_corpus import record_text, write_record
from tuneguild.errors import InputError
from tuneguild.knowledge_mcp import layers
from tuneguild.knowledge_mcp.layers import (
    LayerFolder,
    add_record,
    check_layers,
    layer_folders,
    load_layers,
    project_folder,
    user_folder,
)


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped corpus of one record."""
    folder = tmp_path / "corpus"
    write_record(folder, "shipped", title="As shipped")
    monkeypatch.setattr(layers, "CORPUS", folder)
    return folder


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_layers_are_the_corpus_the_users_and_the_projects(tmp_path: Path, corpus: Path) -> None:
    user = tmp_path / "config" / "tuneguild" / "knowledge"
    assert layer_folders() == [LayerFolder("built-in", corpus), LayerFolder("user", user)]
    assert layer_folders(tmp_path)[2:] == [LayerFolder("project", tmp_path / "knowledge")]


def test_a_relative_config_folder_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "somewhere")
    assert user_folder() == Path.home() / ".config" / "tuneguild" / "knowledge"


def test_a_record_of_a_higher_layer_stands_in_for_the_one_below(tmp_path: Path, corpus: Path) -> None:
    write_record(user_folder(), "shipped", title="As the user has it")
    write_record(user_folder(), "own", extra="related: [shipped]\n")
    write_record(project_folder(tmp_path), "shipped", title="As the project has it")
    loaded = load_layers(layer_folders(tmp_path))
    assert [(r.id, r.title, r.layer) for r in loaded.records] == [
        ("own", "own", "user"),
        ("shipped", "As the project has it", "project"),
    ]
    assert loaded.replaced == {"shipped": ["built-in", "user"]}
    assert (loaded.problems, loaded.note) == ([], "")


def test_a_broken_file_of_the_user_is_told_and_the_rest_is_served(corpus: Path) -> None:
    write_record(user_folder(), "broken", source="nowhere")
    write_record(user_folder(), "own")
    loaded = load_layers(layer_folders())
    assert [record.id for record in loaded.records] == ["own", "shipped"]
    assert "broken.md:8: sources.0.url: not accepted" in loaded.note
    assert [problem.line for problem in check_layers(layer_folders())[1]] == [8]


def test_a_broken_file_of_the_shipped_corpus_is_an_error(corpus: Path) -> None:
    write_record(corpus, "broken", source="nowhere")
    with pytest.raises(InputError, match="has 1 problem"):
        load_layers(layer_folders())


def test_drafts_are_not_read(corpus: Path) -> None:
    write_record(user_folder() / "drafts", "waiting")
    assert [record.id for record in load_layers(layer_folders()).records] == ["shipped"]


def test_a_link_is_told_and_nothing_is_read_through_it(tmp_path: Path, corpus: Path) -> None:
    write_record(tmp_path / "outside", "secret")
    (user_folder() / "patterns").mkdir(parents=True)
    (user_folder() / "patterns" / "secret.md").symlink_to(tmp_path / "outside" / "patterns" / "secret.md")
    (user_folder() / "warnings").symlink_to(tmp_path / "outside" / "patterns")
    project_folder(tmp_path).symlink_to(tmp_path / "outside")
    loaded = load_layers(layer_folders(tmp_path))
    assert [record.id for record in loaded.records] == ["shipped"]
    assert {problem.what for problem in loaded.problems} == {"a link is not followed"}
    assert len(loaded.problems) == 3


def test_a_file_outside_the_folders_of_the_kinds_is_told(corpus: Path) -> None:
    write_record(user_folder(), "own")
    (user_folder() / "lost.md").write_text(record_text("lost"))
    assert [problem.what for problem in load_layers(layer_folders()).problems] == ["not in the folder of a kind"]


def test_a_shipped_record_names_a_public_source_and_a_users_may_name_a_document(corpus: Path) -> None:
    write_record(user_folder(), "own", source="document:handbook/refunds.md?sha256=00")
    assert check_layers(layer_folders())[1] == []
    write_record(corpus, "own", source="document:handbook/refunds.md?sha256=00")
    assert [problem.what for problem in check_layers(layer_folders()[:1])[1]] == [
        "a shipped record names a public source"
    ]


# --- adding ---------------------------------------------------------------------------------------------------------


def test_an_added_record_lies_where_its_kind_and_id_say(corpus: Path) -> None:
    path = add_record(record_text("new-one", "warning", extra="related: [shipped]\n"), user_folder())
    assert path == user_folder() / "warnings" / "new-one.md"
    assert files(user_folder()) == ["warnings/new-one.md"]
    assert [record.layer for record in load_layers(layer_folders()).records] == ["user", "built-in"]


def test_a_record_that_is_there_is_only_replaced_on_demand(corpus: Path) -> None:
    path = add_record(record_text("new-one", title="Old"), user_folder())
    with pytest.raises(InputError, match="already"):
        add_record(record_text("new-one", title="New"), user_folder())
    assert "Old" in path.read_text()
    add_record(record_text("new-one", title="New"), user_folder(), replace=True)
    assert "New" in path.read_text()


def test_a_replaced_record_may_change_its_kind_and_leaves_no_second_file(corpus: Path) -> None:
    add_record(record_text("new-one", "warning"), user_folder())
    with pytest.raises(InputError, match="already"):
        add_record(record_text("new-one", "pattern"), user_folder())
    add_record(record_text("new-one", "pattern"), user_folder(), replace=True)
    assert files(user_folder()) == ["patterns/new-one.md"]


@pytest.mark.parametrize(
    "id", ["../escape", "..", "/etc/escape", "a/b", "A", "a b", "con.", "x" * 200, "a\\b", "-a", "ünder", "a--b"]
)
def test_no_id_leads_out_of_the_layer(tmp_path: Path, corpus: Path, id: str) -> None:
    before = files(tmp_path)
    with pytest.raises(InputError):
        add_record(record_text("safe").replace("id: safe", f"id: '{id}'"), user_folder())
    assert files(tmp_path) == before


def test_a_linked_folder_of_the_layer_is_not_written_to(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / "outside").mkdir()
    user_folder().mkdir(parents=True)
    (user_folder() / "patterns").symlink_to(tmp_path / "outside")
    with pytest.raises(InputError, match="a link is not followed"):
        add_record(record_text("new-one"), user_folder())
    assert files(tmp_path / "outside") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no frontmatter"),
        ("\ud800", "not UTF-8 text"),
        ("x" * 300_000, "too large"),
        (record_text("new-one", extra="related: [nowhere]\n"), "no such record"),
        (record_text("new-one", text="A \x1b[31mred\x1b[0m word."), "control character"),
        (record_text("new-one", extra="layer: built-in\n"), "layer: unknown key"),
        (record_text("new-one", extra="applies_to: {methods: [lorra]}\n"), "'lora'"),
        (record_text("new-one", extra="numbers: {n: {value: 5, unit: records, low: 6}}\n"), "low <= value <= high"),
        (record_text("new-one", extra="applies_to: {records: {min: 6, max: 5}}\n"), "min <= max"),
    ],
)
def test_a_record_with_a_problem_is_not_added(corpus: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        add_record(text, user_folder())
    assert told in caught.value.render()
    assert not user_folder().exists()


def test_all_problems_of_a_record_are_told_at_once(corpus: Path) -> None:
    text = record_text("new-one", extra="related: [nowhere]\ncolour: blue\n").replace(
        "confidence: high", "confidence: 3"
    )
    with pytest.raises(InputError) as caught:
        add_record(text.replace("## Example", "## Examples"), user_folder())
    assert {problem.what for problem in caught.value.problems} == {
        "confidence: not accepted",
        "colour: unknown key",
        "sections of a pattern",
    }
