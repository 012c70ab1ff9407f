"""Topics and their balance."""

from __future__ import annotations

import pytest

from support.data import TOOLS, call, order, orders, says, talk, talks, user
from tuneguild.tools.data.records import make_record
from tuneguild.tools.data.topics import balance, cover, label_all


@pytest.mark.parametrize(
    ("sizes", "expected"), [([80, 10, 10], 0.3), ([10, 10, 10], 1.0), ([5], 1.0), ([], 0.0), ([50, 25, 25], 0.75)]
)
def test_balance_is_the_smallest_share_over_its_ideal(sizes: list[int], expected: float) -> None:
    assert balance(sizes) == pytest.approx(expected)


def test_the_users_own_topic_counts_first() -> None:
    assert label_all([order("where is N-1", "N-1", topic="parcels")])[0].topic == "parcels"


def test_kinds_are_told_apart() -> None:
    find = call("find_order", order_id="N-1")
    failed = {"role": "tool", "name": "find_order", "content": '{"error": "no such order"}'}
    fine = {"role": "tool", "name": "find_order", "content": '{"status": "sent", "error": null}'}
    ticket = call("open_ticket", subject="x", urgency=1)
    records = [
        *orders(5),
        make_record([user("N-1?"), says("", find), failed, says("There is none.")], tools=TOOLS),
        make_record([user("N-1?"), says("", find), fine, says("", ticket)], tools=TOOLS),
        make_record([user("N-1?"), says("", find, ticket)], tools=TOOLS),
        make_record([user("hello"), says("hi")], tools=TOOLS),
        talk("hello", "hi"),
    ]
    topics = [label.topic for label in label_all(records)]
    assert topics == ["find_order"] * 5 + ["failing-tool", "multi-step", "parallel-calls", "no-tool", "text"]


def test_a_tool_used_once_is_no_topic_of_its_own() -> None:
    labels = label_all(orders(3))
    assert {label.topic for label in labels} == {"other-tools"} and labels[0].confidence < 0.7


def test_rehearsal_records_are_no_part_of_coverage() -> None:
    general = [{**record, "tags": ["rehearsal"], "topic": "general"} for record in talks(50)]
    assert cover([*orders(10), *general]).topics == {"find_order": 10}


def test_what_is_missing_is_counted() -> None:
    coverage = cover([*orders(30), *talks(6)])
    assert coverage.below(20) == {"text": 14} and coverage.smallest == "text"
