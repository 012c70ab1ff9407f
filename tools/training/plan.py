"""The training plan: everything that decides how a model is tuned, and nothing that does not.

Owns: the payload of step 05, with bounds. What it costs in memory is in `memory.py`, what runs it in `run.py` and `job.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$")]


class TrainingPlan(BaseModel):
    """How to tune: supervised fine-tuning on the assistant's turns."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    method: Literal["lora", "qlora", "full"] = "lora"
    """Train a low-rank adapter, an adapter on a 4-bit base model, or all weights."""
    base_model: str = Field(default="starter", min_length=1)
    """`starter`, a folder or a hub name, as in project.yaml."""
    lora_rank: int = Field(default=16, ge=1, le=256)
    """Rank of the adapter's matrices; not used by the method full."""
    lora_alpha: int = Field(default=32, ge=1, le=1024)
    """Scale of the adapter: its output is multiplied by alpha / rank."""
    lora_dropout: float = Field(default=0.05, ge=0, le=0.5)
    """Share of the adapter's inputs that is dropped while training."""
    target_modules: Literal["all-linear"] | list[ModuleName] = "all-linear"
    """Layers that get an adapter: every linear layer except the output layer, or the named ones."""
    learning_rate: float = Field(default=2e-4, gt=0, le=0.1)
    """Peak learning rate of AdamW."""
    epochs: int = Field(default=3, ge=1, le=50)
    """Passes over the training records, unless early stopping ends sooner."""
    batch_size: int = Field(default=16, ge=1, le=1024)
    """Records per forward pass; times gradient_accumulation = records per optimiser step."""
    gradient_accumulation: int = Field(default=1, ge=1, le=1024)
    """Forward passes per optimiser step."""
    warmup_ratio: float = Field(default=0.03, ge=0, le=0.5)
    """Share of the steps in which the learning rate rises to its peak."""
    scheduler: Literal["cosine", "linear", "constant"] = "cosine"
    """How the learning rate falls after the warm-up; constant stays (after the warm-up)."""
    weight_decay: float = Field(default=0.0, ge=0, le=1)
    """Weight decay of AdamW."""
    max_grad_norm: float = Field(default=1.0, gt=0, le=100)
    """Norm to which the gradient of a step is cut."""
    max_length: int = Field(default=1024, ge=8, le=1_048_576)
    """Longest record in tokens; longer ones are left out and counted, never cut."""
    early_stopping_patience: int = Field(default=2, ge=0, le=50)
    """Evaluations without a better validation loss after which training ends; 0 never ends early."""
    evaluations_per_epoch: int = Field(default=1, ge=1, le=20)
    """Validation losses, and checkpoints, per epoch."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Number format of the forward and backward pass; weights that are trained stay in float32."""
    gradient_checkpointing: bool = False
    """Recompute activations in the backward pass: about a third slower, far less memory."""
    seed: int = Field(default=7, ge=0, le=2**32 - 1)
    """Seed of the adapter's start values, the order of the records and dropout."""

    @model_validator(mode="after")
    def _modules_are_named(self) -> TrainingPlan:
        if isinstance(self.target_modules, list) and not self.target_modules:
            raise ValueError("target_modules is empty: name at least one layer, or say all-linear")
        return self

    @property
    def records_per_step(self) -> int:
        """Records that one optimiser step sees."""
        return self.batch_size * self.gradient_accumulation
