"""What the tech lead decides."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class ReviewPlan(BaseModel):
    """GO, or REVISE with the step that must do its work again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Literal["GO", "REVISE"]
    """GO: the conclusion stands, whether it is to ship or not. REVISE: a step can do better, and it is known how."""
    step: str = ""
    """The step that is sent back to; empty for GO."""
    feedback: str = ""
    """What that step should do differently; empty for GO."""
