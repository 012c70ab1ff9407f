"""The prompt engineer's rules: a tuned model is tried with the bare record first, an untuned one keeps the baseline's prompt."""

from __future__ import annotations

from ..decision import Alternative, Briefing, Proposal


def propose(briefing: Briefing) -> Proposal:
    """Which prompts to try, by whether the model is tuned."""
    baseline = briefing.facts["baseline"]
    best = baseline["prompt"]["id"]
    if not briefing.facts.get("training"):
        return _keep(briefing, best)
    tried = list(dict.fromkeys(["bare", best]))
    return Proposal(
        choice="measure",
        payload={"strategy": "measure", "candidates": tried, "systems": []},
        rationale=(
            "The model was tuned on records with their own system text, so the bare record comes first; "
            + (
                f"the baseline's prompt {best} is tried beside it. "
                if best != "bare"
                else "it was the best prompt before, too. "
            )
            + "The dev split decides, the shorter of equals wins, and the frozen test is not touched."
        ),
        evidence=[
            briefing.from_knowledge(
                "chat-template-consistency", "choice", "the prompt that is served is the one trained on"
            ),
            briefing.from_knowledge(
                "prompt-overfitting-dev-split", "strategy", "the dev split chooses, the test does not"
            ),
            briefing.from_measurement("baseline.best.prompt", "candidates"),
            briefing.from_knowledge("few-shot-prompt-selection", "systems", "no further text without a reason"),
        ],
        alternatives=[Alternative(choice="keep", why_not="a prompt that helps the base model can hurt the tuned one")],
        confidence=0.85,
    )


def _keep(briefing: Briefing, best: str) -> Proposal:
    measured = bool(briefing.facts["baseline"]["dev"])
    why = "the dev split has already chosen it" if measured else "there is no dev split to choose another with"
    return Proposal(
        choice="keep",
        payload={"strategy": "keep", "candidates": [best], "systems": []},
        rationale=f"The model is the one that the baseline measured, so its prompt {best} is served: {why}.",
        evidence=[
            briefing.from_knowledge("prompt-overfitting-dev-split", "choice"),
            briefing.from_knowledge("prompted-baseline-first", "strategy"),
            briefing.from_measurement("baseline.best.prompt", "candidates")
            if measured
            else briefing.from_measurement("baseline.test_records", "candidates", "nothing to measure with"),
            briefing.from_knowledge("few-shot-prompt-selection", "systems", "no further text without a reason"),
        ],
        alternatives=[Alternative(choice="measure", why_not="measuring the same prompts again would change nothing")],
        confidence=0.9,
    )
