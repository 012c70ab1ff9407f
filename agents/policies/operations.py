"""The MLOps engineer's rules: one plain model where it can be merged without loss, parity proved on held-out prompts."""

from __future__ import annotations

from ..decision import Alternative, Briefing, Evidence, Proposal

LARGE = 1_000_000_000
"""Parameters above which merged weights are written in bfloat16: float32 would double tens of gigabytes for nothing."""
PROMPTS = 16
TOLERANCE = {"float32": 0.01, "bfloat16": 0.5}
"""Largest accepted logit difference: rounding of float32 sums, and of bfloat16 weights with 8 significant bits."""
MINIMUM_PARITY = {"float32": 1.0, "bfloat16": 0.9}
"""Rounding may turn a tie between two words in bfloat16, hence not all."""


def propose(briefing: Briefing) -> Proposal:
    """Merge an adapter; hand a fully tuned model over as it is."""
    know, measured = briefing.from_knowledge, briefing.from_measurement
    full = (briefing.facts.get("training") or {}).get("method") == "full"
    parameters = briefing.measured("training.model_parameters", 0)
    gpu = briefing.measured("training.device") == "cuda"
    dtype = "bfloat16" if parameters >= LARGE else "float32"
    held_out = ((briefing.facts.get("held_out") or {}).get("test") or {}).get("n", PROMPTS)
    choice = "as-trained" if full else "merge"
    ours = "an engineering choice, not from a source"
    evidence = [
        know("merge-lora-before-serving"),
        know("model-card"),
        know("merge-lora-before-serving", "merge"),
        know("merge-lora-before-serving", "export", "safetensors runs no code when loaded"),
        measured("training.model_parameters", "dtype"),
        measured("training.device", "server", "vllm needs a GPU"),
        know("export-parity-check", "parity_prompts"),
        know("export-parity-check", "minimum_parity", "outputs in the same precision should be equal"),
        Evidence(kind="unsupported", supports="parity_tokens", note=ours),
        Evidence(kind="unsupported", supports="tolerance", note=f"room for rounding in {dtype}; {ours}"),
        Evidence(kind="unsupported", supports="licence", note="nothing in the project says it"),
    ]
    return Proposal(
        choice=choice,
        payload={
            "merge": not full,
            "export": "safetensors",
            "dtype": dtype,
            "server": "vllm" if gpu else "transformers",
            "parity_prompts": max(1, min(PROMPTS, int(held_out))),
            "parity_tokens": 48,
            "minimum_parity": MINIMUM_PARITY[dtype],
            "tolerance": TOLERANCE[dtype],
            "licence": "not stated",
        },
        rationale=(
            ("All weights were tuned, so there is nothing to merge. " if full else "Merge the adapter into its base. ")
            + f"Weights in {dtype}; deployment stops unless {MINIMUM_PARITY[dtype]:.0%} of the held-out outputs are the "
            "evaluated model's."
        ),
        evidence=evidence,
        alternatives=[
            Alternative(choice="adapter", why_not="every server would need the base model and adapter support")
            if not full
            else Alternative(choice="merge", why_not="there is no adapter")
        ],
        confidence=0.85,
    )
