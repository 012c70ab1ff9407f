"""The canonical record and its views."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.data import TOOLS, call, order, says, talk, user
from tuneguild.errors import DataError
from tuneguild.tools.data.records import (
    assistant_turns,
    content_id,
    dedupe_text,
    has_failing_tool,
    make_record,
    read_records,
    render,
    write_records,
)

SYSTEM = {"role": "system", "content": "be kind"}


def test_an_id_depends_on_content_only() -> None:
    first = talk("a", "b", source={"file": "x", "line": 1}, topic="t")
    assert first["id"] == content_id(talk("a", "b", source={"file": "y", "line": 9}))
    assert first["id"] != content_id(talk("a", "c"))


def test_dedupe_text_leaves_out_system_prompts_tools_and_results() -> None:
    result = {"role": "tool", "name": "find_order", "content": "SENT"}
    made = says("", call("find_order", order_id="N-1"))
    record = make_record([SYSTEM, user("where?"), made, result, says("There.")], tools=TOOLS)
    assert dedupe_text(record) == 'where?\nfind_order {"order_id":"N-1"}\nThere.'


def test_every_assistant_message_is_a_turn_with_its_true_context() -> None:
    result = {"role": "tool", "name": "find_order", "content": "SENT"}
    record = make_record(
        [user("where?"), says("", call("find_order", order_id="N-1")), result, says("There.")], tools=TOOLS
    )
    turns = assistant_turns(record)
    assert [(turn.index, len(turn.context), turn.target["content"]) for turn in turns] == [(0, 1, ""), (1, 3, "There.")]


@pytest.mark.parametrize(
    ("content", "failed"),
    [
        ('{"error": "no such order"}', True),
        ("Error: timeout", True),
        ('{"status": "failed"}', True),
        ('{"ok": false}', True),
        ('{"error": null, "status": "sent"}', False),
        ('{"errors": []}', False),
        ("the order was sent without an error", False),
    ],
)
def test_a_failing_tool_is_read_from_its_result(content: str, failed: bool) -> None:
    message = {"role": "tool", "name": "find_order", "content": content}
    record = make_record(
        [user("where?"), says("", call("find_order", order_id="N-1")), message, says("Hm.")], tools=TOOLS
    )
    assert has_failing_tool(record) is failed


def test_records_read_back_as_they_were_written(tmp_path: Path) -> None:
    records = [talk("what é", "ja"), order("where is N-1", "N-1")]
    assert write_records(tmp_path / "r.jsonl", records)["n"] == 2
    assert read_records(tmp_path / "r.jsonl") == records
    assert [path.name for path in tmp_path.iterdir()] == ["r.jsonl"]


def test_a_damaged_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text("{}\n{\n")
    with pytest.raises(DataError) as error:
        read_records(tmp_path / "r.jsonl")
    assert error.value.problems[0].line == 2


def test_a_record_renders_for_people() -> None:
    assert 'assistant: find_order {"order_id":"N-1"}' in render(order("where is N-1", "N-1"))
