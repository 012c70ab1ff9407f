"""Which chat template training uses, and proof that its mask covers the assistant's words and nothing else.

Owns: the fall-back to TRL's training templates, and the probe with marked words that catches a template which would train on a
tool's result, leave out a call, or never train the end of a turn. Counting tokens is in `tokens.py`.
"""

from __future__ import annotations

from typing import Any

from ...errors import InputError, Problem
from ..models import require

SYSTEM, USER, RESULT = "zzsystem", "zzquestion", "zzresult"
ANSWER, CALLED, ARGUMENT = "zzanswer", "zzlookup", "zzvalue"
NEXT_TEMPLATE = (
    "give the model a chat_template.jinja that wraps the assistant's words in {% generation %} … {% endgeneration %}"
)


def training_template(tokenizer: Any, *, tools: bool) -> str | None:
    """The chat template to train with; None where the tokenizer's own is fit.

    Args:
        tokenizer: with a chat template.
        tools: whether the records hold tool calls.

    Raises:
        InputError: the template has no generation marks and TRL knows no training version of it, or its mask is wrong.
    """
    own = tokenizer.chat_template
    text = own.get("default", "") if isinstance(own, dict) else own
    if "generation" in text and _marked(text):
        template = None
    else:
        template = _from_trl(tokenizer)
    faults = mask_faults(tokenizer, template, tools=tools)
    if faults:
        problems = [Problem("chat template", fault) for fault in faults]
        raise InputError("the model's chat template cannot be trained with", problems, next_action=NEXT_TEMPLATE)
    return template


def mask_faults(tokenizer: Any, template: str | None, *, tools: bool) -> list[str]:
    """What the assistant mask of a template gets wrong on a conversation of marked words; empty when it is right."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": USER}]
    if tools:
        call = {"type": "function", "function": {"name": CALLED, "arguments": {"word": ARGUMENT}}}
        messages += [
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "name": CALLED, "content": RESULT},
        ]
    messages += [{"role": "assistant", "content": ANSWER}, {"role": "user", "content": USER}]
    try:
        encoded = encode(tokenizer, messages, _PROBE_TOOLS if tools else None, template)
    except InputError as unusable:
        return [unusable.what]
    ids, mask = encoded
    trained = tokenizer.decode([i for i, on in zip(ids, mask, strict=True) if on])
    rest = tokenizer.decode([i for i, on in zip(ids, mask, strict=True) if not on])
    faults = [f"the mask covers the {what}" for what, word in _forbidden(tools) if word in trained]
    faults += [f"the mask leaves out the {what}" for what, word in _wanted(tools) if word not in trained]
    if tools and RESULT not in rest and RESULT not in trained:
        faults.append("the template leaves out tool results")
    if not faults and not _ends_are_trained(tokenizer, ids, mask):
        faults.append(
            "the mask leaves out the mark that ends the assistant's turn, so the model would not learn to stop"
        )
    return faults


def encode(
    tokenizer: Any, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, template: str | None
) -> tuple[list[int], list[int]]:
    """Token ids and assistant mask (0 or 1 per token) of a conversation.

    Raises:
        InputError: the template cannot write this conversation, or the tokenizer cannot mask.
    """
    from jinja2 import TemplateError

    try:
        encoded = tokenizer.apply_chat_template(
            messages,
            tools=tools,
            chat_template=template,
            tokenize=True,
            return_dict=True,
            return_assistant_tokens_mask=True,
        )
    except (TemplateError, TypeError, ValueError, NotImplementedError) as failure:
        first = str(failure).strip().split("\n")[0][:200]
        raise InputError(f"the chat template cannot write this conversation ({first})") from failure
    return list(encoded["input_ids"]), list(encoded["assistant_masks"])


_PROBE_TOOLS = [
    {
        "type": "function",
        "function": {
            "name": CALLED,
            "description": "look a word up",
            "parameters": {"type": "object", "properties": {"word": {"type": "string", "description": "a word"}}},
        },
    }
]


def _forbidden(tools: bool) -> list[tuple[str, str]]:
    words = [("system prompt", SYSTEM), ("user's words", USER)]
    return [*words, ("tool results", RESULT)] if tools else words


def _wanted(tools: bool) -> list[tuple[str, str]]:
    words = [("assistant's answer", ANSWER)]
    return [*words, ("call's tool name", CALLED), ("call's arguments", ARGUMENT)] if tools else words


def _ends_are_trained(tokenizer: Any, ids: list[int], mask: list[int]) -> bool:
    """Whether the last trained token that is not blank is a mark, not a word (the test that TRL applies)."""
    marks = set(tokenizer.get_added_vocab().values())
    for token, on in zip(reversed(ids), reversed(mask), strict=True):
        if on and tokenizer.decode([token]).strip():
            return token in marks
    return False


def _marked(text: str) -> bool:
    return any(opening in text for opening in ("{% generation", "{%- generation", "{%generation", "{%-generation"))


def _from_trl(tokenizer: Any) -> str | None:
    """TRL's training version of the tokenizer's template (recognised by its exact text)."""
    require("trl", "training")
    from trl.chat_template_utils import get_training_chat_template

    try:
        return get_training_chat_template(tokenizer)
    except ValueError as unknown:
        problem = Problem("chat template", "no generation marks", expected="{% generation %} … {% endgeneration %}")
        raise InputError(
            "the model's chat template does not mark the assistant's words, and no training version of it is known",
            [problem],
            next_action=NEXT_TEMPLATE,
        ) from unknown
