"""Measures recall@k over chunk lengths and numbers of chunks, and chooses by it."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .chunking import Chunk, chunk
from .documents import Document, Question
from .index import build_index, query_chunks
from .plan import RetrievalPlan


@dataclass(frozen=True)
class Setting:
    """One measured setting.

    Attributes:
        chunk_words: chunk length in words.
        overlap_words: overlap in words.
        k: number of chunks searched for.
        hits: questions whose document was among the first k chunks.
        n: questions.
        chance: recall that k chunks drawn at random would have, 0 to 1: near 1 the figure says little.
    """

    chunk_words: int
    overlap_words: int
    k: int
    hits: int
    n: int
    chance: float

    @property
    def recall(self) -> float:
        """Share of the questions whose document was found, 0 to 1."""
        return self.hits / self.n if self.n else 0.0

    @property
    def context_words(self) -> int:
        """Most words that the retrieved chunks can have together."""
        return self.chunk_words * self.k

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "recall_at_k": round(self.recall, 4), "chance": round(self.chance, 4)}


def cut(documents: Sequence[Document], chunk_words: int, overlap_words: int) -> list[Chunk]:
    """The chunks of all documents."""
    return [piece for document in documents for piece in chunk(document, chunk_words, overlap_words)]


def run_sweep(
    plan: RetrievalPlan, documents: Sequence[Document], questions: Sequence[Question], workdir: Path
) -> list[Setting]:
    """Measure the plan's own setting first, then every combination of its other lengths and numbers of chunks."""
    lengths = list(dict.fromkeys([plan.chunk_words, *plan.sweep_chunk_words]))
    ks = list(dict.fromkeys([plan.top_k, *plan.sweep_top_k]))
    settings = []
    for length in lengths:
        overlap = plan.overlap_for(length)
        chunks = cut(documents, length, overlap)
        ranks = _ranks(chunks, questions, max(ks), workdir / "sweep.sqlite")
        for k in ks:
            hits = sum(rank is not None and rank <= k for rank in ranks)
            settings.append(Setting(length, overlap, k, hits, len(questions), chance_recall(chunks, questions, k)))
    return settings


def _ranks(chunks: list[Chunk], questions: Sequence[Question], deepest: int, path: Path) -> list[int | None]:
    """For each question the 1-based rank of the first chunk of its document, or None below `deepest`."""
    build_index(path, chunks)
    ranks = []
    with closing(sqlite3.connect(path)) as db:
        for question in questions:
            found = [passage.document for passage in query_chunks(db, question.text, deepest)]
            ranks.append(found.index(question.document) + 1 if question.document in found else None)
    path.unlink()
    return ranks


def chance_recall(chunks: Sequence[Chunk], questions: Sequence[Question], k: int) -> float:
    """Recall of k different chunks drawn at random: mean of 1 - C(n - m, k) / C(n, k), m of n chunks being the document's."""
    if not questions:
        return 0.0
    total, per_document = len(chunks), Counter(chunk.document for chunk in chunks)
    k = min(k, total)
    missed = [math.comb(total - per_document[q.document], k) / math.comb(total, k) for q in questions]
    return 1 - sum(missed) / len(questions)


def choose(plan: RetrievalPlan, settings: Sequence[Setting]) -> Setting:
    """The best setting on recall; the plan's own (the first) unless another within its context budget is better.

    Better is to find more, or as much with at most half of the retrieved text, since models use long contexts badly (Liu et al.
    2023). Among several, the one that finds most wins, then the one with the least text
    in the fewest chunks.
    """
    own = settings[0]
    if not own.n:
        return own
    better = [
        s
        for s in settings
        if s.context_words <= plan.max_context_words
        and (s.hits > own.hits or (s.hits == own.hits and 2 * s.context_words <= own.context_words))
    ]
    return min(better, key=lambda s: (-s.hits, s.context_words, s.k)) if better else own


def wilson_interval(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """95 % score interval of a share (Wilson 1927): centre (p + z²/2n) / (1 + z²/n), half width by the same denominator."""
    if n == 0:
        return 0.0, 1.0
    p, scale = hits / n, 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)
