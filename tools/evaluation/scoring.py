"""When is a turn right, and what went wrong where it is not.

The rules, after BFCL's comparison of syntax trees (knowledge record function-call-scoring):
- The tool's name is compared exactly.
- Arguments are compared as JSON values: 1 equals 1.0, true does not equal 1, the order of keys does not matter. Strings are
  compared exactly, without stripping or changing case: production gets them as they are.
- Several calls in one turn are compared as a set.
- Where a record lists accepted values (bfcl), each argument must be one of them, "" in the list allows leaving it out, and an
  argument that is not listed is wrong.
- An answer in words is right when there is some text and neither a call nor a fragment of one. Only `exact`
  judges its wording.
- A record is right when all its turns are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from .parsing import Call, lenient_calls, parse
from .turns import Turn

Label = Literal[
    "right",
    "wrong format",
    "wrong tool",
    "wrong arguments",
    "wrong number of calls",
    "missed call",
    "unwanted call",
    "broken call",
    "no answer",
    "prompt too long",
]
FAILURES: tuple[Label, ...] = (
    "wrong format",
    "wrong tool",
    "wrong arguments",
    "wrong number of calls",
    "missed call",
    "unwanted call",
    "broken call",
    "no answer",
    "prompt too long",
)
"""Everything that can be wrong with a turn, in the order of the report. "wrong format": the right call in another format."""


@dataclass(frozen=True)
class TurnScore:
    """How an output fared.

    Attributes:
        id: the turn's id.
        record: the record's id.
        is_call: whether a call was expected.
        right: the turn is right.
        tool_right: the tools' names are right, in the strict format (calls only).
        lenient_right: right if the format is forgiven.
        exact: the expected calls, or exactly the expected text, blanks at the ends aside.
        well_formed: text without a fragment of a call, or calls in the model's own format.
        label: "right", or what is wrong.
        output: what the model wrote.
    """

    id: str
    record: str
    is_call: bool
    right: bool
    tool_right: bool
    lenient_right: bool
    exact: bool
    well_formed: bool
    label: Label
    output: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def score_turn(turn: Turn, output: str, format: str | None, *, too_long: bool = False) -> TurnScore:
    """Score one output.

    Args:
        turn: the turn with what was expected.
        output: what the model wrote, without the mark that ends its turn.
        format: the model's call format (`parsing.detect_format`).
        too_long: the prompt did not fit in the model's context, so nothing was generated.
    """
    # A record may call a tool without listing any: then the called ones count as listed.
    tools = turn.tools or [{"function": {"name": call.name}} for call in turn.calls]
    found = parse(output, format, tools)
    any_format = found.calls or (lenient_calls(output) if tools else [])
    well_formed = not found.malformed and bool(found.calls or found.text)
    if turn.is_call:
        right = well_formed and same_calls(turn, found.calls)
        lenient = same_calls(turn, any_format)
        tool_right = well_formed and _names(found.calls) == _names(turn.calls)
        exact = right
    else:
        right = well_formed and not found.calls
        lenient = right
        tool_right = False
        exact = right and found.text.strip() == turn.text.strip()
    label: Label = "right" if right else "prompt too long" if too_long else _failure(turn, output, any_format, lenient)
    return TurnScore(turn.id, turn.record, turn.is_call, right, tool_right, lenient, exact, well_formed, label, output)


def _failure(turn: Turn, output: str, calls: list[Call], lenient: bool) -> Label:
    """What is wrong with a wrong turn; `calls` in any format."""
    if not output.strip():
        return "no answer"
    if turn.is_call:
        if lenient:
            return "wrong format"
        if not calls:
            return "broken call" if parse(output, None, []).malformed else "missed call"
        if len(calls) != len(turn.calls):
            return "wrong number of calls"
        return "wrong arguments" if _names(calls) == _names(turn.calls) else "wrong tool"
    return "unwanted call" if calls else "broken call"


def _names(calls: Sequence[Call]) -> list[str]:
    return sorted(call.name for call in calls)


def same_calls(turn: Turn, calls: Sequence[Call]) -> bool:
    """Whether `calls` are the expected ones, in any order."""
    if len(calls) != len(turn.calls):
        return False
    left = list(range(len(turn.calls)))
    for call in calls:
        match = next((place for place in left if _same_call(turn, place, call)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _same_call(turn: Turn, place: int, call: Call) -> bool:
    wanted = turn.calls[place]
    accepted = turn.accept[place].get(wanted.name) if turn.accept and place < len(turn.accept) else None
    if call.name != wanted.name:
        return False
    if accepted is None:
        return same_value(call.arguments, wanted.arguments)
    return _accepted_arguments(call.arguments, accepted)


def same_value(left: Any, right: Any) -> bool:
    """Equality of JSON values: numbers by value, true and false apart from numbers, strings exactly."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left == right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_value(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same_value, left, right))
    return type(left) is type(right) and left == right


def _accepted_arguments(arguments: dict[str, Any], accepted: dict[str, list[Any]]) -> bool:
    """Every argument is listed with its value, and every listed one that is left out may be (""; bfcl's convention)."""
    if not arguments.keys() <= accepted.keys():
        return False
    return all(
        _accepted_value(arguments[name], values) if name in arguments else "" in values
        for name, values in accepted.items()
    )


def _accepted_value(value: Any, options: list[Any]) -> bool:
    return any(same_value(value, option) or _accepted_inside(value, option) for option in options)


def _accepted_inside(value: Any, option: Any) -> bool:
    """bfcl lists accepted values inside an object argument for each of its keys, and objects inside lists likewise."""
    if isinstance(value, dict) and isinstance(option, dict):
        return all(isinstance(values, list) for values in option.values()) and _accepted_arguments(value, option)
    if isinstance(value, list) and isinstance(option, list) and value:
        return len(value) == len(option) and all(map(_accepted_inside, value, option))
    return False


@dataclass(frozen=True)
class Scores:
    """Shares over a split. A share without anything to count is None.

    Attributes:
        n: records.
        turns: assistant turns.
        task_accuracy: records whose every turn is right.
        call_accuracy: call turns with the right tools and arguments in the model's own format.
        tool_accuracy: call turns with the right tools.
        no_call_accuracy: turns without a call that were answered in words.
        format_validity: turns whose output is well-formed.
        exact_match: records whose every turn is exactly the expected one.
        lenient_task_accuracy: records that are right if the format is forgiven.
        failures: what was wrong with turns, and how often.
    """

    n: int
    turns: int
    task_accuracy: float | None
    call_accuracy: float | None
    tool_accuracy: float | None
    no_call_accuracy: float | None
    format_validity: float | None
    exact_match: float | None
    lenient_task_accuracy: float | None
    failures: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


SHARES = (
    "task_accuracy",
    "call_accuracy",
    "tool_accuracy",
    "no_call_accuracy",
    "format_validity",
    "exact_match",
    "lenient_task_accuracy",
)


def summarise(scores: Sequence[TurnScore]) -> Scores:
    """Shares over turns and records."""
    records = _by_record(scores)
    calls = [score for score in scores if score.is_call]
    words = [score for score in scores if not score.is_call]
    counts = Counter(score.label for score in scores)
    return Scores(
        n=len(records),
        turns=len(scores),
        task_accuracy=_share(all(score.right for score in group) for group in records.values()),
        call_accuracy=_share(score.right for score in calls),
        tool_accuracy=_share(score.tool_right for score in calls),
        no_call_accuracy=_share(score.right for score in words),
        format_validity=_share(score.well_formed for score in scores),
        exact_match=_share(all(score.exact for score in group) for group in records.values()),
        lenient_task_accuracy=_share(all(score.lenient_right for score in group) for group in records.values()),
        failures={label: counts[label] for label in FAILURES if counts[label]},
    )


def record_outcomes(scores: Sequence[TurnScore], metric: str) -> dict[str, bool]:
    """Right or wrong for each record, as the paired test counts it.

    The test needs independent pairs, hence records, not turns: for `call_accuracy` a record is right when all its calls are, and
    records without a call do not count.

    Args:
        scores: of all turns of a split.
        metric: `task_accuracy`, `call_accuracy` or `exact_match`.
    """
    if metric == "call_accuracy":
        scores = [score for score in scores if score.is_call]
    exact = metric == "exact_match"
    return {
        record: all(score.exact if exact else score.right for score in group)
        for record, group in _by_record(scores).items()
    }


def metric_value(scores: Sequence[TurnScore], metric: str) -> float:
    """The share of right records (`record_outcomes`); 0 without records."""
    outcomes = record_outcomes(scores, metric)
    return sum(outcomes.values()) / len(outcomes) if outcomes else 0.0


def _by_record(scores: Sequence[TurnScore]) -> dict[str, list[TurnScore]]:
    groups: dict[str, list[TurnScore]] = {}
    for score in scores:
        groups.setdefault(score.record, []).append(score)
    return groups


def _share(values: Iterable[bool]) -> float | None:
    counted = list(values)
    return sum(counted) / len(counted) if counted else None
