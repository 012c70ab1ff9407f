"""New records by message variation, verified."""

from __future__ import annotations

from support.data import TICKET, TOOLS, call, order, orders, says, talks, user
from tuneguild.tools.data.records import all_calls, make_record, user_text
from tuneguild.tools.data.synthesis import substitute, synthesise, values_of, verify


def test_every_new_record_is_consistent_new_and_marked() -> None:
    train = orders(20)
    result = synthesise(train, ["orders"] * 20, {"orders": 15}, talks(5), limit=100, seed=1)
    assert result.made == {"orders": 15}
    known = {user_text(record) for record in train}
    for record in result.records:
        value = all_calls(record)[0][1]["order_id"]
        assert value in user_text(record) and user_text(record) not in known and "synthesised" in record["tags"]


def test_the_limit_holds() -> None:
    result = synthesise(orders(20), ["orders"] * 20, {"orders": 15}, [], limit=4, seed=1)
    assert len(result.records) == 4


def test_the_same_seed_makes_the_same_records() -> None:
    made = [synthesise(orders(9), ["o"] * 9, {"o": 6}, [], limit=9, seed=5).records for _ in range(2)]
    assert made[0] == made[1]


def test_a_record_whose_value_is_not_in_the_question_is_never_varied() -> None:
    assert values_of(order("where is my last parcel", "N-1")) is None
    assert synthesise([order("where is it", "N-1")] * 3, ["o"] * 3, {"o": 3}, [], limit=9, seed=1).unfillable == ["o"]


def test_a_topic_without_calls_cannot_be_filled() -> None:
    assert synthesise(talks(5), ["talk"] * 5, {"talk": 5}, [], limit=9, seed=1).unfillable == ["talk"]


def test_values_change_everywhere_they_stand() -> None:
    result = {"role": "tool", "name": "find_order", "content": '{"order": "N-1", "days": 2}'}
    asked = user("where is N-1?")
    record = make_record(
        [asked, says("", call("find_order", order_id="N-1")), result, says("N-1 comes in 2 days.")], tools=TOOLS
    )
    varied = substitute(record, {("find_order", "order_id"): "N-1"}, {("find_order", "order_id"): "N-77"})
    assert "N-1" not in str(varied["messages"]).replace("N-77", "")
    assert varied["messages"][-1]["content"] == "N-77 comes in 2 days."


def test_a_variation_that_leaks_into_the_test_is_refused() -> None:
    train = [order("please tell me now where is my parcel N-1", "N-1"), order("is N-2 on its way to me yet", "N-2")]
    held_out = [order("please tell me now where is my parcel N-2", "N-2"), order("is N-1 on its way to me yet", "N-1")]
    result = synthesise(train, ["o", "o"], {"o": 4}, held_out, limit=9, seed=1)
    assert result.records == [] and result.rejected["leaks into a held-out set"] == 2


def test_verification_names_what_is_wrong() -> None:
    bad = make_record(
        [user("ticket a please"), says("", call("open_ticket", subject="a", urgency="b"))], tools=[TICKET]
    )
    assert verify(bad, set()) == "the arguments break the tool's schema"
    assert verify(order("where", "N-1"), set()) == "a value is missing from the question"
    assert verify(order("where is N-1", "N-1"), {"where is n-1"}) == "the question exists already"
