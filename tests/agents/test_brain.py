"""The policy brain and the checks that every brain's answer must pass."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict, Field

from tuneguild.agents.brain import PolicyBrain, brain_for, check_proposal
from tuneguild.agents.decision import Briefing, Evidence, Knowledge, Proposal
from tuneguild.errors import InputError, WorkflowError
from tuneguild.settings import BrainConfig


class Dose(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    amount: int = Field(ge=0, le=10)


def briefing(**changes: object) -> Briefing:
    values: dict[str, object] = {
        "step": "step-01-dose",
        "title": "How much",
        "area": "DATA",
        "persona": {},
        "instructions": "",
        "project": {"goal": "better answers", "evaluation": {"metric": "task_accuracy"}},
        "options": {"some": "a dose", "none": "no dose"},
        "grounding": [Knowledge(id="dosage", kind="decision", title="Dosage")],
        "measurements": {"toy.size": {"id": "toy.size", "value": 7, "unit": "records", "note": ""}},
    }
    return Briefing.model_validate(values | changes)


def proposal(**changes: object) -> Proposal:
    values: dict[str, object] = {"choice": "some", "payload": {"amount": 3}, "rationale": "enough", "confidence": 0.8}
    return Proposal.model_validate(values | changes)


def test_the_policy_brain_takes_what_the_policy_proposes() -> None:
    decided = PolicyBrain().decide(briefing(), lambda _: proposal(), Dose)
    assert decided == (proposal(), "policy", [])


def test_a_step_without_a_policy_gets_its_first_option() -> None:
    decided, by, _ = PolicyBrain().decide(briefing(), None, None)
    assert (decided.choice, by) == ("some", "policy")


def test_a_default_choice_says_that_nothing_supports_it() -> None:
    decided, _, _ = PolicyBrain().decide(briefing(), None, None)
    assert [item.kind for item in decided.evidence] == ["unsupported"]
    assert "default" in decided.rationale


def test_a_default_choice_is_as_confident_as_a_blind_one() -> None:
    decided, _, _ = PolicyBrain().decide(briefing(), None, None)
    assert decided.confidence == 0.5


def test_a_step_without_policy_and_options_is_an_error() -> None:
    with pytest.raises(WorkflowError, match="neither a policy nor options"):
        PolicyBrain().decide(briefing(options={}), None, None)


@pytest.mark.parametrize("wrong", [{"choice": "lots"}, {"payload": {"amount": 11}}])
def test_a_policy_that_leaves_its_bounds_is_an_error_of_the_workflow(wrong: dict[str, object]) -> None:
    with pytest.raises(WorkflowError, match="step-01-dose"):
        PolicyBrain().decide(briefing(), lambda _: proposal(**wrong), Dose)


def test_a_sound_proposal_has_no_faults() -> None:
    evidence = [
        Evidence(kind="knowledge", id="dosage", supports="amount"),
        Evidence(kind="measurement", id="toy.size", value=7),
        Evidence(kind="user", id="evaluation.metric", value="task_accuracy"),
        Evidence(kind="unsupported", supports="amount"),
    ]
    assert check_proposal(proposal(evidence=evidence), briefing(), Dose) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"choice": "lots"}, "'lots' is none of the options some, none"),
        ({"payload": {"amount": 11}}, "payload.amount: Input should be less than or equal to 10; found 11"),
        ({"payload": {}}, "payload.amount: Field required"),
        ({"payload": {"amount": 1, "speed": 2}}, "payload.speed: Extra inputs are not permitted"),
        ({"evidence": [Evidence(kind="knowledge", id="made-up")]}, "'made-up', which was not among the grounding"),
        ({"evidence": [Evidence(kind="measurement", id="toy.weight")]}, "'toy.weight', which was not taken"),
        ({"evidence": [Evidence(kind="measurement", id="toy.size", value=8)]}, "says toy.size = 8; measured 7"),
        ({"evidence": [Evidence(kind="user", id="evaluation.target")]}, "which project.yaml does not have"),
        ({"evidence": [Evidence(kind="user", id="goal", value="faster")]}, "it is 'better answers'"),
        ({"evidence": [Evidence(kind="unsupported", supports="speed")]}, "'speed', which is no field"),
    ],
)
def test_a_fault_is_told_with_what_was_found(changes: dict[str, object], told: str) -> None:
    faults = check_proposal(proposal(**changes), briefing(), Dose)
    assert len(faults) == 1
    assert told in faults[0]


def test_all_faults_are_told_at_once() -> None:
    bad = proposal(choice="lots", payload={"amount": -1}, evidence=[Evidence(kind="knowledge", id="made-up")])
    assert len(check_proposal(bad, briefing(), Dose)) == 3


def test_a_step_without_a_payload_model_takes_no_payload() -> None:
    assert check_proposal(proposal(), briefing(), None) == ["payload: this step takes none; leave it empty"]


def test_feedback_that_was_given_may_be_cited() -> None:
    cited = proposal(evidence=[Evidence(kind="user", id="feedback")])
    assert check_proposal(cited, briefing(feedback=["more"]), Dose) == []


def test_the_default_brain_of_a_project_is_the_policy() -> None:
    assert isinstance(brain_for(BrainConfig()), PolicyBrain)


def test_a_chat_brain_without_a_model_is_told_before_any_work() -> None:
    with pytest.raises(InputError, match="name of a model"):
        brain_for(BrainConfig(kind="chat"))
