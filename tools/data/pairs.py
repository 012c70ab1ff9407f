"""Reads rows of two texts: prompt-completion and Alpaca. Conversations are read in `messages.py`."""

from __future__ import annotations

from typing import Any

from .messages import read_messages
from .problems import Report
from .records import Record, make_record
from .schemas import read_tools
from .text import closest

LABELS = ("id", "group", "topic", "tags", "source")
"""Keys that a row of any format may have."""


def read_conversation(row: dict[str, Any], report: Report, answers: Any = None) -> Record | None:
    """OpenAI's chat format, also with the older `functions` and `function_call`, and our own canonical rows."""
    known = ("messages", "tools", "functions", "accept", "parallel_tool_calls", *LABELS)
    foreign = ("prompt", "completion", "instruction", "output", "question", "function", "chosen", "rejected", "label")
    for name in row:
        close = closest(name, known)
        if name in foreign:
            report.add("a key of another format", found=name, expected=f"one of {', '.join(known)}")
        elif name not in known and close and close not in row:
            report.add("unknown key", found=name, expected=close, fix=f"Did you mean {close!r}?")
        elif name not in known:
            report.ignored.append(name)
    key = "functions" if "functions" in row and "tools" not in row else "tools"
    tools = read_tools(row.get(key), report, key)
    messages = read_messages(row.get("messages"), tools, report)
    accept = row.get("accept")
    if accept is not None and not isinstance(accept, list):
        report.add("accept is not a list", found=accept, expected="a list parallel to the assistant turns")
    return _finish(row, messages, tools, report, accept)


def read_prompt_completion(row: dict[str, Any], report: Report, answers: Any = None) -> Record | None:
    """`prompt` and `completion`, each a text or a list of messages, with an optional `system` text and `tools`."""
    _only(row, ("prompt", "completion", "system", "tools"), report)
    tools = read_tools(row.get("tools"), report)
    before, after = row.get("prompt"), row.get("completion")
    if isinstance(before, list) or isinstance(after, list):
        raw = _as_messages(before, "user", "prompt", report) + _as_messages(after, "assistant", "completion", report)
        if not report.problems:
            raw = _system(row, report) + raw
        messages = read_messages(raw, tools, report, "prompt+completion") if not report.problems else []
    else:
        texts = [_text(row, "prompt", report), _text(row, "completion", report)]
        messages = [*_system(row, report), *_exchange(*texts)]
    return _finish(row, messages, tools, report)


def read_alpaca(row: dict[str, Any], report: Report, answers: Any = None) -> Record | None:
    """`instruction`, optional `input`, `output`; the input follows the instruction after an empty line."""
    _only(row, ("instruction", "input", "output", "system", "text"), report)
    asked, said = _text(row, "instruction", report), _text(row, "output", report)
    given = row.get("input")
    if given is not None and not isinstance(given, str):
        report.add("input is not text", found=given, expected="text")
        given = None
    question = f"{asked}\n\n{given.strip()}" if given and given.strip() else asked
    return _finish(row, [*_system(row, report), *_exchange(question, said)], [], report)


def _only(row: dict[str, Any], keys: tuple[str, ...], report: Report) -> None:
    """A row that lost a key or has one too many is a row of something else (a preference pair, for instance)."""
    known = (*keys, *LABELS)
    for name in row:
        if name not in known:
            close = closest(name, [key for key in known if key not in row])
            fix = f"Did you mean {close!r}?" if close else ""
            report.add("unknown key", found=name, expected=f"one of {', '.join(known)}", fix=fix)


def _text(row: dict[str, Any], key: str, report: Report) -> str:
    value = row.get(key)
    if isinstance(value, str) and value.strip():
        return value
    if key not in row:
        report.add(f"no {key}", found=", ".join(row), expected=key)
    elif isinstance(value, str) or value is None:
        report.add(f"empty {key}", found=value, expected="text")
    else:
        report.add(f"{key} is not text", found=value, expected="text")
    return ""


def _as_messages(value: Any, role: str, key: str, report: Report) -> list[Any]:
    if isinstance(value, list):
        return value
    return [{"role": role, "content": _text({key: value}, key, report)}]


def _system(row: dict[str, Any], report: Report) -> list[dict[str, Any]]:
    text = row.get("system")
    if text is None or text == "":
        return []
    if not isinstance(text, str):
        report.add("system is not text", found=text, expected="text")
        return []
    return [{"role": "system", "content": text}]


def _exchange(question: str, answer: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def _finish(
    row: dict[str, Any], messages: list[dict[str, Any]], tools: list[dict[str, Any]], report: Report, accept: Any = None
) -> Record | None:
    labels = read_labels(row, report)
    if report.problems:
        return None
    return make_record(
        messages, tools=tools, accept=accept, source={"file": report.file, "line": report.line}, **labels
    )


def read_labels(row: dict[str, Any], report: Report) -> dict[str, Any]:
    """group, topic and tags of a row."""
    labels: dict[str, Any] = {}
    for name in ("group", "topic"):
        value = row.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, (str, int))):
            report.add(f"{name} is not text", found=value, expected="text")
        labels[name] = None if value is None or value == "" else str(value)
    tags = row.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        report.add("tags is not a list of texts", found=tags, expected='["tag", …]')
        tags = []
    labels["tags"] = tags
    return labels
