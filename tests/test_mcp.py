"""The assistant as a server of MCP, spoken to by the official client: here, and as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from assistant.api import Assistant
from assistant.mcp_server import mcp_server
from assistant.service.owner_process import stop
from assistant.settings import Settings
from tests.conftest import OpenEngine, article
from tests.fakes import held
from tests.waiting import await_for

QUESTION = "who owns the port of Halden?"


@pytest.fixture
def assistant(settings: Settings, open_engine: OpenEngine) -> Iterator[Assistant]:
    article(settings.corpus_dir, "port.md", "Acme owns the port of Halden.", title="Port", published="2026-03-04")
    with Assistant(open_engine(), settings) as opened:
        yield opened


def called(server: Any, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """What comes of calls of tools, one after the other."""

    async def call() -> list[Any]:
        async with Client(server) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(call())


def test_an_answer_brings_its_sources_in_words_and_as_a_record(assistant: Assistant):
    (found,) = called(mcp_server(assistant), ("ask", {"question": QUESTION}))
    assert "Acme owns the port of Halden [1]." in found.content[0].text
    assert "[1] “Acme owns the port of Halden.” (Port, 4 March 2026)" in found.content[0].text
    assert found.structured_content["citations"][0]["quote"] == "Acme owns the port of Halden."
    assert found.structured_content["seal"]


def test_what_the_articles_do_not_say_is_said_to_be_so(assistant: Assistant):
    asked = {"question": "who owns the mine of Ruk?"}, {"question": QUESTION, "as_of": "2026-01-01"}
    for found in called(mcp_server(assistant), *(("ask", arguments) for arguments in asked)):
        assert found.structured_content["answered"] is False


def test_passages_and_articles_are_found_and_added(assistant: Assistant, tmp_path: Path):
    new = tmp_path / "ferry.md"
    new.write_text("# Ferry\n\nThe ferry of Lonn has 14 cabins.", encoding="utf-8")
    (tmp_path / "x.jpg").write_bytes(b"x")
    search, added, failed, listed = called(
        mcp_server(assistant),
        ("search", {"question": QUESTION, "k": 1}),
        ("add", {"path_or_url": str(new)}),
        ("add", {"path_or_url": str(tmp_path / "x.jpg")}),
        ("list", {}),
    )
    assert search.structured_content["passages"][0]["title"] == "Port"
    assert added.content[0].text == "1 added, 0 updated, 0 failed"
    assert "1 failed\n" in failed.content[0].text
    assert listed.content[0].text.splitlines() == ["Port (4 March 2026)", "Ferry (undated)"]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("ask", {"question": " "}, "the question is empty"),
        ("add", {"path_or_url": "/nowhere/x.md"}, "does not exist"),
        ("search", {"question": "x", "k": 0}, "k"),
    ],
)
def test_an_error_is_one_of_the_tool_in_a_line(assistant: Assistant, name: str, arguments: dict[str, Any], told: str):
    (found,) = called(mcp_server(assistant), (name, arguments))
    assert found.is_error
    assert told in found.content[0].text


def test_a_call_that_is_given_up_stops_the_answer(settings: Settings, open_engine: OpenEngine, assistant: Assistant):
    model = held()

    async def give_up() -> None:
        with Assistant(open_engine(model), settings) as opened:
            async with Client(mcp_server(opened)) as client:
                calling = asyncio.create_task(client.call_tool("ask", {"question": QUESTION}))
                await await_for(lambda: model.chat.under_way)
                calling.cancel()
                await await_for(lambda: not model.queue.line)

    asyncio.run(give_up())
    assert model.chat.replies == 0


def test_tools_say_what_they_take_and_which_one_changes_something(assistant: Assistant):
    async def tools() -> Any:
        async with Client(mcp_server(assistant)) as client:
            return (await client.list_tools()).tools

    found = {tool.name: tool for tool in asyncio.run(tools())}
    assert {name: tool.annotations.read_only_hint for name, tool in found.items()} == {
        **dict.fromkeys(("ask", "search", "list"), True),
        "add": False,
    }
    assert set(found["ask"].input_schema["properties"]) == {"question", "as_of"}
    assert all(tool.description for tool in found.values())


@pytest.mark.processes
def test_it_is_spoken_to_by_standard_input_and_output(settings: Settings):
    article(settings.corpus_dir, "port.md", "Acme owns the port of Halden.", title="Port", published="2026-03-04")
    folders = {
        f"ASSISTANT_{name.upper()}_DIR": str(getattr(settings, f"{name}_dir")) for name in ("corpus", "data", "state")
    }
    environment = {**os.environ, **folders, "ASSISTANT_LLM": "extractive"}
    server = StdioServerParameters(command=sys.executable, args=["-m", "tests.light_page", "mcp"], env=environment)
    try:
        (found,) = called(server, ("ask", {"question": QUESTION}))
    finally:
        stop(settings)
    assert "Acme owns the port of Halden [1]." in found.content[0].text
