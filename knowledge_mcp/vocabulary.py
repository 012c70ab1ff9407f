"""The words of the field: synonyms that search treats as near equals, and words that carry no meaning in a query.

Used by `store.py`. Synonyms are stems-to-be: the index stems them as it stems the records.
"""

from __future__ import annotations

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("lora", "peft", "adapter", "low rank", "parameter efficient"),
    ("qlora", "quantised lora", "quantized lora", "4 bit"),
    ("rag", "retrieval", "retrieve"),
    ("fine tuning", "finetuning", "finetune", "tune", "tuning"),
    ("sft", "supervised", "demonstrations"),
    ("dpo", "preference"),
    ("rlhf", "reinforcement", "ppo", "reward model"),
    ("grpo", "rft", "reinforcement"),
    ("tool", "function", "api"),
    ("call", "calling"),
    ("not call", "no call", "no tool", "without a call", "irrelevance"),
    ("leakage", "contamination", "leak"),
    ("duplicate", "deduplication", "dedupe", "dedup", "duplicates"),
    ("overfitting", "overfit", "memorisation", "memorization"),
    ("forgetting", "regression", "forget"),
    ("pitfall", "pitfalls", "mistake", "mistakes", "trap"),
    ("hallucination", "hallucinate", "invent", "invention"),
    ("evaluation", "evaluate", "eval", "benchmark"),
    ("significance", "significant", "statistics", "p value"),
    ("confidence interval", "bootstrap"),
    ("held out", "test set", "holdout"),
    ("baseline", "prompted"),
    ("prompt", "prompting"),
    ("learning rate", "lr", "step size"),
    ("quantisation", "quantization", "quantised", "quantized"),
    ("memory", "vram", "gpu"),
    ("pii", "personal data", "privacy", "private"),
    ("synthetic", "synthesis", "generated", "generation"),
    ("distillation", "distil", "distill", "teacher"),
    ("chunk", "chunking", "passage", "splitting"),
    ("rerank", "reranking", "reranker"),
    ("deploy", "deployment", "serving", "serve", "production"),
    ("monitoring", "monitor", "drift"),
    ("reward", "proxy"),
    ("hacking", "gaming", "gamed", "overoptimisation"),
    ("reproducible", "reproducibility", "repeatable", "seed"),
    ("masking", "mask", "assistant only"),
    ("dataset", "data set", "datasets"),
    ("instruction", "instructions"),
    ("jailbreak", "prompt injection", "injection"),
)

_COMMON = """
a about all an and any are as at be been before best but by can do does for from good had has have how i if in into
is it its me more most much my need no not of on one or our should so some than that the their them then there these
they this to too use used using vs versus was we what when where which who why will with would you your get give
show tell find explain please help make way ways thing things work works
"""

STOP_WORDS = frozenset(_COMMON.split())


def synonyms_of(term: str) -> tuple[str, ...]:
    """The other members of every synonym group that holds `term`."""
    found: dict[str, None] = {}
    for group in SYNONYMS:
        if term in group:
            found.update(dict.fromkeys(member for member in group if member != term))
    return tuple(found)


PHRASES = frozenset(member for group in SYNONYMS for member in group if " " in member)
"""Terms of more than one word, which a query is searched for before its single words."""
