"""The starter's tokenizer and chat template.

Owns: how text is split into tokens and how messages become text. Ordinary byte-level BPE gives a word other tokens
after a space than after a quote, and a small model then cannot copy a word from a sentence into a call. Here a run of
letters, each digit and each space are pieces of their own, so that a word has the same tokens wherever it stands;
bytes are the alphabet, so that any text comes back exactly. The marks of a call are ordinary added tokens:
reinforcement learning strips special tokens before it rewards a completion.

A tool is one line, its description first and then the beginning of a call to it: when the model comes to the name it has
read what the tool does, and the way from name to arguments is the one it has to write.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

PAD, BOS, EOS, START = "<|pad|>", "<|begin|>", "<|im_end|>", "<|im_start|>"
SPECIAL = [PAD, BOS, EOS, START]
MARKS = ["<tool_call>", "</tool_call>"]
JOINTS = ['{"name": "', '", "arguments": {"', '{"tool": "', '", "args": {"']
"""What stands before a tool's name and between it and its first argument, one token each. A small model finds the next word
by the one before it; with six tokens of punctuation between them it does not find a tool's arguments."""
SMALL_WORDS = (
    "the|a|an|my|your|our|this|that|of|to|in|for|and|at|on|by|with|from|is|are|was|has|it|I|you|me|do|be|not|no|can|could|"
    "please|want|need|would|like"
)
"""Words that take the blank after them along, which saves a fifth of the tokens; they are not what calls are made of."""
PIECES = rf"(?<!\p{{L}})(?:{SMALL_WORDS}) |\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+ ?|\s"
"""Small words with their blank, letters together, digits one by one, punctuation with the blanks around it, other white
space one by one."""

CHAT_TEMPLATE = """\
{{- bos_token }}
{%- if messages | length == 1 and messages[0].role == "assistant" and not tools -%}
{% generation %}{{- messages[0].content + "<|im_end|>" }}{% endgeneration %}
{%- else %}
{%- macro signature(tool) -%}
{%- set f = tool.function if tool.function is defined else tool -%}
{%- set p = f.parameters if f.parameters is defined and f.parameters else {} -%}
{%- set properties = p.properties if p.properties is defined else {} -%}
{%- set required = p.required if p.required is defined else [] -%}
- {{ f.description ~ ": " if f.description is defined and f.description else "" }}{"name": "{{ f.name }}", "arguments": {
{%- for key, value in properties.items() -%}
"{{ key }}": {{ value.type if value.type is defined and value.type is string else "any" }}
{{- "" if key in required or not required else "?" }}
{%- if not loop.last %}, {% endif -%}
{%- endfor -%}
}}
{%- endmacro -%}
{%- set first = messages[0] if messages else none -%}
{%- set has_system = first is not none and first.role == "system" -%}
{%- if has_system or tools %}
{{- "<|im_start|>system\\n" }}
{%- if has_system %}{{ first.content }}{% endif %}
{%- if tools %}
{{- ("\\n" if has_system and first.content else "") + "Tools:" }}
{%- for tool in tools %}{{ "\\n" + signature(tool) }}{% endfor %}
{%- endif %}
{{- "<|im_end|>\\n" }}
{%- endif %}
{%- for message in messages %}
{%- if message.role == "assistant" %}
{{- "<|im_start|>assistant\\n" }}
{%- generation %}
{{- message.content if message.content else "" }}
{%- if message.tool_calls is defined and message.tool_calls %}
{%- for item in message.tool_calls %}
{%- set call = item.function if item.function is defined else item %}
{{- ("\\n" if message.content or not loop.first else "") + '<tool_call>{"name": "' + call.name + '", "arguments": ' }}
{{- (call.arguments if call.arguments is string else call.arguments | tojson) + "}</tool_call>" }}
{%- endfor %}
{%- endif %}
{{- "<|im_end|>" }}
{%- endgeneration %}
{{- "\\n" }}
{%- elif not (message.role == "system" and loop.first) %}
{{- "<|im_start|>" + message.role + "\\n" + (message.content if message.content else "") + "<|im_end|>\\n" }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{ "<|im_start|>assistant\\n" }}{% endif %}
{%- endif %}
"""
"""A lone assistant turn is a document: plain text between the marks of begin and end, as in pretraining."""


def train_tokenizer(texts: Iterable[str], vocabulary: int, max_length: int) -> Any:
    """Train the byte-level BPE on `texts`.

    Args:
        texts: training text, without marks.
        vocabulary: number of tokens, special ones and marks included.
        max_length: positions of the model.

    Returns:
        A `PreTrainedTokenizerFast` with chat template.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(MARKS) - len(JOINTS),
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([AddedToken(mark, special=False, normalized=False) for mark in [*MARKS, *JOINTS]])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=BOS,
        eos_token=EOS,
        additional_special_tokens=[START],
        clean_up_tokenization_spaces=False,
        model_max_length=max_length,
        padding_side="right",
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def save_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Write tokenizer.json, tokenizer_config.json and chat_template.jinja."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(str(folder))
