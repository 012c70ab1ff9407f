"""The knowledge MCP server: ranked search and retrieval of records as seven read-only tools.

Built by `build_server`; `client.py` talks to it in process, over stdio or over HTTP. Every reply is a `Reply`: an empty one says
in `note` that nothing is known, which is never the same as a failure.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from .records import Kind, Record
from .store import KnowledgeStore, SearchResult, open_store

if TYPE_CHECKING:
    from mcp.server import MCPServer

MAX_LIMIT = 20

Topic = Annotated[
    str, Field(description="A topic or a phrase, in any wording; a phrase is matched as a whole, not word by word.")
]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT, description="At most so many records.")]
Method = Annotated[
    str | None, Field(description="Training method at hand (lora, qlora, sft); other methods' records rank lower.")
]
Task = Annotated[
    str | None, Field(description="Kind of task at hand (function-calling, agents); others' records rank lower.")
]


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Found(_Out):
    """One record as the tools return it."""

    id: str
    """What a decision cites."""
    kind: str
    title: str
    text: str
    """The record's body (markdown)."""
    numbers: dict[str, dict[str, Any]]
    """name -> {value, unit, basis}; basis "ours" marks an engineering choice that no source gives."""
    confidence: str
    """high, medium or low."""
    sources: list[str]
    """One line each: authors, year, title, place, address."""
    applies_to: dict[str, list[str]]
    related: list[str]
    contradicts: list[str]
    score: float | None
    """Larger is better, comparable within one reply; null when the record was fetched by id."""
    matched: list[str]
    """The words of the query that the record holds."""


class Reply(_Out):
    """What every search and fetch returns."""

    query: str
    results: list[Found]
    """Best first; empty when nothing is known, and then `note` says so."""
    note: str
    nearest_topics: list[str]
    """What to ask for instead, when nothing was found."""


class Topics(_Out):
    """The subjects of the corpus."""

    topics: dict[str, int]
    """Topic -> number of records."""
    records: int


def build_server(*folders: Path) -> MCPServer:
    """Make the server over the given corpus folders (default: the shipped corpus). Logging set-ups stay as they were.

    Raises:
        InputError: with every problem of the corpus.
    """
    store = open_store(*folders)
    server = _quiet_server()
    _add_kind_tools(server, store)
    _add_common_tools(server, store)
    return server


def _quiet_server() -> MCPServer:
    import logging

    from mcp.server import MCPServer

    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    server = MCPServer(
        "tuneguild-knowledge",
        instructions=(
            "Sourced knowledge about fine-tuning, retrieval, prompting and evaluation of language models. Ask in phrases; "
            "cite the ids of the records you rely on. An empty result means that nothing is known: do not fill the gap "
            "from memory."
        ),
        log_level="WARNING",
    )
    # The SDK's constructor puts a handler on the root logger; a library must not change its host's logging.
    root.handlers[:] = handlers
    root.setLevel(level)
    return server


def _add_kind_tools(server: MCPServer, store: KnowledgeStore) -> None:
    tool = _read_only(server)

    @tool
    async def get_patterns(topic: Topic, limit: Limit = 5, method: Method = None, task: Task = None) -> Reply:
        """Find proven ways of doing something (problem, solution, trade-offs), best match first."""
        return _search(store, topic, "pattern", limit, method, task)

    @tool
    async def get_decisions(topic: Topic, limit: Limit = 5, method: Method = None, task: Task = None) -> Reply:
        """Find how to choose between options (question, options, recommendation), best match first."""
        return _search(store, topic, "decision", limit, method, task)

    @tool
    async def get_warnings(topic: Topic, limit: Limit = 5, method: Method = None, task: Task = None) -> Reply:
        """Find what goes wrong and how to see and prevent it (symptoms to detection), best match first."""
        return _search(store, topic, "warning", limit, method, task)

    @tool
    async def get_methodologies(topic: Topic, limit: Limit = 5, method: Method = None, task: Task = None) -> Reply:
        """Find step-by-step procedures (when, steps, checks), best match first."""
        return _search(store, topic, "methodology", limit, method, task)


def _add_common_tools(server: MCPServer, store: KnowledgeStore) -> None:
    tool = _read_only(server)

    @tool
    async def search_knowledge(
        query: Topic, kind: Kind | None = None, limit: Limit = 5, method: Method = None, task: Task = None
    ) -> Reply:
        """Search records of all kinds, or of one, best match first."""
        return _search(store, query, kind, limit, method, task)

    @tool
    async def get_record(id: Annotated[str, Field(description="Id of a record, as other tools return it.")]) -> Reply:
        """Fetch one record by its id."""
        record = store.get(id)
        if record is not None:
            return Reply(query=id, results=[found_from(record)], note="", nearest_topics=[])
        near = store.nearest_ids(id)
        note = f"no record {id!r}" + (f"; did you mean {', '.join(near)}?" if near else "")
        return Reply(query=id, results=[], note=note, nearest_topics=[])

    @tool
    async def list_topics(kind: Kind | None = None) -> Topics:
        """List the topics that records are about, with the number of records, most frequent first."""
        records = [record for record in store.records.values() if kind in (None, record.kind)]
        return Topics(topics=store.topics(kind), records=len(records))


def _read_only(server: MCPServer) -> Any:
    from mcp.types import ToolAnnotations

    return server.tool(
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        )
    )


def _search(
    store: KnowledgeStore, query: str, kind: Kind | None, limit: int, method: str | None, task: str | None
) -> Reply:
    result: SearchResult = store.search(query, kind, limit, method, task)
    hits = [found_from(hit.record, hit.score, hit.matched) for hit in result.hits]
    return Reply(query=query, results=hits, note=result.note, nearest_topics=result.nearest_topics)


def found_from(record: Record, score: float | None = None, matched: tuple[str, ...] = ()) -> Found:
    """A record in the form that the tools return."""
    return Found(
        id=record.id,
        kind=record.kind,
        title=record.title,
        text=record.text,
        numbers={name: number.model_dump() for name, number in record.numbers.items()},
        confidence=record.confidence,
        sources=[source.cite() for source in record.sources],
        applies_to=record.applies_to.model_dump(),
        related=list(record.related),
        contradicts=list(record.contradicts),
        score=score,
        matched=list(matched),
    )
