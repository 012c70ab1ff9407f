"""The shipped files: sizes, what belongs to a model folder, general text that was held back."""

from __future__ import annotations

import json
from typing import Any

from tuneguild.settings import STARTER_MODEL
from tuneguild.tools.starter import build


def test_the_weights_have_at_most_8_megabytes_and_all_files_9() -> None:
    assert (STARTER_MODEL / "model.safetensors").stat().st_size <= 8_000_000
    assert sum(file.stat().st_size for file in STARTER_MODEL.iterdir()) < 9_000_000


def test_the_model_loads_and_answers() -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(STARTER_MODEL)
    model: Any = AutoModelForCausalLM.from_pretrained(STARTER_MODEL)
    messages = [{"role": "user", "content": "Hello"}]
    given = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True, return_tensors="pt")
    out = model.generate(**given, max_new_tokens=30)[0, given["input_ids"].shape[1] :]
    assert tokenizer.decode(out, skip_special_tokens=True).strip()
    assert 2_000_000 <= model.num_parameters() <= 4_000_000


def test_held_back_text_and_rehearsal_are_those_of_the_generator() -> None:
    written = (STARTER_MODEL / "general.txt").read_text(encoding="utf-8")
    assert written == build.NEXT_BLANK_LINE.join(build.general_texts(build.SEED)) + "\n"
    lines = (STARTER_MODEL / "rehearsal.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == build.rehearsal_records(build.SEED)
