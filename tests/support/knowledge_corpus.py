"""A corpus of a few records for tests of the knowledge server: small, so that a test can say what has to come out."""

from __future__ import annotations

from pathlib import Path

BODIES = {
    "pattern": "## Problem\n\nA.\n\n## Context\n\nB.\n\n## Solution\n\n{text}\n\n## Trade-offs\n\nC.\n\n## Example\n\nD.\n",
    "warning": "## Symptoms\n\n{text}\n\n## Consequences\n\nB.\n\n## Prevention\n\nC.\n\n## Detection\n\nD.\n",
    "methodology": "## Prerequisites\n\nA.\n\n## Steps\n\n1. {text}\n2. Then.\n\n## Outputs\n\nB.\n\n## Checks\n\nC.\n",
    "decision": (
        "## Question\n\n{text}\n\n## Options\n\n### Adapter\n\nWhen: memory is short.\nWhen not: the set is huge.\n\n"
        "### Full tuning\n\nWhen: memory is plenty.\nWhen not: forgetting hurts.\n\n"
        "## Considerations\n\nB.\n\n## Recommendation\n\nTake the adapter.\n"
    ),
}
FOLDERS = {"pattern": "patterns", "warning": "warnings", "methodology": "methodologies", "decision": "decisions"}


def record_text(
    id: str,
    kind: str = "pattern",
    *,
    title: str = "",
    text: str = "Do it.",
    topics: str = "testing",
    source: str = "https://example.org/paper",
    extra: str = "",
) -> str:
    """The file of a record."""
    header = (
        f"id: {id}\nkind: {kind}\ntitle: {title or id.replace('-', ' ')}\ntopics: [{topics}]\nconfidence: high\n"
        f"sources:\n  - {{title: A paper, authors: Doe, year: 2024, locator: section 1, url: '{source}'}}\n"
        f"reviewed: 2026-11-21\n{extra}"
    )
    return f"---\n{header}---\n\n{BODIES[kind].format(text=text)}"


def write_record(corpus: Path, id: str, kind: str = "pattern", **given: str) -> None:
    """Write a record into its folder of the corpus."""
    folder = corpus / FOLDERS[kind]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{id}.md").write_text(record_text(id, kind, **given), encoding="utf-8")


def write_corpus(corpus: Path) -> Path:
    """A corpus with two decisions, of which one is for large models only, and records that agree, differ and contradict."""
    rate = "numbers:\n  learning_rate: {value: 0.0002, unit: 1/step, basis: source, low: 0.0001, high: 0.0003}\n"
    write_record(
        corpus, "adapter-or-full", "decision", title="Adapter or full tuning", text="Adapter or full tuning of the weights?",
        topics="adapter, full tuning", extra="applies_to: {methods: [lora, full], parameters: {max: 20000000000}}\n",
    )  # fmt: skip
    write_record(
        corpus, "adapter-or-full-large", "decision", title="Adapter or full tuning of large models", topics="adapter, large",
        text="Which tuning for large models?", extra="applies_to: {parameters: {min: 20000000000}}\n",
    )  # fmt: skip
    write_record(
        corpus, "adapter-learning-rate", "pattern", title="Learning rate of an adapter", topics="adapter, learning rate",
        text="Take a high learning rate for an adapter.", source="https://example.org/first",
        extra=f"{rate}contradicts: [adapter-careful-rate]\n",
    )  # fmt: skip
    write_record(
        corpus, "adapter-learning-rate-again", "pattern", title="Learning rate of an adapter, again",
        topics="adapter, learning rate", text="The learning rate of an adapter, measured again.",
        source="https://example.org/second", extra=rate,
    )  # fmt: skip
    write_record(
        corpus, "adapter-careful-rate", "warning", title="Adapter learning rate too high", topics="adapter, learning rate",
        text="The adapter diverges with a high learning rate.", source="https://example.org/third",
        extra="numbers:\n  peak: {value: 1, unit: share, basis: ours}\n",
    )  # fmt: skip
    write_record(
        corpus, "paired-comparison", "methodology", title="Paired comparison of two models", topics="evaluation"
    )
    return corpus
