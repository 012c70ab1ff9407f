"""Pretraining of the starter: from texts to weights.

Owns: the corpus as token ids with loss weights, batches of texts of similar length, and the training loop. What is in
the texts is decided in `text.py` and `dialogues.py`; the whole build is in `build.py`.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from . import dialogues, service, text
from .tokenizer import EOS

CONTEXT_WEIGHT = 0.15
"""Loss weight of what users, tools and system prompts say. It is mostly random names, which nobody can predict; a
small weight keeps the model's capacity for the assistant's turns."""


PASSAGE_WEIGHT = 0.5
"""Loss weight of general passages, whose names and colours cannot be predicted either."""
CALL_WEIGHT, WORDS_WEIGHT = 2.0, 0.7
"""Loss weights of assistant turns that call and of those that talk; the calls are what the starter is for."""


@dataclass(frozen=True)
class Shape:
    """Size of the model."""

    vocabulary: int = 2048
    hidden: int = 256
    layers: int = 4
    heads: int = 4
    intermediate: int = 640
    positions: int = 1024


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train.

    Copying comes first and alone: on 24-token exercises it is learnt within 300 steps of Muon (AdamW at 3e-3 has not
    found it after 350), and mixed into dialogues from the start it was not learnt in 1.5 million tokens.

    Attributes:
        tokens: tokens to train on.
        repeating: tokens of the shortest copying exercises, at the start.
        first_batch, batch_tokens: tokens in a batch, padding included, during that start and afterwards.
        learning_rate: peak of the matrix parameters (Muon).
        embedding_rate: peak of embeddings and norms (AdamW).
        warmup, decay: share of the tokens with rising and with falling rate.
        copying, copying_end: share of copying exercises after the start; falls from the first to the second until
            40 % of the tokens.
        drills, drills_end: share of drills in choosing a tool, likewise.
        general: share of general passages.
        service: share of service-desk dialogues.
        settling: whether these are the ones of the last part, which teach more and have milder habits.
    """

    tokens: int = 7_000_000
    repeating: int = 220_000
    first_batch: int = 1024
    batch_tokens: int = 4096
    learning_rate: float = 0.02
    embedding_rate: float = 3e-3
    warmup: float = 0.006
    decay: float = 0.45
    copying: float = 0.2
    copying_end: float = 0.06
    drills: float = 0.5
    drills_end: float = 0.1
    general: float = 0.14
    service: float = 0.15
    settling: bool = False


SETTLING = Schedule(
    tokens=1_000_000, repeating=0, learning_rate=0.008, embedding_rate=1e-3, warmup=0.03, decay=0.97, copying=0.06,
    copying_end=0.06, drills=0.0, drills_end=0.0, general=0.14, service=0.68, settling=True,
)  # fmt: skip
"""The last part: mostly service desks (`service.py`), at a rate that falls to the end."""


@dataclass(frozen=True)
class Sample:
    """Token ids and the loss weight of each."""

    ids: list[int]
    weights: list[float]


def plain(tokenizer: Any, content: str) -> Sample:
    """A passage, every token with half weight."""
    ids = [tokenizer.bos_token_id, *tokenizer.encode(content, add_special_tokens=False), tokenizer.eos_token_id]
    return Sample(ids, [PASSAGE_WEIGHT] * len(ids))


def exercise(tokenizer: Any, pieces: list[tuple[str, bool]]) -> Sample:
    """An exercise, full weight on the pieces that are to be learnt."""
    ids, weights = [tokenizer.bos_token_id], [CONTEXT_WEIGHT]
    for content, learnt in [*pieces, (EOS, True)]:
        new = tokenizer.encode(content, add_special_tokens=False)
        ids += new
        weights += [1.0 if learnt else CONTEXT_WEIGHT] * len(new)
    return Sample(ids, weights)


def conversation(tokenizer: Any, record: dict[str, Any]) -> Sample:
    """A dialogue through the chat template; the weight is on the assistant's turns."""
    out = tokenizer.apply_chat_template(
        record["messages"],
        tools=record["tools"] or None,
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    turns = iter(
        [CALL_WEIGHT if '"' in m["content"] else WORDS_WEIGHT for m in record["messages"] if m["role"] == "assistant"]
    )
    weights = []
    for inside, mask in itertools.groupby(out["assistant_masks"]):
        weight = next(turns) if inside else CONTEXT_WEIGHT
        weights += [weight for _ in mask]
    return Sample(out["input_ids"], weights)


def samples(tokenizer: Any, seed: int, schedule: Schedule, positions: int) -> Iterator[tuple[Sample, int]]:
    """Samples without end, with the number of tokens given so far."""
    rng, given = random.Random(seed), 0
    while True:
        part = min(1.0, 2.5 * given / schedule.tokens)
        drills = schedule.drills + (schedule.drills_end - schedule.drills) * part
        plainly = rng.random() < 0.85 * (1 - part) + 0.1
        copying = schedule.copying + (schedule.copying_end - schedule.copying) * part
        draw = rng.random()
        if given < schedule.repeating:
            one = exercise(tokenizer, text.repeating(rng))
        elif draw < copying:
            one = exercise(tokenizer, text.copying(rng))
        elif draw < copying + drills:
            one = exercise(tokenizer, dialogues.drill(rng))
        elif draw < copying + drills + schedule.general:
            one = plain(tokenizer, "\n\n".join(text.passage(rng) for _ in range(rng.choice((1, 1, 2, 3)))))
        elif draw < copying + drills + schedule.general + schedule.service:
            desk = service.service_dialogue if schedule.settling else service.plain_service_dialogue
            one = conversation(tokenizer, desk(rng))
        else:
            one = conversation(tokenizer, dialogues.plain_call(rng) if plainly else dialogues.dialogue(rng))
        if len(one.ids) <= positions:
            given += len(one.ids)
            yield one, given


def batches(tokenizer: Any, seed: int, schedule: Schedule, positions: int) -> Iterator[tuple[list[Sample], int]]:
    """Batches of samples of similar length, about `batch_tokens` each."""
    rng, source = random.Random(seed + 1), samples(tokenizer, seed, schedule, positions)
    given = 0
    while given < schedule.tokens:
        pool: list[Sample] = []
        room = schedule.first_batch if given < schedule.repeating else schedule.batch_tokens
        for _ in range(600):
            one, given = next(source)
            pool.append(one)
        for group in alike(pool, rng, room):
            yield group, given


def alike(pool: list[Sample], rng: random.Random, room: int) -> list[list[Sample]]:
    """The samples in groups of similar length, at most `room` tokens each with padding, in any order."""
    groups: list[list[Sample]] = [[]]
    for one in sorted(pool, key=lambda s: len(s.ids)):
        if (len(groups[-1]) + 1) * len(one.ids) > room and groups[-1]:
            groups.append([])
        groups[-1].append(one)
    rng.shuffle(groups)
    return groups


def rate(done: float, schedule: Schedule) -> float:
    """Share of the peak learning rate after a share `done` of the training: up, level, straight down to 2 %."""
    if done < schedule.warmup:
        return max(done / schedule.warmup, 0.02)
    return min(1.0, max(0.02, (1 - done) / schedule.decay))


def new_model(tokenizer: Any, shape: Shape, seed: int) -> Any:
    """A Llama model with random weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        intermediate_size=shape.intermediate,
        max_position_embeddings=shape.positions,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    model = LlamaForCausalLM(config)
    # Plain attention trains texts of this length a sixth faster on a CPU.
    model.set_attn_implementation("eager")
    return model


def train(
    tokenizer: Any,
    shape: Shape,
    schedule: Schedule,
    seed: int,
    report: Callable[[dict[str, float]], None],
    model: Any = None,
) -> Any:
    """Pretrain a model.

    Args:
        tokenizer: of `tokenizer.py`.
        shape: size.
        schedule: length and rates.
        seed: of weights and texts.
        report: called now and then with step, tokens, loss (nats per weighted token), tokens per second.
        model: the model to go on with; a new one by default.

    Returns:
        The float32 model.
    """
    import torch

    model = model if model is not None else new_model(tokenizer, shape, seed)
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    others = [p for n, p in model.named_parameters() if p.ndim != 2 or "embed" in n]
    optimisers = [
        torch.optim.Muon(matrices, lr=schedule.learning_rate, weight_decay=0.01, momentum=0.95),
        torch.optim.AdamW(others, lr=schedule.embedding_rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True),
    ]
    peaks = (schedule.learning_rate, schedule.embedding_rate)
    started, losses, seen, step = time.perf_counter(), [], 0, 0
    for group, given in batches(tokenizer, seed, schedule, shape.positions):
        ids, weights = stack(group, tokenizer.pad_token_id)
        factor = rate(given / schedule.tokens, schedule)
        for optimiser, peak in zip(optimisers, peaks, strict=True):
            for part in optimiser.param_groups:
                part["lr"] = peak * factor
        loss = weighted_loss(model, ids, weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        losses.append(float(loss.detach()))
        seen, step = seen + sum(len(s.ids) for s in group), step + 1
        if step % 50 == 0:
            speed = seen / (time.perf_counter() - started)
            report({"step": step, "tokens": seen, "loss": sum(losses[-50:]) / 50, "tokens_per_second": speed})
    return model


def weighted_loss(model: Any, ids: Any, weights: Any) -> Any:
    """Weighted mean loss (nats/token) of ids of shape (samples, length), in bf16 on the CPU."""
    import torch

    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(input_ids=ids).last_hidden_state[:, :-1]
        target, weight = ids[:, 1:].reshape(-1), weights[:, 1:].reshape(-1)
        keep = weight > 0
        logits = model.lm_head(hidden.reshape(-1, hidden.shape[-1])[keep])
    loss = torch.nn.functional.cross_entropy(logits.float(), target[keep], reduction="none")
    return (loss * weight[keep]).sum() / weight.sum()


def stack(group: list[Sample], pad: int) -> tuple[Any, Any]:
    """Right-padded ids and weights, both of shape (samples, longest)."""
    import torch

    width = max(len(s.ids) for s in group)
    ids = torch.tensor([s.ids + [pad] * (width - len(s.ids)) for s in group])
    weights = torch.tensor([s.weights + [0.0] * (width - len(s.weights)) for s in group])
    return ids, weights
