"""The operations plan: in which form the tuned model is handed over, and how it is proved to be the one that was evaluated."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from .watch import Watch


class OperationsPlan(BaseModel):
    """How to hand the tuned model over."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    merge: bool = True
    """Fold the adapter into the base model, so that any server can load one plain model."""
    export: Literal["safetensors"] = "safetensors"
    """Format of the weights."""
    dtype: Literal["float32", "bfloat16"] = "float32"
    """Number format of the merged weights; bfloat16 halves them and rounds the adapter's small changes."""
    server: Literal["transformers", "vllm"] = "transformers"
    """Server that the serve command names; both answer on an OpenAI-compatible address."""
    parity_prompts: int = Field(default=16, ge=1, le=1000)
    """Held-out prompts on which the exported model is compared with the evaluated one."""
    parity_tokens: int = Field(default=48, ge=1, le=4096)
    """Tokens generated per prompt."""
    minimum_parity: float = Field(default=1.0, gt=0, le=1)
    """Share of the prompts whose outputs have to be the same, token for token."""
    tolerance: float = Field(default=0.01, gt=0, le=10)
    """Largest accepted difference of any logit."""
    licence: str = Field(default="not stated", min_length=1)
    """Licence of the tuned model for the model card: the base model's, unless its owner says otherwise."""
    watch: Watch = Watch()
    """What is watched after the release."""
