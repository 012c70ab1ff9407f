"""What a model's output says: calls in the model's own format, text, or a fragment of something that was meant to be a call.

Owns: the strict parsers, one for each call format that chat templates write; telling a tokenizer's format by what its template
writes; the lenient parser that reads any known format. Only the strict parser scores. The lenient one tells "right, but in the
wrong format" from "wrong". Scoring is in `scoring.py`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import InputError, Problem


@dataclass(frozen=True)
class Call:
    """A tool call: name and arguments."""

    name: str
    arguments: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "arguments": self.arguments}


@dataclass(frozen=True)
class ParsedTurn:
    """What an output says.

    Attributes:
        calls: the calls in the model's own format, in order.
        text: what is left, stripped.
        malformed: whether something in it was meant to be a call and is none in the model's own format.
    """

    calls: list[Call] = field(default_factory=list)
    text: str = ""
    malformed: bool = False


Span = tuple[int, int, list[Call]]
"""(start, end, calls) of a piece of the output."""

_THINKING = re.compile(r"<think>.*?</think>", re.DOTALL)
MARKS = re.compile(
    r"</?tool_call>|<\|tool_call_(?:start|end)\|>|<\|?/?tool_call\|?>|\[/?TOOL_CALLS\]|\[ARGS\]|<\|python_tag\|>|</?function(?:=[^>]*)?>|^\s*ACTION\s*:"
    r"|^\s*Action Input\s*:",
    re.MULTILINE,
)
"""Marks of a call in any format we know: one that is left over after parsing is a fragment."""


def _object(text: str) -> Any:
    """JSON, without the extensions that Python's parser allows (NaN), or None."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        return None


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _call(value: Any, name_key: str = "name", arguments_key: str = "arguments") -> Call | None:
    """A call from an object with exactly these two keys."""
    if not isinstance(value, dict) or set(value) != {name_key, arguments_key}:
        return None
    name, arguments = value[name_key], value[arguments_key]
    return Call(name, arguments) if isinstance(name, str) and name and isinstance(arguments, dict) else None


def _hermes(text: str) -> list[Span]:
    """`<tool_call>{"name": …, "arguments": {…}}</tool_call>` (Hermes, Qwen 2.5 and 3, the starter)."""
    spans: list[Span] = []
    for match in re.finditer(r"<tool_call>(.*?)</tool_call>", text, re.DOTALL):
        call = _call(_object(match[1].strip()))
        if call:
            spans.append((*match.span(), [call]))
    return spans


def _qwen_coder(text: str) -> list[Span]:
    """`<tool_call><function=name><parameter=key>value</parameter></function></tool_call>` (Qwen 3 Coder)."""
    spans: list[Span] = []
    for match in re.finditer(r"<tool_call>\s*<function=([^>\n]+)>(.*?)</function>\s*</tool_call>", text, re.DOTALL):
        pairs = re.findall(r"<parameter=([^>\n]+)>\n?(.*?)\n?</parameter>", match[2], re.DOTALL)
        spans.append((*match.span(), [Call(match[1], dict(pairs))]))
    return spans


def _glm(text: str) -> list[Span]:
    """`<tool_call>name<arg_key>key</arg_key><arg_value>value</arg_value></tool_call>` (GLM 4.5 and later)."""
    spans: list[Span] = []
    for match in re.finditer(r"<tool_call>\s*([\w.\-]+)\s*(<arg_key>.*?)?</tool_call>", text, re.DOTALL):
        pairs = re.findall(r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>", match[2] or "", re.DOTALL)
        spans.append((*match.span(), [Call(match[1], dict(pairs))]))
    return spans


def _lfm2(text: str) -> list[Span]:
    """`<|tool_call_start|>[name(key='value')]<|tool_call_end|>` (LFM2)."""
    spans: list[Span] = []
    for match in re.finditer(r"<\|tool_call_start\|>\s*(\[.*?\])\s*<\|tool_call_end\|>", text, re.DOTALL):
        calls = _python_calls(match[1])
        if calls:
            spans.append((*match.span(), calls))
    return spans


def _mistral(text: str) -> list[Span]:
    """`[TOOL_CALLS] [{"name": …, "arguments": {…}}]` (Mistral, up to tokenizer v7)."""
    spans: list[Span] = []
    for match in re.finditer(r"\[TOOL_CALLS\]\s*(?=\[)", text):
        value, end = _decode(text, match.end())
        calls = [_call(_without_id(item)) for item in value] if isinstance(value, list) else []
        if calls and all(calls):
            spans.append((match.start(), end, [call for call in calls if call]))
    return spans


def _mistral_named(text: str) -> list[Span]:
    """`[TOOL_CALLS]name[ARGS]{…}` (Mistral, from tokenizer v11 on)."""
    spans: list[Span] = []
    for match in re.finditer(r"\[TOOL_CALLS\]([^\[\]{}\s]+)(?:\[CALL_ID\][^\[\]]*)?\[ARGS\]\s*", text):
        value, end = _decode(text, match.end())
        if isinstance(value, dict):
            spans.append((match.start(), end, [Call(match[1], value)]))
    return spans


def _llama(text: str) -> list[Span]:
    """The whole output is `{"name": …, "parameters": {…}}`, perhaps after `<|python_tag|>` (Llama 3.1 to 3.3)."""
    body = text.strip().removeprefix("<|python_tag|>").strip()
    parts = [_call(_object(part.strip()), "name", "parameters") for part in _split_objects(body)]
    return [(0, len(text), [part for part in parts if part])] if parts and all(parts) else []


def _bare(text: str) -> list[Span]:
    """The whole output is `{"name": …, "arguments": {…}}` (Llama variants, many small models)."""
    call = _call(_object(text.strip()))
    return [(0, len(text), [call])] if call else []


def _granite(text: str) -> list[Span]:
    """`<|tool_call|>[{"name": …, "arguments": {…}}]` (Granite 3)."""
    match = re.search(r"<\|?tool_call\|?>\s*(?=\[)", text)
    if not match:
        return []
    value, end = _decode(text, match.end())
    calls = [_call(item) for item in value] if isinstance(value, list) else []
    return [(match.start(), end, [call for call in calls if call])] if calls and all(calls) else []


FORMATS: dict[str, Callable[[str], list[Span]]] = {
    "hermes": _hermes,
    "qwen-coder": _qwen_coder,
    "glm": _glm,
    "lfm2": _lfm2,
    "mistral": _mistral,
    "mistral-named": _mistral_named,
    "llama": _llama,
    "granite": _granite,
    "bare": _bare,
}
"""Call formats by name, in the order in which a template's writing is tried."""


UNMARKED = ("llama", "bare")
"""Formats in which a call is nothing but JSON."""
UNTYPED = ("qwen-coder", "glm")
"""Formats that write every argument as bare text, whose type only the tool's schema tells."""


def parse(output: str, format: str | None, tools: Sequence[dict[str, Any]]) -> ParsedTurn:
    """Read an output strictly.

    Args:
        output: the assistant's words without the mark that ends its turn.
        format: a key of FORMATS, or None for a model whose template writes no calls.
        tools: the tools that there are to call. Without any, JSON in an answer is an answer, not a call.

    Returns:
        The calls, the text around them, and whether there is a fragment of a call: a left-over mark, or a call that only the
        lenient parser can read.
    """
    words = _THINKING.sub("", output)
    spans = FORMATS[format](words) if format and (tools or format not in UNMARKED) else []
    rest = _cut(words, spans)
    malformed = bool(MARKS.search(rest)) or (bool(tools) and bool(lenient_calls(rest)))
    calls = [call for _, _, found in spans for call in found]
    return ParsedTurn([_typed(call, tools) for call in calls] if format in UNTYPED else calls, rest.strip(), malformed)


def _typed(call: Call, tools: Sequence[dict[str, Any]]) -> Call:
    """The call with arguments that are no strings by the tool's schema read as JSON."""
    schemas = {tool["function"]["name"]: tool["function"].get("parameters") or {} for tool in tools}
    properties = schemas.get(call.name, {}).get("properties") or {}

    def read(key: str, raw: Any) -> Any:
        value = _object(raw) if (properties.get(key) or {}).get("type") != "string" and isinstance(raw, str) else None
        return raw if value is None else value

    return Call(call.name, {key: read(key, raw) for key, raw in call.arguments.items()})


def lenient_calls(output: str) -> list[Call]:
    """The calls of an output in whatever known format; for diagnosis only."""
    words = _THINKING.sub("", output)
    for read in (*FORMATS.values(), _action_input, _action, _any_json):
        calls = [call for _, _, found in read(words) for call in found]
        if calls:
            return calls
    return []


def detect_format(tokenizer: Any) -> str | None:
    """The call format that a tokenizer's chat template writes, told by what it writes for a call; None if it writes none."""
    written = written_call(tokenizer)
    if written is None:
        return None
    return next((name for name in FORMATS if parse(written, name, [_PROBE_TOOL]).calls == [PROBE]), None)


def require_format(tokenizer: Any, model: str) -> str:
    """Like `detect_format`, for records that hold calls.

    Raises:
        InputError: the template writes no calls, or writes them in a way that cannot be read back.
    """
    found = detect_format(tokenizer)
    if found is None:
        written = written_call(tokenizer)
        problem = Problem(
            model,
            "the chat template writes tool calls in an unknown way" if written else "the chat template writes no calls",
            found=repr(written)[:120] if written else "",
            expected=f"one of the formats {', '.join(FORMATS)}",
        )
        raise InputError(
            "the model cannot be evaluated on tool calls", [problem], next_action="use a model trained for tool calls"
        )
    return found


PROBE = Call("zzlookup", {"word": "zzvalue", "count": 3})
_PROBE_TOOL = {
    "type": "function",
    "function": {
        "name": PROBE.name,
        "description": "look a word up",
        "parameters": {
            "type": "object",
            "properties": {"word": {"type": "string"}, "count": {"type": "integer"}},
            "required": ["word", "count"],
        },
    },
}


def written_call(tokenizer: Any, call: Call = PROBE) -> str | None:
    """What the template writes for an assistant's call, without the mark that ends the turn; None if it leaves it out."""
    from jinja2 import TemplateError

    question = {"role": "user", "content": "zzquestion"}
    item = {"id": "zzcall0001", "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
    messages = [question, {"role": "assistant", "content": "", "tool_calls": [item]}]
    try:
        whole = tokenizer.apply_chat_template(messages, tools=[_PROBE_TOOL], tokenize=False)
    except (TemplateError, TypeError, ValueError):
        return None
    written = whole[whole.rfind("zzquestion") + len("zzquestion") :]
    first = written.find(call.name)
    if first < 0:
        return None
    return _strip_marks(written, tokenizer)


def _strip_marks(written: str, tokenizer: Any) -> str:
    """Cut the turn's opening (everything up to "assistant") and its closing mark."""
    opening = re.search(r"assistant(?:<\|(?:end_header_id|end_of_role|im_sep)\|>)?\s*|\[/INST\]\s*", written)
    written = written[opening.end() :] if opening else written
    ends = [tokenizer.eos_token, "<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "</s>"]
    for mark in ends:
        if mark and mark in written:
            written = written[: written.index(mark)]
    return _THINKING.sub("", written).strip()


def _cut(text: str, spans: list[Span]) -> str:
    """The text without the spans."""
    kept, position = [], 0
    for start, end, _ in spans:
        kept.append(text[position:start])
        position = end
    return "".join([*kept, text[position:]])


def _decode(text: str, start: int) -> tuple[Any, int]:
    """The JSON value at `start` and the position after it; (None, start) where there is none."""
    try:
        return json.JSONDecoder().raw_decode(text, start)
    except ValueError:
        return None, start


def _split_objects(text: str) -> list[str]:
    """Objects separated by semicolons or line ends (parallel calls of Llama)."""
    parts, position = [], 0
    while position < len(text):
        _, end = _decode(text, position)
        if end == position:
            return []
        parts.append(text[position:end])
        position = end + len(re.match(r"[\s;]*", text[end:])[0])  # type: ignore[index]
    return parts


def _without_id(value: Any) -> Any:
    return {key: part for key, part in value.items() if key != "id"} if isinstance(value, dict) else value


NAME_KEYS = ("name", "tool", "function", "tool_name", "action")
ARGUMENT_KEYS = ("arguments", "args", "parameters", "params", "input", "action_input", "tool_input")


def _loose_call(value: Any) -> Call | None:
    """A call from an object that names a tool and its arguments under any of the usual keys."""
    if not isinstance(value, dict):
        return None
    inner = value.get("function")
    if isinstance(inner, dict):
        return _loose_call(inner)
    name = next((value[key] for key in NAME_KEYS if isinstance(value.get(key), str)), None)
    arguments = next((value[key] for key in ARGUMENT_KEYS if key in value), None)
    if isinstance(arguments, str):
        arguments = _object(arguments)
    return Call(name, arguments) if name and isinstance(arguments, dict) else None


def _any_json(text: str) -> list[Span]:
    """Calls in JSON anywhere in the text, fenced or bare, under any of the usual keys."""
    return [(start, end, [call]) for start, end, value in _objects(text) if (call := _loose_call(value))]


def _objects(text: str) -> Iterator[tuple[int, int, Any]]:
    """JSON objects in the text from left to right, outermost first."""
    position = 0
    while (start := text.find("{", position)) >= 0:
        value, end = _decode(text, start)
        if isinstance(value, dict) and _loose_call(value) is not None:
            yield start, end, value
            position = end
        else:
            position = start + 1


def _action_input(text: str) -> list[Span]:
    """ReAct's `Action: name` with `Action Input: {…}` on the next line."""
    spans: list[Span] = []
    for match in re.finditer(r"Action\s*:\s*([\w.\-]+)\s*\n\s*Action Input\s*:\s*", text, re.IGNORECASE):
        value, end = _decode(text, match.end())
        if isinstance(value, dict):
            spans.append((match.start(), end, [Call(match[1], value)]))
    return spans


def _action(text: str) -> list[Span]:
    """`ACTION: name(key="value")` (ReAct), or an output that is nothing but `name(key="value")` or a list of such calls."""
    spans: list[Span] = []
    for match in re.finditer(r"ACTION\s*:\s*(?=[\w.\-]+\()", text, re.IGNORECASE):
        line = text[match.end() :].split("\n")[0].strip()
        spans += [(match.start(), match.end() + len(line), [call]) for call in _python_calls(line)]
    if not spans and re.fullmatch(r"\[?\s*[\w.\-]+\(.*\)\s*\]?", text.strip(), re.DOTALL):
        spans += [(0, len(text), [call]) for call in _python_calls(text.strip())]
    return spans


def _python_calls(text: str) -> list[Call]:
    """Calls with literal keyword arguments in Python's syntax; read as a tree, never executed."""
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return []
    nodes = tree.elts if isinstance(tree, ast.List) else [tree]
    calls = []
    for node in nodes:
        if not isinstance(node, ast.Call) or node.args or any(pair.arg is None for pair in node.keywords):
            return []
        try:
            arguments = {str(pair.arg): ast.literal_eval(pair.value) for pair in node.keywords}
        except (ValueError, SyntaxError):
            return []
        calls.append(Call(ast.unparse(node.func), arguments))
    return calls
