"""The shipped tokenizer and chat template: exact text, equal tokens everywhere, masks, prefixes."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tuneguild.settings import STARTER_MODEL

TEXTS = [
    "Order 48213, A-20417 and (mira.kest@home.example).",
    "  two  blanks\tand\ttabs\n\nlines \r\n end ",
    "naïve café, Übergröße, 日本語, 🙂 and \u200b zero width",
    '{"a": [1, 2.50, "x\\"y"], "b": {"c": null}}',
    "<tool_call>{}</tool_call> is text, too",
    "don't ... -- ?! ## $5.00 #48213",
    "",
]
TOOL = {
    "type": "function",
    "function": {
        "name": "find_fern",
        "description": "Find a fern",
        "parameters": {
            "type": "object",
            "properties": {"code": {"type": "string"}, "size": {"type": "integer"}},
            "required": ["code"],
        },
    },
}
CALL = {"type": "function", "function": {"name": "find_fern", "arguments": {"code": "K-20417", "size": 3}}}
TALK: list[dict[str, Any]] = [
    {"role": "system", "content": "Be short."},
    {"role": "user", "content": "Find fern K-20417."},
    {"role": "assistant", "content": "", "tool_calls": [CALL]},
    {"role": "tool", "name": "find_fern", "content": '{"status": "zzresult"}'},
    {"role": "assistant", "content": "It is there."},
]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(STARTER_MODEL)


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_comes_back_exactly(tokenizer: Any, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


def test_random_characters_come_back_exactly(tokenizer: Any) -> None:
    rng = random.Random(1)
    for _ in range(100):
        text = "".join(chr(rng.choice((rng.randint(1, 126), rng.randint(160, 0x2FFF)))) for _ in range(60))
        assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


@pytest.mark.parametrize("word", ["kettle", "Brantow", "48213", "zzyx"])
@pytest.mark.parametrize("frame", ["{} x", "a {} b", '"{}"', "({})", '{{"k": "{}"}}', "a\n{}\nb", "a_{}_b", "#{}, b"])
def test_a_word_has_the_same_tokens_wherever_it_stands(tokenizer: Any, word: str, frame: str) -> None:
    own = tokenizer.encode(word, add_special_tokens=False)
    around = tokenizer.encode(frame.format(word), add_special_tokens=False)
    assert any(around[i : i + len(own)] == own for i in range(len(around)))


def test_pad_begin_and_end_are_three_tokens(tokenizer: Any) -> None:
    assert len({tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id}) == 3


def test_call_marks_survive_decoding_without_special_tokens(tokenizer: Any) -> None:
    ids = tokenizer.encode("<tool_call>{}</tool_call><|im_end|>", add_special_tokens=False)
    assert tokenizer.decode(ids, skip_special_tokens=True) == "<tool_call>{}</tool_call>"


def test_a_call_is_written_in_the_production_format(tokenizer: Any) -> None:
    text = tokenizer.apply_chat_template(TALK, tools=[TOOL], tokenize=False)
    call = text[text.index("<tool_call>") + len("<tool_call>") : text.index("</tool_call>")]
    assert json.loads(call) == CALL["function"]


def test_a_tool_is_one_short_line(tokenizer: Any) -> None:
    text = tokenizer.apply_chat_template(TALK, tools=[TOOL], tokenize=False)
    assert '\n- Find a fern: {"name": "find_fern", "arguments": {"code": string, "size": integer?}}<|im_end|>' in text


def test_the_mask_covers_the_assistant_turns_and_their_ends(tokenizer: Any) -> None:
    out = tokenizer.apply_chat_template(
        TALK, tools=[TOOL], tokenize=True, return_dict=True, return_assistant_tokens_mask=True
    )
    trained = tokenizer.decode([i for i, on in zip(out["input_ids"], out["assistant_masks"], strict=True) if on])
    call = json.dumps(CALL["function"])
    assert trained == f"<tool_call>{call}</tool_call><|im_end|>It is there.<|im_end|>"


@pytest.mark.parametrize("turn", [2, 4])
@pytest.mark.parametrize("tools", [[TOOL], None])
def test_the_prompt_is_an_exact_prefix_of_the_whole(tokenizer: Any, turn: int, tools: list[Any] | None) -> None:
    options = {"tools": tools, "tokenize": True, "return_dict": True}
    whole = tokenizer.apply_chat_template(TALK[: turn + 1], **options)["input_ids"]
    prompt = tokenizer.apply_chat_template(TALK[:turn], add_generation_prompt=True, **options)["input_ids"]
    assert whole[: len(prompt)] == prompt and len(whole) > len(prompt)


def test_a_chat_without_system_and_tools_has_no_system_turn(tokenizer: Any) -> None:
    text = tokenizer.apply_chat_template([{"role": "user", "content": "Hi"}], tokenize=False)
    assert text == "<|begin|><|im_start|>user\nHi<|im_end|>\n"


def test_a_lone_assistant_turn_is_a_document(tokenizer: Any) -> None:
    messages = [{"role": "assistant", "content": "Once there was a fern."}]
    assert tokenizer.apply_chat_template(messages, tokenize=False) == "<|begin|>Once there was a fern.<|im_end|>"
