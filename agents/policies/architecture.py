"""The architect's rules: name the gap, measure the best prompt, and train only where there is something to learn and to prove.

The order of the rules is that of knowledge record finetune-vs-rag-vs-prompt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...tools.evaluation.verdict import percent, points
from ..decision import Alternative, Briefing, Evidence, Proposal

NEAR_ZERO = 0.02
"""Score below which a model shows next to nothing of the skill, format forgiven (knowledge record capable-but-inconsistent)."""


@dataclass(frozen=True)
class Situation:
    """What the rules look at.

    Attributes:
        kind: the goal's kind: behaviour, knowledge or mixed.
        pool: records that may be learnt from.
        test: held-out records.
        documents: documents to retrieve from.
        best: the best prompt's score, or None.
        lenient: its score with the format forgiven.
        goal_score: score at which a prompt is good enough.
        minimum_examples: records below which training is not worth trying.
        minimum_pairs: held-out records below which nothing can be proven.
        minimum_effect: smallest gain worth shipping.
    """

    kind: str
    pool: int
    test: int
    documents: int
    best: float | None
    lenient: float
    goal_score: float
    minimum_examples: int
    minimum_pairs: int
    minimum_effect: float


@dataclass(frozen=True)
class Choice:
    """A rule's outcome."""

    architecture: str
    reason: str
    confidence: float
    records: tuple[str, ...]
    insufficient: bool = False
    measured: tuple[str, ...] = ()
    need_training: int = 0
    need_held_out: int = 0


def propose(briefing: Briefing) -> Proposal:
    """The first rule that applies: knowledge, good enough, too little data, knowledge and behaviour, wavering behaviour."""
    situation = _situation(briefing)
    rules = (_knowledge, _good_enough, _too_little, _mixed)
    choice = next((found for rule in rules if (found := rule(situation))), None) or _train(situation)
    return Proposal(
        choice=choice.architecture,
        payload={
            "architecture": choice.architecture,
            "insufficient_data": choice.insufficient,
            "needed_training_records": choice.need_training,
            "needed_held_out_records": choice.need_held_out,
        },
        rationale=choice.reason,
        evidence=_evidence(briefing, choice),
        alternatives=_alternatives(situation, choice),
        confidence=choice.confidence,
    )


def _situation(briefing: Briefing) -> Situation:
    goal = briefing.facts["goal"]
    effect = goal["minimum_effect"]
    best = briefing.measured("baseline.best.metric")
    return Situation(
        kind=goal["kind"],
        pool=int(briefing.measured("baseline.pool_records", 0)),
        test=int(briefing.measured("baseline.test_records", 0)),
        documents=int(briefing.measured("baseline.documents", 0)),
        best=best,
        lenient=briefing.measured("baseline.best.lenient_task_accuracy") or best or 0.0,
        goal_score=goal.get("target") or 1 - effect,
        minimum_examples=int(briefing.number("minimum-examples-for-fine-tuning", "minimum_examples", 50)),
        minimum_pairs=int(briefing.number("sample-size-for-comparison", "minimum_pairs", 50)),
        minimum_effect=effect,
    )


def _knowledge(s: Situation) -> Choice | None:
    """Facts that are missing are retrieved, not trained."""
    if s.kind != "knowledge":
        return None
    records = ("finetune-vs-rag-vs-prompt", "knowledge-gap-needs-retrieval")
    if s.documents:
        reason = (
            f"The goal is about knowledge and {s.documents} documents hold it: retrieve it. "
            "Training would not add facts reliably."
        )
        return Choice("rag-only", reason, 0.9, records, measured=("baseline.documents",))
    reason = (
        "The goal is about knowledge, but there are no documents to retrieve it from, and training would not add facts reliably. "
        "Put the documents in a folder and name it under data.documents."
    )
    return Choice("prompt-only", reason, 0.6, records, insufficient=True, measured=("baseline.documents",))


def _good_enough(s: Situation) -> Choice | None:
    """A prompt that reaches the target makes training unnecessary; a handful of test records cannot show that it does."""
    if s.best is None or s.best < s.goal_score or s.test < s.minimum_pairs:
        return None
    reason = (
        f"The best prompt has {percent(s.best)} of {s.test} held-out records right, and {percent(s.goal_score)} is "
        f"enough: training is not needed, or has less left to gain than the {points(s.minimum_effect, sign=False)} worth having."
    )
    records = ("prompted-baseline-first", "finetune-vs-rag-vs-prompt")
    return Choice("prompt-only", reason, 0.85, records, measured=("baseline.best.metric", "baseline.test_records"))


def _too_little(s: Situation) -> Choice | None:
    """Too few records to learn from, or to prove anything with."""
    short_pool, short_test = s.pool < s.minimum_examples, s.test < s.minimum_pairs
    if not short_pool and not short_test:
        return None
    parts = []
    if short_pool:
        parts.append(f"{s.pool} records to learn from, at least {s.minimum_examples} are needed")
    if short_test:
        parts.append(f"{s.test} held-out records to prove a gain with, at least {s.minimum_pairs} are needed")
    if not s.pool and not s.test and not s.documents:
        parts.append("the project names neither records nor documents")
    reason = f"There is not enough data: {'; '.join(parts)}. Until then the best prompt is used."
    return Choice(
        "prompt-only",
        reason,
        0.9,
        ("minimum-examples-for-fine-tuning", "sample-size-for-comparison"),
        insufficient=True,
        measured=("baseline.pool_records", "baseline.test_records"),
        need_training=s.minimum_examples if short_pool else 0,
        need_held_out=s.minimum_pairs if short_test else 0,
    )


def _mixed(s: Situation) -> Choice | None:
    """Behaviour to be tuned and facts to be retrieved."""
    if s.kind != "mixed" or not s.documents:
        return None
    reason = (
        f"The goal asks for a behaviour, which {s.pool} records show, and for facts, which {s.documents} documents hold: "
        "tune the one, retrieve the other."
    )
    records = ("finetune-vs-rag-vs-prompt", "knowledge-gap-needs-retrieval")
    return Choice("hybrid", reason, 0.75, records, measured=("baseline.documents", "baseline.pool_records"))


def _train(s: Situation) -> Choice:
    """Records enough, and a prompt that falls short."""
    best = s.best or 0.0
    measured = ("baseline.best.metric", "baseline.best.lenient_task_accuracy", "baseline.pool_records")
    if s.lenient <= NEAR_ZERO:
        reason = (
            f"The best prompt has {percent(best)} right, {percent(s.lenient)} if the format is forgiven: the model hardly "
            f"shows the skill. {s.pool} records are there to learn from, so training is worth trying, but the model may be too "
            "small or lack knowledge."
        )
        return Choice(
            "fine-tuning", reason, 0.5, ("capable-but-inconsistent", "finetune-vs-rag-vs-prompt"), measured=measured
        )
    forgiven = f", {percent(s.lenient)} if the format is forgiven" if s.lenient > best else ""
    reason = (
        f"The best prompt has {percent(best)} of {s.test} held-out records right{forgiven}; {percent(s.goal_score)} would be "
        f"enough. The model shows the skill, but not reliably, and {s.pool} records show it how: the case for fine-tuning."
    )
    return Choice(
        "fine-tuning", reason, 0.85, ("capable-but-inconsistent", "prompted-baseline-first"), measured=measured
    )


def _evidence(briefing: Briefing, choice: Choice) -> list[Evidence]:
    """Measurements and records for the choice and for each parameter of the plan."""
    goal = briefing.facts["goal"]
    return [
        *(briefing.from_measurement(id, "choice") for id in choice.measured),
        *(briefing.from_knowledge(id, "choice") for id in choice.records),
        briefing.from_knowledge(choice.records[0], "architecture"),
        briefing.from_user("goal", goal.get("text"), "architecture", f"read as {goal['kind']}"),
        briefing.from_measurement("baseline.pool_records", "insufficient_data"),
        briefing.from_measurement("baseline.test_records", "insufficient_data"),
        briefing.from_knowledge("minimum-examples-for-fine-tuning", "needed_training_records"),
        briefing.from_knowledge("sample-size-for-comparison", "needed_held_out_records"),
    ]


def _alternatives(s: Situation, choice: Choice) -> list[Alternative]:
    """Why each other architecture was not taken."""
    no_training = "there is too little data" if choice.insufficient else "the best prompt is good enough"
    if s.kind == "knowledge":
        no_training = "training does not add facts reliably"
    reasons: dict[str, Any] = {
        "prompt-only": "documents hold the facts"
        if choice.architecture == "rag-only"
        else f"the best prompt stays below {percent(s.goal_score)}",
        "rag-only": "the goal is a behaviour, not facts" if s.documents else "there are no documents to retrieve from",
        "fine-tuning": "facts are asked for as well" if choice.architecture == "hybrid" else no_training,
        "hybrid": no_training if s.documents else "there are no documents to retrieve from",
        "distill": "the project names no larger model to learn from",
    }
    return [Alternative(choice=name, why_not=why) for name, why in reasons.items() if name != choice.architecture]
