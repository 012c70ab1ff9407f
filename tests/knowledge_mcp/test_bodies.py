"""The sections of a body: typed where they are right, told with their lines where they are not."""

from __future__ import annotations

import pytest

from tuneguild.knowledge_mcp.bodies import DecisionBody, MethodologyBody, Option, PatternBody, WarningBody, parse_body

DECISION = """## Question

Which?

## Options

### One

When: it is small, and
When not: it is large.

### Two
When: it is large.

When not: it is small.

## Considerations

Cost.

## Recommendation

One."""

METHODOLOGY = """## Prerequisites

Data.

## Steps

1. Look.
2. Count,
   twice.

## Outputs

A number.

## Checks

It is positive."""

PATTERN = "## Problem\n\nA.\n\n## Context\n\nB.\n\n## Solution\n\nC.\n\n## Trade-offs\n\nD.\n\n## Example\n\nE."


def faults(kind: str, text: str) -> list[tuple[int, str]]:
    body, found = parse_body(kind, text)
    assert (body is None) == bool(found)
    return [(fault.line, fault.what) for fault in found]


def test_a_decision_has_typed_options() -> None:
    body, _ = parse_body("decision", DECISION)
    assert isinstance(body, DecisionBody)
    assert body.options == [
        Option(name="One", when="it is small, and", when_not="it is large."),
        Option(name="Two", when="it is large.", when_not="it is small."),
    ]
    assert (body.question, body.considerations, body.recommendation) == ("Which?", "Cost.", "One.")


def test_a_methodology_has_a_list_of_steps() -> None:
    body, _ = parse_body("methodology", METHODOLOGY)
    assert isinstance(body, MethodologyBody)
    assert body.steps == ["Look.", "Count,\ntwice."]


def test_a_pattern_and_a_warning_have_their_sections() -> None:
    pattern, _ = parse_body("pattern", PATTERN)
    assert pattern == PatternBody(problem="A.", context="B.", solution="C.", trade_offs="D.", example="E.")
    text = "## Symptoms\nA\n## Consequences\nB\n## Prevention\nC\n## Detection\nD"
    warning, _ = parse_body("warning", text)
    assert warning == WarningBody(symptoms="A", consequences="B", prevention="C", detection="D")


def test_a_heading_inside_a_code_fence_is_no_section() -> None:
    body, _ = parse_body("pattern", PATTERN.replace("E.", "```\n## not a section\n```"))
    assert isinstance(body, PatternBody)
    assert "not a section" in body.example


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("pattern", PATTERN.replace("## Context\n\nB.\n\n", ""), [(5, "sections of a pattern")]),
        ("pattern", f"{PATTERN}\n\n## More\n\nF.", [(21, "sections of a pattern")]),
        ("pattern", f"Hello.\n\n{PATTERN}", [(1, "text before the first section")]),
        ("pattern", PATTERN.replace("D.", ""), [(13, "section Trade-offs is empty")]),
        ("decision", DECISION.replace("When not: it is large.\n", ""), [(7, "option 'One' lacks When not:")]),
        ("decision", DECISION.replace("### Two", "### one"), [(12, "option given twice")]),
        ("decision", DECISION.replace("large.\n\n###", "large.\nAnd so on.\n\n###"), [(11, "not a line of an option")]),
        ("decision", DECISION[:80] + DECISION[139:], [(5, "too few options")]),
        ("methodology", METHODOLOGY.replace("2. Count", "3. Count"), [(8, "steps are not counted")]),
        (
            "methodology",
            METHODOLOGY.replace("1. Look.", "First look."),
            [(7, "not a step"), (8, "steps are not counted"), (5, "too few steps")],
        ),
    ],
)  # fmt: skip
def test_each_fault_comes_with_its_line(kind: str, text: str, expected: list[tuple[int, str]]) -> None:
    assert faults(kind, text) == expected
