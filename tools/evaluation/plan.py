"""What the architect, the prompt engineer and the evaluator decide: the payloads of steps 02, 07 and 08."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Architecture = Literal["prompt-only", "rag-only", "fine-tuning", "hybrid", "distill"]
TRAINED: tuple[Architecture, ...] = ("fine-tuning", "hybrid", "distill")
"""Architectures that train."""
Verdict = Literal["ship", "no-ship", "insufficient-data", "not-needed"]
SystemText = Annotated[str, Field(min_length=1, max_length=4000)]


class _Plan(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ArchitecturePlan(_Plan):
    """Which change closes the gap, and whether there is enough data to make and to prove it."""

    architecture: Architecture
    """prompt-only, rag-only, fine-tuning, hybrid (both) or distill (train on a larger model's answers)."""
    insufficient_data: bool = False
    """There is too little data to train, or too little to prove anything; then nothing is trained."""
    needed_training_records: int = Field(default=0, ge=0)
    """Records to learn from that would be enough; 0 where enough are there or none are needed."""
    needed_held_out_records: int = Field(default=0, ge=0)
    """Held-out records that would be enough to prove a gain; 0 where enough are there or none are needed."""

    @model_validator(mode="after")
    def _no_training_without_data(self) -> ArchitecturePlan:
        if self.insufficient_data and self.architecture in TRAINED:
            raise ValueError(f"insufficient_data and architecture {self.architecture} contradict each other")
        return self


class PromptPlan(_Plan):
    """Which prompt the model is served with."""

    strategy: Literal["measure", "keep"] = "measure"
    """measure: try the candidates on the dev split and serve the best; keep: serve the baseline's prompt untried."""
    candidates: list[str] = Field(default_factory=lambda: ["bare"], min_length=1, max_length=6)
    """Ids of the baseline's prompts to try; `bare` is the record as it stands."""
    systems: list[SystemText] = Field(default_factory=list, max_length=3)
    """Further system texts to try, each in the place of the record's own."""


class VerdictPlan(_Plan):
    """The evaluator's verdict. The frozen test bounds it: a person or a model may be stricter, never softer."""

    verdict: Verdict
    """ship, no-ship, insufficient-data (nothing proven, more records could), or not-needed (no training took place)."""
    reasons: list[Annotated[str, Field(min_length=1, max_length=1000)]] = Field(default_factory=list, max_length=8)
    """Further reasons in words, added to those that follow from the figures."""
