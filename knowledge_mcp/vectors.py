"""Search by meaning, an extra: brute force over the vectors of any embedding function, and the fusion of rankings.

Off unless a `VectorIndex` is given to the store; no setting reaches it yet, it is for callers from Python. Needs numpy (extra
"training"); the two ready embedding functions need an OpenAI-compatible server, or sentence-transformers and a model folder.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Embed = Callable[[list[str]], Sequence[Sequence[float]]]
"""Texts -> one vector each, all of one length."""

RANK_CONSTANT = 60
"""k of reciprocal rank fusion (Cormack, Clarke and Buettcher 2009)."""
NEAREST = 50
"""Vectors that take part in a fusion."""
TIMEOUT_S = 30.0
BATCH = 64
"""Texts that are sent to a server at once."""


class VectorIndex:
    """Vectors of texts, searched exactly.

    Args:
        embed: makes the vectors; called once for all texts and once per query.
        minimum_similarity: cosine similarity from which a text is relevant by meaning alone. It depends on the embedding model:
            measure it on questions with and without an answer.
    """

    def __init__(self, embed: Embed, minimum_similarity: float) -> None:
        self._embed = embed
        self.minimum_similarity = minimum_similarity
        self._ids: list[str] = []
        self._matrix: Any = None

    def add(self, ids: Sequence[str], texts: Sequence[str]) -> None:
        """Embed texts and keep their vectors under the ids.

        Raises:
            InputError: the embedding function gave another number of vectors, or vectors that cannot be compared.
        """
        import numpy as np

        if not ids:
            return
        matrix = self._vectors(list(texts))
        if self._matrix is not None and matrix.shape[1] != self._matrix.shape[1]:
            raise _unusable(f"vectors of {matrix.shape[1]} numbers", f"{self._matrix.shape[1]}, as before")
        self._matrix = matrix if self._matrix is None else np.vstack([self._matrix, matrix])
        self._ids += ids

    def nearest(self, query: str, limit: int = NEAREST) -> list[tuple[str, float]]:
        """Ids and cosine similarities of the relevant texts, nearest first."""
        import numpy as np

        if self._matrix is None:
            return []
        vector = self._vectors([query])[0]
        if vector.shape[0] != self._matrix.shape[1]:
            raise _unusable(f"a vector of {vector.shape[0]} numbers", f"{self._matrix.shape[1]}, as for the texts")
        similarity = self._matrix @ vector
        order = np.argsort(-similarity, kind="stable")[:limit]
        return [(self._ids[i], float(similarity[i])) for i in order if similarity[i] >= self.minimum_similarity]

    def _vectors(self, texts: list[str]) -> Any:
        """Unit vectors, one row a text."""
        import numpy as np

        matrix = np.asarray(self._embed(texts), dtype=np.float32)
        if matrix.ndim != 2 or len(matrix) != len(texts) or not np.isfinite(matrix).all():
            raise _unusable(f"an array of shape {matrix.shape}", f"{len(texts)} finite vector(s) of one length")
        # A text without content may have a zero vector: it is then like nothing.
        return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)


def fuse(rankings: Iterable[Sequence[str]], k: int = RANK_CONSTANT) -> dict[str, float]:
    """Reciprocal rank fusion: id -> sum over the rankings of 1 / (k + rank), ranks from 1, best first."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for place, id in enumerate(ranking, 1):
            scores[id] = scores.get(id, 0.0) + 1 / (k + place)
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def endpoint_embed(url: str, model: str, token: str | None = None) -> Embed:
    """An embedding function over an OpenAI-compatible server.

    Args:
        url: base address, up to and including `/v1`.
        model: the model's name at that server.
        token: bearer token, if the server asks for one.
    """

    def embed(texts: list[str]) -> list[list[float]]:
        import httpx2

        from ..errors import KnowledgeUnavailable

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        vectors: list[list[float]] = []
        with httpx2.Client(timeout=TIMEOUT_S, headers=headers) as client:
            for begin in range(0, len(texts), BATCH):
                body = {"model": model, "input": texts[begin : begin + BATCH]}
                try:
                    response = client.post(f"{url.rstrip('/')}/embeddings", json=body)
                    response.raise_for_status()
                    rows = response.json()["data"]
                    vectors += [row["embedding"] for row in sorted(rows, key=lambda row: row["index"])]
                except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
                    raise KnowledgeUnavailable(f"the embedding server {url} gave no vectors: {error}") from None
        return vectors

    return embed


def local_embed(folder: str) -> Embed:
    """An embedding function over a model folder, by sentence-transformers.

    Raises:
        MissingDependency: sentence-transformers is not installed.
    """
    from ..errors import MissingDependency

    try:
        SentenceTransformer = importlib.import_module("sentence_transformers").SentenceTransformer
    except ImportError:
        raise MissingDependency(
            "local embeddings need sentence-transformers", next_action="install sentence-transformers, or use a server"
        ) from None
    model = SentenceTransformer(folder, local_files_only=True)

    def embed(texts: list[str]) -> Any:
        return model.encode(texts, batch_size=BATCH, show_progress_bar=False)

    return embed


def _unusable(found: str, expected: str) -> Exception:
    from ..errors import InputError

    return InputError(f"the embedding function gave {found}; expected {expected}")
