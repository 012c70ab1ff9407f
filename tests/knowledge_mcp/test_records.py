"""Malformed records: every problem of every file is told at once, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuneguild.errors import InputError
from tuneguild.knowledge_mcp.records import check_paths, load_corpus

GOOD = """---
id: {id}
kind: warning
title: "Something: goes wrong"
topics: [data]
confidence: low
sources:
  - {{title: A paper, authors: Someone, year: 2020, locator: abstract, url: https://example.org/a}}
related: [{related}]
reviewed: 2026-01-31
---

## Symptoms

It is slow.

## Consequences

Time is lost.

## Prevention

Measure first.

## Detection

Look at the clock.
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / "warnings" / f"{name}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_record_is_read(tmp_path: Path) -> None:
    write(tmp_path, "slow", GOOD.format(id="slow", related=""))
    records, problems = check_paths([tmp_path])
    assert problems == []
    assert records[0].title == "Something: goes wrong"


def test_all_problems_of_a_frontmatter_come_with_their_lines(tmp_path: Path) -> None:
    text = GOOD.format(id="other", related="").replace("kind: warning", "kind: pattern")
    text = text.replace("confidence: low", "confidence: certain\ncolour: blue").replace("year: 2020", "year: soon")
    write(tmp_path, "slow", text)
    _, problems = check_paths([tmp_path])
    told = {(problem.line, problem.what.split(":")[0]) for problem in problems}
    assert told == {
        (2, "id differs from the file name"),
        (3, "kind differs from the folder"),
        (6, "confidence"),
        (7, "colour"),
        (9, "sources.0.year"),
        (14, "sections of a pattern"),
    }


def test_a_record_without_sources_is_refused(tmp_path: Path) -> None:
    text = GOOD.format(id="slow", related="")
    begin, end = text.index("sources:"), text.index("related:")
    write(tmp_path, "slow", text[:begin] + "sources: []\n" + text[end:])
    _, problems = check_paths([tmp_path])
    assert [(problem.line, problem.what[:7]) for problem in problems] == [(7, "sources")]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("## Symptoms\n", "no frontmatter"),
        ("---\nid: [\n---\n", "not valid YAML"),
        ("---\n- a\n---\n", "frontmatter is not a mapping"),
    ],
)
def test_a_file_that_cannot_be_parsed_is_told(tmp_path: Path, text: str, what: str) -> None:
    write(tmp_path, "slow", text)
    _, problems = check_paths([tmp_path])
    assert [problem.what for problem in problems] == [what]
    assert problems[0].line is not None


def test_a_key_given_twice_is_told(tmp_path: Path) -> None:
    text = GOOD.format(id="slow", related="").replace("topics: [data]", "topics: [data]\ntopics: [other]")
    write(tmp_path, "slow", text)
    _, problems = check_paths([tmp_path])
    assert [(problem.what, problem.line) for problem in problems] == [("key given twice", 6)]


def test_an_empty_section_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, "slow", GOOD.format(id="slow", related="").replace("Time is lost.", ""))
    _, problems = check_paths([path])
    assert [(problem.what, problem.line) for problem in problems] == [("section Consequences is empty", 17)]


def test_a_duplicate_id_names_the_first_file(tmp_path: Path) -> None:
    first = write(tmp_path, "slow", GOOD.format(id="slow", related=""))
    (tmp_path / "more").mkdir()
    second = write(tmp_path / "more", "slow", GOOD.format(id="slow", related=""))
    _, problems = check_paths([first, second])
    assert [(problem.what, problem.file) for problem in problems] == [("duplicate id", str(second))]
    assert str(first) in problems[0].expected


def test_a_dead_reference_is_told_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, "slow", GOOD.format(id="slow", related="nowhere"))
    _, problems = check_paths([tmp_path])
    assert [(problem.found, problem.line) for problem in problems] == [("nowhere", 9)]


def test_a_reference_to_a_known_record_elsewhere_is_accepted(tmp_path: Path) -> None:
    write(tmp_path, "slow", GOOD.format(id="slow", related="nowhere"))
    assert check_paths([tmp_path], known=["nowhere"])[1] == []


def test_loading_a_corpus_raises_with_the_problems_of_all_files(tmp_path: Path) -> None:
    write(tmp_path, "slow", "nothing")
    write(tmp_path, "late", "nothing")
    with pytest.raises(InputError) as caught:
        load_corpus(tmp_path)
    assert len(caught.value.problems) == 2
    assert caught.value.exit_code == 2


def test_an_empty_corpus_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no knowledge records"):
        load_corpus(tmp_path)
