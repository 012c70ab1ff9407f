"""Paired statistics: the exact McNemar test, a paired bootstrap interval, and how many records a comparison needs.

Pure numbers in, pure numbers out. The verdict that rests on them is in `verdict.py`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

RESAMPLES = 10_000
POWER = 0.8
"""Usual power of a planned comparison (Cohen 1988, section 2.4)."""


@dataclass(frozen=True)
class Comparison:
    """Two systems on the same records.

    Attributes:
        n: records.
        first: share that the first system (the baseline) has right.
        second: share that the second (the tuned model) has right.
        difference: second minus first.
        ci_low: lower end of the 95 % interval of the difference.
        ci_high: upper end.
        p_value: exact two-sided McNemar p-value.
        fixed: records that only the second has right.
        broken: records that only the first has right.
        groups: independent groups that were resampled, the same as n where records stand alone.
    """

    n: int
    first: float
    second: float
    difference: float
    ci_low: float
    ci_high: float
    p_value: float
    fixed: int
    broken: int
    groups: int


def mcnemar_exact(broken: int, fixed: int) -> float:
    """Exact two-sided p-value of McNemar's test.

    With no difference, `fixed` is binomial with `broken + fixed` trials and probability one half (McNemar 1947; exact form as in
    Dietterich 1998). Both tails are equal, so the two-sided value is twice the smaller one, at most 1.

    Args:
        broken: records that only the first system has right (b).
        fixed: records that only the second system has right (c).
    """
    trials = broken + fixed
    if trials == 0:
        return 1.0
    tail = sum(math.comb(trials, k) for k in range(min(broken, fixed) + 1))
    # Integers throughout: the quotient of two big integers is exact where floats would underflow.
    return (
        min(1.0, (2 * tail) / (1 << trials))
        if trials < 1000
        else min(1.0, math.exp(math.log(2 * tail) - trials * math.log(2)))
    )


def bootstrap_interval(
    differences: Sequence[float],
    *,
    seed: int,
    groups: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> tuple[float, float]:
    """Percentile interval of the mean of paired differences (Efron and Tibshirani 1993, chapter 13).

    Args:
        differences: one for each record: second minus first.
        seed: of the resampling.
        groups: group of each record; whole groups are drawn, since their records are not independent (cluster bootstrap,
            Davison and Hinkley 1997, section 3.8). None: every record by itself.
        confidence: share of resamples that lies within.
        resamples: number of resamples.

    Returns:
        (low, high); (0, 0) without records.
    """
    if not len(differences):
        return 0.0, 0.0
    sums, sizes = _clusters(differences, groups)
    generator = np.random.default_rng(seed)
    means = np.empty(resamples)
    step = max(1, 2_000_000 // len(sums))
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        drawn = generator.integers(0, len(sums), size=(count, len(sums)))
        means[start : start + count] = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def _clusters(differences: Sequence[float], groups: Sequence[Hashable] | None) -> tuple[np.ndarray, np.ndarray]:
    values = np.asarray(differences, dtype=float)
    if groups is None:
        return values, np.ones(len(values))
    names = {name: place for place, name in enumerate(dict.fromkeys(groups))}
    places = np.array([names[name] for name in groups])
    return np.bincount(places, weights=values), np.bincount(places).astype(float)


def compare(
    first: Sequence[bool], second: Sequence[bool], *, seed: int, groups: Sequence[Hashable] | None = None
) -> Comparison:
    """Compare two systems on the same records.

    Args:
        first: right or wrong, for each record, of the baseline.
        second: the same of the tuned model, in the same order.
        seed: of the bootstrap.
        groups: see `bootstrap_interval`.
    """
    if len(first) != len(second):
        raise ValueError(f"not paired: {len(first)} and {len(second)} outcomes")
    n = len(first)
    pairs = list(zip(first, second, strict=True))
    fixed, broken = sum(not a and b for a, b in pairs), sum(a and not b for a, b in pairs)
    low, high = bootstrap_interval([float(b) - float(a) for a, b in pairs], seed=seed, groups=groups)
    return Comparison(
        n=n,
        first=sum(first) / n if n else 0.0,
        second=sum(second) / n if n else 0.0,
        difference=(fixed - broken) / n if n else 0.0,
        ci_low=low,
        ci_high=high,
        p_value=mcnemar_exact(broken, fixed),
        fixed=fixed,
        broken=broken,
        groups=len(set(groups)) if groups is not None else n,
    )


def wilson_interval(share: float, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a single share (Wilson 1927, JASA 22:209–212); (0, 1) without records."""
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def needed_pairs(effect: float, discordance: float, *, alpha: float = 0.05, power: float = POWER) -> int:
    """Records that a paired comparison needs to find `effect`.

    Formula of Connor (1987, Biometrics 43:207–211) for McNemar's test:
    n = (z_{1-alpha/2} sqrt(d) + z_power sqrt(d - e²))² / e², with e the difference and d the share of discordant records.

    Args:
        effect: the difference to find, as a share, above 0.
        discordance: the share of records on which the two systems differ; at least `effect`.
        alpha: two-sided level of the test.
        power: chance to find it.
    """
    share = min(1.0, max(discordance, effect))
    normal = NormalDist()
    root = normal.inv_cdf(1 - alpha / 2) * math.sqrt(share) + normal.inv_cdf(power) * math.sqrt(share - effect**2)
    return math.ceil(root**2 / effect**2)


def detectable_effect(n: int, discordance: float, *, alpha: float = 0.05, power: float = POWER) -> float:
    """The smallest difference that `n` records show with `power` (the inverse of `needed_pairs`); 1 if none is."""
    if n <= 0:
        return 1.0
    low, high = 1.0 / (2 * n), 1.0
    if needed_pairs(high, discordance, alpha=alpha, power=power) > n:
        return 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if needed_pairs(middle, discordance, alpha=alpha, power=power) > n:
            low = middle
        else:
            high = middle
    return high


def best_case_pairs(effect: float, alpha: float) -> int:
    """The fewest records with which `effect` can be significant at all: every discordant record favours the second system."""
    wins = 1
    while mcnemar_exact(0, wins) >= alpha:
        wins += 1
    # Smallest n whose rounded-down share of wins reaches the effect with that many records.
    return math.ceil(round(wins / effect, 9)) if effect > 0 else wins
