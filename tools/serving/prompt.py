"""Which prompt a tuned model is served under, and what it is asked in the parity check.

Owns: reading both from facts and records. What a prompt is, and how it is put before a conversation, is `evaluation/prompts.py`,
so that what was measured is what is served.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..evaluation.prompts import Prompt, prompt_of

Message = dict[str, Any]


def serving_prompt(facts: Mapping[str, Any]) -> Prompt:
    """The prompt that step 07 chose, else the best prompt of the baseline, else the bare one."""
    return prompt_of(facts.get("serving_prompt") or (facts.get("baseline") or {}).get("prompt"))


def first_question(record: Mapping[str, Any]) -> list[Message]:
    """The messages of a record up to its first assistant turn."""
    messages = list(record["messages"])
    turn = next((at for at, message in enumerate(messages) if message["role"] == "assistant"), len(messages))
    return messages[:turn]
