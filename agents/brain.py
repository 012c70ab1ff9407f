"""Brains make decisions of briefings. Here: the protocol, the policy brain and the checks that any brain's answer must pass.

The rules of the policy brain are in `policies/`; the brain that asks a chat model is in `chat_brain.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from ..errors import Problem, WorkflowError
from ..settings import BrainConfig
from .decision import Alternative, Briefing, Evidence, Proposal, unresolved

Propose = Callable[[Briefing], Proposal]
"""A policy: the rules of one step."""

Decided = tuple[Proposal, str, list[str]]
"""(proposal, who decided, warnings)."""


class Brain(Protocol):
    """Produces decisions."""

    def decide(self, briefing: Briefing, propose: Propose | None, payload_model: type[BaseModel] | None) -> Decided:
        """Decide a step.

        Args:
            briefing: all that may be known.
            propose: the step's policy, or None for a step that has only options.
            payload_model: the model of the payload, or None for a step without one.

        Returns:
            (proposal, "policy" or "chat:<model>", warnings).
        """
        ...


class PolicyBrain:
    """Decides by the step's own rules; offline and deterministic."""

    def decide(self, briefing: Briefing, propose: Propose | None, payload_model: type[BaseModel] | None) -> Decided:
        """As `Brain.decide`.

        Raises:
            WorkflowError: the policy proposed what its own step file does not allow.
        """
        if propose is None:
            return default_proposal(briefing), "policy", []
        proposal = propose(briefing)
        faults = [*_choice_faults(proposal, briefing), *_payload_faults(proposal, payload_model)]
        if faults:
            problems = [Problem(briefing.step, fault) for fault in faults]
            raise WorkflowError(f"the policy of {briefing.step} proposed what its step does not allow", problems)
        return proposal, "policy", []


def brain_for(config: BrainConfig) -> Brain:
    """The brain that a project asks for.

    Raises:
        InputError: the chat brain lacks a model or a key.
        MissingDependency: the library for it is not installed.
    """
    if config.kind == "policy":
        return PolicyBrain()
    from .chat_brain import ChatBrain

    return ChatBrain(config)


def default_proposal(briefing: Briefing) -> Proposal:
    """The first option of a step without a policy, which nothing supports.

    The confidence is that of a blind choice among the options.
    """
    if not briefing.options:
        raise WorkflowError(
            f"{briefing.step} has neither a policy nor options", next_action="add `options:` or `policy:` to its file"
        )
    first, *others = briefing.options
    return Proposal(
        choice=first,
        rationale=f"The first option of the step stands by default ({briefing.options[first]}); no rule weighed the options.",
        evidence=[Evidence(kind="unsupported", note="the step has no policy")],
        alternatives=[Alternative(choice=other, why_not="not the default; nothing weighed it") for other in others],
        confidence=round(1 / len(briefing.options), 2),
    )


def check_proposal(proposal: Proposal, briefing: Briefing, payload_model: type[BaseModel] | None) -> list[str]:
    """What is wrong with a proposal: its choice, its payload, or evidence that does not resolve; empty where all is well."""
    return [
        *_choice_faults(proposal, briefing),
        *_payload_faults(proposal, payload_model),
        *check_evidence(proposal.evidence, proposal, briefing, payload_model),
    ]


def check_evidence(
    evidence: list[Evidence], proposal: Proposal, briefing: Briefing, payload_model: type[BaseModel] | None
) -> list[str]:
    """What in `evidence` does not resolve in the briefing, or supports a field that the proposal does not have."""
    known = {record.id for record in briefing.grounding}
    fields = {"choice", *proposal.payload, *(payload_model.model_fields if payload_model else ())}
    faults = unresolved(evidence, known, briefing.measurements)
    for item in evidence:
        if item.supports.split(".")[0].split("[")[0] not in fields:
            faults.append(f"evidence {item.id!r} supports {item.supports!r}, which is no field of the payload")
        if item.kind == "user":
            faults += _user_faults(item, briefing)
    return faults


def _choice_faults(proposal: Proposal, briefing: Briefing) -> list[str]:
    if not briefing.options or proposal.choice in briefing.options:
        return []
    return [f"choice: {proposal.choice!r} is none of the options {', '.join(briefing.options)}"]


def _payload_faults(proposal: Proposal, payload_model: type[BaseModel] | None) -> list[str]:
    if payload_model is None:
        return ["payload: this step takes none; leave it empty"] if proposal.payload else []
    try:
        payload_model.model_validate(proposal.payload)
    except ValidationError as error:
        return complaints(error, "payload")
    return []


def complaints(error: ValidationError, prefix: str = "") -> list[str]:
    """Pydantic's complaints, one line each: place, what is wrong, what was found."""
    lines = []
    for item in error.errors(include_url=False, include_context=False):
        place = ".".join(str(part) for part in ((prefix,) if prefix else ()) + item["loc"]) or "answer"
        found = "" if item["type"] == "missing" else f"; found {repr(item['input'])[:120]}"
        lines.append(f"{place}: {item['msg']}{found}")
    return lines


def _user_faults(item: Evidence, briefing: Briefing) -> list[str]:
    """A user's words must stand in project.yaml under that key, or be feedback that was given."""
    if item.id == "feedback" and briefing.feedback:
        return []
    value: Any = briefing.project
    for key in item.id.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return [f"{item.supports}: cites the user's {item.id!r}, which project.yaml does not have"]
        value = value[key]
    if item.value is not None and item.value != value:
        return [f"{item.supports}: says that the user's {item.id} is {item.value!r}; it is {value!r}"]
    return []
