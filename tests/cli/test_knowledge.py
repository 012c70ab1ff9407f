"""`tuneguild knowledge`: what it prints and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from support.knowledge_corpus import record_text, write_record
from support.scripted_server import Answer, ScriptedServer
from tuneguild.cli.knowledge import app
from tuneguild.errors import BrainError, InputError
from tuneguild.knowledge_mcp.layers import project_folder, user_folder


def run(*arguments: str, text: str | bytes | None = None) -> str:
    result = CliRunner().invoke(app, arguments, input=text, catch_exceptions=False)
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


def test_show_prints_limits_ranges_and_the_layer_of_a_users_record() -> None:
    limits = "applies_to: {methods: [lora], parameters: {max: 7e9}, records: {min: 100, max: 1000}}\n"
    numbers = "numbers:\n  rate: {value: 2e-4, unit: 1/step, low: 1e-4, high: 3e-4}\n"
    write_record(user_folder(), "own-rate", extra=limits + numbers)
    printed = run("show", "own-rate")
    assert "own-rate  (pattern, confidence high, user)" in printed
    assert "holds for methods: lora; parameters to 7,000,000,000; records from 100 to 1,000" in printed
    assert "rate: 0.0002 1/step (from 0.0001 to 0.0003, from the sources)" in printed


def test_a_projects_records_count_where_it_is_named(tmp_path: Path) -> None:
    write_record(
        project_folder(tmp_path), "zebra-stripes", title="Zebra stripes", topics="zebra", text="Zebra stripes."
    )
    assert run("search", "zebra stripes", "--project", str(tmp_path)).startswith(
        "zebra-stripes  (pattern, confidence high, project"
    )
    assert "nothing relevant" in run("search", "zebra stripes")


def test_check_counts_the_records_of_the_layers_and_fails_on_a_broken_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(tmp_path / "corpus", "shipped")
    monkeypatch.setattr("tuneguild.knowledge_mcp.layers.CORPUS", tmp_path / "corpus")
    write_record(user_folder(), "own")
    assert run("check") == "2 records are in order, 1 of them the user's\n"
    write_record(user_folder(), "broken", source="nowhere")
    with pytest.raises(InputError, match=r"broken\.md:8"):
        run("check")


def test_add_takes_a_file_and_a_second_time_only_to_replace(tmp_path: Path) -> None:
    (tmp_path / "any-name.md").write_text(record_text("own"))
    assert run("add", str(tmp_path / "any-name.md")) == f"added {user_folder() / 'patterns' / 'own.md'}\n"
    with pytest.raises(InputError, match="--replace"):
        run("add", str(tmp_path / "any-name.md"))
    run("add", "--replace", str(tmp_path / "any-name.md"))


def test_add_takes_standard_input_into_a_projects_layer(tmp_path: Path) -> None:
    run("add", "-", "--project", str(tmp_path), text=record_text("own", "warning"))
    assert (tmp_path / "knowledge" / "warnings" / "own.md").is_file()
    assert not user_folder().exists()


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"x" * 300_000, b"---\nid: ../x\n---\n"])
def test_add_of_what_is_no_record_exits_with_code_two_and_writes_nothing(text: bytes) -> None:
    with pytest.raises(InputError) as caught:
        run("add", "-", text=text)
    assert caught.value.exit_code == 2
    assert not user_folder().exists()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "notes.md").write_text("# Adapters\n\nUse a rank of 16.\n")
    (tmp_path / "docs" / "table.csv").write_text("a\n")
    return tmp_path / "docs"


def test_import_tells_what_it_did(docs: Path) -> None:
    printed = run("import", str(docs))
    assert printed.startswith("1 new, 0 changed, 0 unchanged document(s), 1 passages in ")
    assert "left out 1 file(s) of other kinds: table.csv" in printed
    assert run("import", str(docs)).startswith("0 new, 0 changed, 1 unchanged")


def test_extract_drafts_records_for_review_and_leaves_the_layer_alone(docs: Path) -> None:
    pytest.importorskip("langchain_openai", reason="the extra `chat` is not installed")
    sections = dict.fromkeys(("Problem", "Context", "Solution", "Trade-offs", "Example"), "Words.")
    draft = {"id": "adapter-rank", "kind": "pattern", "title": "Rank", "topics": ["adapter"], "sections": sections}
    with ScriptedServer(json.dumps({"records": [draft]})) as server:
        printed = run("import", str(docs), "--extract", "--chat-url", server.url, "--chat-model", "scripted")
    draft_file = user_folder() / "drafts" / "adapter-rank.md"
    assert f"1 draft(s) from 1 passage(s)\n  {draft_file}" in printed
    assert not (user_folder() / "patterns").exists()
    run("add", str(draft_file))
    assert (user_folder() / "patterns" / "adapter-rank.md").is_file()


def test_extract_without_a_model_or_an_answer_says_so(docs: Path) -> None:
    pytest.importorskip("langchain_openai", reason="the extra `chat` is not installed")
    with pytest.raises(InputError, match="--chat-model"):
        run("import", str(docs), "--extract")
    with ScriptedServer(Answer(status=401)) as server, pytest.raises(BrainError, match="did not accept the key"):
        run("import", str(docs), "--extract", "--chat-url", server.url, "--chat-model", "scripted")
    assert (user_folder() / "passages").is_dir()
