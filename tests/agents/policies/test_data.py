"""The data engineer's rules."""

from __future__ import annotations

from typing import Any

import pytest

from support.briefing import briefing, check
from tuneguild.agents.policies.data import propose

STEP = "1-data/step-03-data-engineer.md"
CLEAN = {
    "data.pool_records": 500,
    "data.exact_duplicates": 0,
    "data.near_duplicates": 0,
    "data.near_duplicates_at": {"0.5": 0, "0.6": 0, "0.7": 0, "0.8": 0, "0.9": 0},
    "data.value_variants": 0,
    "data.conflicts": 0,
    "data.leaked": 0,
    "data.shared_groups": 0,
    "data.pii": 0,
    "data.pii_in_arguments": 0,
}


def decided(**measured: Any) -> tuple[Any, Any]:
    given = briefing(STEP, {**CLEAN, **{f"data.{name}": value for name, value in measured.items()}})
    proposal = propose(given)
    return proposal, check(proposal, given, STEP)


def test_a_clean_pool_is_kept_and_only_split() -> None:
    proposal, plan = decided()
    assert (proposal.choice, plan.pii, plan.validation_fraction) == ("keep", "keep", 0.1)


def test_what_was_found_is_removed_and_told() -> None:
    proposal, plan = decided(exact_duplicates=12, leaked=3)
    assert proposal.choice == "clean" and plan.drop_exact and plan.drop_leaked
    assert "12 copies" in proposal.rationale and "3 leaks" in proposal.rationale


def test_personal_data_is_masked() -> None:
    assert decided(pii=4)[1].pii == "mask"


def test_the_threshold_rises_where_the_set_is_made_of_templates() -> None:
    at = {"0.5": 400, "0.6": 300, "0.7": 120, "0.8": 40, "0.9": 2}
    proposal, plan = decided(near_duplicates=400, near_duplicates_at=at)
    assert plan.near_duplicate_threshold == 0.7 and "shares its wording" in proposal.rationale


def test_the_knowledge_bases_threshold_stands_otherwise() -> None:
    at = {"0.5": 40, "0.6": 30, "0.7": 12, "0.8": 4, "0.9": 2}
    assert decided(near_duplicates=40, near_duplicates_at=at)[1].near_duplicate_threshold == 0.5


@pytest.mark.parametrize(("pool", "fraction"), [(20, 0.2), (60, 0.1667), (500, 0.1), (50_000, 0.01)])
def test_validation_is_neither_too_small_nor_too_large(pool: int, fraction: float) -> None:
    assert decided(pool_records=pool)[1].validation_fraction == fraction


def test_shared_groups_are_a_warning() -> None:
    assert "Warning: 2 groups" in decided(shared_groups=2)[0].rationale
