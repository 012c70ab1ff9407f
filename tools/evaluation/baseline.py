"""The measurement before the architect decides: what prompting alone reaches.

Every candidate prompt competes on the dev split; the winner, and the bare record, are then measured once on the frozen test. That
number is the bar for everything that follows (knowledge record prompted-baseline-first).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..contract import Measurement, Result, ToolContext
from ..data.records import Record
from .examine import Examinee, examine, load_examinee, save_scores, split_records
from .prompts import BARE, Prompt, candidates, save_prompts
from .scoring import SHARES, Scores, TurnScore, metric_value, summarise
from .statistics import detectable_effect, needed_pairs


def measure(payload: None, context: ToolContext) -> Result:
    """Measure the bare and the best prompted baseline.

    Without held-out records (a project that is about knowledge only) nothing is generated and n is 0.

    Raises:
        InputError: the model cannot be loaded or writes no calls; a frozen split was changed.
    """
    test, dev, pool = (split_records(context, name) for name in ("test", "dev", "pool"))
    if not test:
        return _nothing(context, len(pool))
    metric = context.facts["goal"]["metric"]
    examinee = load_examinee(context, [*test, *dev])
    prompts = candidates(examinee.tokenizer, test, pool, own=context.project.evaluation.prompts, seed=context.seed)
    dev_scores = {prompt.id: _on_dev(examinee, dev, prompt, context) for prompt in prompts} if dev else {}
    best = choose(prompts, {name: metric_value(scores, metric) for name, scores in dev_scores.items()})
    bare = examine(examinee, test, BARE, context, split="test", label="baseline: the bare record on the test split")
    scores = bare if best.id == BARE.id else _on_test(examinee, test, best, context)
    save_scores(context.workdir / "best.jsonl", scores)
    save_scores(context.workdir / "zero-shot.jsonl", bare)
    save_prompts(context.workdir / "prompts.json", prompts)
    dev_values = {name: metric_value(found, metric) for name, found in dev_scores.items()}
    return _result(context, best, dev_values, bare, scores, len(dev), len(pool))


def choose(prompts: Sequence[Prompt], dev_values: Mapping[str, float]) -> Prompt:
    """The best prompt by its dev score, the shorter of equals; the bare one where nothing was measured."""
    measured = [prompt for prompt in prompts if prompt.id in dev_values]
    return max(measured, key=lambda prompt: (dev_values[prompt.id], -prompt.size), default=BARE)


def _on_dev(examinee: Examinee, dev: Sequence[Record], prompt: Prompt, context: ToolContext) -> list[TurnScore]:
    return examine(examinee, dev, prompt, context, split="dev", label=f"baseline: prompt {prompt.id} on the dev split")


def _on_test(examinee: Examinee, test: Sequence[Record], prompt: Prompt, context: ToolContext) -> list[TurnScore]:
    return examine(
        examinee, test, prompt, context, split="test", label=f"baseline: prompt {prompt.id} on the test split"
    )


def _result(
    context: ToolContext,
    best: Prompt,
    dev_values: dict[str, float],
    bare: list[TurnScore],
    scores: list[TurnScore],
    dev_n: int,
    pool_n: int,
) -> Result:
    goal = context.facts["goal"]
    metric, effect, alpha = goal["metric"], goal["minimum_effect"], goal["alpha"]
    zero, top = summarise(bare), summarise(scores)
    value = metric_value(scores, metric)
    spread = independent_discordance(value, effect)
    # The best prompt's line comes first where a reader of the log stops early.
    measurements = [
        Measurement("baseline.best.prompt", best.id, note=f"best {metric} on {dev_n} dev records"),
        Measurement("baseline.best.metric", value, "share", f"{metric}, best prompt, {top.n} test records"),
        *score_measurements("baseline.best", top, f"prompt {best.id}, test split"),
        *score_measurements("baseline.zero_shot", zero, "bare record, test split"),
        Measurement(
            "baseline.zero_shot.metric", metric_value(bare, metric), "share", f"{metric}, bare record, test split"
        ),
        *(
            Measurement(f"baseline.dev.{name}", share, "share", f"{metric}, dev split")
            for name, share in dev_values.items()
        ),
        Measurement("baseline.test_records", top.n, "records"),
        Measurement("baseline.dev_records", dev_n, "records"),
        *_sizes(context, pool_n),
        Measurement(
            "baseline.needed_records",
            needed_pairs(effect, spread, alpha=alpha),
            "records",
            f"held-out records that show a gain of {effect:.0%} four times in five (Connor 1987), were errors independent",
        ),
        Measurement(
            "baseline.detectable_effect",
            detectable_effect(top.n, spread, alpha=alpha),
            "share",
            f"gain that {top.n} held-out records show four times in five",
        ),
    ]
    baseline = {
        "prompt": best.model_dump(mode="json"),
        "dev": dev_values,
        "test": top.as_dict(),
        "zero_shot": zero.as_dict(),
        "value": value,
        "metric": metric,
        "n": top.n,
        "outputs": context.relative(context.workdir / "best.jsonl"),
        "prompts": context.relative(context.workdir / "prompts.json"),
    }
    summary = (
        f"best prompt {best.id}: {metric} {value:.1%} of {top.n} test records (bare: {metric_value(bare, metric):.1%})"
    )
    return Result(measurements, {"baseline": baseline}, {"baseline outputs": baseline["outputs"]}, summary)


def independent_discordance(value: float, effect: float) -> float:
    """Share of records on which two systems differ if their errors are independent, one scoring `value`, the other `effect` more.

    Errors of a model and its tuned version overlap, so the real share is smaller: a cautious guess for planning.
    """
    better = min(1.0, value + effect)
    return value * (1 - better) + better * (1 - value)


def score_measurements(prefix: str, scores: Scores, note: str) -> list[Measurement]:
    """The shares that have something to count, and the failures."""
    values = scores.as_dict()
    shares = [
        Measurement(f"{prefix}.{name}", values[name], "share", note) for name in SHARES if values[name] is not None
    ]
    return [
        *shares,
        Measurement(f"{prefix}.failures", scores.failures, "turns", f"what was wrong; {scores.turns} turns"),
    ]


def _sizes(context: ToolContext, pool_n: int) -> list[Measurement]:
    documents = int((context.facts.get("imported") or {}).get("documents") or 0)
    return [
        Measurement("baseline.pool_records", pool_n, "records", "records that may be learnt from"),
        Measurement("baseline.documents", documents, "documents", "documents that may be retrieved from"),
    ]


def _nothing(context: ToolContext, pool_n: int) -> Result:
    """No held-out records: nothing can be measured, which is a finding of its own."""
    baseline: dict[str, Any] = {
        "prompt": BARE.model_dump(mode="json"),
        "dev": {},
        "test": summarise([]).as_dict(),
        "zero_shot": summarise([]).as_dict(),
        "value": None,
        "metric": context.facts["goal"]["metric"],
        "n": 0,
        "outputs": None,
        "prompts": None,
    }
    measurements = [Measurement("baseline.test_records", 0, "records", "no held-out records"), *_sizes(context, pool_n)]
    return Result(measurements, {"baseline": baseline}, summary="no held-out records, so no baseline was measured")
