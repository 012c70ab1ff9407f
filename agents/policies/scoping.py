"""The business analyst's rules: what kind of goal it is, what success means, and how the records are shared out before any work.

The records themselves are frozen by `tools/data/scope.py`.
"""

from __future__ import annotations

import math
import re

from ..decision import Alternative, Briefing, Evidence, Proposal

MEASURE, COLLECT, DOCUMENTS = "measure-and-improve", "collect-more-first", "answer-from-documents"
KNOWLEDGE_WORDS = re.compile(
    r"\b(knows?|knowledge|facts?|factual|polic(?:y|ies)|documents?|documentation|handbook|manuals?|catalogue|articles?|faqs?"
    r"|up[- ]to[- ]date|look(?:ed)? up|cit(?:e|es|ation|ations)|questions about|answers? .{0,40}\b(?:about|from))\b",
    re.IGNORECASE,
)
BEHAVIOUR_WORDS = re.compile(
    r"\b(formats?|formatted|tones?|styles?|voice|tools?|calls?|functions?|arguments?|json|schema|consistent(?:ly)?|consistency"
    r"|always|never|classif(?:y|ies|ication)|extract(?:s|ion)?|rewrite|translate|polite|concise|refuse)\b",
    re.IGNORECASE,
)
TEST_SHARE = 0.2
"""Share of the records that becomes the test where there is no held-out file: the customary fifth."""
LARGEST_SHARE = 0.3
"""The test never takes more of the records than this, however few there are."""
LARGEST_TEST = 500
"""More test records cost evaluation time and hardly narrow the interval (a 95 % interval of +-4.4 points at 500)."""
DEV_SHARE, LARGEST_DEV = 0.15, 60
"""Share of the training records on which prompts are chosen, and its limit."""


def propose(briefing: Briefing) -> Proposal:
    """The goal's kind, its metric and margin, and the sizes of test and dev."""
    kind, kind_evidence, why = _goal_kind(briefing)
    records, held_out = briefing.measured("data.records", 0), briefing.measured("data.held_out_records", 0)
    minimum = briefing.number("minimum-examples-for-fine-tuning", "minimum_examples", 50)
    fraction = _test_fraction(briefing, records)
    learnable = records if held_out else round(records * (1 - fraction))
    dev_from = learnable if records else held_out
    payload = {
        "goal_kind": kind,
        "metric": briefing.project["evaluation"]["metric"],
        "minimum_effect": _minimum_effect(briefing),
        "alpha": briefing.number("mcnemar-paired-test", "alpha", 0.05),
        "max_general_loss_increase": briefing.project["evaluation"]["max_general_loss_increase"],
        "target": briefing.project["evaluation"]["target"],
        "test_fraction": fraction,
        "dev_size": max(1, min(LARGEST_DEV, round(DEV_SHARE * dev_from))),
        "near_duplicate_threshold": briefing.number("near-duplicate-minhash", "jaccard_threshold", 0.5),
    }
    choice, reason = _choice(records, learnable, minimum, briefing)
    test = f"the {held_out} held-out records" if held_out else f"{fraction:.0%} of the {records} records"
    success = (
        f"Success is a gain of at least {payload['minimum_effect']:.0%} in {payload['metric']} on {test}, "
        f"frozen before any work, at a significance level of {payload['alpha']:g}."
    )
    success += _noise(briefing, held_out or round(fraction * records))
    rationale = f"{why} {reason} {success if records or held_out else 'There is no record to freeze as a test.'}"
    return Proposal(
        choice=choice,
        payload=payload,
        rationale=rationale,
        evidence=[*kind_evidence, *_evidence(briefing, payload, choice)],
        alternatives=_alternatives(choice, learnable, minimum),
        confidence=0.6 if kind == "mixed" or choice == COLLECT else 0.9,
    )


def _noise(briefing: Briefing, test_records: int) -> str:
    """How far chance alone moves a score on so many records: the half width falls with the square root of their number."""
    if not test_records:
        return ""
    half = briefing.number("small-benchmark-noise", "half_width_at_100", 0.1) * math.sqrt(100 / test_records)
    return f" A score on {test_records} records is uncertain by up to {100 * half:.0f} points either way."


def _goal_kind(briefing: Briefing) -> tuple[str, list[Evidence], str]:
    """(kind, evidence, sentence). The data decides where it leaves no choice, then the goal's words, then the data again."""
    goal = briefing.project["goal"]
    knowing = list(dict.fromkeys(match.group(0).lower() for match in KNOWLEDGE_WORDS.finditer(goal)))
    acting = list(dict.fromkeys(match.group(0).lower() for match in BEHAVIOUR_WORDS.finditer(goal)))
    records, documents = briefing.measured("data.records", 0), briefing.measured("data.documents", 0)
    field = "goal_kind"
    if documents and not records:
        evidence = [
            briefing.from_measurement("data.documents", field),
            briefing.from_measurement("data.records", field),
        ]
        knowledge = briefing.from_knowledge("knowledge-gap-needs-retrieval", field)
        return (
            "knowledge",
            [*evidence, knowledge],
            f"{documents} documents and no records: the goal is about knowledge.",
        )
    words = briefing.from_user("goal", goal, field, _quoted(acting, knowing))
    if knowing and acting and documents:
        evidence = [words, briefing.from_measurement("data.documents", field)]
        return (
            "mixed",
            evidence,
            f"The goal speaks of behaviour ({', '.join(acting)}) and of knowledge ({', '.join(knowing)}).",
        )
    if len(knowing) > len(acting):
        knowledge = briefing.from_knowledge("knowledge-gap-needs-retrieval", field)
        return "knowledge", [words, knowledge], f"The goal speaks of knowledge ({', '.join(knowing)})."
    if acting:
        return "behaviour", [words], f"The goal speaks of behaviour ({', '.join(acting)})."
    calls = briefing.measured("data.with_tools", 0)
    data = briefing.from_measurement("data.with_tools" if calls else "data.records", field)
    what = (
        f"{calls} of {records} records offer tools" if calls else f"{records} records show the answers that are wanted"
    )
    return "behaviour", [words, data], f"The goal's words leave it open; {what}, so it is about behaviour."


def _quoted(acting: list[str], knowing: list[str]) -> str:
    return f"behaviour: {', '.join(acting) or 'none'}; knowledge: {', '.join(knowing) or 'none'}"


def _minimum_effect(briefing: Briefing) -> float:
    asked = briefing.project["evaluation"]["minimum_effect"]
    return asked if asked is not None else briefing.number("minimum-effect-worth-shipping", "minimum_effect", 0.05)


def _test_fraction(briefing: Briefing, records: int) -> float:
    """A fifth, but enough pairs for a comparison where the records allow it, and no more than can be of use."""
    if not records:
        return TEST_SHARE
    pairs = briefing.number("sample-size-for-comparison", "minimum_pairs", 50)
    wanted = min(max(TEST_SHARE * records, pairs), LARGEST_TEST)
    return round(min(wanted / records, LARGEST_SHARE), 4)


def _choice(records: int, learnable: int, minimum: int, briefing: Briefing) -> tuple[str, str]:
    if not records:
        return (
            DOCUMENTS,
            f"Answers come from {briefing.measured('data.documents', 0)} documents; there is nothing to train on.",
        )
    if learnable < minimum:
        reason = (
            f"Only {learnable} records are left to learn from and at least {minimum} are needed: measure what can be measured, "
            "and collect more before a verdict is expected."
        )
        return COLLECT, reason
    return MEASURE, f"{learnable} records are there to learn from."


def _evidence(briefing: Briefing, payload: dict, choice: str) -> list[Evidence]:
    asked = briefing.project["evaluation"]
    effect = asked["minimum_effect"]
    evidence = [
        briefing.from_measurement("data.documents" if choice == DOCUMENTS else "data.records", "choice"),
        briefing.from_knowledge("held-out-set-first", "choice"),
        briefing.from_knowledge("small-benchmark-noise", "choice"),
        briefing.from_knowledge("minimum-examples-for-fine-tuning", "choice"),
        briefing.from_user("evaluation.metric", asked["metric"], "metric", "as project.yaml or its default says"),
        briefing.from_knowledge("success-metric-before-work", "metric"),
        briefing.from_user("evaluation.minimum_effect", effect, "minimum_effect")
        if effect is not None
        else briefing.from_knowledge("minimum-effect-worth-shipping", "minimum_effect"),
        briefing.from_knowledge("mcnemar-paired-test", "alpha"),
        briefing.from_user(
            "evaluation.max_general_loss_increase", asked["max_general_loss_increase"], "max_general_loss_increase"
        ),
        briefing.from_user("evaluation.target", asked["target"], "target", "" if asked["target"] else "none was named"),
        briefing.from_knowledge("prompt-overfitting-dev-split", "dev_size"),
        briefing.from_knowledge("near-duplicate-minhash", "near_duplicate_threshold"),
    ]
    if briefing.measured("data.held_out_records", 0):
        note = "a held-out file is there, so nothing is taken from the training records"
        evidence.append(briefing.from_measurement("data.held_out_records", "test_fraction", note))
    else:
        evidence.append(briefing.from_measurement("data.records", "test_fraction"))
        evidence.append(briefing.from_knowledge("sample-size-for-comparison", "test_fraction"))
    return evidence


def _alternatives(choice: str, learnable: int, minimum: int) -> list[Alternative]:
    reasons = {
        MEASURE: f"{learnable} records are too few to learn from",
        COLLECT: f"{learnable} records reach the least of {minimum}",
        DOCUMENTS: "there are records to learn from",
    }
    if choice == DOCUMENTS:
        reasons[COLLECT] = reasons[MEASURE] = "there are no records, and the documents hold the answers"
    return [Alternative(choice=other, why_not=why) for other, why in reasons.items() if other != choice]
