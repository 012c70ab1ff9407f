"""What the data steps decide: goal and test (01), cleaning (03), curriculum (04). The tools beside execute them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Plan(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ScopePlan(_Plan):
    """What success means, and on which records it is judged (`scope.py`)."""

    goal_kind: Literal["behaviour", "knowledge", "mixed"]
    """Whether the model should act differently, know more, or both."""
    metric: Literal["task_accuracy", "call_accuracy", "exact_match"] = "task_accuracy"
    """The score that decides."""
    minimum_effect: float = Field(gt=0, lt=1)
    """Smallest gain in the metric, as a share, that is worth shipping."""
    alpha: float = Field(default=0.05, gt=0, le=0.2)
    """Largest accepted probability of calling a chance difference a gain."""
    max_general_loss_increase: float = Field(default=0.05, ge=0, le=1)
    """Largest accepted relative rise of the loss on general text."""
    target: float | None = Field(default=None, gt=0, le=1)
    """Score at which the goal is met, whatever reaches it; none: the best that can be had."""
    test_fraction: float = Field(default=0.25, gt=0, le=0.5)
    """Share of the records that becomes the test, where the project has no held-out file."""
    dev_size: int = Field(default=90, ge=1, le=1000)
    """Records on which prompts are chosen; taken from the training records, never from the test."""
    near_duplicate_threshold: float = Field(default=0.5, ge=0.4, le=1)
    """Jaccard similarity of word 3-grams from which records count as related and stay on one side."""


class CleaningPlan(_Plan):
    """What is removed from the pool, what is masked, and what is set aside for validation (`clean.py`)."""

    drop_exact: bool = True
    """Remove copies of a record."""
    drop_near: bool = True
    """Remove near copies, one of each cluster stays."""
    near_duplicate_threshold: float = Field(default=0.5, ge=0.4, le=1)
    """Jaccard similarity of word 3-grams from which records count as near copies."""
    keep_value_variants: bool = True
    """Keep records with the same wording whose calls carry other values: they teach to copy."""
    drop_leaked: bool = True
    """Remove records that give a test or dev record away."""
    drop_conflicting: bool = True
    """Remove records that answer the same question, with the same tools, in different ways."""
    pii: Literal["keep", "mask", "drop"] = "mask"
    """What happens to personal data and secrets: kept, replaced by look-alikes, or the record removed."""
    validation_fraction: float = Field(default=0.1, gt=0, le=0.5)
    """Share of the cleaned records that watches the training instead of being learnt."""


class CurriculumPlan(_Plan):
    """What is added to the training records (`curriculum.py`)."""

    targets: dict[str, int] = Field(default_factory=dict)
    """Topic -> records wanted; a topic that is not named stays as it is."""
    strategies: dict[str, Literal["message-variation", "collect"]] = Field(default_factory=dict)
    """Topic -> how it is filled: verified variations of its own records, or only by collecting more (nothing is made)."""
    synthesise_up_to: int = Field(default=0, ge=0, le=100_000)
    """Largest number of new records in all; 0 makes none."""
    rehearsal_fraction: float = Field(default=0.0, ge=0, le=0.5)
    """Share of general records in the training set."""
