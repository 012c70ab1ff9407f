"""The evaluator's rules: the verdict is what the figures give (`tools/evaluation/verdict.py`), and this puts it into words."""

from __future__ import annotations

from ...tools.evaluation.verdict import allowed, judge_facts
from ..decision import Alternative, Briefing, Evidence, Proposal

RECORDS = {
    "ship": ("mcnemar-paired-test", "minimum-effect-worth-shipping", "catastrophic-forgetting"),
    "no-ship": ("mcnemar-paired-test", "minimum-effect-worth-shipping", "catastrophic-forgetting"),
    "insufficient-data": ("sample-size-for-comparison", "minimum-effect-worth-shipping"),
    "not-needed": ("prompted-baseline-first", "finetune-vs-rag-vs-prompt"),
}
FIGURES = (
    "evaluation.n",
    "evaluation.baseline",
    "evaluation.tuned",
    "evaluation.difference",
    "evaluation.p_value",
    "evaluation.ci_low",
    "evaluation.general_loss_increase",
)


def propose(briefing: Briefing) -> Proposal:
    """The verdict of the figures, with every reason."""
    judgement = judge_facts(briefing.facts)
    told = "; ".join(judgement.reasons)
    return Proposal(
        choice=judgement.verdict,
        payload={"verdict": judgement.verdict, "reasons": []},
        rationale=f"{told[:1].upper()}{told[1:]}.{_advice(briefing, judgement.verdict)}",
        evidence=_evidence(briefing, judgement.verdict),
        alternatives=[
            Alternative(choice=other, why_not=_why_not(other, judgement.verdict, bool(briefing.facts.get("training"))))
            for other in RECORDS
            if other != judgement.verdict
        ],
        confidence=0.95 if judgement.verdict in ("ship", "not-needed") else 0.9,
    )


def _advice(briefing: Briefing, verdict: str) -> str:
    """What to do next, where the figures are close or speak against the model."""
    difference = briefing.measured("evaluation.difference")
    minimum = (briefing.facts.get("goal") or {}).get("minimum_effect", 0)
    if verdict == "ship" and difference is not None and difference < 2 * minimum:
        seeds = int(briefing.number("seeds-per-recipe", "seeds", 3))
        return f" The gain is less than twice the least that counts: train with {seeds} seeds before you rely on it."
    if verdict in ("no-ship", "insufficient-data") and briefing.facts.get("training"):
        share = briefing.number("learning-curve-before-more-data", "comparison_share", 0.5)
        return f" Before collecting more, train on {share:.0%} of the records: only if that scores lower will more of them help."
    return ""


def bounds(briefing: Briefing) -> set[str]:
    """The choices that any brain, and any person, may make: the figures' verdict or a stricter one."""
    return set(allowed(judge_facts(briefing.facts).verdict))


def _evidence(briefing: Briefing, verdict: str) -> list[Evidence]:
    taken = [id for id in FIGURES if id in briefing.measurements]
    return [
        *(briefing.from_measurement(id, "choice") for id in taken),
        *(briefing.from_knowledge(id, "choice") for id in RECORDS[verdict]),
        briefing.from_knowledge("seeds-per-recipe", "choice"),
        briefing.from_knowledge("learning-curve-before-more-data", "choice"),
        briefing.from_measurement("evaluation.n", "verdict"),
        briefing.from_knowledge(RECORDS[verdict][0], "verdict"),
        briefing.from_knowledge("bootstrap-interval", "reasons", "the figures' own reasons are complete"),
    ]


def _why_not(other: str, verdict: str, trained: bool) -> str:
    """Why the verdict is not `other`."""
    if other == "ship":
        return "not every condition for shipping holds" if trained else "nothing was trained"
    if other == "not-needed":
        return "a tuned model was compared" if trained else "the best prompt has not been shown to be enough"
    if other == "no-ship":
        return (
            "every condition for shipping holds"
            if verdict == "ship"
            else "nothing speaks against a model; nothing is proven"
        )
    return "the test was large enough to tell" if trained else "there was enough data to decide without training"
