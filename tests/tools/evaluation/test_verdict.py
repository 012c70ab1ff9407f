"""The verdict follows from the figures, each condition by itself can withhold it, and nobody can soften it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tuneguild.tools.evaluation.plan import Verdict
from tuneguild.tools.evaluation.statistics import compare
from tuneguild.tools.evaluation.verdict import Bars, Figures, allowed, judge

BARS = Bars(minimum_effect=0.1, alpha=0.05, max_general_loss_increase=0.05)
GOOD = Figures(
    architecture="fine-tuning",
    trained=True,
    n=200,
    baseline=0.4,
    tuned=0.8,
    difference=0.4,
    ci_low=0.32,
    ci_high=0.48,
    p_value=1e-9,
    discordance=0.44,
    general_loss_before=2.0,
    general_loss_after=2.05,
)


def test_a_proven_gain_ships() -> None:
    assert judge(GOOD, BARS).verdict == "ship"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"difference": 0.09, "tuned": 0.49, "ci_low": 0.02, "ci_high": 0.099}, "less than the 10.0 points"),
        ({"p_value": 0.2}, "not below 0.05"),
        ({"ci_low": -0.01}, "which holds zero"),
        ({"general_loss_after": 2.2}, "more than the accepted"),
        ({"general_loss_after": None}, "general ability was not measured"),
    ],
)
def test_each_condition_alone_withholds_it_and_is_named(change: dict, word: str) -> None:
    judgement = judge(replace(GOOD, **change), BARS)
    assert judgement.verdict == "no-ship"
    assert any(word in reason for reason in judgement.reasons)


def test_every_failed_condition_is_named() -> None:
    worse = replace(GOOD, difference=-0.3, tuned=0.1, ci_low=-0.4, ci_high=-0.2, p_value=0.9, general_loss_after=9.0)
    assert len(judge(worse, BARS).reasons) == 4


def test_a_gain_exactly_at_the_minimum_ships() -> None:
    assert judge(replace(GOOD, difference=0.1, ci_low=0.01, ci_high=0.2, p_value=0.01), BARS).verdict == "ship"


def test_too_few_pairs_prove_nothing_however_good_they_look() -> None:
    assert judge(replace(GOOD, n=49), BARS).verdict == "insufficient-data"


def test_a_test_too_small_for_the_minimum_effect_asks_for_more_records() -> None:
    unclear = replace(
        GOOD, n=55, difference=0.05, tuned=0.45, ci_low=-0.06, ci_high=0.16, p_value=0.5, discordance=0.16
    )
    judgement = judge(unclear, BARS)
    assert judgement.verdict == "insufficient-data"
    assert "held-out records would show it" in judgement.reasons[-1]


def test_a_large_enough_test_that_shows_no_gain_says_no() -> None:
    flat = replace(GOOD, difference=0.0, tuned=0.4, ci_low=-0.05, ci_high=0.05, p_value=1.0)
    assert judge(flat, BARS).verdict == "no-ship"


def test_a_small_test_in_which_the_model_forgot_too_much_says_no() -> None:
    unclear = replace(GOOD, n=55, difference=0.05, ci_low=-0.06, ci_high=0.16, p_value=0.5, general_loss_after=3.0)
    assert judge(unclear, BARS).verdict == "no-ship"


def test_shuffled_labels_do_not_ship() -> None:
    generator = random.Random(5)
    baseline = [generator.random() < 0.4 for _ in range(200)]
    taught_nonsense = [generator.random() < 0.05 for _ in range(200)]
    result = compare(baseline, taught_nonsense, seed=1)
    figures = replace(
        GOOD,
        baseline=result.first,
        tuned=result.second,
        difference=result.difference,
        ci_low=result.ci_low,
        ci_high=result.ci_high,
        p_value=result.p_value,
    )
    judgement = judge(figures, BARS)
    assert judgement.verdict == "no-ship"
    assert any("entirely below zero" in reason for reason in judgement.reasons)


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        (Figures("prompt-only", insufficient_data=True, shortages=("20 records are there",)), "insufficient-data"),
        (Figures("prompt-only", n=200, baseline=0.97), "not-needed"),
        (Figures("prompt-only"), "not-needed"),
        (Figures("rag-only"), "not-needed"),
        (Figures("fine-tuning", n=200, baseline=0.4), "no-ship"),
    ],
)
def test_without_a_tuned_model_the_architecture_decides(figures: Figures, verdict: str) -> None:
    assert judge(figures, BARS).verdict == verdict


def test_the_target_is_told_but_is_no_condition() -> None:
    judgement = judge(GOOD, replace(BARS, target=0.95))
    assert judgement.verdict == "ship"
    assert any("is not met yet" in reason for reason in judgement.reasons)


@pytest.mark.parametrize("verdict", ["no-ship", "insufficient-data", "not-needed"])
def test_nothing_may_be_turned_into_ship(verdict: Verdict) -> None:
    assert "ship" not in allowed(verdict)


def test_a_person_may_be_stricter() -> None:
    assert allowed("ship") == {"ship", "no-ship", "insufficient-data"}
