"""The statistics against values from elsewhere."""

from __future__ import annotations

import pytest

from tuneguild.tools.evaluation.statistics import (
    best_case_pairs,
    bootstrap_interval,
    compare,
    detectable_effect,
    mcnemar_exact,
    needed_pairs,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("broken", "fixed", "p"),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),
        (0, 5, 0.0625),
        (0, 6, 0.03125),
        (1, 9, 22 / 1024),
        # Fagerland et al. 2013, airway hyper-responsiveness: b = 7, c = 1, exact conditional p = 0.0703.
        (7, 1, 0.0703125),
    ],
)
def test_mcnemars_exact_p_value(broken: int, fixed: int, p: float) -> None:
    assert mcnemar_exact(broken, fixed) == pytest.approx(p)


def test_mcnemar_agrees_with_scipys_binomial_test() -> None:
    stats = pytest.importorskip("scipy.stats")
    for broken, fixed in ((3, 17), (40, 61), (0, 30), (700, 640)):
        assert mcnemar_exact(broken, fixed) == pytest.approx(stats.binomtest(fixed, broken + fixed).pvalue, rel=1e-6)


def test_mcnemar_is_the_same_both_ways() -> None:
    assert mcnemar_exact(3, 11) == mcnemar_exact(11, 3)


def test_the_bootstrap_interval_is_about_the_normal_one_for_many_records() -> None:
    differences = [1.0] * 60 + [-1.0] * 20 + [0.0] * 120
    low, high = bootstrap_interval(differences, seed=1)
    # mean 0.2, variance of one (80 / 200 - 0.04) = 0.36: standard error 0.6 / sqrt(200) = 0.0424
    assert low == pytest.approx(0.2 - 1.96 * 0.0424, abs=0.01)
    assert high == pytest.approx(0.2 + 1.96 * 0.0424, abs=0.01)


def test_the_bootstrap_is_the_same_for_the_same_seed() -> None:
    differences = [1.0, 0.0, -1.0, 1.0, 0.0]
    assert bootstrap_interval(differences, seed=3) == bootstrap_interval(differences, seed=3)


def test_records_of_one_group_count_as_one_draw() -> None:
    differences = [1.0] * 10 + [0.0] * 10
    groups = ["a"] * 10 + ["b"] * 10
    assert bootstrap_interval(differences, seed=1, groups=groups) == (0.0, 1.0)


def test_a_comparison_counts_what_changed() -> None:
    result = compare([True, False, False, True], [True, True, True, False], seed=1)
    assert (result.n, result.fixed, result.broken) == (4, 2, 1)
    assert result.difference == pytest.approx(0.25)


def test_outcomes_that_do_not_pair_are_refused() -> None:
    with pytest.raises(ValueError, match="not paired"):
        compare([True], [True, False], seed=1)


def test_needed_records_by_connors_formula() -> None:
    # (1.959964 * sqrt(0.3) + 0.841621 * sqrt(0.3 - 0.01))**2 / 0.01 = 233.1
    assert needed_pairs(0.1, 0.3) == 234


def test_the_detectable_effect_inverts_the_needed_records() -> None:
    effect = detectable_effect(234, 0.3)
    assert effect == pytest.approx(0.1, abs=0.001)


def test_fewer_than_six_discordant_records_are_never_significant() -> None:
    assert best_case_pairs(0.1, 0.05) == 60


def test_wilsons_interval() -> None:
    # Agresti and Coull 1998: 0 of 10 gives (0, 0.2775)
    assert wilson_interval(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-3)
