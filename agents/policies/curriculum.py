"""The curriculum designer's rules: whether topics are covered, which are filled, and how much general work is mixed in.

Executed by `tools/data/curriculum.py`.
"""

from __future__ import annotations

from typing import Any

from ..decision import Alternative, Briefing, Evidence, Proposal

KEEP, COMPLETE, COLLECT = "keep", "complete", "collect-more"
MOST_SYNTHETIC = 0.25
"""New records, as a share of the real ones, that are made at most: variations repeat wordings and cannot replace collecting."""
MOST_PER_TOPIC = 2
"""A topic grows at most by this factor of its records that can be varied, as the tool allows (`synthesis.MOST_PER_RECORD`)."""


def propose(briefing: Briefing) -> Proposal:
    """Keep the topics as they are, fill thin ones with verified variations, or say that more must be collected."""
    topics: dict[str, int] = briefing.measured("coverage.topics", {})
    balance = briefing.measured("coverage.balance", 0.0)
    floor = briefing.number("topic-coverage-balance", "balance_floor", 0.5)
    targets = _targets(briefing, topics) if balance < floor else {}
    variable = briefing.measured("coverage.variable", {})
    strategies = {name: "message-variation" if variable.get(name) else "collect" for name in targets}
    missing = {name: target - topics[name] for name, target in targets.items()}
    makeable = {
        name: min(missing[name], MOST_PER_TOPIC * variable[name])
        for name, how in strategies.items()
        if how == "message-variation"
    }
    payload = {
        "targets": targets,
        "strategies": strategies,
        "synthesise_up_to": min(sum(makeable.values()), int(MOST_SYNTHETIC * sum(topics.values()))),
        "rehearsal_fraction": _rehearsal(briefing),
    }
    choice = (COMPLETE if payload["synthesise_up_to"] else COLLECT) if targets else KEEP
    return Proposal(
        choice=choice,
        payload=payload,
        rationale=_rationale(briefing, choice, payload, topics, balance, floor),
        evidence=_evidence(briefing),
        alternatives=_alternatives(choice, balance, floor),
        confidence=0.85 if choice == KEEP else 0.65,
    )


def _targets(briefing: Briefing, topics: dict[str, int]) -> dict[str, int]:
    """Thin topics -> size wanted: what balance asks for, and no more than the knowledge base's least per topic."""
    if len(topics) < 2:
        return {}
    enough = briefing.number("topic-coverage-balance", "minimum_per_topic", 100)
    floor = briefing.number("topic-coverage-balance", "balance_floor", 0.5)
    fair = -(-int(floor * sum(topics.values())) // len(topics))
    target = min(enough, max(fair, 1))
    return {name: target for name, count in sorted(topics.items()) if count < target}


def _rehearsal(briefing: Briefing) -> float:
    """General records only for the model that they come from: another model's general ability is not what they hold."""
    if not briefing.measured("coverage.rehearsal_available", 0) or briefing.project["model"] != "starter":
        return 0.0
    return briefing.number("rehearsal-against-forgetting", "rehearsal_fraction", 0.1)


def _rationale(
    briefing: Briefing, choice: str, payload: dict[str, Any], topics: dict[str, int], balance: float, floor: float
) -> str:
    smallest = briefing.measured("coverage.smallest_topic", {"topic": "", "records": 0})
    text = (
        f"{sum(topics.values())} records in {len(topics)} topic(s), balance {balance:.2f} against a floor of {floor:g}"
    )
    text += f"; the smallest is {smallest['topic']} with {smallest['records']}."
    if choice == COMPLETE:
        text += f" Up to {payload['synthesise_up_to']} verified variations fill {', '.join(payload['targets'])}."
    collect = [name for name, how in payload["strategies"].items() if how == "collect"]
    if collect:
        text += f" No record of {', '.join(collect)} can be varied without a model: collect more of them."
    enough = briefing.number("topic-coverage-balance", "minimum_per_topic", 100)
    thin = sum(count < enough for count in topics.values())
    if choice == KEEP and thin:
        text += f" {thin} topic(s) hold fewer than {enough} records; the final test will tell whether they need them."
    text += _missing_kinds(briefing)
    if payload["rehearsal_fraction"]:
        return f"{text} General records make up {payload['rehearsal_fraction']:.0%} of the training set, against forgetting."
    return f"{text} No general records are mixed in: none belong to this model."


def _missing_kinds(briefing: Briefing) -> str:
    """What a set of tool calls lacks altogether."""
    text = ""
    no_call = briefing.measured("coverage.no_call_share")
    if briefing.measured("data.with_tools", 0) and no_call == 0:
        text += " No record shows when not to call a tool: the tuned model will call one for everything."
    elif briefing.measured("data.with_tools", 0) and no_call is not None:
        least = briefing.number("irrelevance-share", "min_share", 0.05)
        most = briefing.number("irrelevance-share", "max_share", 0.33)
        if not least <= no_call <= most:
            text += f" {no_call:.0%} of the records need no tool; {least:.0%} to {most:.0%} are usual."
    if briefing.measured("data.multi_step", 0) and briefing.measured("coverage.failing_share") == 0:
        text += " No tool ever fails in these records: the tuned model will not know what to do when one does."
    return text


def _evidence(briefing: Briefing) -> list[Evidence]:
    return [
        briefing.from_measurement("coverage.balance", "choice"),
        briefing.from_knowledge("topic-coverage-balance", "choice"),
        briefing.from_measurement("coverage.topics", "targets"),
        briefing.from_knowledge("topic-coverage-balance", "targets"),
        briefing.from_measurement("coverage.variable", "strategies"),
        briefing.from_knowledge("rejection-sampling-synthesis", "strategies"),
        briefing.from_measurement("coverage.topics", "synthesise_up_to"),
        briefing.from_knowledge("smallest-sufficient-dataset", "synthesise_up_to"),
        briefing.from_knowledge("rehearsal-against-forgetting", "rehearsal_fraction"),
        briefing.from_measurement("coverage.rehearsal_available", "rehearsal_fraction"),
        briefing.from_knowledge("no-call-negatives", "choice"),
        briefing.from_knowledge("irrelevance-share", "choice"),
        briefing.from_knowledge("failure-trajectories", "choice"),
    ]


def _alternatives(choice: str, balance: float, floor: float) -> list[Alternative]:
    balanced = balance >= floor
    reasons = {
        KEEP: f"balance {balance:.2f} is below {floor:g}",
        COMPLETE: "the topics are balanced as they are" if balanced else "no record of the thin topics can be varied",
        COLLECT: "the topics are balanced as they are" if balanced else "thin topics can be filled from what is there",
    }
    return [Alternative(choice=other, why_not=why) for other, why in reasons.items() if other != choice]
