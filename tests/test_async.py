"""Each method that takes a while has a twin to be awaited."""

import asyncio
import inspect
from pathlib import Path

import pytest

from assistant import Assistant, Document, UsageError
from assistant.records import Done
from assistant.settings import Settings
from tests.conftest import OpenEngine, article

AT_ONCE = {"as_user", "close", "forget_old", "leave", "open", "unrated", "watched_by", "with_progress", "withheld"}
"""They open, hang up or look at what is here; nobody waits for them."""
PUBLIC = {name: each for name, each in inspect.getmembers(Assistant, inspect.isfunction) if not name.startswith("_")}
TWINS = {name for name, each in PUBLIC.items() if inspect.iscoroutinefunction(each) or inspect.isasyncgenfunction(each)}


def twin(name: str) -> str:
    return "async_" if name == "sync" else f"a{name}"


@pytest.fixture
def assistant(settings: Settings, open_engine: OpenEngine) -> Assistant:
    article(settings.corpus_dir, "port.md", "The port was sold in May.", title="Port")
    return Assistant(open_engine(), settings)


@pytest.mark.parametrize("name", sorted(PUBLIC.keys() - TWINS - AT_ONCE))
def test_the_twin_takes_the_same_arguments(name: str):
    assert inspect.signature(PUBLIC[twin(name)]).parameters.keys() == inspect.signature(PUBLIC[name]).parameters.keys()


def test_twins_are_awaited_in_the_order_of_a_day(assistant: Assistant, tmp_path: Path):
    async def day() -> None:
        report = await assistant.async_()
        [sold] = report.added
        assert (await assistant.adocument(sold)).title == "Port"
        added = await assistant.aadd(Document("Quay", "The quay has two cranes.", ""))
        [quay] = added.added
        assert {document.document_id for document in await assistant.adocuments()} == {sold, quay}
        assert (await assistant.aoverview()).total == 2
        assert await assistant.afailures() == {}
        answer = await assistant.aask("When was the port sold?")
        assert answer.answered
        assert (await assistant.averify(answer)).intact
        assert [p.document_id for p in await assistant.asearch("When was the port sold?", k=1)] == [sold]
        assert isinstance([event async for event in assistant.astream("When was the port sold?")][-1], Done)
        assert (await assistant.aamend(quay, title="Pier")).updated == [quay]
        assert (await assistant.aremove(quay)).removed == [quay]
        assert [removed.document_id for removed in await assistant.aremoved()] == [quay]
        assert (await assistant.arestore(quay)).added == [quay]
        assert await assistant.abackup(tmp_path / "backup.zip") > 0
        assert (await assistant.arestore_backup(tmp_path / "backup.zip")).failed == {}
        assert all(finding.fine for finding in await assistant.acheck())
        await assistant.aprepare()
        assert isinstance(await assistant.asuggest(1), list)

    asyncio.run(day())


def test_what_a_method_raises_its_twin_raises(assistant: Assistant):
    with pytest.raises(UsageError, match="no other machine"):
        asyncio.run(assistant.amachines())
    with pytest.raises(UsageError, match="no other machine"):
        asyncio.run(assistant.aforget_machine("other"))
