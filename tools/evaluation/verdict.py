"""The verdict: a pure function of the figures and of the bars that were set before them. Nobody's words enter it.

Owns the rules, their reasons in words and figures, and which other verdicts a person or a model may choose
instead (stricter ones).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .plan import TRAINED, Verdict
from .statistics import best_case_pairs, needed_pairs

MINIMUM_PAIRS = 50
"""Held-out records below which nothing ships (knowledge record sample-size-for-comparison, `minimum_pairs`)."""

STRICTER: dict[Verdict, tuple[Verdict, ...]] = {
    "ship": ("ship", "no-ship", "insufficient-data"),
    "insufficient-data": ("insufficient-data", "no-ship"),
    "no-ship": ("no-ship",),
    "not-needed": ("not-needed",),
}
"""What may be chosen where the figures say the key: the same, or something stricter."""


@dataclass(frozen=True)
class Bars:
    """What success means, fixed before any measurement.

    Attributes:
        minimum_effect: smallest gain worth shipping, a share.
        alpha: level of the paired test.
        max_general_loss_increase: largest accepted relative rise of the loss on general text.
        minimum_pairs: held-out records below which nothing ships.
        target: score at which the goal is met, or None; told, but no condition.
    """

    minimum_effect: float
    alpha: float
    max_general_loss_increase: float
    minimum_pairs: int = MINIMUM_PAIRS
    target: float | None = None


@dataclass(frozen=True)
class Figures:
    """What was measured.

    Attributes:
        architecture: what the architect chose.
        insufficient_data: the architect stopped for lack of data.
        trained: a tuned model was compared.
        n: held-out records.
        baseline: the best prompt's score on them.
        tuned: the tuned model's.
        difference: tuned minus baseline.
        ci_low, ci_high: 95 % interval of the difference.
        p_value: exact McNemar.
        discordance: share of records on which the two differ.
        general_loss_before, general_loss_after: nats/token on general text.
        shortages: what there was too little of, in words.
    """

    architecture: str
    insufficient_data: bool = False
    trained: bool = False
    n: int = 0
    baseline: float | None = None
    tuned: float | None = None
    difference: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
    discordance: float = 0.0
    general_loss_before: float | None = None
    general_loss_after: float | None = None
    shortages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """A verdict and every reason for it."""

    verdict: Verdict
    reasons: tuple[str, ...]


def judge(figures: Figures, bars: Bars) -> Judgement:
    """The verdict that the figures give.

    Ship needs all of: at least `minimum_pairs` records, a gain of at least `minimum_effect`, p below `alpha`, an interval above
    zero, and a general loss that rose by no more than `max_general_loss_increase`.
    """
    if not figures.trained:
        return _untrained(figures, bars)
    checks = _checks(figures, bars)
    failed = [text for passed, text in checks if not passed]
    if not failed:
        return Judgement("ship", (*(text for _, text in checks), *_target(figures, bars)))
    if figures.n < bars.minimum_pairs:
        needed = f"{bars.minimum_pairs} held-out records are the least that is accepted as proof; {figures.n} are there"
        return Judgement("insufficient-data", (needed, *failed))
    if _undecidable(figures, bars):
        return Judgement("insufficient-data", (*failed, _more(figures, bars)))
    hint = (_more(figures, bars),) if _inconclusive(figures, bars) else ()
    return Judgement("no-ship", (*failed, *hint))


def _untrained(figures: Figures, bars: Bars) -> Judgement:
    if figures.insufficient_data:
        return Judgement("insufficient-data", figures.shortages or ("the architect stopped for lack of data",))
    if figures.architecture in TRAINED:
        return Judgement("no-ship", (f"{figures.architecture} was chosen, but no tuned model was compared",))
    if figures.architecture == "rag-only":
        return Judgement("not-needed", ("the goal is about knowledge: it is retrieved, and nothing was trained",))
    if figures.baseline is None:
        return Judgement("not-needed", ("the architect chose to prompt, and nothing was trained",))
    return Judgement(
        "not-needed",
        (
            f"the best prompt has {percent(figures.baseline)} of {figures.n} held-out records right, so nothing was trained",
            *_target(figures, bars),
        ),
    )


def _checks(figures: Figures, bars: Bars) -> list[tuple[bool, str]]:
    """Each condition for shipping: whether it holds, and how to say so."""
    difference, low, high = figures.difference or 0.0, figures.ci_low or 0.0, figures.ci_high or 0.0
    p = 1.0 if figures.p_value is None else figures.p_value
    enough = difference >= bars.minimum_effect - 1e-12
    moved = f"{percent(figures.baseline)} to {percent(figures.tuned)} of {figures.n} held-out records ({points(difference)})"
    return [
        (figures.n >= bars.minimum_pairs, f"{figures.n} held-out records were compared, one by one"),
        (
            enough,
            f"from {moved}: {'at least' if enough else 'less than'} the {points(bars.minimum_effect, sign=False)} "
            "that are worth shipping",
        ),
        (
            p < bars.alpha,
            f"the paired test gives p {p_text(p)}, {'below' if p < bars.alpha else 'not below'} {bars.alpha:g}",
        ),
        (
            low > 0,
            f"the 95 % interval of the difference is {points(low)} to {points(high)}, "
            + ("above zero" if low > 0 else "entirely below zero" if high < 0 else "which holds zero"),
        ),
        _general(figures, bars),
    ]


def _general(figures: Figures, bars: Bars) -> tuple[bool, str]:
    before, after = figures.general_loss_before, figures.general_loss_after
    if before is None or after is None:
        return False, "general ability was not measured, so nobody can say what was forgotten"
    rise = general_increase(before, after)
    passed = rise <= bars.max_general_loss_increase + 1e-12
    moved = f"the loss on general text went from {before:.3f} to {after:.3f} nats/token ({rise:+.1%})"
    return passed, f"{moved}, {'within' if passed else 'more than'} the accepted {bars.max_general_loss_increase:+.1%}"


def general_increase(before: float, after: float) -> float:
    """Relative rise of the loss."""
    return after / before - 1 if before > 0 else 0.0


def _target(figures: Figures, bars: Bars) -> tuple[str, ...]:
    score = figures.tuned if figures.trained else figures.baseline
    if bars.target is None or score is None:
        return ()
    met = "is met" if score >= bars.target else "is not met yet"
    return (f"the target of {percent(bars.target)} {met}",)


def _inconclusive(figures: Figures, bars: Bars) -> bool:
    """A gain worth shipping is neither shown nor ruled out, and nothing else speaks against the model."""
    general_fine, _ = _general(figures, bars)
    low, high = figures.ci_low or 0.0, figures.ci_high or 0.0
    return general_fine and (figures.difference or 0.0) >= 0 and low <= bars.minimum_effect <= high


def _undecidable(figures: Figures, bars: Bars) -> bool:
    """With so few records the smallest gain worth shipping could not be significant even in the best case."""
    return _inconclusive(figures, bars) and figures.n < best_case_pairs(bars.minimum_effect, bars.alpha)


def _more(figures: Figures, bars: Bars) -> str:
    n = needed_pairs(bars.minimum_effect, figures.discordance, alpha=bars.alpha)
    return (
        f"a gain of {points(bars.minimum_effect, sign=False)} is neither shown nor ruled out; about {max(n, bars.minimum_pairs)} "
        f"held-out records would show it four times in five, if the two go on differing on {percent(figures.discordance)} of them"
    )


def allowed(verdict: Verdict) -> set[Verdict]:
    """The verdicts that may be recorded where the figures give `verdict`."""
    return set(STRICTER[verdict])


def figures_of(facts: Mapping[str, Any]) -> Figures:
    """The figures from the run's facts (`evaluation`, `architecture`, `insufficient_data`)."""
    evaluation = facts.get("evaluation") or {}
    taken = {field.name: evaluation[field.name] for field in fields(Figures) if evaluation.get(field.name) is not None}
    return Figures(
        **{
            **taken,
            "architecture": str(facts.get("architecture")),
            "insufficient_data": bool(facts.get("insufficient_data")),
            "shortages": tuple(evaluation.get("shortages") or ()),
        }
    )


def bars_of(goal: Mapping[str, Any], *, minimum_pairs: int = MINIMUM_PAIRS) -> Bars:
    """The bars that the goal set."""
    return Bars(
        minimum_effect=goal["minimum_effect"],
        alpha=goal["alpha"],
        max_general_loss_increase=goal["max_general_loss_increase"],
        minimum_pairs=minimum_pairs,
        target=goal.get("target"),
    )


def judge_facts(facts: Mapping[str, Any]) -> Judgement:
    """The verdict from the run's facts."""
    return judge(figures_of(facts), bars_of(facts["goal"]))


def percent(share: float | None) -> str:
    """A share as text: "41.5 %"."""
    return "–" if share is None else f"{100 * share:.1f} %"


def points(share: float, *, sign: bool = True) -> str:
    """A difference of shares as text: "+38.5 points"."""
    return f"{100 * share:{'+' if sign else ''}.1f} points"


def p_text(p: float) -> str:
    """A p-value as text: "= 0.034", "< 0.001"."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"
