"""The RAG specialist's rules on scripted briefings, with the knowledge that step 06 really asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tuneguild
from tuneguild.agents.decision import Briefing, Knowledge, unresolved
from tuneguild.agents.policies.retrieval import propose
from tuneguild.knowledge_mcp.client import ground_sync
from tuneguild.steps.loader import Step, load_step
from tuneguild.tools.retrieval.plan import RetrievalPlan

STEP_FILE = Path(tuneguild.__file__).parent / "steps" / "3-inference" / "step-06-rag-specialist.md"


@pytest.fixture(scope="module")
def step() -> Step:
    return load_step(STEP_FILE)


@pytest.fixture(scope="module")
def grounding(step: Step) -> list[Knowledge]:
    reply = ground_sync([entry.model_dump() for entry in step.grounding])
    assert reply.notes == []
    return [Knowledge.model_validate(record) for record in reply.records]


def briefing(step: Step, grounding: list[Knowledge], **measured: Any) -> Briefing:
    defaults = {"documents": 8, "words": 1010, "longest_document_words": 163, "questions": 30}
    taken = {**defaults, "question_source": "questions.jsonl", **measured}
    return Briefing(
        step=step.id,
        title=step.title,
        area=step.area,
        persona={},
        instructions=step.instructions,
        project={"data": {"documents": "documents"}},
        options=step.options,
        grounding=grounding,
        measurements={f"retrieval.{name}": {"value": value, "unit": ""} for name, value in taken.items()},
    )


def test_with_enough_questions_a_sweep_is_proposed(step: Step, grounding: list[Knowledge]) -> None:
    proposal = propose(briefing(step, grounding))
    plan = RetrievalPlan.model_validate(proposal.payload)
    assert proposal.choice == "bm25-sweep"
    assert (plan.chunk_words, plan.overlap_words, plan.top_k, plan.sweep_chunk_words) == (200, 40, 5, [100])


def test_with_few_questions_the_plan_stands_as_it_is(step: Step, grounding: list[Knowledge]) -> None:
    proposal = propose(briefing(step, grounding, questions=12))
    plan = RetrievalPlan.model_validate(proposal.payload)
    assert proposal.choice == "bm25-as-planned"
    assert (plan.sweep_chunk_words, plan.sweep_top_k) == ([], [])


def test_longer_chunks_are_tried_only_for_longer_documents(step: Step, grounding: list[Knowledge]) -> None:
    plan = propose(briefing(step, grounding, longest_document_words=5000)).payload
    assert plan["sweep_chunk_words"] == [100, 400]


def test_known_item_questions_make_it_less_sure(step: Step, grounding: list[Knowledge]) -> None:
    sure = propose(briefing(step, grounding)).confidence
    assert propose(briefing(step, grounding, question_source="known-item")).confidence < sure


@pytest.mark.parametrize("questions", [0, 30])
def test_choices_are_options_and_every_field_has_evidence_that_resolves(
    step: Step, grounding: list[Knowledge], questions: int
) -> None:
    asked = briefing(step, grounding, questions=questions)
    proposal = propose(asked)
    assert {proposal.choice, *(other.choice for other in proposal.alternatives)} == set(step.options)
    assert set(proposal.payload) <= {item.supports for item in proposal.evidence}
    assert unresolved(proposal.evidence, {known.id for known in grounding}, asked.measurements) == []
    assert not [item for item in proposal.evidence if item.kind == "unsupported"]


def test_without_knowledge_and_measurements_the_evidence_is_marked_unsupported(step: Step) -> None:
    bare = briefing(step, []).model_copy(update={"measurements": {}, "project": {}})
    proposal = propose(bare)
    RetrievalPlan.model_validate(proposal.payload)
    assert {item.kind for item in proposal.evidence} == {"unsupported"}


def test_the_step_applies_where_the_architecture_retrieves(step: Step) -> None:
    from tuneguild.steps import expression

    holds = {
        name: expression.holds(step.condition, {"architecture": name}) for name in ("rag-only", "hybrid", "fine-tuning")
    }
    assert holds == {"rag-only": True, "hybrid": True, "fine-tuning": False}
