"""How a person's edits change a decision."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel

from tuneguild.errors import InputError
from tuneguild.graph.gates import apply_edits


class Plan(BaseModel):
    method: Literal["lora", "full"]
    rank: int = 16


DECISION: dict[str, Any] = {
    "choice": "lora",
    "payload": {"method": "lora", "rank": 16},
    "evidence": [{"kind": "knowledge", "id": "k", "supports": "rank", "value": None, "note": ""}],
    "decided_by": "policy",
}
OPTIONS = {"lora": "", "full": ""}


def test_no_edit_leaves_the_decision_as_it_is() -> None:
    assert apply_edits(DECISION, {}, Plan, OPTIONS) is DECISION


def test_an_edited_parameter_is_the_persons_and_cites_nothing_else() -> None:
    edited = apply_edits(DECISION, {"rank": 8}, Plan, OPTIONS)
    assert edited["payload"] == {"method": "lora", "rank": 8}
    assert edited["decided_by"] == "person"
    assert [(item["kind"], item["value"]) for item in edited["evidence"] if item["supports"] == "rank"] == [("user", 8)]


def test_a_field_that_repeats_the_choice_follows_it() -> None:
    assert apply_edits(DECISION, {"choice": "full"}, Plan, OPTIONS)["payload"]["method"] == "full"


@pytest.mark.parametrize("edits", [{"choice": "other"}, {"rank": "many"}, {"choice": "full", "method": "none"}])
def test_what_the_step_does_not_allow_is_refused(edits: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        apply_edits(DECISION, edits, Plan, OPTIONS)


def test_a_decision_without_parameters_takes_no_parameter() -> None:
    with pytest.raises(InputError, match="has no parameters"):
        apply_edits({**DECISION, "payload": {}}, {"rank": 1}, None, OPTIONS)
