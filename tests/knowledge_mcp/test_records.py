"""Malformed records: every problem of every file is told at once, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuneguild.errors import InputError
from tuneguild.knowledge_mcp.records import Bounds, WarningBody, check_paths, load_corpus

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


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        (", locator: abstract", "", 8, "sources.0.locator: missing"),
        ("locator: abstract", "locator: ' '", 8, "sources.0.locator: not accepted"),
        ("year: 2020", "year: '2020'", 8, "sources.0.year: not accepted"),
        ("kind: warning", "kind: warning\napplies_to: {tasks: [typing]}", 4, "applies_to.tasks.0: not accepted"),
        ("kind: warning", "kind: warning\napplies_to: {hardware: [abacus]}", 4, "applies_to.hardware.0: not accepted"),
        ("kind: warning", "kind: warning\napplies_to: {parameters: {min: 2, max: 1}}", 4,
         "applies_to.parameters: min <= max does not hold"),
        ("kind: warning", "kind: warning\nnumbers: {n: {value: .nan, unit: x}}", 4, "numbers.n.value: not accepted"),
        ("kind: warning", "kind: warning\nnumbers: {n: {value: 1, unit: x, high: 0.5}}", 4,
         "numbers.n: low <= value <= high does not hold"),
        ("kind: warning", "kind: &a warning", 3, "anchors and aliases are not taken"),
        ("kind: warning", "kind: !!str warning", 3, "tags are not taken"),
        ("reviewed: 2026-01-31", "reviewed: 2026-13-31", 2, "not valid YAML"),
        ("related: []", "related: [slow]", 2, "frontmatter: related names the record itself"),
    ],
)  # fmt: skip
def test_what_is_not_accepted_comes_with_its_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    text = GOOD.format(id="slow", related="")
    assert old in text
    write(tmp_path, "slow", text.replace(old, new))
    _, problems = check_paths([tmp_path])
    assert [(problem.line, problem.what) for problem in problems] == [(line, what)]


def test_figures_may_be_written_as_in_papers_and_limits_are_typed(tmp_path: Path) -> None:
    more = (
        "kind: warning\nnumbers: {rate: {value: 2e-4, unit: 1/step, low: 1e-4}}\napplies_to: {parameters: {max: 7e9}}"
    )
    write(tmp_path, "slow", GOOD.format(id="slow", related="").replace("kind: warning", more))
    [record] = load_corpus(tmp_path)
    assert record.numbers["rate"].range() == (1e-4, 2e-4)
    assert record.applies_to.parameters == Bounds(max=7e9)
    assert isinstance(record.body, WarningBody)
    assert record.body.detection == "Look at the clock."


def test_a_windows_file_reads_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "slow", "")
    path.write_bytes(GOOD.format(id="slow", related="").replace("\n", "\r\n").encode())
    assert "\r" not in load_corpus(tmp_path)[0].text
