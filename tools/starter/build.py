"""The whole build of the starter model: `python -m tuneguild.tools.starter.build OUT_DIR`.

Owns: the order of the build (tokenizer, held-back text, rehearsal records, pretraining, saving) and its command line.
The result ships in `tools/starter/model/`; the same seed gives the same texts and tokenizer everywhere, and the same
weights on the same machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from pathlib import Path
from typing import Any

from . import dialogues, service, text, words
from .pretrain import SETTLING, Schedule, Shape, train
from .tokenizer import JOINTS, MARKS, save_tokenizer, train_tokenizer

SEED = 20417
GENERAL, REHEARSAL = 150, 300
NEXT_BLANK_LINE = "\n\n"


def tokenizer_texts(seed: int, count: int = 14_000) -> list[str]:
    """Texts for the tokenizer: passages, exercises and the words of dialogues."""
    rng = random.Random(seed + 10)
    # Often enough that each becomes one token: a tool is found by the words of its name.
    texts = [" ".join([*words.NOUNS, *words.EVERYDAY, *words.ADJECTIVES, *service.NOUNS, *words.VERBS])] * 150
    for _ in range(count):
        draw = rng.random()
        if draw < 0.25:
            texts.append(text.passage(rng))
        elif draw < 0.35:
            texts.append("".join(piece for piece, _ in text.copying(rng)))
        else:
            record = service.plain_service_dialogue(rng) if draw < 0.5 else dialogues.dialogue(rng)
            texts += [message["content"] for message in record["messages"]]
            texts += [tool_line(one["function"]) for one in record["tools"]]
    for mark in (*MARKS, *JOINTS):
        texts = [one.replace(mark, " ") for one in texts]
    return texts


def tool_line(function: dict[str, Any]) -> str:
    """A tool much as the chat template writes it, after the words that begin a turn."""
    keys = ", ".join(f'"{key}": {value["type"]}' for key, value in function["parameters"]["properties"].items())
    return (
        "system\nTools:\nuser\nassistant\ntool\n"
        f'- {function["description"]}: {{"name": "{function["name"]}", "arguments": {{{keys}}}}}'
    )


def general_texts(seed: int, count: int = GENERAL) -> list[str]:
    """Held-back passages, from a stream of random numbers that training never uses."""
    rng = random.Random(seed + 20)
    return [text.passage(rng) for _ in range(count)]


def rehearsal_records(seed: int, count: int = REHEARSAL) -> list[dict[str, Any]]:
    """General records in canonical form, to mix in against forgetting: four in five are documents, the rest chats."""
    rng, records, seen = random.Random(seed + 30), [], set()
    while len(records) < count:
        document = NEXT_BLANK_LINE.join(text.passage(rng) for _ in range(rng.choice((2, 3))))
        messages = [{"role": "assistant", "content": document}] if rng.random() < 0.8 else dialogues.chat(rng)
        digest = hashlib.sha256(json.dumps(messages).encode()).hexdigest()[:16]
        if digest in seen:
            continue
        seen.add(digest)
        records.append(
            {
                "id": digest,
                "messages": messages,
                "group": None,
                "topic": "general",
                "tags": ["rehearsal"],
                "source": {"file": "rehearsal.jsonl", "line": len(records) + 1},
            }
        )
    return records


def write_texts(folder: Path, seed: int) -> None:
    """Write general.txt (passages with a blank line between) and rehearsal.jsonl."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "general.txt").write_text(NEXT_BLANK_LINE.join(general_texts(seed)) + "\n", encoding="utf-8")
    lines = [json.dumps(record, ensure_ascii=False) for record in rehearsal_records(seed)]
    (folder / "rehearsal.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def save(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write config, bf16 weights, generation config and tokenizer."""
    import copy

    import torch
    from transformers import GenerationConfig

    small = copy.deepcopy(model).to(torch.bfloat16)
    small.generation_config = GenerationConfig(
        do_sample=False,
        max_new_tokens=128,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    small.save_pretrained(str(folder), safe_serialization=True)
    save_tokenizer(tokenizer, folder)


def build(
    folder: Path,
    seed: int = SEED,
    schedule: Schedule | None = None,
    shape: Shape | None = None,
) -> None:
    """Build the model into `folder`.

    Args:
        folder: where to write; made if it is not there.
        seed: of texts and weights.
        schedule: of the first, longer part of pretraining; the last is `pretrain.SETTLING`.
        shape: size of the model.
    """
    import torch

    torch.set_num_threads(2)
    schedule, shape = schedule or Schedule(), shape or Shape()
    started = time.perf_counter()
    tokenizer = train_tokenizer(tokenizer_texts(seed), shape.vocabulary, shape.positions)
    shape = Shape(**{**shape.__dict__, "vocabulary": len(tokenizer)})
    write_texts(folder, seed)
    print(f"tokenizer of {len(tokenizer)} tokens after {time.perf_counter() - started:.0f} s", flush=True)

    def report(numbers: dict[str, float]) -> None:
        print(
            f"step {numbers['step']:.0f}  tokens {numbers['tokens'] / 1e6:.2f} M  loss {numbers['loss']:.3f}  "
            f"{numbers['tokens_per_second']:.0f} tokens/s",
            flush=True,
        )

    model = train(tokenizer, shape, schedule, seed, report)
    save(model, tokenizer, folder)
    model = settle(folder, tokenizer, shape, seed, report)
    save(model, tokenizer, folder)
    size = (folder / "model.safetensors").stat().st_size / 1e6
    print(f"{folder}: {size:.1f} MB of weights after {time.perf_counter() - started:.0f} s")


def settle(folder: Path, tokenizer: Any, shape: Shape, seed: int, report: Any) -> Any:
    """The last part of pretraining. It begins with the bf16 weights in `folder`, so that it can also be run alone."""
    import torch
    from transformers import LlamaForCausalLM

    model = LlamaForCausalLM.from_pretrained(str(folder), dtype=torch.float32, use_safetensors=True)
    return train(tokenizer, shape, SETTLING, seed + 100, report, model=model)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tuneguild.tools.starter.build", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder to write the model to")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--tokens", type=int, default=Schedule.tokens, help="tokens of the first part")
    given = parser.parse_args()
    build(given.folder, given.seed, Schedule(tokens=given.tokens))


if __name__ == "__main__":
    main()
