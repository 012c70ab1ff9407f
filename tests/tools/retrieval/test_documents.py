"""Reading documents and the questions beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuneguild.errors import DataError
from tuneguild.tools.retrieval.documents import Document, read_documents, read_questions

DOCUMENTS = [Document("a.md", "A", "text")]


def test_markdown_and_text_files_are_read_in_order_and_others_left_out(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.md", "sub/c.md", "d.pdf"):
        (tmp_path / name).write_text("# Heading\n\nSome words.\n")
    assert [document.name for document in read_documents(tmp_path)] == ["a.md", "b.txt", "sub/c.md"]


def test_the_title_is_the_first_heading_or_the_stem(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("intro\n\n## Returns policy\n\ntext")
    (tmp_path / "b.txt").write_text("no heading")
    assert [document.title for document in read_documents(tmp_path)] == ["Returns policy", "b"]


def test_every_unusable_document_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.md").write_text("\n---\n")
    with pytest.raises(DataError) as caught:
        read_documents(tmp_path)
    assert [problem.what for problem in caught.value.problems] == ["not UTF-8", "no words"]


def test_a_folder_without_documents_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no documents"):
        read_documents(tmp_path)


def test_no_question_file_means_no_questions(tmp_path: Path) -> None:
    assert read_questions(tmp_path, DOCUMENTS) == []


def test_every_bad_question_line_is_told_with_its_number(tmp_path: Path) -> None:
    lines = [
        '{"question": "When?", "document": "a.md"}',
        "{",
        '{"question": "When?"}',
        "",
        '{"question": " ", "document": "a.md"}',
        '{"question": "When?", "document": "z.md"}',
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines))
    with pytest.raises(DataError) as caught:
        read_questions(tmp_path, DOCUMENTS)
    assert [(problem.line, problem.what) for problem in caught.value.problems] == [
        (2, "not valid JSON"),
        (3, "keys"),
        (5, "question is empty or not text"),
        (6, "no such document"),
    ]
