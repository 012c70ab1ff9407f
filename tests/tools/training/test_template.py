"""Chat templates: the mask covers the assistant's words and nothing else, or training is refused."""

from __future__ import annotations

from typing import Any

import pytest

from support.tiny_model import TEMPLATE, tiny_record, tiny_tokenizer
from tuneguild.errors import InputError
from tuneguild.settings import STARTER_MODEL
from tuneguild.tools.training.template import encode, mask_faults, training_template


def trl_template(name: str) -> str:
    from importlib.resources import files

    return (files("trl") / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")


def trained_text(tokenizer: Any, template: str | None) -> str:
    record = tiny_record(3, tool=True)
    ids, mask = encode(tokenizer, record["messages"], record["tools"], template)
    return tokenizer.decode([token for token, on in zip(ids, mask, strict=True) if on])


def test_the_mask_leaves_out_the_tool_result_and_the_user() -> None:
    text = trained_text(tiny_tokenizer(), None)
    assert "forty" not in text
    assert "say" not in text


def test_the_mask_holds_the_call_the_answer_and_both_end_marks() -> None:
    text = trained_text(tiny_tokenizer(), None)
    assert text.startswith('<tool_call>{"name": "find"')
    assert text.endswith("done<|im_end|>")
    assert text.count("<|im_end|>") == 2


@pytest.mark.skipif(not (STARTER_MODEL / "config.json").is_file(), reason="the starter model is not built")
def test_the_starter_template_needs_no_change() -> None:
    from tuneguild.tools.models import load_tokenizer

    assert training_template(load_tokenizer("starter"), tools=True) is None


@pytest.mark.parametrize("name", ["qwen2_5", "qwen3"])
def test_a_known_template_without_marks_gets_trls_training_version(name: str) -> None:
    tokenizer = tiny_tokenizer(template=trl_template(name))
    template = training_template(tokenizer, tools=True)
    assert template is not None
    text = trained_text(tokenizer, template)
    assert "forty" not in text and "say" not in text and "find" in text


def test_an_unknown_template_without_marks_is_refused() -> None:
    tokenizer = tiny_tokenizer(template=TEMPLATE.replace("{%- generation %}", "").replace("{%- endgeneration %}", ""))
    with pytest.raises(InputError, match="does not mark"):
        training_template(tokenizer, tools=True)


def test_a_template_that_trains_on_tool_results_is_refused() -> None:
    marked = TEMPLATE.replace(
        "message['content'] + '<|im_end|>\\n' }}\n{%- endif %}\n{%- endfor %}",
        "'' }}{% generation %}{{ message['content'] }}{% endgeneration %}{{- '<|im_end|>\\n' }}\n{%- endif %}\n{%- endfor %}",
    )
    assert marked != TEMPLATE
    with pytest.raises(InputError, match="covers the tool results"):
        training_template(tiny_tokenizer(template=marked), tools=True)


def test_a_template_that_drops_calls_is_refused_for_records_with_tools() -> None:
    start, end = TEMPLATE.index("{%- for call in"), TEMPLATE.index("{{- '<|im_end|>' }}")
    tokenizer = tiny_tokenizer(template=TEMPLATE[:start] + TEMPLATE[end:])
    assert "the mask leaves out the call's arguments" in mask_faults(tokenizer, None, tools=True)
    assert mask_faults(tokenizer, None, tools=False) == []


def test_a_template_that_never_trains_the_end_of_a_turn_is_refused() -> None:
    tokenizer = tiny_tokenizer(
        template=TEMPLATE.replace(
            "{{- '<|im_end|>' }}\n{%- endgeneration %}", "{%- endgeneration %}{{- '<|im_end|>' }}"
        )
    )
    assert any("would not learn to stop" in fault for fault in mask_faults(tokenizer, None, tools=True))
