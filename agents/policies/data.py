"""The data engineer's rules: what is removed, what is masked and what is set aside. Executed by `tools/data/clean.py`."""

from __future__ import annotations

from typing import Any

from ..decision import Alternative, Briefing, Evidence, Proposal

CLEAN, KEEP = "clean", "keep"
MOST_NEAR = 0.25
"""Largest share of the pool that is removed as near copies: beyond it the set is made of templates, and only closer copies go."""
FEWEST_VALIDATION = 10
"""Validation records below which the loss is too noisy to choose a checkpoint by; met where the pool allows it."""
LARGEST_VALIDATION = 500
"""More validation records only slow every evaluation down."""
LARGEST_FRACTION = 0.2


def propose(briefing: Briefing) -> Proposal:
    """The cleaning plan, every field with what it rests on."""
    threshold, threshold_evidence = _threshold(briefing)
    fraction = _validation_fraction(briefing)
    personal = briefing.measured("data.pii", 0)
    payload = {
        "drop_exact": True,
        "drop_near": True,
        "near_duplicate_threshold": threshold,
        "keep_value_variants": True,
        "drop_leaked": True,
        "drop_conflicting": True,
        "pii": "mask" if personal else "keep",
        "validation_fraction": fraction,
    }
    counts = {
        name: briefing.measured(f"data.{name}", 0)
        for name in ("exact_duplicates", "near_duplicates", "leaked", "conflicts", "pii")
    }
    choice = CLEAN if any(counts.values()) else KEEP
    return Proposal(
        choice=choice,
        payload=payload,
        rationale=_rationale(briefing, payload, counts, choice),
        evidence=[*threshold_evidence, *_evidence(briefing)],
        alternatives=[_alternative(choice, counts)],
        confidence=0.75 if counts["conflicts"] or threshold > 0.5 else 0.9,
    )


def _threshold(briefing: Briefing) -> tuple[float, list[Evidence]]:
    """The knowledge base's threshold, or the lowest one that does not empty a set made of templates."""
    field = "near_duplicate_threshold"
    base = briefing.number("near-duplicate-minhash", "jaccard_threshold", 0.5)
    at = briefing.measured("data.near_duplicates_at", {})
    pool = max(briefing.measured("data.pool_records", 0), 1)
    allowed = [float(name) for name, count in at.items() if float(name) >= base and count <= MOST_NEAR * pool]
    evidence = [
        briefing.from_knowledge("near-duplicate-minhash", field),
        briefing.from_measurement("data.near_duplicates_at", field),
    ]
    return (min(allowed) if allowed else max([base, *map(float, at)])), evidence


def _validation_fraction(briefing: Briefing) -> float:
    base = briefing.number("validation-split-size", "validation_fraction", 0.1)
    pool = briefing.measured("data.pool_records", 0)
    if not pool:
        return base
    wanted = min(max(base * pool, FEWEST_VALIDATION), LARGEST_VALIDATION)
    return round(min(wanted / pool, LARGEST_FRACTION), 4)


def _rationale(briefing: Briefing, payload: dict[str, Any], counts: dict[str, int], choice: str) -> str:
    pool = briefing.measured("data.pool_records", 0)
    if choice == KEEP:
        text = f"Nothing in the {pool} records has to go: no copies, leaks, conflicts or personal data."
    else:
        names = {
            "exact_duplicates": "copies",
            "near_duplicates": "near copies",
            "leaked": "leaks into the test or dev set",
            "conflicts": "contradicting answers",
            "pii": "records with personal data (masked with look-alikes)",
        }
        told = ", ".join(f"{counts[name]} {words}" for name, words in names.items() if counts[name])
        text = f"Of {pool} records: {told}. They go before the split, so that neither validation nor test is told the answers."
    if payload["near_duplicate_threshold"] > 0.5:
        text += f" Near copies count from {payload['near_duplicate_threshold']:g} on, since much of the set shares its wording."
    variants = briefing.measured("data.value_variants", 0)
    if variants:
        text += f" {variants} records with the same wording and other values stay: they teach to copy."
    wording = briefing.measured("data.shared_wording", 0)
    if wording:
        text += f" {wording} are worded as a held-out record: there the test measures new values, not new wordings."
    groups = briefing.measured("data.shared_groups", 0)
    if groups:
        text += f" Warning: {groups} groups stand both in the pool and in the held-out records."
    return f"{text} {payload['validation_fraction']:.0%} of the rest watches the training."


def _evidence(briefing: Briefing) -> list[Evidence]:
    return [
        briefing.from_measurement("data.pool_records", "choice"),
        briefing.from_measurement("data.exact_duplicates", "drop_exact"),
        briefing.from_knowledge("deduplicate-before-split", "drop_exact"),
        briefing.from_measurement("data.near_duplicates", "drop_near"),
        briefing.from_knowledge("deduplicate-before-split", "drop_near"),
        briefing.from_measurement("data.value_variants", "keep_value_variants"),
        briefing.from_measurement("data.leaked", "drop_leaked"),
        briefing.from_knowledge("train-test-leakage", "drop_leaked"),
        briefing.from_measurement("data.conflicts", "drop_conflicting"),
        briefing.from_measurement("data.pii", "pii"),
        briefing.from_knowledge("pii-in-training-data", "pii"),
        briefing.from_knowledge("validation-split-size", "validation_fraction"),
        briefing.from_knowledge("group-aware-split", "validation_fraction"),
    ]


def _alternative(choice: str, counts: dict[str, int]) -> Alternative:
    if choice == CLEAN:
        found = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        return Alternative(choice=KEEP, why_not=f"found: {found}")
    return Alternative(choice=CLEAN, why_not="there is nothing to remove")
