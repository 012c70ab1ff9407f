"""The RAG specialist's rules: word search first, sizes from the knowledge base, and measured recall to choose between them.

The documents are counted by `tools/retrieval/build.py:measure`; the plan is executed as it stands by `execute` there.
"""

from __future__ import annotations

from typing import Any

from ..decision import Alternative, Briefing, Evidence, Proposal

CHUNKS = "chunk-size-and-overlap"
RECALL = "retrieval-recall-first"
CONTEXT = "long-context-middle"
UNANSWERABLE = "unanswerable-questions"
SHORTEST_CHUNK = 20
"""Lower bound of the plan's chunk length, in words."""
SWEEP_TOP_K = (1, 3, 10)
"""Numbers of chunks to measure besides the plan's; 1 and 3 show how steep the curve is, 10 whether more would help."""
CONFIDENCE = {"records": 0.85, "questions.jsonl": 0.8, "known-item": 0.6}
"""By origin of the questions: users' own are worth more than sentences taken out of the documents."""


def propose(briefing: Briefing) -> Proposal:
    """BM25 with a sweep where there are enough questions to choose by, as planned where there are not."""
    questions = briefing.measured("retrieval.questions", 0)
    enough = questions >= briefing.number(RECALL, "minimum_questions", 20)
    plan = _plan(briefing, enough)
    choice = "bm25-sweep" if enough else "bm25-as-planned"
    return Proposal(
        choice=choice,
        payload=plan,
        rationale=_rationale(briefing, plan, enough),
        evidence=_evidence(briefing, enough),
        alternatives=[_alternative(questions, enough)],
        confidence=_confidence(briefing, enough),
    )


def _plan(briefing: Briefing, enough: bool) -> dict[str, Any]:
    chunk_words = int(briefing.number(CHUNKS, "chunk_words", 200))
    longest = briefing.measured("retrieval.longest_document_words", 2 * chunk_words)
    lengths = [max(SHORTEST_CHUNK, chunk_words // 2)]
    # Longer chunks change nothing where every document fits into one already.
    lengths += [chunk_words * 2] if longest > chunk_words else []
    top_k = int(briefing.number(RECALL, "top_k", 5))
    return {
        "retriever": "bm25",
        "chunk_words": chunk_words,
        "overlap_words": int(briefing.number(CHUNKS, "overlap_words", 40)),
        "top_k": top_k,
        "max_context_words": int(briefing.number(CONTEXT, "context_words", 1000)),
        "sweep_chunk_words": lengths if enough else [],
        "sweep_top_k": [k for k in SWEEP_TOP_K if k != top_k] if enough else [],
    }


def _evidence(briefing: Briefing, enough: bool) -> list[Evidence]:
    know, measured = briefing.from_knowledge, briefing.from_measurement
    documents = briefing.project.get("data", {}).get("documents")
    by_user = (
        [briefing.from_user("data.documents", documents, note="the documents to retrieve from")] if documents else []
    )
    few = "enough to tell settings apart" if enough else "too few to tell settings apart"
    return [
        *by_user,
        know("knowledge-gap-needs-retrieval", note="the gap is knowledge"),
        measured("retrieval.questions", note=few),
        know("bm25-first-retrieval", "retriever"),
        know(UNANSWERABLE),
        know(CHUNKS, "chunk_words"),
        know(CHUNKS, "overlap_words"),
        know(RECALL, "top_k"),
        know(CONTEXT, "max_context_words", "the middle of long contexts is used badly"),
        measured(
            "retrieval.longest_document_words", "sweep_chunk_words", "longer chunks matter only for longer documents"
        ),
        measured("retrieval.questions", "sweep_top_k", few),
    ]


def _rationale(briefing: Briefing, plan: dict[str, Any], enough: bool) -> str:
    documents, words = briefing.measured("retrieval.documents", 0), briefing.measured("retrieval.words", 0)
    questions = briefing.measured("retrieval.questions", 0)
    source = briefing.measured("retrieval.question_source", "no source")
    begin = (
        f"{documents} documents with {words:,} words: word search with BM25 over chunks of {plan['chunk_words']} words "
        f"({plan['overlap_words']} overlapping), {plan['top_k']} a question. "
    )
    unanswerable = int(briefing.number(UNANSWERABLE, "unanswerable_share", 0.2) * questions)
    begin += (
        f"Add {unanswerable} questions that the documents do not answer, to see that the model says so. "
        if unanswerable
        else ""
    )
    if enough:
        return begin + f"{questions} questions ({source}) are enough to let measured recall choose around these sizes."
    return (
        begin
        + f"{questions} questions ({source}) are too few to choose by, so recall is measured for this setting only."
    )


def _alternative(questions: int, enough: bool) -> Alternative:
    if enough:
        return Alternative(
            choice="bm25-as-planned", why_not=f"{questions} questions can tell whether another size is better"
        )
    return Alternative(
        choice="bm25-sweep", why_not=f"with {questions} questions the best of several settings would be luck"
    )


def _confidence(briefing: Briefing, enough: bool) -> float:
    known = CONFIDENCE.get(briefing.measured("retrieval.question_source", ""), 0.5)
    return known if enough else round(known - 0.15, 2)
