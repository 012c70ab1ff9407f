"""Generation: the same words as transformers' own greedy decoding, whatever the batch, and nothing done twice after a stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.tiny_model import tiny_model, tiny_records
from tuneguild.tools import models
from tuneguild.tools.evaluation import decoding, generation
from tuneguild.tools.evaluation.prompts import BARE, Prompt
from tuneguild.tools.evaluation.turns import turns_of


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> models.Loaded:
    return models.load(str(tiny_model(tmp_path_factory.mktemp("tiny"))))


@pytest.fixture(scope="module")
def requests(loaded: models.Loaded) -> list[generation.Request]:
    return generation.encode_turns(loaded.tokenizer, turns_of(tiny_records(6)), BARE)


def test_drafts_and_batches_do_not_change_the_words(loaded: models.Loaded, requests: list[generation.Request]) -> None:
    rows, ends = [r.ids for r in requests], generation.end_ids(loaded.model, loaded.tokenizer)
    alone = [decoding.decode_plainly(loaded.model, [row], limit=12, ends=ends, pad=0)[0] for row in rows]
    drafted = decoding.decode(loaded.model, rows, [r.draft for r in requests], limit=12, ends=ends)
    assert drafted == alone


def test_a_draft_that_is_right_is_taken_whole(loaded: models.Loaded, requests: list[generation.Request]) -> None:
    row, ends = requests[0].ids, generation.end_ids(loaded.model, loaded.tokenizer)
    own = decoding.decode_plainly(loaded.model, [row], limit=8, ends=ends, pad=0)[0]
    half = [*own[:4], (own[4] + 1) % 300, *own[5:]]
    for draft in (own, half, own[:3], []):
        assert decoding.decode(loaded.model, [row, row], [draft, half], limit=8, ends=ends) == [own, own]


@pytest.mark.parametrize(
    ("draft", "own", "expected"),
    [
        ([5, 6, 2], [5, 6, 2, 9], ([5, 6, 2], 3)),
        ([5, 6, 2], [5, 7, 2, 9], ([5, 7], 1)),
        ([5, 6], [5, 6, 9], ([5, 6, 9], 2)),
        ([], [4], ([4], 0)),
    ],
)
def test_a_draft_is_accepted_as_far_as_the_model_agrees(draft: list, own: list, expected: tuple) -> None:
    assert decoding.accept(draft, own, ends=[2]) == expected


def test_the_common_prefix_leaves_each_row_a_token() -> None:
    assert decoding.common_prefix([[1, 2, 3], [1, 2, 4, 5]]) == [1, 2]
    assert decoding.common_prefix([[1, 2], [1, 2]]) == [1]


def test_the_draft_is_the_expected_answer_with_its_end(loaded: models.Loaded) -> None:
    turns = turns_of(tiny_records(2))
    written = [loaded.tokenizer.decode(r.draft) for r in generation.encode_turns(loaded.tokenizer, turns, BARE)]
    assert written == [
        "what done<|im_end|>",
        '<tool_call>{"name": "find", "arguments": {"word": "is"}}</tool_call><|im_end|>',
        "is done<|im_end|>",
    ]


def test_answers_are_bounded_by_the_longest_expected_one(requests: list[generation.Request]) -> None:
    longest = max(len(request.draft) for request in requests)
    assert longest < generation.output_limit(requests) <= 2 * longest + generation.SLACK_TOKENS


def count_batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    seen: list[int] = []
    real = generation._generate_batch

    def counting(model: Any, tokenizer: Any, batch: Any, limit: int, ends: Any) -> Any:
        seen.append(len(batch))
        return real(model, tokenizer, batch, limit, ends)

    monkeypatch.setattr(generation, "_generate_batch", counting)
    return seen


def test_an_interrupted_evaluation_goes_on_where_it_stopped(
    loaded: models.Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, kept = turns_of(tiny_records(6)), tmp_path / "kept.jsonl"
    whole = generation.generate(loaded.model, loaded.tokenizer, turns, BARE, kept=kept, batch_size=3)
    lines = kept.read_text().splitlines(keepends=True)
    kept.write_text("".join(lines[:6]) + lines[6][:15])  # two batches, and a line cut short by a kill
    seen = count_batches(monkeypatch)
    again = generation.generate(loaded.model, loaded.tokenizer, turns, BARE, kept=kept, batch_size=3)
    assert again == whole
    assert sum(seen) == len(turns) - 6


def test_a_finished_evaluation_is_not_generated_again(
    loaded: models.Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, kept = turns_of(tiny_records(2)), tmp_path / "kept.jsonl"
    generation.generate(loaded.model, loaded.tokenizer, turns, BARE, kept=kept)
    seen = count_batches(monkeypatch)
    generation.generate(loaded.model, loaded.tokenizer, turns, BARE, kept=kept)
    assert seen == []


def test_answers_to_another_prompt_are_not_reused(
    loaded: models.Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, kept = turns_of(tiny_records(2)), tmp_path / "kept.jsonl"
    generation.generate(loaded.model, loaded.tokenizer, turns, BARE, kept=kept)
    seen = count_batches(monkeypatch)
    generation.generate(loaded.model, loaded.tokenizer, turns, Prompt(id="x", system="say more"), kept=kept)
    assert sum(seen) == len(turns)


def test_a_prompt_beyond_the_context_is_told_and_not_cut(loaded: models.Loaded) -> None:
    long = Prompt(id="long", system="rain " * 600)
    answers = generation.generate(loaded.model, loaded.tokenizer, turns_of(tiny_records(1)), long)
    assert [(answer.too_long, answer.output) for answer in answers.values()] == [(True, "")]
