"""The brain that asks a chat model: shows it the briefing and the policy's proposal, judges the answer, and falls back.

The model may change the proposal within the step's options, the bounds of the payload model and what the user has fixed.
Anything else is sent back to it; when the tries are used up the policy's proposal stands, with a warning that says why. The wire
is in `chat_client.py`, the words in `prompting.py`. An answer is a Proposal, which has no place for an approval.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError

from ..errors import BrainError
from ..settings import BrainConfig
from .brain import Decided, PolicyBrain, Propose, check_evidence, check_proposal, complaints
from .chat_client import LONGEST_WAIT_S, ChatClient, Reply, Unanswered
from .decision import Briefing, Proposal
from .prompting import build_messages, feedback

FIRST_PAUSE_S = 0.5
"""Pause after a first failure of the server; it doubles with each further one."""
LONGEST_RATIONALE = 4000
"""Characters."""
MOST_EVIDENCE = 100
MOST_STARTS = 1000
"""Braces at which an answer is tried as JSON."""


class ChatBrain:
    """Decides with a chat model, within bounds.

    Args:
        config: address, model, name of the key's variable, time-out, tries.
        sleep: waits between tries.

    Raises:
        InputError: no model is named, or the key is missing.
        MissingDependency: the extra `chat` is not installed.
    """

    def __init__(self, config: BrainConfig, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = ChatClient(config)
        self._tries = config.tries
        self._sleep = sleep
        self._policy = PolicyBrain()

    def decide(self, briefing: Briefing, propose: Propose | None, payload_model: type[BaseModel] | None) -> Decided:
        """As `Brain.decide`; "policy" decides, with a warning, where the model gave nothing usable."""
        base, decided_by, warnings = self._policy.decide(briefing, propose, payload_model)
        try:
            return self.consult(briefing, base, payload_model), f"chat:{self._client.name}", warnings
        except BrainError as error:
            warning = f"{error.what}: {error.found}; the policy's proposal stands"
            return base, decided_by, [*warnings, warning]

    def consult(self, briefing: Briefing, base: Proposal, payload_model: type[BaseModel] | None) -> Proposal:
        """Ask until an answer passes all checks.

        Raises:
            BrainError: none did within the tries; `found` says what went wrong last.
        """
        messages = build_messages(briefing, base, payload_model)
        reason, asked = "", 0
        while asked < self._tries:
            asked += 1
            try:
                reply = self._client.ask(messages)
            except Unanswered as trouble:
                reason = trouble.reason
                if not trouble.again:
                    break
                if asked < self._tries:
                    pause = FIRST_PAUSE_S * 2 ** (asked - 1) if trouble.wait_s is None else trouble.wait_s
                    self._sleep(min(pause, LONGEST_WAIT_S))
                continue
            proposal, faults = judge(reply, briefing, base, payload_model)
            if proposal is not None and not faults:
                return proposal
            reason = "; ".join(faults[:3]) + (f" and {len(faults) - 3} more" if len(faults) > 3 else "")
            messages += feedback(reply.text, faults)
        times = "1 try" if asked == 1 else f"{asked} tries"
        raise BrainError(f"chat model {self._client.name} gave no usable decision in {times}", found=_one_line(reason))


def judge(
    reply: Reply, briefing: Briefing, base: Proposal, payload_model: type[BaseModel] | None
) -> tuple[Proposal | None, list[str]]:
    """What an answer proposes, laid over the policy's proposal, and what is wrong with it."""
    value = first_decision(reply.text)
    if value is None:
        where = "; the answer was cut off at the length limit, so write less" if reply.cut else ""
        return None, [f'no whole JSON object with "choice" and "rationale" was found{where}']
    try:
        answer = Proposal.model_validate(value)
    except ValidationError as error:
        return None, complaints(error)
    proposal = lay_over(answer, base)
    own = [item for item in proposal.evidence if item not in base.evidence]
    faults = check_proposal(proposal.model_copy(update={"evidence": []}), briefing, payload_model)
    faults += check_evidence(own, proposal, briefing, payload_model)
    faults += _bounds(answer, proposal, base, briefing, payload_model)
    return proposal, faults


def first_decision(text: str) -> dict[str, Any] | None:
    """The first JSON object in `text` that has a choice and a rationale, whatever prose, fences or thoughts surround it."""
    if text.lstrip().startswith("<think"):
        text = text.partition("</think")[2] or text
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    position = text.find("{")
    for _ in range(MOST_STARTS):
        if position < 0:
            return None
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            end = position + 1
        else:
            if isinstance(value, dict) and "choice" in value and "rationale" in value:
                return value
        position = text.find("{", end)
    return None


def lay_over(answer: Proposal, base: Proposal) -> Proposal:
    """The answer, with the policy's values for fields that it leaves out and the policy's evidence for what it did not change."""
    payload = {**base.payload, **answer.payload}
    same = {field for field, value in payload.items() if field in base.payload and base.payload[field] == value}
    same |= {"choice"} if answer.choice == base.choice else set()
    spoken_for = {item.supports for item in answer.evidence}
    kept = [item for item in base.evidence if item.supports in same - spoken_for]
    return answer.model_copy(update={"payload": payload, "evidence": [*answer.evidence, *kept]})


def _bounds(
    answer: Proposal, proposal: Proposal, base: Proposal, briefing: Briefing, payload_model: type[BaseModel] | None
) -> list[str]:
    """What a well-formed answer still may not do."""
    faults = []
    if len(answer.rationale) > LONGEST_RATIONALE:
        faults.append(f"rationale: longer than {LONGEST_RATIONALE} characters")
    if len(answer.evidence) > MOST_EVIDENCE:
        faults.append(f"evidence: more than {MOST_EVIDENCE} entries")
    changed = {field for field, value in proposal.payload.items() if base.payload.get(field, ...) != value}
    changed |= {"choice"} if answer.choice != base.choice else set()
    for item in base.evidence:
        told = item.supports in changed
        if told and item.kind == "user" and item.value is not None and item.value == base.payload.get(item.supports):
            faults.append(f"payload.{item.supports}: the user has fixed it ({item.id} = {item.value!r}); keep it")
        elif told and item.kind != "unsupported" and item in answer.evidence:
            faults.append(
                f"evidence for {item.supports}: copied from the proposal, which has another value; say what supports yours, "
                'or use kind "unsupported"'
            )
    for field in _mirrors(base, briefing, proposal, payload_model):
        if proposal.payload[field] != proposal.choice:
            faults.append(f"payload.{field}: says {proposal.payload[field]!r} beside the choice {proposal.choice!r}")
    return faults


def _mirrors(
    base: Proposal, briefing: Briefing, proposal: Proposal, payload_model: type[BaseModel] | None
) -> list[str]:
    """Fields that repeat the choice: the policy gave them an option's name, and they could hold the chosen one's."""
    fields = [
        field for field, value in base.payload.items() if isinstance(value, str) and value and value in briefing.options
    ]
    return [
        field
        for field in fields
        if payload_model and _accepts(payload_model, {**proposal.payload, field: proposal.choice})
    ]


def _accepts(payload_model: type[BaseModel], payload: dict[str, Any]) -> bool:
    try:
        payload_model.model_validate(payload)
    except ValidationError:
        return False
    return True


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:600]
