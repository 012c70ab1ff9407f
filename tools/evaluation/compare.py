"""The measurement before the evaluator decides: the tuned model on the frozen test, paired with the best prompted baseline.

Where nothing was trained it passes on what exists. The statistics are in `statistics.py`, the verdict in `verdict.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import InputError, Problem
from .. import models
from ..contract import Measurement, Result, ToolContext
from ..data.records import Record
from .architecture import shortages
from .baseline import score_measurements
from .examine import Examinee, examine, load_examinee, load_scores, save_scores, split_records
from .general import general_text, mean_loss
from .generation import context_length
from .prompts import Prompt, prompt_of
from .scoring import TurnScore, record_outcomes, summarise
from .statistics import Comparison, compare, detectable_effect, needed_pairs
from .verdict import general_increase

KEPT_EXAMPLES = 6
"""Examples of each kind (fixed, broken) that the report shows."""


def measure(payload: None, context: ToolContext) -> Result:
    """Compare the tuned model with the best prompted baseline on the frozen test.

    Raises:
        InputError: the frozen test was changed, or does not pair with the baseline's records.
    """
    training = context.facts.get("training")
    test = split_records(context, "test")
    if not training or not test or not (context.facts.get("baseline") or {}).get("outputs"):
        return _without_training(context, len(test))
    examinee = load_examinee(context, test, training)
    prompt = prompt_of(context.facts.get("serving_prompt"))
    tuned = examine(examinee, test, prompt, context, split="test", label="the tuned model on the frozen test")
    outputs = context.workdir / "tuned.jsonl"
    save_scores(outputs, tuned)
    before, after = _general_losses(context, examinee, training)
    baseline = load_scores(context.resolve(context.facts["baseline"]["outputs"]))
    return _result(context, test, baseline, tuned, (before, after), prompt)


def _general_losses(context: ToolContext, examinee: Examinee, training: Mapping[str, Any]) -> tuple[float, float]:
    """Loss on general text before and after tuning, nats/token."""
    context.progress("loss on general text", 0, 2)
    text, room = general_text(context), context_length(examinee.model)
    after = mean_loss(examinee.model, examinee.tokenizer, text, context_length=room)
    context.progress("loss on general text", 1, 2)
    if training.get("adapter"):
        before = mean_loss(examinee.model, examinee.tokenizer, text, context_length=room, adapter=False)
    else:
        base = models.load(training.get("base_model") or context.project.model, base=context.project_dir)
        before = mean_loss(base.model, base.tokenizer, text, context_length=room)
    context.progress("loss on general text", 2, 2)
    return before, after


def paired(
    baseline: Sequence[TurnScore], tuned: Sequence[TurnScore], metric: str, groups: Mapping[str, Any], seed: int
) -> Comparison:
    """The paired comparison, record by record.

    Args:
        baseline: scores of the best prompted baseline.
        tuned: scores of the tuned model.
        metric: the project's metric.
        groups: group of each record by id; None for a record that stands alone.
        seed: of the bootstrap.

    Raises:
        InputError: the two do not hold the same records.
    """
    first, second = record_outcomes(baseline, metric), record_outcomes(tuned, metric)
    if first.keys() != second.keys():
        odd = sorted(first.keys() ^ second.keys())[:5]
        problem = Problem("baseline outputs", "do not pair with the test records", found=", ".join(odd))
        raise InputError("the comparison is not paired", [problem], next_action="start a new run")
    order = sorted(first)
    alone = all(groups.get(record) is None for record in order)
    names = None if alone else [groups.get(record) or f"alone:{record}" for record in order]
    return compare([first[id] for id in order], [second[id] for id in order], seed=seed, groups=names)


def _result(
    context: ToolContext,
    test: Sequence[Record],
    baseline: list[TurnScore],
    tuned: list[TurnScore],
    losses: tuple[float, float],
    prompt: Prompt,
) -> Result:
    goal = context.facts["goal"]
    metric, effect, alpha = goal["metric"], goal["minimum_effect"], goal["alpha"]
    groups = {record["id"]: record.get("group") for record in test}
    result = paired(baseline, tuned, metric, groups, context.seed)
    before, after = losses
    discordance = (result.fixed + result.broken) / result.n if result.n else 0.0
    changed = context.workdir / "changed.json"
    _save_changed(changed, test, baseline, tuned, metric)
    after_scores = summarise(tuned)
    needed = needed_pairs(effect, discordance, alpha=alpha)
    evaluation = {
        "metric": metric,
        "n": result.n,
        "baseline": result.first,
        "tuned": result.second,
        "difference": result.difference,
        "ci_low": result.ci_low,
        "ci_high": result.ci_high,
        "p_value": result.p_value,
        "fixed": result.fixed,
        "broken": result.broken,
        "groups": result.groups,
        "discordance": discordance,
        "general_loss_before": before,
        "general_loss_after": after,
        "baseline_scores": summarise(baseline).as_dict(),
        "tuned_scores": after_scores.as_dict(),
        "prompt": prompt.id,
        "needed_records": needed,
        "trained": True,
        "shortages": [],
        "outputs": context.relative(context.workdir / "tuned.jsonl"),
        "changed": context.relative(changed),
    }
    paired_note = f"{metric}, {result.n} test records, paired"
    interval = f"95 % bootstrap interval, {result.groups} independent groups"
    measurements = [
        Measurement("evaluation.n", result.n, "records", "compared pairs"),
        Measurement("evaluation.baseline", result.first, "share", f"best prompted baseline; {paired_note}"),
        Measurement("evaluation.tuned", result.second, "share", f"tuned model, prompt {prompt.id}; {paired_note}"),
        Measurement("evaluation.difference", result.difference, "share", paired_note),
        Measurement("evaluation.ci_low", result.ci_low, "share", interval),
        Measurement("evaluation.ci_high", result.ci_high, "share", interval),
        Measurement("evaluation.p_value", result.p_value, "", "exact McNemar, two-sided"),
        Measurement("evaluation.fixed", result.fixed, "records", "right only after tuning"),
        Measurement("evaluation.broken", result.broken, "records", "right only before tuning"),
        Measurement("evaluation.general_loss_before", before, "nats/token", "base model on general text"),
        Measurement("evaluation.general_loss_after", after, "nats/token", "tuned model on general text"),
        Measurement("evaluation.general_loss_increase", general_increase(before, after), "share", "relative"),
        Measurement(
            "evaluation.needed_records", needed, "records", f"to show {effect:.0%} at the measured discordance"
        ),
        Measurement(
            "evaluation.detectable_effect",
            detectable_effect(result.n, discordance, alpha=alpha),
            "share",
            "gain that this test shows four times in five",
        ),
        *score_measurements("evaluation.tuned_model", after_scores, f"tuned model, prompt {prompt.id}, test split"),
    ]
    summary = f"{metric} {result.first:.1%} to {result.second:.1%} on {result.n} records, p = {result.p_value:.2g}"
    return Result(measurements, {"evaluation": evaluation}, {"tuned outputs": evaluation["outputs"]}, summary)


def _save_changed(
    path: Path, test: Sequence[Record], baseline: list[TurnScore], tuned: list[TurnScore], metric: str
) -> None:
    """Keep the first examples that tuning fixed or broke, with what each model wrote in the first turn that differs."""
    first, second = record_outcomes(baseline, metric), record_outcomes(tuned, metric)
    old = {score.id: score for score in baseline}
    wanted: dict[str, list[dict[str, Any]]] = {"fixed": [], "broken": []}
    for record in test:
        id = record["id"]
        if id not in first or first[id] == second[id]:
            continue
        kind = "fixed" if second[id] else "broken"
        turn = next((s for s in tuned if s.record == id and _differs(old[s.id], s, metric)), None)
        if turn is not None and len(wanted[kind]) < KEPT_EXAMPLES:
            wanted[kind].append(_example(record, old[turn.id], turn))
    path.write_text(json.dumps(wanted, ensure_ascii=False, indent=1), encoding="utf-8")


def _differs(old: TurnScore, new: TurnScore, metric: str) -> bool:
    return old.exact != new.exact if metric == "exact_match" else old.right != new.right


def _example(record: Record, old: TurnScore, new: TurnScore) -> dict[str, Any]:
    number = int(new.id.rpartition("#")[2])
    places = [place for place, message in enumerate(record["messages"]) if message["role"] == "assistant"]
    context, message = record["messages"][: places[number]], record["messages"][places[number]]
    said = next((m["content"] for m in reversed(context) if m["role"] in ("user", "tool")), "")
    calls = [json.dumps(item["function"], ensure_ascii=False) for item in message.get("tool_calls") or []]
    return {
        "record": record["id"],
        "topic": record.get("topic"),
        "asked": said,
        "asked_by": next((m["role"] for m in reversed(context) if m["role"] in ("user", "tool")), "user"),
        "expected": "\n".join([*([message["content"]] if message.get("content") else []), *calls]),
        "before": old.output,
        "before_label": old.label,
        "after": new.output,
        "after_label": new.label,
    }


def _without_training(context: ToolContext, n: int) -> Result:
    """Nothing was trained: the baseline is all there is."""
    baseline = context.facts.get("baseline") or {}
    evaluation = {
        "metric": context.facts["goal"]["metric"],
        "n": n,
        "baseline": baseline.get("value"),
        "tuned": None,
        "difference": None,
        "ci_low": None,
        "ci_high": None,
        "p_value": None,
        "general_loss_before": None,
        "general_loss_after": None,
        "baseline_scores": baseline.get("test"),
        "tuned_scores": None,
        "prompt": (context.facts.get("serving_prompt") or {}).get("id"),
        "trained": False,
        "shortages": shortages(context.facts.get("enough_data")),
    }
    measurements = [Measurement("evaluation.n", n, "records", "held-out records; nothing was trained")]
    if baseline.get("value") is not None:
        measurements.append(Measurement("evaluation.baseline", baseline["value"], "share", "best prompted baseline"))
    return Result(
        measurements, {"evaluation": evaluation}, summary="nothing was trained, so there is nothing to compare"
    )
