"""What a set of records holds, for people: the numbers behind `tuneguild data stats`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from . import pii
from .clean import conflicting
from .duplicates import find_duplicates
from .records import Record, all_calls, dedupe_text, has_call, has_failing_tool, is_multi_step
from .survey import percentile
from .text import words
from .topics import cover

SHOWN_TOOLS = 12


def describe(records: Sequence[Record]) -> dict[str, Any]:
    """Name -> number, or a small table {name: number}."""
    found = find_duplicates(records)
    coverage = cover(records)
    lengths = sorted(len(words(dedupe_text(record))) for record in records)
    tools = Counter(name for record in records for name, _ in all_calls(record))
    personal = pii.scan_all(records)
    return {
        "records": len(records),
        "with a call": sum(map(has_call, records)),
        "without a call": sum(not has_call(record) for record in records),
        "several steps": sum(map(is_multi_step, records)),
        "a tool fails": sum(map(has_failing_tool, records)),
        "calls by tool": dict(tools.most_common(SHOWN_TOOLS)),
        "topics": coverage.topics,
        "balance of topics": coverage.balance,
        "words, median": percentile(lengths, 0.5),
        "words, 95 of 100": percentile(lengths, 0.95),
        "copies": len(found.exact),
        "near copies": len(found.near(0.5)),
        "same wording, other values": found.variants,
        "contradicting answers": len(conflicting(records)),
        "with personal data": personal["records"],
        "personal data by kind": {kind: count for kind, count in personal["kinds"].items() if count},
    }
