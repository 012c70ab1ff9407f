"""Names a set of records by its content: the same records have the same version, in whatever order and from whatever file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from ..contract import ToolContext
from .records import Record, digest, write_records

IGNORED = ("id", "source")
"""Where a record stood in a file is no part of what it is."""


def version_of(parts: Mapping[str, Iterable[Record]]) -> str:
    """12 hex digits: SHA-256 over the sorted content hashes of each named part."""
    hasher = hashlib.sha256()
    for name in sorted(parts):
        hasher.update(f"[{name}]".encode())
        for item in sorted(digest({k: v for k, v in record.items() if k not in IGNORED}) for record in parts[name]):
            hasher.update(item.encode())
    return hasher.hexdigest()[:12]


def publish(
    context: ToolContext, kind: str, parts: Mapping[str, Sequence[Record]], about: dict[str, Any]
) -> tuple[str, dict[str, dict[str, Any]]]:
    """Write the parts and a manifest into a folder named after their version, below the run's `data/`.

    A version's folder never changes, so that a run that is rolled back finds its earlier data as it was.

    Args:
        context: the tool's context.
        kind: what it is ("held-out", "dataset"): first part of the folder's name.
        parts: file stem -> records.
        about: what the manifest says besides counts and hashes: where the parts come from and how they were made.

    Returns:
        (version, {part: {"path": relative to the run, "n", "sha256"}}).
    """
    version = version_of(parts)
    folder = context.run_dir / "data" / f"{kind}-{version}"
    entries = {}
    for name, records in parts.items():
        path = folder / f"{name}.jsonl"
        entries[name] = {"path": context.relative(path), **write_records(path, records)}
    manifest = {"version": version, "kind": kind, "seed": context.seed, "parts": entries, **about}
    _write_json(folder / "manifest.json", manifest)
    return version, entries


def _write_json(path: Path, value: Any) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    fresh.replace(path)
