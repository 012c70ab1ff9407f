"""Where the questions of the recall measurement come from, best source first, and how honest each source is.

1. the project's records whose tags name a document (`returns.md`, or `document:returns.md`);
2. `questions.jsonl` in the documents folder;
3. known-item questions: a sentence is taken out of each document and used as the query for it.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..contract import ToolContext
from .documents import Document, Question, read_questions

PER_DOCUMENT = 3
"""Known-item questions taken from one document, at most."""
SENTENCE_WORDS = (6, 40)
"""Shorter sentences say too little to identify a document, longer ones are lists or code."""


@dataclass(frozen=True)
class QuestionSet:
    """Questions with their origin.

    Attributes:
        questions: the questions.
        documents: the documents to index for the measurement (known-item sentences are left out of them).
        source: "records", "questions.jsonl" or "known-item".
        note: how far the figure can be trusted, one sentence.
    """

    questions: list[Question]
    documents: list[Document]
    source: str
    note: str


def gather_questions(ctx: ToolContext, folder: Path, documents: list[Document]) -> QuestionSet:
    """The questions of the best source that has any.

    Raises:
        DataError: questions.jsonl cannot be used.
    """
    tagged = _from_records(ctx, documents)
    if tagged:
        return QuestionSet(tagged, documents, "records", "users' questions from the project's records, by their tags")
    written = read_questions(folder, documents)
    if written:
        return QuestionSet(written, documents, "questions.jsonl", "written questions from questions.jsonl")
    return known_items(documents, ctx.seed)


def known_items(documents: list[Document], seed: int) -> QuestionSet:
    """Take sentences out of the documents and ask for their document with them."""
    rng = random.Random(seed)
    questions: list[Question] = []
    rest: list[Document] = []
    for document in documents:
        low, high = SENTENCE_WORDS
        sentences = [
            s for s in _sentences(document.text) if low <= len(s.split()) <= high and document.text.count(s) == 1
        ]
        # At least half of the sentences stay, or there would be little left to find.
        chosen = rng.sample(sentences, min(PER_DOCUMENT, len(sentences) // 2))
        text = document.text
        for sentence in chosen:
            text = text.replace(sentence, "")
        questions += [Question(sentence, document.name) for sentence in chosen]
        rest.append(replace(document, text=text))
    note = (
        "known-item questions: sentences taken out of the documents, which flatters word search; not users' questions"
    )
    return QuestionSet(questions, rest, "known-item", note)


def _sentences(text: str) -> list[str]:
    plain = [line.strip() for line in text.split("\n") if line.strip() and not re.match(r"\s*(#|\||```)", line)]
    return [part.strip() for line in plain for part in re.split(r"(?<=[.!?])\s+", line.lstrip("-* ")) if part.strip()]


def _from_records(ctx: ToolContext, documents: list[Document]) -> list[Question]:
    """Questions of records for choosing (development, pool, training); the frozen test stays untouched."""
    names = {form: document.name for document in documents for form in (document.name, f"document:{document.name}")}
    held_out: Mapping[str, Any] = ctx.facts.get("held_out") or {}
    imported: Mapping[str, Any] = ctx.facts.get("imported") or {}
    sources = [held_out.get("dev"), held_out.get("pool")] if held_out else [imported.get("train")]
    questions: dict[Question, None] = {}
    for source in sources:
        path = ctx.resolve(source["path"]) if source and source.get("path") else None
        if path is None or not path.is_file():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            named = [names[tag] for tag in record.get("tags") or [] if tag in names]
            asked = [message["content"] for message in record["messages"] if message["role"] == "user"]
            if named and asked:
                questions[Question(asked[-1], named[0])] = None
    return list(questions)
