"""A random Llama of a few thousand parameters with a chat template, for tests that need a model but no skill."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

TEMPLATE = """\
{%- if tools %}{{- '<|im_start|>system\\n' }}
{%- if messages[0]['role'] == 'system' %}{{- messages[0]['content'] + '\\n' }}{%- endif %}
{{- 'Tools:\\n' }}{%- for tool in tools %}{{- (tool['function'] | tojson) + '\\n' }}{%- endfor %}
{{- '<|im_end|>\\n' }}
{%- elif messages[0]['role'] == 'system' %}{{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
{%- if message['role'] == 'assistant' %}{{- '<|im_start|>assistant\\n' }}
{%- generation %}{{- message['content'] or '' }}
{%- for call in message['tool_calls'] or [] %}{{- '<tool_call>{"name": "' + call['function']['name'] + '", "arguments": ' \
+ (call['function']['arguments'] | tojson) + '}</tool_call>' }}{%- endfor %}{{- '<|im_end|>' }}
{%- endgeneration %}{{- '\\n' }}
{%- elif message['role'] != 'system' %}{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"""

WORDS = (
    "what is the weather in paris please open ticket order status find hello thanks sunny rain closed done sorry yes no"
)
TOOL = {
    "type": "function",
    "function": {
        "name": "find",
        "description": "find a word",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}


def tiny_tokenizer(extra_texts: Iterable[str] = (), template: str = TEMPLATE, vocabulary: int = 400) -> Any:
    """A byte-level BPE tokenizer with ChatML marks and `template`."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([WORDS, *extra_texts], trainer)
    tokenizer.add_tokens(["<tool_call>", "</tool_call>"])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|endoftext|>", eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    fast.chat_template = template
    return fast


def tiny_model(folder: Path, *, hidden: int = 16, layers: int = 2, seed: int = 0, tokenizer: Any = None) -> Path:
    """Write a random Llama (about 10 000 parameters at the default size) and its tokenizer to `folder`; returns `folder`."""
    import torch
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    tokenizer = tokenizer or tiny_tokenizer()
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    model.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def tiny_record(number: int, *, tool: bool = False) -> dict[str, Any]:
    """A canonical record: a question and an answer, or a call with its result and an answer."""
    word = WORDS.split()[number % len(WORDS.split())]
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": f"say {word} {number}"},
    ]
    if tool:
        call = {"type": "function", "function": {"name": "find", "arguments": {"word": word}}}
        messages += [
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "name": "find", "content": f"result {word} forty"},
        ]
    messages.append({"role": "assistant", "content": f"{word} done"})
    record: dict[str, Any] = {
        "id": f"tiny-{number}",
        "messages": messages,
        "group": None,
        "topic": "tools" if tool else "talk",
        "tags": [],
        "source": {"file": "tiny.jsonl", "line": number + 1},
    }
    return {**record, "tools": [TOOL]} if tool else record


def tiny_records(count: int) -> list[dict[str, Any]]:
    """`count` canonical records, every second one with a tool."""
    return [tiny_record(number, tool=number % 2 == 1) for number in range(count)]
