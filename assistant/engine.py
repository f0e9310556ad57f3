"""All that one data folder needs, in one process: index, embedder, language model. The only place that opens them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from . import backup, folder
from .answering import answer, checked_question
from .checkup import examine
from .conversation import Turn
from .corpus import Corpus
from .embedding import Embedder
from .errors import IndexFailure, OwnerError, UsageError
from .holding import Holding, Opened
from .index import Index
from .models import EMBEDDED, ChatModel, open_chat_model
from .parsing import Parser
from .queueing import Persons
from .receipts import receipt, verify
from .records import (
    Answer,
    Document,
    Done,
    Event,
    Filters,
    Finding,
    Passage,
    Progress,
    Removed,
    SyncReport,
    Verification,
)
from .reranking import Reranker, open_reranker
from .retrieval import search
from .settings import Settings
from .stopping import Stop, Stopped, never
from .suggesting import Asking
from .suggestions import Suggestions
from .understanding import meant
from .wire import LOCK, Address

Report = Callable[[Progress], None]
_Result = TypeVar("_Result")


class Engine:
    """Holds the data folder for itself while open; a second engine on the same folder is an OwnerError.

    Everything heavy is opened when first needed. Methods may be called from several threads; questions for
    one local model wait in a queue. `embedder` and `chat_model` take the place of the settings' ones, `parser` that
    of a process of its own.
    """

    def __init__(
        self,
        settings: Settings,
        embedder: Embedder | None = None,
        chat_model: ChatModel | None = None,
        wait: float = 0.0,
        parser: Parser | None = None,
    ) -> None:
        self._settings = settings
        self._given_model = chat_model
        self._parser = parser or Parser()
        self._opening = threading.RLock()
        self._models: dict[str, ChatModel | None] = {}
        self._rerankers: list[Reranker | None] = []
        self._holding = Holding(settings, self._parser, embedder)
        self._suggestions = Suggestions()
        self._persons = Persons()
        self._lock = _hold(settings.data_dir, wait)

    def sync(self, report: Report = lambda _: None, *, again: bool = True) -> SyncReport:
        """Make the index hold what the folder holds; `again` tries files once more that could not be read."""
        return self._changed(report, lambda corpus: corpus.sync(report, again=again))

    def add(self, path: Path, report: Report = lambda _: None) -> SyncReport:
        """Copy a file or the files of a folder into the corpus, which is made where there is none, and sync."""
        if not path.exists():
            raise UsageError(f"{path} does not exist; give a file or a folder")
        folder.make(self._settings.corpus_dir)
        return self._changed(report, lambda corpus: corpus.add(path, report))

    def add_document(self, document: Document, report: Report = lambda _: None) -> SyncReport:
        """Write a document into the corpus folder, which is made where there is none, and sync."""
        folder.make(self._settings.corpus_dir)
        return self._changed(report, lambda corpus: corpus.add_document(document, report))

    def add_page(self, url: str, report: Report = lambda _: None) -> SyncReport:
        """Fetch a web page into the corpus folder, which is made where there is none, and sync."""
        folder.make(self._settings.corpus_dir)
        return self._changed(report, lambda corpus: corpus.add_page(url, report))

    def remove(self, document_id: str, report: Report = lambda _: None) -> SyncReport:
        """Move a document's files to the trash and sync."""
        return self._changed(report, lambda corpus: corpus.remove(document_id, report))

    def restore(self, document_id: str, report: Report = lambda _: None) -> SyncReport:
        """Undo `remove`."""
        return self._changed(report, lambda corpus: corpus.restore(document_id, report))

    def removed(self, report: Report = lambda _: None) -> list[Removed]:
        """The documents in the trash, latest first."""
        return self._holding.using(report, lambda opened: opened.corpus.removed() if opened.corpus else [])

    def amend(self, document_id: str, values: dict[str, Any], report: Report = lambda _: None) -> SyncReport:
        """Correct title, publisher, author or date of a document."""
        return self._changed(report, lambda corpus: corpus.amend(document_id, **values))

    def backup(self, file: Path, report: Report = lambda _: None) -> int:
        """Sync, so that every article has its id, and write articles, state and catalogue into one file; its size."""
        return self._holding.using(report, lambda opened: backup.write(self._settings, opened, file, report))

    def restore_backup(self, file: Path, report: Report = lambda _: None) -> SyncReport:
        """Make everything what it was when a backup was written; what was there since is in the trash."""
        folder.make(self._settings.corpus_dir)
        return self._changed(report, lambda corpus: corpus.restore_backup(file, report))

    def check(self, *, repair: bool = False, report: Report = lambda _: None) -> list[Finding]:
        """Look through index, ledger and folder; `repair` makes again what is damaged."""
        return examine(self._settings, self._holding, repair=repair, report=report)

    def documents(self, report: Report = lambda _: None, filters: Filters | None = None) -> list[Document]:
        """All documents that the filters let pass, without their text, newest first."""
        return self._looked_up(report, lambda index: index.catalogue.documents(filters))

    def failures(self, report: Report = lambda _: None) -> dict[str, str]:
        """Files of the folder that are no documents, each with the reason."""
        return self._looked_up(report, lambda index: index.catalogue.failures())

    def document(self, document_id: str, report: Report = lambda _: None) -> Document:
        """One document with its text."""
        return self._holding.using(report, lambda opened: opened.index.catalogue.document(document_id))

    def search(
        self,
        question: str,
        k: int = 5,
        filters: Filters | None = None,
        turns: Sequence[Turn] = (),
        report: Report = lambda _: None,
    ) -> list[Passage]:
        """The passages that speak most of the question, as the conversation so far lets it be understood."""
        asked = checked_question(question, self._settings.max_question_characters)

        def found(index: Index) -> list[Passage]:
            means = meant(index, asked, turns, filters)
            return search(index, means.text, k, means.filters, self._reranker(report)).passages

        return self._looked_up(report, found)

    def stream(
        self,
        question: str,
        filters: Filters | None = None,
        settings: Settings | None = None,
        turns: Sequence[Turn] = (),
        report: Report = lambda _: None,
        stop: Stop = never,
    ) -> Generator[Event]:
        """The events of an answer; `turns` is the conversation so far.

        `settings` may name another language model than the engine's own. The events end early when `stop` says so.
        """
        chosen = settings or self._settings
        asked = checked_question(question, chosen.max_question_characters)

        def events(opened: Opened) -> Generator[Event]:
            remark = opened.corpus.sync_if_changed(report) if opened.corpus else ""
            reranker = self._reranker(report)
            answers = answer(asked, opened.index, filters, lambda: self._model(chosen, report), reranker, turns, stop)
            last = None
            with suppress(Stopped), closing(answers), self._persons.one():
                for event in answers:
                    if isinstance(event, Done):
                        last = self._finished(event, remark, opened.index, chosen, filters)
                    else:
                        yield event
            if last is not None:
                yield last

        return self._holding.streaming(report, events)

    def suggest(
        self,
        k: int = 4,
        answer: Answer | None = None,
        filters: Filters | None = None,
        settings: Settings | None = None,
        report: Report = lambda _: None,
        stop: Stop = never,
    ) -> list[str]:
        """Questions that are answered with the sentences that they are made of; of an answer's passages, where given.

        The local model is asked, too, where `settings` name it. That never delays a person: nothing is begun while one
        is served, and what is under way is given up. A provider is sent nothing unasked, so code alone has to do.
        """
        chosen = settings or self._settings
        local = chosen.llm == EMBEDDED
        asking = Asking(
            filters,
            open_model=lambda: self._model(chosen, report) if local else None,
            reranker=self._reranker(report),
            stop=lambda: stop() or (local and self._persons.there),
            busy=lambda: self._persons.there,
        )

        def reach(look: Callable[[Index], _Result]) -> _Result:
            return self._holding.using(report, lambda opened: look(opened.index))

        if not self._looked_up(report, lambda index: index.catalogue.document_count()):
            return []
        model = _model_key(chosen) if local else ""
        if answer is None:
            return self._suggestions.first(reach, k, asking, model)
        return self._suggestions.after(reach, k, answer, asking, model)

    def verify(self, said: str, report: Report = lambda _: None) -> Verification:
        """Whether an answer, given as the JSON of its `to_dict`, is as it was, and which of its quotes still stand."""
        return self._looked_up(report, lambda index: verify(said, index.catalogue))

    def prepare(self, settings: Settings | None = None, report: Report = lambda _: None) -> None:
        """Load everything an answer needs, so that the first question does not wait for it."""
        self._holding.using(report, lambda _: None)
        self._model(settings or self._settings, report)

    def close(self) -> None:
        """Let go of the models, the index and the folder."""
        with self._opening:
            for model in self._models.values():
                if model:
                    model.close()
            self._models.clear()
        self._holding.close()
        self._parser.close()
        self._lock.release()

    def _changed(self, report: Report, change: Callable[[Corpus], SyncReport]) -> SyncReport:
        return self._holding.using(report, lambda opened: change(opened.followed))

    def _looked_up(self, report: Report, look: Callable[[Index], _Result]) -> _Result:
        """What is found in the index, which is made to follow the folder first."""

        def found(opened: Opened) -> _Result:
            if opened.corpus and (remark := opened.corpus.sync_if_changed(report)):
                report(Progress(remark, lasting=True))
            return look(opened.index)

        return self._holding.using(report, found)

    def _finished(self, done: Done, remark: str, index: Index, settings: Settings, filters: Filters | None) -> Done:
        """The end of an answer with its receipt, and a remark on what it could not know."""
        model = self._given_model or self._models.get(_model_key(settings))

        def text_of(document_id: str) -> str:
            return index.catalogue.document(document_id).text

        told = replace(done.answer, notes=[*done.answer.notes, *filter(None, [remark])])
        made_of = receipt(told, settings, filters, model, index.embedder.fingerprint, text_of)
        return Done(replace(told, receipt=made_of))

    def _reranker(self, report: Report) -> Reranker | None:
        with self._opening:
            if not self._rerankers:
                self._rerankers.append(open_reranker(self._settings, report))
            return self._rerankers[0]

    def _model(self, settings: Settings, report: Report) -> ChatModel | None:
        if self._given_model is not None:
            return self._given_model
        key = _model_key(settings)
        with self._opening:
            if key not in self._models:
                self._models[key] = open_chat_model(settings, report)
            return self._models[key]


def _model_key(settings: Settings) -> str:
    return f"{settings.llm}|{settings.llm_base_url}|{settings.gguf}|{settings.threads}"


def _hold(data_dir: Path, wait: float) -> FileLock:
    lock = FileLock(data_dir / LOCK)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=wait)
    except Timeout:
        raise OwnerError(f"{data_dir} is held by {_holder(data_dir)}; end it, or set another data_dir") from None
    except OSError as error:
        raise IndexFailure(
            f"the data folder {data_dir} cannot be written ({error.strerror}); check its permissions or set data_dir"
        ) from None
    return lock


def _holder(data_dir: Path) -> str:
    address = Address.read(data_dir)
    return f"process {address.process}" if address else "another process"
