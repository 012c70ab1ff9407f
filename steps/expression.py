"""The small language of `when:`: comparisons, `and`, `or`, `not`, `in`, names of facts, literals. Parsed, never `eval`-ed.

architecture in ["fine-tuning", "hybrid"] and not insufficient_data
baseline.test.task_accuracy < 0.9
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, group: item in group,
    ast.NotIn: lambda item, group: item not in group,
}


class ExpressionError(ValueError):
    """The text is not an expression of the `when` language."""


def parse(text: str) -> ast.expr:
    """Check `text` and return its tree.

    Raises:
        ExpressionError: for anything outside the language, a call or an arithmetic operator for instance.
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"not an expression: {error.msg}") from None
    _check(tree)
    return tree


def names(tree: ast.expr) -> set[str]:
    """The facts that an expression reads."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def holds(tree: ast.expr, facts: Mapping[str, Any]) -> bool:
    """Whether the expression is true of `facts`. A fact that no step has established is None, and None compares as false."""
    return bool(_value(tree, facts))


def _check(node: ast.AST) -> None:
    match node:
        case ast.Constant() | ast.Name():
            return
        case ast.Attribute(value=value):
            _check(value)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.BoolOp(values=parts):
            for part in parts:
                _check(part)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _check(operand)
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _COMPARE for op in ops):
            for part in (left, *others):
                _check(part)
        case _:
            raise ExpressionError(f"{ast.unparse(node)!r} is not allowed here")  # type: ignore[arg-type]


def _value(node: ast.expr, facts: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return facts.get(name)
        case ast.Attribute(value=inner, attr=key):
            owner = _value(inner, facts)
            return owner.get(key) if isinstance(owner, Mapping) else None
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [_value(part, facts) for part in parts]
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_value(part, facts) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_value(part, facts) for part in parts)
        case ast.UnaryOp(operand=operand):
            return not _value(operand, facts)
        case ast.Compare(left=left, ops=ops, comparators=others):
            values = [_value(left, facts), *(_value(other, facts) for other in others)]
            return all(_compare(op, a, b) for op, a, b in zip(ops, values, values[1:], strict=False))
    raise ExpressionError(f"{ast.unparse(node)!r} is not allowed here")


def _compare(op: ast.cmpop, left: Any, right: Any) -> bool:
    try:
        return _COMPARE[type(op)](left, right)
    except TypeError:
        return False
