"""Reads the user's documents (markdown and plain text) and the questions that may lie beside them.

What a document says is data: nothing in it is ever followed as an instruction.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from ...errors import DataError, Problem, ProjectError
from ..contract import ToolContext

SUFFIXES = (".md", ".txt")
QUESTIONS = "questions.jsonl"
"""File in the documents folder with one `{"question": …, "document": …}` a line."""


@dataclass(frozen=True)
class Document:
    """One file.

    Attributes:
        name: path below the documents folder, with forward slashes.
        title: first heading, or the file's stem.
        text: the text.
    """

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class Question:
    """A question and the name of the document that answers it."""

    text: str
    document: str


def documents_folder(ctx: ToolContext) -> Path:
    """The project's documents folder.

    Raises:
        ProjectError: project.yaml names none, or it is not a folder.
    """
    named = ctx.project.data.documents
    if named is None:
        raise ProjectError(
            "there are no documents to retrieve from",
            [Problem("project.yaml", "data.documents is missing", expected="a folder of .md or .txt files")],
            next_action="name the folder in project.yaml, or choose an architecture without retrieval",
        )
    folder = ctx.project_dir / named
    if not folder.is_dir():
        raise ProjectError(
            "the documents folder does not exist",
            [Problem("project.yaml", "data.documents", found=str(folder), expected="a folder of .md or .txt files")],
        )
    return folder


def read_documents(folder: Path) -> list[Document]:
    """All .md and .txt files below `folder`, sorted by name.

    Raises:
        DataError: with every file that cannot be used.
    """
    documents, problems = [], []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            problems.append(Problem(str(path), "not UTF-8", found=f"byte {error.start}", expected="UTF-8 text"))
            continue
        if not re.search(r"\w", text):
            problems.append(Problem(str(path), "no words", expected="text to retrieve", fix="Fill or remove the file"))
            continue
        heading = re.search(r"^#+\s+(.+?)\s*$", text, re.MULTILINE)
        documents.append(Document(path.relative_to(folder).as_posix(), heading[1] if heading else path.stem, text))
    if problems:
        raise DataError(f"{len(problems)} document(s) cannot be used", problems)
    if not documents:
        raise DataError(f"{folder} holds no documents", [Problem(str(folder), "empty", expected=".md or .txt files")])
    return documents


def read_questions(folder: Path, documents: list[Document]) -> list[Question]:
    """The questions beside the documents; an empty list where there is no such file.

    Raises:
        DataError: with every line that cannot be used.
    """
    path = folder / QUESTIONS
    if not path.is_file():
        return []
    names = {document.name for document in documents}
    questions, problems = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        found = _question(line, names)
        if isinstance(found, Question):
            questions.append(found)
        else:
            what, value, expected = found
            problems.append(Problem(str(path), what, found=value, expected=expected, line=number))
    if problems:
        raise DataError(f"{path} has {len(problems)} line(s) that cannot be used", problems)
    return questions


def _question(line: str, names: set[str]) -> Question | tuple[str, str, str]:
    """A question, or (what is wrong, what was found, what was expected)."""
    form = '{"question": "…", "document": "…"}'
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        return "not valid JSON", error.msg, form
    if not isinstance(raw, dict) or set(raw) != {"question", "document"}:
        return "keys", ", ".join(raw) if isinstance(raw, dict) else type(raw).__name__, form
    text, document = raw["question"], raw["document"]
    if not isinstance(text, str) or not text.strip():
        return "question is empty or not text", repr(text)[:60], "a question"
    if document not in names:
        return "no such document", repr(document)[:60], f"one of {', '.join(sorted(names)[:8])}"
    return Question(text, document)
