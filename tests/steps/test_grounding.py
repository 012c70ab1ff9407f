"""Every knowledge query of the shipped steps and personas finds something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuneguild.agents.personas import load_personas
from tuneguild.graph.briefing import queries
from tuneguild.graph.state import fresh
from tuneguild.knowledge_mcp.client import ground_sync
from tuneguild.settings import PERSONAS, STEPS, Project
from tuneguild.steps.loader import load_step

PROJECT = Project(name="p", goal="call the right tool")
STEP_FILES = sorted(STEPS.glob("**/step-*.md"))


@pytest.mark.parametrize("path", STEP_FILES, ids=lambda path: path.stem)
def test_a_steps_queries_all_find_records(path: Path) -> None:
    reply = ground_sync(queries(load_step(path), PROJECT, fresh()))
    assert reply.records
    assert reply.notes == []


@pytest.mark.parametrize("name", sorted(path.stem for path in PERSONAS.glob("*.md")))
def test_a_personas_grounding_list_finds_records(name: str) -> None:
    grounding = load_personas(PERSONAS)[name].grounding
    assert grounding
    argument = {"search_knowledge": "query"}
    assert ground_sync([{"tool": tool, argument.get(tool, "topic"): topic} for tool, topic in grounding]).notes == []
