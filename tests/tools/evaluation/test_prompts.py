"""How a prompt is put before a conversation, and which prompts are tried."""

from __future__ import annotations

from support.tiny_model import tiny_records, tiny_tokenizer
from tuneguild.tools.evaluation.baseline import choose
from tuneguild.tools.evaluation.prompts import BARE, Prompt, apply_prompt, candidates, choose_shots, prompt_of

TALK = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]


def test_the_bare_prompt_changes_nothing() -> None:
    assert apply_prompt(TALK, BARE) == TALK


def test_a_text_is_appended_to_the_records_own_system_text() -> None:
    assert apply_prompt(TALK, Prompt(id="x", system="be exact"))[0]["content"] == "be brief\nbe exact"


def test_a_users_text_replaces_it() -> None:
    assert apply_prompt(TALK, Prompt(id="x", system="be exact", mode="replace"))[0]["content"] == "be exact"


def test_a_conversation_without_system_text_gets_one() -> None:
    assert [m["role"] for m in apply_prompt(TALK[1:], Prompt(id="x", system="be exact"))] == ["system", "user"]


def test_shots_stand_between_system_text_and_conversation() -> None:
    shot = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    assert [m["content"] for m in apply_prompt(TALK, Prompt(id="x", shots=[shot]))] == ["be brief", "q", "a", "hello"]


def test_the_messages_of_the_record_are_not_touched() -> None:
    before = [dict(message) for message in TALK]
    apply_prompt(TALK, Prompt(id="x", system="be exact"))
    assert before == TALK


def test_shots_are_diverse_and_the_same_for_the_same_seed() -> None:
    pool = tiny_records(20)
    shots = choose_shots(pool, 3, seed=1)
    assert shots == choose_shots(list(reversed(pool)), 3, seed=1)
    assert {any(m.get("tool_calls") for m in shot) for shot in shots} == {True, False}


def test_no_shots_come_from_an_empty_pool() -> None:
    assert choose_shots([], 3, seed=1) == []


def test_the_candidates_begin_bare_and_end_with_the_users_own() -> None:
    found = candidates(tiny_tokenizer(), tiny_records(4), tiny_records(8), own=["be kind"])
    assert found[0] == BARE
    assert found[-1] == Prompt(id="own-1", system="be kind", mode="replace")
    assert len({prompt.id for prompt in found}) == len(found)


def test_the_format_instruction_shows_the_models_own_format() -> None:
    found = {prompt.id: prompt for prompt in candidates(tiny_tokenizer(), tiny_records(4), [])}
    assert '<tool_call>{"name": "tool_name"' in found["format"].system


def test_of_equally_good_prompts_the_shorter_is_chosen() -> None:
    long, short = Prompt(id="long", system="x" * 50), Prompt(id="short", system="x")
    assert choose([long, short], {"long": 0.5, "short": 0.5}) == short
    assert choose([long, short], {"long": 0.6, "short": 0.5}) == long


def test_a_fact_with_more_keys_is_read_as_a_prompt() -> None:
    assert prompt_of({"id": "x", "system": "y", "dev": {}}) == Prompt(id="x", system="y")
    assert prompt_of(None) == BARE
