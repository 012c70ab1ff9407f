"""The tech lead's rules: send back what can be mended and is known how, sign off the rest, whatever the verdict says."""

from __future__ import annotations

from ..decision import Alternative, Briefing, Proposal

TRAINING = "step-05-fine-tuning-specialist"
DATA = "step-03-data-engineer"
_MENDS = {
    "undertrained": (TRAINING, "train longer: the validation loss was still falling at the last epoch"),
    "no_overlap": (DATA, "drop the training records that also stand in the test set"),
    "dataset_unchanged": (DATA, "make the dataset version anew: its files no longer match it"),
}
"""Finding -> the step that can mend it, and how."""


def propose(briefing: Briefing) -> Proposal:
    """GO, or REVISE to the step that can mend the gravest finding that has a remedy."""
    findings = briefing.measured("review.findings", [])
    gravest_first = sorted(findings, key=lambda item: ("BLOCKER", "WARNING", "INFO").index(item["severity"]))
    remedy = next((item for item in gravest_first if item["check"] in _MENDS), None)
    revisions_left = briefing.project["max_revisions"] - max(
        (d.get("revision", 0) for d in briefing.decisions), default=0
    )
    if remedy is not None and revisions_left > 0:
        step, how = _MENDS[remedy["check"]]
        return _proposal(
            briefing, "REVISE", step, how, f"{remedy['severity']} {remedy['check']}: {remedy['text']}; {how}."
        )
    blockers = [item for item in findings if item["severity"] == "BLOCKER"]
    verdict = briefing.facts.get("verdict")
    if blockers:
        reason = f"The run ends with {len(blockers)} blocker(s) that no step can mend: {blockers[0]['text']}. Do not ship it."
    else:
        counts = f"{len(findings)} finding(s), none of them a blocker"
        reason = f"The conclusion ({verdict}) follows from the frozen test and the recorded decisions; {counts}."
        reason += _reading(briefing)
    return _proposal(briefing, "GO", "", "", reason)


def _reading(briefing: Briefing) -> str:
    """How many failures to read by hand before the next run."""
    scores = briefing.facts.get("evaluation") or {}
    if not scores.get("n") or scores.get("tuned") is None:
        return ""
    failed = round(scores["n"] * (1 - scores["tuned"]))
    wanted = min(failed, int(briefing.number("error-analysis-by-hand", "traces", 100)))
    some = "the" if wanted == failed else f"{wanted} of the"
    return f" Before another run, read {some} {failed} test records that still fail." if wanted else ""


def _proposal(briefing: Briefing, verdict: str, step: str, feedback: str, rationale: str) -> Proposal:
    other = "REVISE" if verdict == "GO" else "GO"
    why_not = (
        "no finding has a remedy left to try" if verdict == "GO" else "a finding can be mended, and it is known how"
    )
    return Proposal(
        choice=verdict,
        payload={"verdict": verdict, "step": step, "feedback": feedback},
        rationale=rationale,
        evidence=[
            briefing.from_measurement("review.blockers", "verdict"),
            briefing.from_measurement("review.warnings", "choice"),
            briefing.from_knowledge("error-analysis-by-hand", "choice"),
            briefing.from_knowledge("revise-data-before-epochs", "step"),
            briefing.from_knowledge("reproducible-training", "feedback"),
        ],
        alternatives=[Alternative(choice=other, why_not=why_not)],
        confidence=0.9 if verdict == "GO" else 0.7,
    )
