"""The run's ledger: `decisions.jsonl` (append only), `decision-log.md` (rendered from it) and the handoffs between personas.

Lines of `decisions.jsonl` are decisions, skip records `{"skipped": step, "reason"}` and marks `{"stale": [ids], "because"}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .folder import RunFolder


def entries(folder: RunFolder) -> list[dict[str, Any]]:
    """All lines, oldest first. A last line cut short by a kill is left out."""
    if not folder.decisions.is_file():
        return []
    found = []
    for line in folder.decisions.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def next_id(folder: RunFolder, area: str) -> str:
    """The next decision id of an area; ids of stale decisions are never given again."""
    numbers = [
        int(entry["id"].rpartition("-")[2]) for entry in entries(folder) if entry.get("id", "").startswith(f"{area}-")
    ]
    return f"{area}-{max(numbers, default=0) + 1:03d}"


def record(folder: RunFolder, entry: dict[str, Any]) -> None:
    """Append a decision or skip record once; the node that calls this may run again after a kill."""
    if any(known == entry or ("id" in entry and known.get("id") == entry["id"]) for known in entries(folder)[-20:]):
        return
    _append(folder, entry)


def mark_stale(folder: RunFolder, ids: Iterable[str], because: str) -> list[str]:
    """Mark decisions as stale that are not so yet; returns their ids."""
    known = stale_ids(folder)
    fresh = [id for id in ids if id not in known]
    if fresh:
        _append(folder, {"stale": fresh, "because": because})
    return fresh


def stale_ids(folder: RunFolder) -> set[str]:
    return {id for entry in entries(folder) for id in entry.get("stale", [])}


def decision_ids(folder: RunFolder) -> list[str]:
    return [entry["id"] for entry in entries(folder) if "id" in entry]


def write_handoff(folder: RunFolder, step: str, handoff: dict[str, str]) -> None:
    """Write what one persona passes on to the next."""
    lines = [f"# Handoff of {step}", ""] + [
        f"**{key.replace('_', ' ')}:** {value}\n" for key, value in handoff.items() if value
    ]
    folder.handoffs.mkdir(exist_ok=True)
    (folder.handoffs / f"{step}.md").write_text("\n".join(lines), encoding="utf-8")


def render_log(folder: RunFolder) -> None:
    """Write `decision-log.md` anew."""
    stale = stale_ids(folder)
    parts = [f"# Decision log of run {folder.id}\n"]
    for entry in entries(folder):
        if "id" in entry:
            parts.append(_decision(entry, entry["id"] in stale))
        elif "skipped" in entry:
            parts.append(f"## Skipped: {entry['skipped']}\n\n{entry['reason']}\n")
        elif "stale" in entry:
            parts.append(f"> **Stale:** {', '.join(entry['stale'])}. {entry['because']}\n")
    part = folder.decision_log.with_suffix(".part")
    part.write_text("\n".join(parts), encoding="utf-8")
    part.replace(folder.decision_log)


def _append(folder: RunFolder, entry: dict[str, Any]) -> None:
    text = json.dumps(entry, ensure_ascii=False) + "\n"
    if folder.decisions.is_file():
        kept = folder.decisions.read_bytes()
        text = text if not kept or kept.endswith(b"\n") else "\n" + text
    with folder.decisions.open("a", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()


def _decision(entry: dict[str, Any], stale: bool) -> str:
    mark = " (stale)" if stale else ""
    lines = [
        f"## {entry['id']}{mark}: {entry['choice']}",
        "",
        f"*{entry['persona']}, {entry['step']}; decided by {entry['decided_by']}"
        + (f"; approved by {entry['approved_by']}" if entry["approved_by"] else "")
        + f"; confidence {entry['confidence']:.2f}*",
        "",
        f"**Context.** {entry.get('context', '')}",
        "",
        f"**Rationale.** {entry['rationale']}",
        "",
    ]
    if entry["payload"]:
        lines += ["**Parameters.**", ""]
        lines += [
            f"- `{key}` = {json.dumps(value, ensure_ascii=False)}{_reasons(entry, key)}"
            for key, value in entry["payload"].items()
        ]
        lines.append("")
    if entry["alternatives"]:
        lines += (
            ["**Options not taken.**", ""]
            + [f"- {item['choice']}: {item['why_not']}" for item in entry["alternatives"]]
            + [""]
        )
    lines += ["**Evidence for the choice.**", ""] + [
        f"- {_evidence(item)}" for item in entry["evidence"] if item["supports"] == "choice"
    ]
    if entry.get("queries"):
        lines += ["", "**Knowledge asked.** " + "; ".join(entry["queries"])]
    if entry.get("summary"):
        lines += ["", f"**Consequences.** {entry['summary']}"]
    lines += [f"\n> Warning: {warning}" for warning in entry["warnings"]]
    return "\n".join(lines) + "\n"


def _reasons(entry: dict[str, Any], field: str) -> str:
    reasons = [_evidence(item) for item in entry["evidence"] if item["supports"] == field]
    return f" — {'; '.join(reasons)}" if reasons else " — **unsupported**"


def _evidence(item: dict[str, Any]) -> str:
    note = f" ({item['note']})" if item["note"] else ""
    match item["kind"]:
        case "knowledge":
            return f"knowledge `{item['id']}`{note}"
        case "measurement":
            return f"measured `{item['id']}` = {json.dumps(item['value'], ensure_ascii=False)}{note}"
        case "user":
            return f"the user: `{item['id']}` = {json.dumps(item['value'], ensure_ascii=False)}{note}"
        case _:
            return f"**unsupported**{note}"
