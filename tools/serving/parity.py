"""Proof that an exported model is the one that was evaluated: same token ids, same logits, same greedy outputs.

Owns: the comparison. It looks at the files on disk, as a server would load them, not at what is still in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..evaluation.generation import end_ids
from ..models import Loaded

BATCH = 8


@dataclass(frozen=True)
class Parity:
    """The result of a comparison.

    Attributes:
        prompts: how many were compared.
        share: of them with the same generated tokens.
        max_logit_difference: largest absolute difference of any logit on the prompts' tokens.
        same_tokens: whether both tokenizers write every prompt with the same token ids.
        differing: indices of the prompts whose outputs differ.
    """

    prompts: int
    share: float
    max_logit_difference: float
    same_tokens: bool
    differing: list[int]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def compare(evaluated: Loaded, exported: Loaded, conversations: Sequence[dict[str, Any]], new_tokens: int) -> Parity:
    """Compare two models on conversations.

    Args:
        evaluated: the model that was scored (base and adapter).
        exported: the model that would be served.
        conversations: each {"messages": …, "tools": … or None}, ending before an assistant turn.
        new_tokens: tokens to generate greedily per conversation.
    """
    prompts = [token_ids(evaluated, conversation) for conversation in conversations]
    same_tokens = prompts == [token_ids(exported, conversation) for conversation in conversations]
    outputs = [greedy(loaded, prompts, new_tokens) for loaded in (evaluated, exported)]
    differing = [at for at, (one, other) in enumerate(zip(*outputs, strict=True)) if one != other]
    return Parity(
        prompts=len(prompts),
        share=1 - len(differing) / len(prompts),
        max_logit_difference=max(_logit_difference(evaluated, exported, ids) for ids in prompts),
        same_tokens=same_tokens,
        differing=differing,
    )


def token_ids(loaded: Loaded, conversation: dict[str, Any]) -> list[int]:
    """The prompt's token ids, as the model's own chat template writes it."""
    encoded = loaded.tokenizer.apply_chat_template(
        conversation["messages"],
        tools=conversation.get("tools") or None,
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
    )
    return list(encoded["input_ids"])


def greedy(loaded: Loaded, prompts: Sequence[list[int]], new_tokens: int) -> list[list[int]]:
    """Greedily generated token ids per prompt, up to and without the end mark."""
    import torch

    pad = loaded.tokenizer.pad_token_id
    ends = end_ids(loaded.model, loaded.tokenizer)
    outputs: list[list[int]] = []
    for start in range(0, len(prompts), BATCH):
        batch = prompts[start : start + BATCH]
        width = max(map(len, batch))
        ids = torch.tensor([[pad] * (width - len(prompt)) + prompt for prompt in batch], device=loaded.model.device)
        mask = torch.tensor([[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in batch], device=ids.device)
        with torch.inference_mode():
            made = loaded.model.generate(
                input_ids=ids, attention_mask=mask, generation_config=greedy_config(loaded, new_tokens)
            )
        outputs += [_until_end(row[width:].tolist(), ends) for row in made]
    return outputs


def greedy_config(loaded: Loaded, new_tokens: int) -> Any:
    """A generation configuration without sampling, whatever the model's own says."""
    from transformers import GenerationConfig

    return GenerationConfig(
        max_new_tokens=new_tokens,
        do_sample=False,
        eos_token_id=end_ids(loaded.model, loaded.tokenizer),
        pad_token_id=loaded.tokenizer.pad_token_id,
    )


def _until_end(ids: list[int], ends: Sequence[int]) -> list[int]:
    stop = next((at for at, token in enumerate(ids) if token in ends), len(ids))
    return ids[:stop]


def _logit_difference(evaluated: Loaded, exported: Loaded, ids: list[int]) -> float:
    """Largest absolute difference of the logits at any position of a prompt."""
    import torch

    with torch.inference_mode():
        one, other = (
            loaded.model(input_ids=torch.tensor([ids], device=loaded.model.device)).logits.float()
            for loaded in (evaluated, exported)
        )
    return float((one - other).abs().max())
