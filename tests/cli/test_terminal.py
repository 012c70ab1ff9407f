"""What a run looks like, and what a person's words at a gate become."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from tuneguild.cli.terminal import Terminal, ask_in_terminal, decision_panel, parse_edits
from tuneguild.errors import InputError

DECISION: dict[str, Any] = {
    "id": "TRAIN-001",
    "choice": "lora",
    "rationale": "small data [bold]and[/bold] a small model",
    "payload": {"rank": 16, "epochs": 3},
    "evidence": [{"kind": "knowledge", "id": "lora-rank", "supports": "rank", "value": None, "note": ""}],
    "warnings": ["the chat model fell back"],
}


def screen(*events: tuple[str, dict[str, Any]]) -> str:
    """What the terminal prints for events, where no bars can be drawn."""
    out = io.StringIO()
    terminal = Terminal(["step-a", "step-b"], Console(file=out, width=100, highlight=False))
    for event, details in events:
        terminal(event, details)
    return out.getvalue()


def test_a_step_is_announced_with_its_number_and_persona() -> None:
    printed = screen(("step", {"step": "step-b", "title": "Do it", "persona": "tech-lead"}))
    assert "2/2 tech-lead  Do it" in printed


def test_a_decision_shows_its_id_choice_reason_and_warnings() -> None:
    printed = screen(("decided", DECISION))
    assert all(
        word in printed for word in ("TRAIN-001", "lora", "[bold]and[/bold]", "warning: the chat model fell back")
    )


def test_acceptance_by_yes_is_said() -> None:
    assert "--yes" in screen(("approved", {"by": "--yes", "edits": {}}))


def test_long_work_without_a_terminal_prints_a_line_a_quarter() -> None:
    steps = [("progress", {"step": "step-a", "label": "training", "done": n, "total": 100}) for n in range(101)]
    assert screen(*steps).count("training") == 4


def test_a_gate_shows_what_supports_each_parameter() -> None:
    out = io.StringIO()
    Console(file=out, width=100).print(decision_panel(DECISION, "training"))
    assert "lora-rank" in out.getvalue()
    assert "unsupported" in next(line for line in out.getvalue().splitlines() if "epochs" in line)


def test_edits_are_json_where_they_can_be_and_words_otherwise() -> None:
    assert parse_edits(["rank=8", "method=full", "targets=[1, 2]"]) == {"rank": 8, "method": "full", "targets": [1, 2]}


@pytest.mark.parametrize("text", ["rank", "=8"])
def test_an_edit_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="KEY=VALUE"):
        parse_edits([text])


def test_nobody_is_asked_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert ask_in_terminal({"decision": DECISION, "gate": "training"}, "") is None
