"""The five nodes that every step compiles to: ground, decide, gate, act, record. The wiring is in `compiler.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langgraph.types import interrupt
from pydantic import BaseModel

from ..agents.decision import Decision, Evidence, Proposal, unresolved
from ..errors import WorkflowError
from ..settings import Project
from ..steps import expression
from ..steps.loader import Step
from ..steps.workflow import Workflow
from ..tools.contract import Result
from . import gates, ledger
from .briefing import make_briefing, queries
from .folder import RunFolder, write_json
from .observer import Events
from .once import run_once
from .state import RunState

NODES = ("ground", "decide", "gate", "act", "record")


@dataclass(frozen=True)
class Services:
    """What the nodes of a run work with."""

    folder: RunFolder
    project: Project
    workflow: Workflow
    personas: Mapping[str, Any]
    brain: Any
    knowledge: Any
    events: Events


class StepNodes:
    """The nodes of one step. Each method takes the state and returns the keys that it changes."""

    def __init__(self, step: Step, services: Services) -> None:
        self.step, self.services = step, services
        self.payload_model: type[BaseModel] | None = step.load("decision")

    def ground(self, state: RunState) -> dict[str, Any]:
        """Check the entry conditions, take the measurements that the decision needs, and ask the knowledge server."""
        step, services = self.step, self.services
        facts = state.get("facts", {})
        if step.condition is not None and not expression.holds(step.condition, facts):
            return {"step": step.id, "skip": f"not needed: {step.when}, and {_values(step, facts)}"}
        missing = [name for name in step.reads if facts.get(name) is None]
        if missing:
            raise WorkflowError(
                f"{step.id} needs {', '.join(missing)}, which no earlier step of this run established",
                next_action="let the steps that write them run, or relax `reads:` in the step file",
            )
        services.events.tell("step", step=step.id, title=step.title, persona=step.persona)
        updates: dict[str, Any] = {
            "step": step.id,
            "skip": "",
            "decision_id": ledger.next_id(services.folder, step.area),
            "entries": {**state.get("entries", {}), step.id: facts},
        }
        result = self._run("measure", step.measure, None, state)
        updates |= self._absorb(result, state)
        services.events.tell("measured", step=step.id, count=len(result.measurements), summary=result.summary)
        asked = queries(step, services.project, RunState(**{**state, **updates}))
        reply = services.knowledge(asked)
        found = [record["id"] for record in reply.records]
        services.events.tell("grounded", step=step.id, records=found, queries=len(asked), notes=reply.notes)
        return {**updates, "grounding": reply.records}

    def decide(self, state: RunState) -> dict[str, Any]:
        """Ask the brain, and check that its evidence resolves."""
        step, services = self.step, self.services
        briefing = make_briefing(step, services.personas[step.persona], services.project, state, self.payload_model)
        if step.bounds:
            allowed = step.load("bounds")(briefing)
            options = {choice: text for choice, text in step.options.items() if choice in allowed}
            briefing = briefing.model_copy(update={"options": options})
        proposal, decided_by, warnings = services.brain.decide(briefing, step.load("policy"), self.payload_model)
        decision = self._envelope(proposal, decided_by, list(warnings), state)
        services.events.tell("decided", step=step.id, **_headline(decision))
        return {"decision": decision}

    def gate(self, state: RunState) -> dict[str, Any]:
        """Ask a person, where the step file says so."""
        step, decision = self.step, state.get("decision", {})
        if step.gate is None:
            return {}
        answer = gates.Approval.model_validate(interrupt(gates.question(decision, step.gate, step.title)))
        edited = gates.apply_edits(decision, answer.edits, self.payload_model, step.options)
        self.services.events.tell(
            "approved", step=step.id, id=decision["id"], by=answer.by, edits=answer.edits, words=answer.words
        )
        return {"decision": {**edited, "approved_by": answer.by}}

    def act(self, state: RunState) -> dict[str, Any]:
        """Execute the approved decision."""
        step, decision = self.step, state.get("decision", {})
        payload = self.payload_model.model_validate(decision["payload"]) if self.payload_model else None
        self.services.events.tell("acting", step=step.id, id=decision["id"])
        result = self._run("act", step.action, payload, state, decision)
        if step.action is None and len(step.writes) == 1:
            # A step without Python still speaks to later steps: its choice becomes the fact that it writes.
            result = Result(
                facts={step.writes[0]: decision["choice"]}, summary=f"{step.writes[0]} = {decision['choice']}"
            )
        self.services.events.tell("acted", step=step.id, summary=result.summary, artifacts=result.artifacts)
        return {**self._absorb(result, state), "summary": result.summary}

    def record(self, state: RunState) -> dict[str, Any]:
        """Write the decision (or why the step was skipped) to the ledger and pass the work on."""
        step, services = self.step, self.services
        if state.get("skip"):
            updates = self._record_skip(state)
        else:
            updates = self._record_decision(state)
        ledger.render_log(services.folder)
        write_json(services.folder.facts, state.get("facts", {}))
        services.events.tell("skipped" if state.get("skip") else "recorded", step=step.id, reason=state.get("skip", ""))
        return updates

    def _record_skip(self, state: RunState) -> dict[str, Any]:
        reason = state.get("skip", "")
        ledger.record(self.services.folder, {"skipped": self.step.id, "reason": reason})
        return {"skipped": {**state.get("skipped", {}), self.step.id: reason}}

    def _record_decision(self, state: RunState) -> dict[str, Any]:
        step, decision = self.step, {**state.get("decision", {}), "summary": state.get("summary", "")}
        ledger.record(self.services.folder, decision)
        persona = self.services.personas[step.persona]
        handoff = _handoff(persona, decision)
        ledger.write_handoff(self.services.folder, step.id, handoff)
        skipped = {id: reason for id, reason in state.get("skipped", {}).items() if id != step.id}
        return {
            "decisions": [*state.get("decisions", []), decision],
            "handoff": handoff,
            "skipped": skipped,
            "summary": "",
        }

    def _run(
        self,
        role: str,
        reference: str | None,
        payload: BaseModel | None,
        state: RunState,
        decision: dict[str, Any] | None = None,
    ) -> Result:
        if reference is None:
            return Result()
        events, id = self.services.events, self.step.id

        def progress(label: str, done: float, total: float) -> None:
            events.tell("progress", step=id, label=label, done=done, total=total)

        return run_once(
            reference,
            payload,
            step=id,
            role=role,
            folder=self.services.folder,
            state=state,
            progress=progress,
            decision=decision,
        )

    def _absorb(self, result: Result, state: RunState) -> dict[str, Any]:
        undeclared = set(result.facts) - set(self.step.writes)
        if undeclared:
            raise WorkflowError(
                f"{self.step.id} established {', '.join(sorted(undeclared))}, which its file does not declare",
                next_action=f"add it to `writes:` in {self.step.path}",
            )
        taken = {item.id: item.as_dict() for item in result.measurements}
        return {
            "facts": {**state.get("facts", {}), **result.facts},
            "measurements": {**state.get("measurements", {}), **taken},
        }

    def _envelope(self, proposal: Proposal, decided_by: str, warnings: list[str], state: RunState) -> dict[str, Any]:
        step = self.step
        records, measurements = state.get("grounding", []), state.get("measurements", {})
        known = {record["id"] for record in records}
        faults = unresolved(proposal.evidence, known, measurements)
        evidence = [
            item
            if not unresolved([item], known, measurements)
            else Evidence(kind="unsupported", supports=item.supports, note=item.note)
            for item in proposal.evidence
        ]
        payload = (
            self.payload_model.model_validate(proposal.payload).model_dump(mode="json") if self.payload_model else {}
        )
        supported = {item.supports for item in evidence}
        evidence += [Evidence(kind="unsupported", supports=field) for field in payload if field not in supported]
        decision = Decision(
            **{**proposal.model_dump(), "payload": payload, "evidence": [item.model_dump() for item in evidence]},
            id=state.get("decision_id", ""),
            step=step.id,
            persona=step.persona,
            decided_by=decided_by,
            warnings=warnings + faults,
            revision=state.get("revisions", 0),
        )
        return {
            **decision.model_dump(mode="json"),
            "context": step.title,
            "queries": sorted({record.get("query", "") for record in records} - {""}),
        }


def _values(step: Step, facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} is {facts.get(name)!r}" for name in sorted(expression.names(step.condition)))


def _headline(decision: dict[str, Any]) -> dict[str, Any]:
    keys = ("id", "choice", "rationale", "payload", "evidence", "confidence", "decided_by", "warnings")
    return {key: decision[key] for key in keys}


def _handoff(persona: Any, decision: dict[str, Any]) -> dict[str, str]:
    asked = persona.handoff
    return {
        "from": decision["persona"],
        "to": str(getattr(asked, "to", "") or ""),
        "context": f"{decision['rationale']} {decision['summary']}".strip(),
        "key_decisions": f"{decision['id']}: {decision['choice']}",
        "expected": str(getattr(asked, "key_decisions", "") or ""),
    }
