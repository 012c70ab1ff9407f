"""Records beside each other: near-duplicates, figures that contradict each other, and declarations of one side."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.knowledge_corpus import write_record
from tuneguild.knowledge_mcp import checking
from tuneguild.knowledge_mcp.checking import check_all

LONG = " ".join(f"word{number} and more of it here" for number in range(30))


def rate(value: str, more: str = "", basis: str = "source") -> str:
    return f"numbers:\n  rate: {{value: {value}, unit: 1/step, basis: {basis}}}\n{more}"


def told(*paths: Path, beside: tuple[Path, ...] = ()) -> list[str]:
    return [problem.what for problem in check_all(paths, beside)[1]]


def test_two_records_that_say_nearly_the_same_are_told(tmp_path: Path) -> None:
    write_record(tmp_path, "first", text=LONG)
    write_record(tmp_path, "second", text=f"{LONG} And a little.")
    assert told(tmp_path) == ["says nearly the same as first"]


def test_a_record_that_supersedes_the_other_may_say_nearly_the_same(tmp_path: Path) -> None:
    write_record(tmp_path, "first", text=LONG)
    write_record(tmp_path, "second", text=LONG, extra="supersedes: [first]\n")
    assert told(tmp_path) == []


def test_a_record_is_compared_with_those_beside_it(tmp_path: Path) -> None:
    write_record(tmp_path / "corpus", "first", text=LONG)
    write_record(tmp_path / "new", "second", text=LONG)
    assert told(tmp_path / "new", beside=(tmp_path / "corpus",)) == ["says nearly the same as first"]


def test_a_record_that_stands_in_for_one_beside_it_is_not_compared_with_it(tmp_path: Path) -> None:
    write_record(tmp_path / "corpus", "first", text=LONG)
    write_record(tmp_path / "new", "first", text=LONG)
    assert told(tmp_path / "new", beside=(tmp_path / "corpus",)) == []


def test_figures_that_contradict_each_other_undeclared_are_told_with_their_line(tmp_path: Path) -> None:
    write_record(tmp_path, "first", extra=rate("1e-4"))
    write_record(tmp_path, "second", extra=rate("2e-4"))
    _, [problem] = check_all([tmp_path])
    assert problem.what == "numbers.rate contradicts first, and neither record declares it"
    assert (problem.found, problem.line) == ("0.0002 1/step, there 0.0001", 11)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param("numbers:\n  rate: {value: 1e-4, unit: 1/step, high: 3e-4}\n", id="a range that holds the other"),
        pytest.param(rate("1e-4", "contradicts: [second]\n"), id="a declaration"),
        pytest.param(rate("1e-4", "applies_to: {methods: [full]}\n"), id="another method"),
        pytest.param(rate("1e-4", "applies_to: {parameters: {max: 1e9}}\n"), id="another size"),
        pytest.param(rate("1e-4", basis="ours"), id="a choice of ours"),
        pytest.param("numbers:\n  rate: {value: 1e-4, unit: 1/epoch}\n", id="another unit"),
        pytest.param("numbers:\n  other_rate: {value: 1e-4, unit: 1/step}\n", id="another name"),
    ],
)
def test_figures_do_not_contradict_each_other_with(tmp_path: Path, first: str) -> None:
    write_record(tmp_path, "first", extra=first)
    limits = "applies_to: {methods: [lora], parameters: {min: 2e9}}\n"
    declared = "contradicts: [first]\n" if "contradicts" in first else ""
    write_record(tmp_path, "second", extra=rate("2e-4", limits + declared))
    assert told(tmp_path) == []


def test_a_contradiction_that_one_side_declares_is_told(tmp_path: Path) -> None:
    write_record(tmp_path, "first", extra="contradicts: [second]\n")
    write_record(tmp_path, "second")
    assert told(tmp_path) == ["second does not say that it contradicts first"]


def test_records_that_supersede_each_other_are_told(tmp_path: Path) -> None:
    write_record(tmp_path, "first", extra="supersedes: [second]\n")
    write_record(tmp_path, "second", extra="supersedes: [first]\n")
    assert told(tmp_path) == ["second and first supersede each other", "first and second supersede each other"]


def test_a_broken_file_is_told_once_and_not_again_by_those_that_point_to_it(tmp_path: Path) -> None:
    write_record(tmp_path, "first", extra="related: [second]\n")
    write_record(tmp_path, "second", source="nowhere")
    assert told(tmp_path) == ["sources.0.url: not accepted"]


def test_a_shipped_figure_of_our_own_is_called_so_in_the_body(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "CORPUS", tmp_path)
    write_record(tmp_path, "first", extra=rate("1e-4", basis="ours"))
    write_record(tmp_path, "second", extra=rate("1e-4", basis="ours"), text="The rate is our choice.")
    assert told(tmp_path) == ["numbers.rate is our own choice, and the body does not say so"]
