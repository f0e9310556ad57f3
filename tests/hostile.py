"""A corpus, and answers, of which every text that somebody else may have written is a payload."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import CorpusError, UnknownDocument, UsageError
from assistant.people.exchanges import Exchange
from assistant.records import (
    Answer,
    Citation,
    Derived,
    Document,
    Done,
    Event,
    Filters,
    Overview,
    Passage,
    Progress,
    Removed,
    Retrieved,
    SyncReport,
    Text,
)
from assistant.service.client import RemoteEngine
from assistant.web.address import listen

DAY = date(2026, 3, 4)


def document(text: str, number: int = 1, similar: Sequence[str] = ()) -> Document:
    """An article that is this text in all its parts."""
    line = " ".join(text.split())
    return Document(
        title=text,
        text=f"# {line}\n\n{text}\n\n- {line}\n\n> {line}\n\n| a |\n|---|\n| {line} |\n",
        document_id=f"d{number}",
        publisher=text,
        author=text,
        published=DAY,
        language=text,
        url=text,
        sources=[text, text],
        state="stale" if number % 2 else "ready",
        similar=list(similar),
        size=number,
        notes=[text],
    )


def citation(text: str, number: int = 1, **other: Any) -> Citation:
    return Citation(
        number, text, f"d{number}", text, text, 0, len(text), publisher=text, published=DAY, section=text, **other
    )


def passage(text: str, number: int = 1) -> Passage:
    around = f"{text} {text} {text}"
    start = -len(text) - 1
    return Passage(
        f"d{number}", text, text, around, start, start + len(around), 0.5, publisher=text, published=DAY, section=text
    )


def answer(question: str, texts: Sequence[str], *, answered: bool = True) -> Answer:
    """An answer with a paragraph, a citation, a passage, a note and a derived value for each text."""
    numbered = list(enumerate(texts, 1))
    return Answer(
        question,
        "\n\n".join(f"{text} [{number}]" for number, text in numbered),
        answered,
        "claims" if answered else "refusal",
        understood=f"It is about {question}",
        citations=[citation(text, number) for number, text in numbered] if answered else [],
        notes=list(texts),
        derived=[Derived(text, text, [1]) for text in texts],
        passages=[passage(text, number) for number, text in numbered],
        model=texts[0],
    )


def exchange(text: str, *, answered: bool = True, failure: str = "") -> Exchange:
    """A question of a conversation, with what came of it."""
    given = Filters(as_of=DAY, publishers=(text,), sources=(text,))
    if failure:
        return Exchange(text, "2026-03-04", given, text, failure=failure)
    found = answer(text, [text], answered=answered)
    return Exchange(text, "2026-03-04", given, found.text, found)


class HostileEngine(RemoteEngine):
    """Gives out payloads wherever an owner would give out what it has read."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = list(texts)
        self.held = {f"d{number}": document(text, number, ["d1"]) for number, text in enumerate(texts, 1)}
        self.trash: list[str] = []

    def documents(self, report: Any, filters: Filters | None = None, scope: Any = None) -> list[Document]:
        chosen = set(filters.document_ids) if filters else set()
        return [one for one in self.held.values() if not chosen or one.document_id in chosen]

    def document(self, document_id: str, report: Any, scope: Any = None) -> Document:
        if document_id not in self.held:
            raise UnknownDocument(f"there is no article {document_id}; 'assistant list' shows all")
        return self.held[document_id]

    def overview(self, report: Any, scope: Any = None) -> Overview:
        return Overview(len(self.texts), DAY, DAY, self.texts)

    def failures(self, report: Any, scope: Any = None) -> dict[str, str]:
        return {text: f"cannot be read: {text}" for text in self.texts}

    def removed(self, report: Any, scope: Any = None) -> list[Removed]:
        return [Removed(f"r{number}", [text], "2026-03-04T10:00:00") for number, text in enumerate(self.texts)]

    def stream(
        self, question: str, filters: Any, settings: Any, turns: Any, report: Any, stop: Any, scope: Any = None
    ) -> Generator[Event]:
        if question.startswith("fail"):
            raise CorpusError(" ".join(self.texts))
        found = answer(question, self.texts)
        yield Retrieved(found.passages)
        yield Text(found.text)
        yield Done(found)

    def suggest(self, k: int, answer: Any, filters: Any, settings: Any, report: Any, scope: Any = None) -> list[str]:
        return self.texts

    def sync(self, report: Any, *, again: bool = True, engine: str = "local", scope: Any = None) -> SyncReport:
        raise CorpusError(" ".join(self.texts))

    def add(self, path: Path, report: Any, collection: str = "", scope: Any = None) -> SyncReport:
        report(Progress(path.name, 1, 2))
        raise UsageError(f"{path.name} is no article")

    def remove(self, document_id: str, report: Any, scope: Any = None) -> SyncReport:
        return SyncReport(removed=[document_id])

    def amend(self, document_id: str, values: dict[str, Any], report: Any, scope: Any = None) -> SyncReport:
        raise UsageError(f"{values['title']} cannot be its title")

    def close(self) -> None:
        pass


class _Unguarded:
    """The application without its Content-Security-Policy, so that what is shown has to be harmless by itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def without(message: Message) -> None:
            if message["type"] == "http.response.start":
                del MutableHeaders(scope=message)["content-security-policy"]
            await send(message)

        await self._app(scope, receive, without)


@contextmanager
def serving_here(app: ASGIApp, *, guarded: bool) -> Iterator[str]:
    """The host and port of an application that a thread of this process serves, with or without its policy."""
    line = listen("127.0.0.1", 0)
    config = uvicorn.Config(app if guarded else _Unguarded(app), log_level="error", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [line]}, daemon=True)
    thread.start()
    try:
        yield "{}:{}".format(*line.getsockname())
    finally:
        server.should_exit = True
        thread.join()
