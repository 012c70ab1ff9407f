"""The retrieval plan: the payload of step 06, which `build.py` executes as it stands."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

ChunkWords = Annotated[int, Field(ge=20, le=2000)]
TopK = Annotated[int, Field(ge=1, le=50)]


class RetrievalPlan(BaseModel):
    """How documents are cut, indexed and searched."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    retriever: Literal["bm25"] = "bm25"
    """Word search with BM25; needs no model."""
    chunk_words: ChunkWords = 200
    """Longest chunk, in words."""
    overlap_words: int = Field(default=40, ge=0, le=1000)
    """Words that a chunk repeats from the one before it, within a section."""
    top_k: TopK = 5
    """Chunks that a search returns."""
    max_context_words: int = Field(default=1000, ge=20, le=100_000)
    """Most words of retrieved text (chunk_words x top_k) that another setting may cost to be preferred to this plan's own."""
    sweep_chunk_words: list[ChunkWords] = []
    """Other chunk lengths to measure; the overlap keeps its share of the length."""
    sweep_top_k: list[TopK] = []
    """Other numbers of chunks to measure."""

    @model_validator(mode="after")
    def _overlap_is_shorter(self) -> RetrievalPlan:
        if self.overlap_words >= self.chunk_words:
            raise ValueError(f"overlap_words ({self.overlap_words}) must be below chunk_words ({self.chunk_words})")
        return self

    def overlap_for(self, chunk_words: int) -> int:
        """The overlap at another chunk length, in words, at this plan's share."""
        return round(self.overlap_words * chunk_words / self.chunk_words)
