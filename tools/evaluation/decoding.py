"""Greedy decoding of one batch, fast on few cores.

Three things save time and change no output beyond floating-point noise:
- Tokens with which all prompts of the batch begin are computed once.
- The expected answer serves as the draft of speculative decoding (Leviathan et al. 2023, arXiv:2211.17192, section 2, for greedy
  decoding): one pass over prompt and draft tells how far the model itself would have written the same; from the first difference
  on it decodes token by token. A model that is right needs no step at all. The draft only proposes; the model decides.
- A finished row leaves the batch.

Models whose cache is not of the plain, growing kind are left to transformers' `generate`.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

PREFIX_MIN = 32
"""Tokens from which on it pays to compute a batch's common beginning once."""
COMPACT = 0.75
"""Rows that are still at work, as a share, below which finished ones are taken out of the batch."""


def is_plain(model: Any) -> bool:
    """Whether the model's cache is one growing block of keys and values for each layer, and positions simply count."""
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer

    if hasattr(model, "get_rope_index") or getattr(model.config, "is_encoder_decoder", False):
        return False
    layers = DynamicCache(config=model.config).layers
    return all(type(layer) is DynamicLayer for layer in layers)


def decode(
    model: Any, rows: Sequence[list[int]], drafts: Sequence[list[int]], *, limit: int, ends: Sequence[int]
) -> list[list[int]]:
    """Greedy continuations.

    Args:
        model: a causal language model for which `is_plain` holds.
        rows: token ids of the prompts, none empty.
        drafts: token ids that each answer may consist of; [] for none.
        limit: new tokens at most.
        ends: tokens that end an answer.

    Returns:
        New token ids of each row, up to and including the end token, if one came within the limit.
    """
    import torch

    with torch.inference_mode():
        chosen, mask, cache = _first_pass(model, rows, [draft[:limit] for draft in drafts], ends)
        made, live = [], []
        width = mask.shape[1] - max(map(len, drafts))
        for place, (draft, own) in enumerate(zip(drafts, chosen, strict=True)):
            answer, accepted = accept(draft[:limit], own, ends)
            made.append(answer[:limit])
            mask[place, width + accepted :] = 0
            if answer[-1] not in ends and len(answer) < limit:
                live.append(place)
        if live:
            _continue(model, made, live, mask, cache, limit=limit, ends=set(ends))
    return made


def accept(draft: Sequence[int], own: Sequence[int], ends: Sequence[int]) -> tuple[list[int], int]:
    """The answer as far as one pass tells it.

    Args:
        draft: proposed tokens.
        own: the model's own choice after the prompt and after each token of the draft (one more than the draft).
        ends: tokens that end an answer.

    Returns:
        (tokens: those of the draft that the model chose too, and its own next one; number of draft tokens kept in the cache).
    """
    for place, token in enumerate(draft):
        if own[place] != token:
            return [*draft[:place], own[place]], place
        if token in ends:
            return list(draft[: place + 1]), place + 1
    return [*draft, own[len(draft)]], len(draft)


def _first_pass(
    model: Any, rows: Sequence[list[int]], drafts: Sequence[list[int]], ends: Sequence[int]
) -> tuple[list[list[int]], Any, Any]:
    """One pass over [shared beginning][padding][rest of the prompt][draft][padding].

    Returns:
        (the model's choices: for each row, one more than the longest draft; attention mask, shape [rows, tokens]; cache).
    """
    import torch

    prefix = common_prefix(rows)
    start = len(prefix) if len(rows) > 1 and len(prefix) >= PREFIX_MIN else 0
    width, tail = max(map(len, rows)), max(map(len, drafts))
    ids, masks = [], []
    for row, draft in zip(rows, drafts, strict=True):
        gap, rest = width - len(row), tail - len(draft)
        # Padding takes no position: positions count the mask.
        ids.append(row[:start] + [ends[0]] * gap + row[start:] + draft + [ends[0]] * rest)
        masks.append([1] * start + [0] * gap + [1] * (len(row) - start + len(draft)) + [0] * rest)
    tokens = torch.tensor(ids, device=model.device)
    mask = torch.tensor(masks, device=model.device)
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    cache = _prefix_cache(model, prefix, len(rows)) if start else None
    made = model(
        input_ids=tokens[:, start:],
        attention_mask=mask,
        position_ids=positions[:, start:],
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=tail + 1,
    )
    return made.logits.argmax(-1).tolist(), mask, made.past_key_values


def _prefix_cache(model: Any, prefix: list[int], copies: int) -> Any:
    """Keys and values of the shared beginning, once for each row."""
    import torch

    ids = torch.tensor([prefix], device=model.device)
    cache = model(input_ids=ids, use_cache=True, logits_to_keep=1).past_key_values
    cache.batch_repeat_interleave(copies)
    return cache


def _continue(
    model: Any, made: list[list[int]], live: list[int], mask: Any, cache: Any, *, limit: int, ends: set[int]
) -> None:
    """Decode the rows `live` token by token, appending to `made`."""
    import torch

    _select(cache, live, room=limit)
    mask, inside = mask[live], list(live)
    while live:
        if len(live) < COMPACT * len(inside):
            kept = [place for place, row in enumerate(inside) if row in live]
            _select(cache, kept, room=limit)
            mask, inside = mask[kept], [inside[place] for place in kept]
        mask = torch.cat([mask, mask.new_ones(len(inside), 1)], dim=1)
        tokens = torch.tensor([[made[row][-1]] for row in inside], device=mask.device)
        logits = model(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=mask.sum(-1, keepdim=True) - 1,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits
        chosen = dict(zip(inside, logits[:, -1].argmax(-1).tolist(), strict=True))
        for row in live:
            made[row].append(chosen[row])
        live = [row for row in live if chosen[row] not in ends and len(made[row]) < limit]


def _select(cache: Any, rows: list[int], *, room: int) -> None:
    """Keep only `rows` of the cache, with room for `room` further tokens."""
    import torch

    for place, layer in enumerate(cache.layers):
        chosen = torch.tensor(rows, device=layer.keys.device)
        cache.layers[place] = _roomy_layer()(layer.keys[chosen], layer.values[chosen], room)


@functools.cache
def _roomy_layer() -> Any:
    """A cache layer that writes a new token into free room, where transformers' own copies all earlier ones at each step."""
    from transformers.cache_utils import DynamicLayer

    class RoomyLayer(DynamicLayer):
        def __init__(self, keys: Any, values: Any, room: int) -> None:
            super().__init__()
            self.lazy_initialization(keys, values)
            self.used = keys.shape[-2]
            shape = (*keys.shape[:-2], self.used + room, keys.shape[-1])
            self.all_keys, self.all_values = keys.new_empty(shape), values.new_empty((*shape[:-1], values.shape[-1]))
            self.all_keys[..., : self.used, :], self.all_values[..., : self.used, :] = keys, values
            self._show()

        def update(self, key_states: Any, value_states: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
            end = self.used + key_states.shape[-2]
            self.all_keys[..., self.used : end, :] = key_states
            self.all_values[..., self.used : end, :] = value_states
            self.used = end
            return self._show()

        def _show(self) -> tuple[Any, Any]:
            self.keys, self.values = self.all_keys[..., : self.used, :], self.all_values[..., : self.used, :]
            return self.keys, self.values

    return RoomyLayer


def decode_plainly(
    model: Any, rows: Sequence[list[int]], *, limit: int, ends: Sequence[int], pad: int
) -> list[list[int]]:
    """The same through transformers' `generate`, for any causal language model."""
    import torch
    from transformers import GenerationConfig

    width = max(map(len, rows))
    config = GenerationConfig(
        do_sample=False, num_beams=1, max_new_tokens=limit, eos_token_id=list(ends), pad_token_id=pad, use_cache=True
    )
    with torch.inference_mode():
        made = model.generate(
            input_ids=torch.tensor([[pad] * (width - len(row)) + row for row in rows], device=model.device),
            attention_mask=torch.tensor(
                [[0] * (width - len(row)) + [1] * len(row) for row in rows], device=model.device
            ),
            generation_config=config,
        )
    return [_until_end(row, ends) for row in made[:, width:].tolist()]


def _until_end(row: list[int], ends: Sequence[int]) -> list[int]:
    end = next((place for place, token in enumerate(row) if token in ends), None)
    return row if end is None else row[: end + 1]


def common_prefix(rows: Sequence[Sequence[int]]) -> list[int]:
    """The tokens with which all rows begin, at most all but the last token of the shortest."""
    shortest = min(rows, key=len)
    limit = len(shortest) - 1
    end = next((place for place in range(limit) if any(row[place] != shortest[place] for row in rows)), max(limit, 0))
    return list(shortest[:end])
