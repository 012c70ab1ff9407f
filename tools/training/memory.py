"""How much memory a training method needs, from the shape of the model.

Owns: the estimate. It counts what grows with the model (weights, gradients, optimiser) and with the batch (activations), not what
the framework itself takes. Estimates stand beside the measured peak in the run's results.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..models import explained, load_options, quiet, require, resolve

GB = 1e9
ADAMW_BYTES = 16
"""Bytes per trained parameter: float32 weight, gradient and two AdamW moments, 4 each; the same sum for mixed precision
(Rajbhandari et al. 2020, ZeRO, section 3.1)."""
NF4_BYTES = 0.5 + 0.127 / 8
"""Bytes per parameter of a 4-bit base model with doubly quantised constants: 4 + 0.127 bits (Dettmers et al. 2023, QLoRA,
section 3)."""
ACTIVATION_BYTES = 34
"""Bytes per layer, token and hidden unit that the backward pass keeps in 16-bit training, attention scores left out because fused
attention does not store them (Korthikanti et al. 2022, Reducing Activation Recomputation, equation 1)."""


@dataclass(frozen=True)
class Shape:
    """What of a model's architecture decides its memory.

    Attributes:
        parameters: all parameters, tied ones once.
        linear: parameters in the linear layers that an adapter goes to and a 4-bit base stores in 4 bits.
        linear_dimensions: sum of inputs and outputs over these layers; times the rank = parameters of the adapter.
        layers: transformer layers.
        hidden: width.
        vocabulary: size of the vocabulary.
        context: longest input in tokens.
    """

    parameters: int
    linear: int
    linear_dimensions: int
    layers: int
    hidden: int
    vocabulary: int
    context: int

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def model_shape(name: str, base: Path | None = None) -> Shape:
    """The shape of a model, read from its configuration; no weights are loaded.

    Raises:
        InputError: no such model.
        TuneGuildError: the model hub cannot be reached.
    """
    torch, transformers = require("torch", "training"), require("transformers", "training")
    place = resolve(name, base)
    with explained(name, "configuration"), quiet():
        config = transformers.AutoConfig.from_pretrained(place, **load_options(place))
        with torch.device("meta"):
            model = transformers.AutoModelForCausalLM.from_config(config)
    model.tie_weights()
    output = model.get_output_embeddings()
    linears = [layer for layer in model.modules() if isinstance(layer, torch.nn.Linear) and layer is not output]
    text = config.get_text_config()
    return Shape(
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        linear=sum(layer.weight.numel() for layer in linears),
        linear_dimensions=sum(layer.in_features + layer.out_features for layer in linears),
        layers=text.num_hidden_layers,
        hidden=text.hidden_size,
        vocabulary=text.vocab_size,
        context=int(getattr(text, "max_position_embeddings", 0) or 0),
    )


def memory_gb(
    shape: Shape, method: str, *, tokens: int, rank: int = 16, bytes_per_weight: int = 4, checkpointing: bool = False
) -> float:
    """Memory in GB (1e9 bytes) that training takes.

    full:  16 bytes per parameter; lora: bytes_per_weight per parameter and 16 per adapter parameter; qlora: 0.516 per parameter
    of the adapted layers, 2 per other parameter, 16 per adapter parameter; all: activations of one batch.

    Args:
        shape: see `model_shape`.
        method: "lora", "qlora" or "full".
        tokens: tokens per batch, padding included (batch size times length).
        rank: rank of the adapter.
        bytes_per_weight: 4 for a base model in float32, 2 in bfloat16.
        checkpointing: activations are recomputed: two bytes per layer, token and hidden unit stay, and one layer's in full.
    """
    adapter = ADAMW_BYTES * rank * shape.linear_dimensions
    weights = {
        "full": ADAMW_BYTES * shape.parameters,
        "lora": bytes_per_weight * shape.parameters + adapter,
        "qlora": NF4_BYTES * shape.linear + 2 * (shape.parameters - shape.linear) + adapter,
    }[method]
    unit = tokens * shape.hidden * bytes_per_weight / 2
    per_layer = ACTIVATION_BYTES * unit
    activations = 2 * unit * shape.layers + per_layer if checkpointing else per_layer * shape.layers
    return (weights + activations) / GB


def memory_table(shape: Shape, *, length: int, bytes_per_weight: int, batches: tuple[int, ...]) -> dict[str, Any]:
    """GB by method and batch size at rank 16; batch size 1 with recomputed activations stands under "checkpointed"."""
    table: dict[str, Any] = {}
    for method in ("full", "lora", "qlora"):
        width = 2 if method == "qlora" else bytes_per_weight
        row = {
            str(batch): round(memory_gb(shape, method, tokens=batch * length, bytes_per_weight=width), 3)
            for batch in batches
        }
        lean = memory_gb(shape, method, tokens=length, bytes_per_weight=width, checkpointing=True)
        table[method] = {**row, "checkpointed": round(lean, 3)}
    return table
