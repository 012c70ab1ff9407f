"""Step 06's tools on the handbook example and on small projects."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import tuneguild
from tuneguild.errors import ProjectError
from tuneguild.settings import Project, load_project
from tuneguild.tools.contract import ToolContext
from tuneguild.tools.retrieval.build import execute, measure, search
from tuneguild.tools.retrieval.documents import Document
from tuneguild.tools.retrieval.plan import RetrievalPlan
from tuneguild.tools.retrieval.questions import known_items

HANDBOOK = Path(tuneguild.__file__).parent / "examples" / "handbook"


def context(tmp_path: Path, project_dir: Path = HANDBOOK, project: Project | None = None, **facts: Any) -> ToolContext:
    workdir = tmp_path / "run" / "work" / "06"
    workdir.mkdir(parents=True, exist_ok=True)
    return ToolContext(project or load_project(project_dir), project_dir, tmp_path / "run", workdir, facts=facts)


def values(ctx: ToolContext) -> dict[str, Any]:
    return {item.id: item.value for item in measure(None, ctx).measurements}


def without_questions(tmp_path: Path) -> Path:
    copy = tmp_path / "project"
    shutil.copytree(HANDBOOK, copy, ignore=shutil.ignore_patterns("questions.jsonl", "runs"))
    return copy


def test_the_handbook_is_measured(tmp_path: Path) -> None:
    measured = values(context(tmp_path))
    assert (measured["retrieval.documents"], measured["retrieval.questions"]) == (8, 30)
    assert measured["retrieval.question_source"] == "questions.jsonl"


def test_the_handbook_is_indexed_and_its_recall_proved(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    result = execute(RetrievalPlan(sweep_chunk_words=[100], sweep_top_k=[1, 3, 10]), ctx)
    retrieval = result.facts["retrieval"]
    assert retrieval["recall_at_k"] >= 0.9
    assert retrieval["n_questions"] == 30
    assert len(retrieval["sweep"]) == 8
    assert {item.id: item.value for item in result.measurements}["retrieval.recall_at_k"] == retrieval["recall_at_k"]
    found = search(ctx.resolve(retrieval["index"]), "Can I return earrings?", retrieval["k"])
    assert found[0].document == "final-sale.md"


def test_facts_are_plain_json_with_relative_paths(tmp_path: Path) -> None:
    facts = execute(RetrievalPlan(), context(tmp_path)).facts
    assert json.loads(json.dumps(facts)) == facts
    assert facts["retrieval"]["index"] == "work/06/index.sqlite"


def test_an_interrupted_call_goes_through_when_it_is_made_again(tmp_path: Path) -> None:
    ctx = context(tmp_path)
    for name in ("sweep.sqlite", "sweep.part", "index.part"):
        (ctx.workdir / name).write_bytes(b"half written")
    assert execute(RetrievalPlan(), ctx).facts == execute(RetrievalPlan(), ctx).facts
    assert sorted(path.name for path in ctx.workdir.iterdir()) == ["index.sqlite", "sweep.json"]


def test_without_written_questions_sentences_are_taken_out_and_the_note_says_so(tmp_path: Path) -> None:
    ctx = context(tmp_path, without_questions(tmp_path))
    [taken] = [item for item in measure(None, ctx).measurements if item.id == "retrieval.questions"]
    assert taken.value >= 16
    assert "not users' questions" in taken.note


def test_a_sentence_that_asks_for_its_document_is_not_in_what_is_searched() -> None:
    text = "The first sentence has quite enough words. The second sentence has quite enough words."
    found = known_items([Document("a.md", "A", text)], seed=1)
    assert len(found.questions) == 1
    assert found.questions[0].text in text
    assert found.questions[0].text not in found.documents[0].text


def test_the_seed_decides_which_sentences_are_taken() -> None:
    text = " ".join(f"Sentence number {n} is about the subject {n * n}." for n in range(20))
    documents = [Document("a.md", "A", text)]
    assert known_items(documents, 1) == known_items(documents, 1) != known_items(documents, 2)


def test_questions_of_tagged_records_are_preferred_and_the_test_split_is_left_alone(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for name, asked in (("dev", "How long have I got?"), ("test", "A secret question")):
        record = {"messages": [{"role": "user", "content": asked}], "tags": ["document:returns.md"]}
        (run / f"{name}.jsonl").write_text(json.dumps(record) + "\n")
    held_out = {name: {"path": f"{name}.jsonl", "n": 1, "sha256": ""} for name in ("dev", "test")}
    measured = values(context(tmp_path, held_out=held_out))
    assert (measured["retrieval.question_source"], measured["retrieval.questions"]) == ("records", 1)


def test_documents_too_short_for_questions_are_indexed_without_a_recall(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "a.md").write_text("Closed on Sunday.")
    project = Project(name="p", goal="g", data={"documents": "documents"})  # pyright: ignore[reportArgumentType]
    result = execute(RetrievalPlan(), context(tmp_path, folder, project))
    assert result.facts["retrieval"]["recall_at_k"] is None
    assert "retrieval.recall_at_k" not in {item.id for item in result.measurements}


@pytest.mark.parametrize("documents", [None, "nowhere"])
def test_a_project_without_documents_is_told_what_is_missing(tmp_path: Path, documents: str | None) -> None:
    project = Project(name="p", goal="g", data={"documents": documents})  # pyright: ignore[reportArgumentType]
    with pytest.raises(ProjectError, match=r"data\.documents"):
        measure(None, context(tmp_path, tmp_path, project))
