"""The prompt engineer's action: which prompt the model that was built is served with, by its score on the dev split.

A tuned model often needs no more than the record's own system text, and a prompt that helped the base model can hurt it; so each
candidate is measured with the model as it is now. The frozen test is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import InputError, Problem
from ..contract import Measurement, Result, ToolContext
from .baseline import choose
from .examine import examine, load_examinee, split_records
from .plan import PromptPlan
from .prompts import BARE, Prompt, load_prompts, prompt_of
from .scoring import metric_value


def execute(plan: PromptPlan, context: ToolContext) -> Result:
    """Choose the serving prompt.

    Raises:
        InputError: a candidate is not among the baseline's prompts.
    """
    training, baseline = context.facts.get("training"), context.facts["baseline"]
    prompts = _prompts(plan, context)
    known: Mapping[str, float] = {} if training else baseline["dev"]
    if plan.strategy == "keep":
        return _result(prompt_of(baseline["prompt"]), dict(known), len(known))
    dev = split_records(context, "dev")
    scores = {prompt.id: known[prompt.id] for prompt in prompts if prompt.id in known}
    missing = [prompt for prompt in prompts if prompt.id not in scores]
    if dev and missing:
        metric = context.facts["goal"]["metric"]
        examinee = load_examinee(context, dev, training)
        for prompt in missing:
            label = f"serving prompt {prompt.id} on the dev split"
            scores[prompt.id] = metric_value(examine(examinee, dev, prompt, context, split="dev", label=label), metric)
    return _result(choose(prompts, scores), scores, len(dev))


def _prompts(plan: PromptPlan, context: ToolContext) -> list[Prompt]:
    """The candidates: those of the baseline that the plan names, and its own system texts."""
    stored = context.facts["baseline"].get("prompts")
    available = {prompt.id: prompt for prompt in [BARE, *(load_prompts(context.resolve(stored)) if stored else [])]}
    unknown = [name for name in plan.candidates if name not in available]
    if unknown:
        problem = Problem(
            "candidates", "not a prompt of the baseline", found=", ".join(unknown), expected=", ".join(available)
        )
        raise InputError("the prompt plan cannot be carried out", [problem])
    named = [available[name] for name in dict.fromkeys(plan.candidates)]
    return named + [Prompt(id=f"new-{n}", system=text, mode="replace") for n, text in enumerate(plan.systems, 1)]


def _result(prompt: Prompt, scores: dict[str, float], dev_n: int) -> Result:
    fact: dict[str, Any] = {**prompt.model_dump(mode="json"), "dev": {"scores": scores, "n": dev_n}}
    measurements = [
        Measurement("prompting.prompt", prompt.id, note=f"best of {len(scores)} on {dev_n} dev records"),
        *_dev(scores),
    ]
    told = ", ".join(f"{name} {share:.1%}" for name, share in scores.items())
    return Result(
        measurements,
        {"serving_prompt": fact},
        summary=f"serve with prompt {prompt.id}" + (f" ({told})" if told else ""),
    )


def _dev(scores: Mapping[str, float]) -> Sequence[Measurement]:
    return [Measurement(f"prompting.dev.{name}", share, "share", "dev split") for name, share in scores.items()]
