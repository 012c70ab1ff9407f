"""Step 06's tools: measure the documents before the decision, then cut, index and prove the recall.

`measure` counts; `execute` carries out the approved `RetrievalPlan`. Both are quick and write whole files only, so that a call
that was interrupted simply runs again.
"""

from __future__ import annotations

import json
import statistics

from ..contract import Measurement, Result, ToolContext
from .documents import documents_folder, read_documents
from .index import build_index, search
from .plan import RetrievalPlan
from .questions import QuestionSet, gather_questions
from .sweep import Setting, choose, cut, run_sweep, wilson_interval

__all__ = ["execute", "measure", "search"]


def measure(payload: None, ctx: ToolContext) -> Result:
    """Count the documents, their words and the questions that recall can be measured with.

    Raises:
        ProjectError: the project names no documents folder.
        DataError: documents or questions that cannot be used.
    """
    folder = documents_folder(ctx)
    documents = read_documents(folder)
    words = sorted(len(document.text.split()) for document in documents)
    asked = gather_questions(ctx, folder, documents)
    taken = [
        Measurement("retrieval.documents", len(documents), "documents", ".md and .txt files below data.documents"),
        Measurement("retrieval.words", sum(words), "words", "split at white space, all documents"),
        Measurement("retrieval.median_document_words", statistics.median(words), "words"),
        Measurement("retrieval.longest_document_words", words[-1], "words"),
        Measurement("retrieval.questions", len(asked.questions), "questions", asked.note),
        Measurement("retrieval.question_source", asked.source, "", asked.note),
    ]
    summary = f"{len(documents)} documents, {sum(words):,} words, {len(asked.questions)} questions ({asked.source})"
    return Result(measurements=taken, summary=summary)


def execute(payload: RetrievalPlan, ctx: ToolContext) -> Result:
    """Measure recall over the plan's settings, choose, and write the index of all documents.

    Returns:
        facts.retrieval {index, recall_at_k, chance_recall, recall_interval, k, chunk_words, overlap_words, n_chunks, n_questions,
        question_source, sweep}; recall_at_k is null where there is not one question.

    Raises:
        ProjectError: the project names no documents folder.
        DataError: documents or questions that cannot be used.
    """
    folder = documents_folder(ctx)
    documents = read_documents(folder)
    asked = gather_questions(ctx, folder, documents)
    ctx.progress("measuring recall", 0, 2)
    settings = run_sweep(payload, asked.documents, asked.questions, ctx.workdir)
    best = choose(payload, settings)
    ctx.progress("building the index", 1, 2)
    index = ctx.workdir / "index.sqlite"
    chunks = build_index(index, cut(documents, best.chunk_words, best.overlap_words))
    sweep_file = ctx.workdir / "sweep.json"
    sweep_file.write_text(json.dumps([s.as_dict() for s in settings], indent=2) + "\n", encoding="utf-8")
    ctx.progress("building the index", 2, 2)
    return Result(
        measurements=_measurements(best, settings[0], len(settings), chunks, asked),
        facts={
            "retrieval": {
                "index": ctx.relative(index),
                "recall_at_k": round(best.recall, 4) if best.n else None,
                "chance_recall": round(best.chance, 4),
                "recall_interval": [round(bound, 4) for bound in wilson_interval(best.hits, best.n)],
                "k": best.k,
                "chunk_words": best.chunk_words,
                "overlap_words": best.overlap_words,
                "n_chunks": chunks,
                "n_questions": best.n,
                "question_source": asked.source,
                "sweep": [setting.as_dict() for setting in settings],
            }
        },
        artifacts={"retrieval index": ctx.relative(index), "retrieval sweep": ctx.relative(sweep_file)},
        summary=_summary(best, chunks, len(documents)),
    )


def _measurements(best: Setting, planned: Setting, settings: int, chunks: int, asked: QuestionSet) -> list[Measurement]:
    taken = [
        Measurement("retrieval.chunks", chunks, "chunks", f"of at most {best.chunk_words} words"),
        Measurement("retrieval.chunk_words", best.chunk_words, "words", "chosen by the sweep"),
        Measurement("retrieval.k", best.k, "chunks", "chosen by the sweep"),
    ]
    if best.n:
        how = (
            f"share of {best.n} questions whose document is among the first {best.k} of {chunks} chunks "
            f"(drawn at random: {best.chance:.2f}); {asked.note}"
        )
        # Choosing the best of several on the questions that measure it flatters it a little.
        how += f"; the setting was chosen among {settings} on these questions" if settings > 1 else ""
        taken.append(Measurement("retrieval.recall_at_k", round(best.recall, 4), "share", how))
        first = f"the same for the plan's own setting ({planned.chunk_words} words, k {planned.k})"
        taken.append(Measurement("retrieval.planned_recall_at_k", round(planned.recall, 4), "share", first))
    return taken


def _summary(best: Setting, chunks: int, documents: int) -> str:
    built = f"{chunks} chunks of {documents} documents indexed"
    if not best.n:
        return f"{built}; recall not measured, for there is not one question"
    low, high = wilson_interval(best.hits, best.n)
    bounds = f"{low:.2f} to {high:.2f}, {best.n} questions; by chance {best.chance:.2f}"
    return f"{built}; recall@{best.k} {best.recall:.2f} ({bounds})"
