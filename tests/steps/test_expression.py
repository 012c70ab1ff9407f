"""The language of `when:`."""

from __future__ import annotations

import pytest

from tuneguild.steps.expression import ExpressionError, holds, names, parse

FACTS = {"architecture": "hybrid", "baseline": {"test": {"n": 200}}, "insufficient_data": False}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('architecture in ["fine-tuning", "hybrid"]', True),
        ('architecture == "hybrid" and not insufficient_data', True),
        ("baseline.test.n < 100 or insufficient_data", False),
        ("50 <= baseline.test.n <= 200", True),
        ("unknown == 1", False),
        ("unknown < 1", False),
        ("not unknown", True),
    ],
)
def test_an_expression_is_judged_by_the_facts(text: str, expected: bool) -> None:
    assert holds(parse(text), FACTS) is expected


@pytest.mark.parametrize(
    "text", ["__import__('os')", "a + 1", "a[0]", "lambda: 1", "a if b else c", "a ==", "f(x)", "a is b"]
)
def test_anything_but_comparisons_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_the_facts_that_an_expression_reads_are_known() -> None:
    assert names(parse("baseline.test.n < 1 and architecture")) == {"baseline", "architecture"}
