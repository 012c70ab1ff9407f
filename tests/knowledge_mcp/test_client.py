"""The client against a real server in process: records found, nothing known and an outage are three different things."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

import pytest

from tuneguild.agents.decision import Knowledge
from tuneguild.errors import KnowledgeUnavailable, WorkflowError
from tuneguild.knowledge_mcp.client import URL_VARIABLE, KnowledgeClient, ground_sync
from tuneguild.knowledge_mcp.server import build_server
from tuneguild.settings import CORPUS

SEED_PERSONA = [
    {"tool": "get_patterns", "topic": "fine-tuning instruction datasets"},
    {"tool": "get_decisions", "topic": "SFT vs DPO vs RLHF selection"},
    {"tool": "get_warnings", "topic": "fine-tuning pitfalls overfitting"},
    {"tool": "get_methodologies", "topic": "LoRA QLoRA efficient adaptation"},
]


@pytest.fixture(autouse=True)
def no_server_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)


async def test_topics_are_listed_with_their_counts() -> None:
    from mcp import Client

    async with Client(build_server()) as client:
        result = await client.call_tool("list_topics", {"kind": "decision"})
    content: Any = result.structured_content
    assert content["topics"]["lora"] >= 3
    assert content["records"] == len(list((CORPUS / "decisions").glob("*.md")))


async def test_a_search_returns_records_with_figures_sources_and_score() -> None:
    async with KnowledgeClient() as client:
        reply = await client.search("LoRA dropout")
    best = reply.results[0]
    assert best.id == "lora-dropout"
    assert best.numbers["dropout"] == {"value": 0.05, "unit": "share", "basis": "source"}
    assert best.sources[0].startswith("Dettmers et al. (2023).")
    assert best.score is not None and best.score > 0
    assert best.matched == ["lora", "dropout"]


async def test_nothing_known_is_an_empty_reply_with_a_note_and_topics() -> None:
    async with KnowledgeClient() as client:
        reply = await client.search("chocolate cake recipe")
    assert reply.results == []
    assert "nothing relevant" in reply.note
    assert reply.nearest_topics


async def test_an_unknown_id_is_an_empty_reply_with_the_nearest_ids() -> None:
    async with KnowledgeClient() as client:
        reply = await client.get("lora-dropouts")
    assert reply.results == []
    assert "lora-dropout" in reply.note


def test_the_seed_personas_grounding_list_is_answered() -> None:
    reply = ground_sync(SEED_PERSONA)
    first = {record["query"]: record["id"] for record in reversed(reply.records)}
    assert list(first.values())[::-1] == [
        "instruction-dataset-design",
        "dpo-vs-sft-vs-rl",
        "overfitting-signs",
        "lora-qlora-adaptation-procedure",
    ]
    assert reply.notes == []


def test_grounding_gives_what_the_agents_model_takes() -> None:
    entry = {"tool": "get_record", "topic": None, "query": None, "id": "mcnemar-paired-test"}
    [record] = ground_sync([entry]).records
    assert Knowledge.model_validate(record).numbers["alpha"]["value"] == 0.05


def test_a_record_that_two_entries_find_stands_once() -> None:
    reply = ground_sync(
        [{"tool": "get_record", "id": "lora-dropout"}, {"tool": "search_knowledge", "query": "LoRA dropout"}]
    )
    assert [record["id"] for record in reply.records].count("lora-dropout") == 1


def test_an_entry_that_finds_nothing_leaves_a_note() -> None:
    reply = ground_sync(
        [{"tool": "search_knowledge", "query": "chocolate cake"}, {"tool": "get_record", "id": "no-such"}]
    )
    assert reply.records == []
    assert [note.split("(")[0] for note in reply.notes] == ["search_knowledge", "get_record"]


def test_no_entries_need_no_server() -> None:
    assert ground_sync([], target="http://127.0.0.1:9/mcp").records == []


async def test_grounding_works_where_an_event_loop_is_running() -> None:
    assert asyncio.get_running_loop().is_running()
    assert ground_sync([{"tool": "get_record", "id": "lora-dropout"}]).records


def test_entries_that_cannot_be_asked_are_told_together() -> None:
    entries = [{"tool": "get_wisdom"}, {"tool": "get_patterns"}, {"tool": "get_record", "id": "a", "topic": "b"}]
    with pytest.raises(WorkflowError) as caught:
        ground_sync(entries)
    assert [problem.file for problem in caught.value.problems] == ["grounding[0]", "grounding[1]", "grounding[2]"]


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/mcp", ["/no/such/program"], [sys.executable, "-c", "pass"]])
def test_a_server_that_cannot_be_reached_is_an_outage_and_not_an_empty_answer(target: Any) -> None:
    with pytest.raises(KnowledgeUnavailable) as caught:
        ground_sync(SEED_PERSONA, target=target, timeout_s=5)
    assert caught.value.exit_code == 6


def test_the_address_in_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_VARIABLE, "http://127.0.0.1:9/mcp")
    with pytest.raises(KnowledgeUnavailable, match=URL_VARIABLE):
        ground_sync(SEED_PERSONA)


def test_a_server_that_fails_on_a_call_is_an_outage() -> None:
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError

    server = MCPServer("broken", log_level="CRITICAL")

    @server.tool()
    async def get_record(id: str) -> str:
        """Fail."""
        raise ToolError("the disk is on fire")

    with pytest.raises(KnowledgeUnavailable, match="the disk is on fire"):
        ground_sync([{"tool": "get_record", "id": "lora-dropout"}], target=server)


def test_a_server_that_answers_in_another_form_is_an_outage() -> None:
    from mcp.server import MCPServer

    server = MCPServer("other", log_level="CRITICAL")

    @server.tool()
    async def get_record(id: str) -> str:
        """Answer with plain text."""
        return "LoRA is fine"

    with pytest.raises(KnowledgeUnavailable, match="another form"):
        ground_sync([{"tool": "get_record", "id": "lora-dropout"}], target=server)


async def test_the_callers_own_error_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        async with KnowledgeClient():
            _ = 1 // 0


def test_building_the_server_leaves_the_logging_set_up_alone() -> None:
    root = logging.getLogger()
    before = list(root.handlers), root.level
    build_server()
    assert (list(root.handlers), root.level) == before
