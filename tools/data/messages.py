"""Reads the messages of one row, in OpenAI's spelling or our own: roles, contents, calls, results. Finds every fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .problems import Report
from .schemas import argument_faults
from .strict_json import FaultyJson, parse
from .text import closest

ROLES = ("system", "user", "assistant", "tool")
RENAMED = {"developer": "system", "function": "tool"}
"""Roles that OpenAI has used for the same thing."""
FOREIGN = {
    "bot": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "human": "user",
    "customer": "user",
}
"""Roles of other formats: never taken silently, but the hint names what they should be."""
KEYS = (
    "role",
    "content",
    "name",
    "tool_calls",
    "function_call",
    "tool_call_id",
    "weight",
    "refusal",
    "annotations",
    "audio",
)


@dataclass
class _Conversation:
    """What has been read of a row so far."""

    tools: dict[str, dict[str, Any]]
    report: Report
    messages: list[dict[str, Any]] = field(default_factory=list)
    pending: list[tuple[str, str]] = field(default_factory=list)
    """(id, tool) of calls that have no result yet; the id is empty where the row gives none."""


def read_messages(raw: Any, tools: list[dict[str, Any]], report: Report, key: str = "messages") -> list[dict[str, Any]]:
    """Canonical messages of a row. What is wrong goes into `report`; the return value is of use only where nothing was."""
    if not isinstance(raw, list):
        report.add(f"{key} is not a list", found=raw, expected="a list of messages")
        return []
    before = len(report.problems)
    talk = _Conversation({tool["function"]["name"]: tool["function"]["parameters"] for tool in tools}, report)
    for number, item in enumerate(raw):
        _read_message(item, f"{key}[{number}]", talk)
    if len(report.problems) == before:
        _check_whole(talk.messages, report, key)
    return talk.messages


def _check_whole(messages: list[dict[str, Any]], report: Report, key: str) -> None:
    roles = [message["role"] for message in messages]
    if "assistant" not in roles:
        report.add("no assistant turn", found=" ".join(roles) or "no messages", expected="an answer to learn from")
    elif "user" not in roles:
        report.add("no user message", found=" ".join(roles), expected="a question before the answer")
    elif roles[-1] != "assistant":
        report.add(
            "the conversation ends without an answer",
            found=f"{key}[{len(roles) - 1}] of role {roles[-1]}",
            expected="an assistant message at the end",
            fix="Add the answer, or remove what follows the last one.",
        )
    if "system" in roles[1:]:
        report.add(
            "a system message is not the first", found=f"{key}[{roles.index('system', 1)}]", expected=f"{key}[0]"
        )


def _read_message(item: Any, place: str, talk: _Conversation) -> None:
    if not isinstance(item, dict):
        talk.report.add(f"{place} is not a message", found=item, expected='{"role": …, "content": …}')
        return
    _check_keys(item, place, talk.report)
    role = _role(item.get("role"), place, talk.report)
    if role is None:
        return
    content = _content(item.get("content"), place, talk.report)
    if role == "assistant":
        _assistant(item, content, place, talk)
    elif role == "tool":
        _tool_result(item, content, place, talk)
    elif not (content or "").strip():
        talk.report.add(f"{place}: empty {role} message", found=item.get("content"), expected="text")
    else:
        talk.messages.append({"role": role, "content": content})


def _check_keys(item: dict[str, Any], place: str, report: Report) -> None:
    for name in item:
        if name in KEYS:
            continue
        close = closest(name, KEYS)
        if close and close not in item:
            report.add(f"{place}: unknown key", found=name, expected=close, fix=f"Did you mean {close!r}?")
        else:
            report.ignored.append(f"message.{name}")


def _role(role: Any, place: str, report: Report) -> str | None:
    if isinstance(role, str):
        role = RENAMED.get(role, role)
        if role in ROLES:
            return role
        near = FOREIGN.get(role.lower()) or closest(role, ROLES)
        fix = f"Did you mean {near!r}?" if near else ""
    else:
        fix = ""
    found = "no role" if role is None else role
    report.add(f"{place}: unknown role", found=found, expected=f"one of {', '.join(ROLES)}", fix=fix)
    return None


def _content(content: Any, place: str, report: Report) -> str | None:
    """The text of a message; a list of text parts is joined."""
    if content is None or isinstance(content, str):
        return content
    if isinstance(content, list) and all(
        isinstance(part, dict) and isinstance(part.get("text"), str) for part in content
    ):
        return "".join(part["text"] for part in content)
    report.add(f"{place}.content is not text", found=content, expected="text, or a list of text parts")
    return "…"  # told already: it must not count as empty too


def _assistant(item: dict[str, Any], content: str | None, place: str, talk: _Conversation) -> None:
    before = len(talk.report.problems)
    raw = item.get("tool_calls") or []
    if not isinstance(raw, list):
        talk.report.add(f"{place}.tool_calls is not a list", found=raw, expected="a list of calls")
        return
    if item.get("function_call") is not None:
        raw = [*raw, {"function": item["function_call"]}]
    read = [_call(call, f"{place}.tool_calls[{number}]", talk) for number, call in enumerate(raw)]
    if item.get("weight") == 0:
        talk.report.add(
            f"{place}: weight 0 is not supported", found=0, expected="a message to learn from", fix="Leave it out."
        )
    if not read and not (content or "").strip():
        talk.report.add(f"{place}: empty answer", found=item.get("content"), expected="text or a tool call")
    if len(talk.report.problems) > before:
        # Still a turn: what follows it (tool results) must not be reported a second time for its fault.
        talk.pending += [("", "")] * len(raw)
        return
    message: dict[str, Any] = {"role": "assistant", "content": content or ""}
    calls = [call for call in read if call is not None]
    if calls:
        message["tool_calls"] = [call for call, _ in calls]
    talk.pending += [(id, call["function"]["name"]) for call, id in calls]
    talk.messages.append(message)


def _call(raw: Any, place: str, talk: _Conversation) -> tuple[dict[str, Any], str] | None:
    """(canonical call, id) of one call."""
    function = raw.get("function", raw) if isinstance(raw, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str) or not function["name"]:
        talk.report.add(f"{place} is not a call", found=raw, expected='{"function": {"name": …, "arguments": …}}')
        return None
    name = function["name"]
    arguments = _arguments(function.get("arguments"), place, talk.report)
    if name not in talk.tools:
        close = closest(name, talk.tools)
        talk.report.add(
            f"{place} calls a tool that is not in tools",
            found=name,
            expected=f"one of {', '.join(talk.tools)}" if talk.tools else "a definition of it in tools",
            fix=f"Did you mean {close!r}?" if close else "",
        )
    elif arguments is not None:
        for what, found, expected in argument_faults(talk.tools[name], arguments):
            talk.report.add(f"{place} ({name}): {what}", found=found, expected=expected)
    id = raw.get("id")
    return {"type": "function", "function": {"name": name, "arguments": arguments or {}}}, id if isinstance(
        id, str
    ) else ""


def _arguments(raw: Any, place: str, report: Report) -> dict[str, Any] | None:
    value = raw
    if isinstance(raw, str):
        try:
            value = parse(raw)
        except FaultyJson as fault:
            report.add(f"{place}.arguments is not JSON", found=raw, expected=f"a JSON object ({fault})")
            return None
    if not isinstance(value, dict):
        report.add(
            f"{place}.arguments is not an object", found="nothing" if raw is None else value, expected="a JSON object"
        )
        return None
    return value


def _tool_result(item: dict[str, Any], content: str | None, place: str, talk: _Conversation) -> None:
    if content is None:
        talk.report.add(f"{place}: a tool result without content", found="null", expected="text")
        return
    if not talk.pending:
        talk.report.add(
            f"{place}: a tool result with no call before it", found=content, expected="an assistant's tool call first"
        )
        return
    id = item.get("tool_call_id")
    known = [index for index, (call_id, _) in enumerate(talk.pending) if call_id and call_id == id]
    if id and not known and all(call_id for call_id, _ in talk.pending):
        ids = ", ".join(call_id for call_id, _ in talk.pending)
        talk.report.add(f"{place}: tool_call_id belongs to no open call", found=id, expected=f"one of {ids}")
        return
    _, tool = talk.pending.pop(known[0] if known else 0)
    name = item.get("name") or tool
    if tool and name != tool:
        talk.report.add(f"{place}: the result names another tool than the call", found=name, expected=tool)
        return
    message = {"role": "tool", "content": content}
    talk.messages.append({**message, "name": name} if name else message)
