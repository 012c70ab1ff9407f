"""The figures that policies use come from the knowledge records: a changed record changes the plan."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import tuneguild
from tuneguild.agents.policies import operations
from tuneguild.knowledge_mcp.records import load_corpus

POLICIES = Path(tuneguild.__file__).parent / "agents" / "policies"
RECORDS = {record.id: record for record in load_corpus()}


def used() -> set[tuple[str, str]]:
    """(record, number) of every `briefing.number(...)` in the policies; names of constants are looked up."""
    found = {(record, name) for record, name, _ in operations.WATCH.values()}
    for path in POLICIES.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        constants = dict(re.findall(r'^([A-Z]+) = "([a-z0-9-]+)"$', text, re.MULTILINE))
        for node in ast.walk(ast.parse(text)):
            if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "number" and len(node.args) > 1):
                continue
            record, name = node.args[:2]
            id = record.value if isinstance(record, ast.Constant) else constants[ast.unparse(record)]
            names = [name.value] if isinstance(name, ast.Constant) else re.findall(r"'([a-z0-9_]+)'", ast.unparse(name))
            found |= {(str(id), str(one)) for one in names}
    return found


def test_at_least_40_records_hold_figures_that_policies_use() -> None:
    assert len({record for record, _ in used()}) >= 40


@pytest.mark.parametrize(("record", "name"), sorted(used()))
def test_a_figure_that_a_policy_asks_for_is_in_its_record(record: str, name: str) -> None:
    assert name in RECORDS[record].numbers
