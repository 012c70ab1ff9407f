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
WATCH = {
    "canary_share": ("canary-and-shadow-release", "canary_share", 0.05),
    "canary_hours": ("canary-and-shadow-release", "canary_hours", 24),
    "drift_records": ("drift-detection", "reference_records", 1000),
    "drift_alpha": ("drift-detection", "alpha", 0.01),
    "retention_days": ("logs-leak-personal-data", "retention_days", 30),
    "first_token_seconds": ("latency-targets", "first_token_s", 0.5),
    "token_seconds": ("latency-targets", "per_token_s", 0.05),
    "latency_attainment": ("latency-targets", "attainment", 0.9),
    "cache_reserve": ("kv-cache-sizing", "reserve", 0.1),
    "review_days": ("incident-review", "days_to_review", 5),
    "failures_to_tests": ("production-failures-to-tests", "test_share", 0.5),
    "comparison_days": ("online-ab-test", "minimum_days", 7),
    "split_alpha": ("online-ab-test", "srm_alpha", 0.001),
    "fingerprint_prompts": ("silent-model-changes", "canary_prompts", 50),
    "false_block_limit": ("guardrail-models", "false_block_limit", 0.01),
    "cases_per_behaviour": ("behavioural-regression-suite", "cases_per_behaviour", 10),
    "false_refusal_limit": ("over-refusal-check", "false_refusal_limit", 0.03),
    "red_team_prompts": ("red-team-regression-suite", "prompts", 200),
    "human_share": ("feedback-loops", "human_share_floor", 0.5),
}
"""Limit after the release -> knowledge record, its number, and what holds where the record is absent."""


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
        *(know(record, f"watch.{limit}") for limit, (record, _, _) in WATCH.items()),
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
            "watch": {limit: briefing.number(*source) for limit, source in WATCH.items()},
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
