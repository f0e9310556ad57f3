"""All that one data folder needs, in one process: index, embedder, language model. It and `holding` open them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from ..access import Scope
from ..answers.answering import answer, checked_question
from ..answers.candidates import PASSAGES_FIRST
from ..answers.steps import Run
from ..answers.understanding import meant
from ..documents import folder
from ..documents.corpus import Corpus
from ..documents.sync_engine import LOCAL
from ..errors import IndexFailure, OwnerError, UsageError
from ..finding.reranking import Reranker, open_reranker
from ..finding.retrieval import search
from ..formats.parsing import Parser
from ..indexing.embedding import Embedder
from ..indexing.index import Index
from ..language.syntax import parse_at_once
from ..language_models.models import ChatModel, open_chat_model
from ..language_models.precedence import Persons
from ..language_models.stopping import Stop, Stopped, never
from ..people import limiting
from ..questions.conversation import Turn
from ..records import (
    Answer,
    Document,
    Done,
    Event,
    Filters,
    Finding,
    Machine,
    OnProgress,
    Overview,
    Passage,
    Progress,
    Removed,
    SyncReport,
    Verification,
)
from ..settings import EMBEDDED, Settings
from ..suggesting.making import Asking
from ..suggesting.suggestions import Suggestions
from . import backup
from .checkup import examine
from .holding import Holding, Opened
from .observing import Account, Observer, observed, observers_of
from .receipts import receipt, verify
from .wire import LOCK, Address

_Result = TypeVar("_Result")
_BEHIND = "the newest changes of the articles may be missing here"


class Engine:
    """Holds the data folder for itself while open; a second engine on the same folder is an OwnerError.

    Everything heavy is opened when first needed. Methods may be called from several threads; questions for
    one local model wait in a queue. `embedder` and `chat_model` take the place of the settings' ones, `parser` that
    of a process of its own, `observers` that of the log and the spans which the settings ask for.
    """

    def __init__(
        self,
        settings: Settings,
        embedder: Embedder | None = None,
        chat_model: ChatModel | None = None,
        wait: float = 0.0,
        parser: Parser | None = None,
        observers: Sequence[Observer] | None = None,
    ) -> None:
        self._settings = settings
        self._observers = observers_of(settings) if observers is None else observers
        self._given_model = chat_model
        self._parser = parser or Parser()
        self._opening = threading.RLock()
        self._models: dict[str, ChatModel | None] = {}
        self._rerankers: list[Reranker | None] = []
        self._holding = Holding(settings, self._parser, embedder)
        self._suggestions: dict[Scope | None, Suggestions] = {}
        self._persons = Persons()
        self._lock = _hold(settings.data_dir, wait)

    def sync(
        self,
        progress: OnProgress = lambda _: None,
        *,
        again: bool = True,
        engine: str = LOCAL,
        scope: Scope | None = None,
    ) -> SyncReport:
        """Make the index hold what the folder holds; `again` tries files once more that could not be read.

        `engine` names who parses and embeds: this process, or the workers of a Ray cluster.
        """
        return self._changed(progress, lambda corpus: corpus.sync(progress, again=again, engine=engine), scope)

    def add(
        self, path: Path, progress: OnProgress = lambda _: None, collection: str = "", scope: Scope | None = None
    ) -> SyncReport:
        """Copy a file or the files of a folder into the corpus, which is made where there is none, and sync."""
        if not path.exists():
            raise UsageError(f"{path} does not exist; give a file or a folder")
        if not (path.is_file() or path.is_dir()):
            raise UsageError(f"{path} is no file, but a device or pipe; give a file or a folder")
        within = self._place(collection, scope)
        return self._changed(progress, lambda corpus: corpus.add(path, progress, within), scope)

    def add_document(
        self,
        document: Document,
        progress: OnProgress = lambda _: None,
        collection: str = "",
        scope: Scope | None = None,
    ) -> SyncReport:
        """Write a document into the corpus folder, which is made where there is none, and sync."""
        within = self._place(collection, scope)
        return self._changed(progress, lambda corpus: corpus.add_document(document, progress, within), scope)

    def add_page(
        self, url: str, progress: OnProgress = lambda _: None, collection: str = "", scope: Scope | None = None
    ) -> SyncReport:
        """Fetch a web page into the corpus folder, which is made where there is none, and sync."""
        within = self._place(collection, scope)
        return self._changed(progress, lambda corpus: corpus.add_page(url, progress, within), scope)

    def remove(self, document_id: str, progress: OnProgress = lambda _: None, scope: Scope | None = None) -> SyncReport:
        """Move a document's files to the trash and sync."""
        if scope and not any(document_id == each.document_id for each in self.removed(progress, scope)):
            self.document(document_id, progress, scope)
        return self._changed(progress, lambda corpus: corpus.remove(document_id, progress), scope)

    def erase(self, document_id: str, progress: OnProgress = lambda _: None) -> SyncReport:
        """Delete a document for good."""
        return self._changed(progress, lambda corpus: corpus.erase(document_id, progress))

    def restore(
        self, document_id: str, progress: OnProgress = lambda _: None, scope: Scope | None = None
    ) -> SyncReport:
        """Undo `remove`."""
        if scope and not any(document_id == each.document_id for each in self.removed(progress, scope)):
            self.document(document_id, progress, scope)
        return self._changed(progress, lambda corpus: corpus.restore(document_id, progress), scope)

    def removed(self, progress: OnProgress = lambda _: None, scope: Scope | None = None) -> list[Removed]:
        """The documents in the trash, latest first."""
        found = self._holding.using(progress, lambda opened: opened.corpus.removed() if opened.corpus else [])
        return limiting.in_trash(found, scope)

    def amend(
        self,
        document_id: str,
        values: dict[str, Any],
        progress: OnProgress = lambda _: None,
        scope: Scope | None = None,
    ) -> SyncReport:
        """Correct title, publisher, author or date of a document."""
        if scope:
            self.document(document_id, progress, scope)
        return self._changed(progress, lambda corpus: corpus.amend(document_id, **values), scope)

    def backup(self, file: Path, progress: OnProgress = lambda _: None) -> int:
        """Sync, so that every article has its id, and write articles, state and catalogue into one file; its size."""
        return self._holding.using(progress, lambda opened: backup.write(self._settings, opened, file, progress))

    def restore_backup(self, file: Path, progress: OnProgress = lambda _: None) -> SyncReport:
        """Make everything what it was when a backup was written; what was there since is in the trash."""
        folder.make(self._settings.corpus_dir)
        return self._changed(progress, lambda corpus: corpus.restore_backup(file, progress))

    def machines(self, progress: OnProgress = lambda _: None) -> list[Machine]:
        """The machines that share the corpus. Raises UsageError where none do."""
        return self._holding.using(progress, lambda opened: opened.followed.machines())

    def forget_machine(self, name: str, progress: OnProgress = lambda _: None) -> SyncReport:
        """Let go of what only a machine has that is gone."""
        return self._changed(progress, lambda corpus: corpus.forget_machine(name, progress))

    def check(self, *, repair: bool = False, progress: OnProgress = lambda _: None) -> list[Finding]:
        """Look through index, ledger and folder; `repair` makes again what is damaged."""
        return examine(self._settings, self._holding, repair=repair, progress=progress)

    def documents(
        self, progress: OnProgress = lambda _: None, filters: Filters | None = None, scope: Scope | None = None
    ) -> list[Document]:
        """All documents that the filters let pass, without their text, newest first."""
        return self._looked_up(progress, lambda index: index.catalogue.documents(filters), scope)

    def overview(self, progress: OnProgress = lambda _: None, scope: Scope | None = None) -> Overview:
        """What the corpus holds, in figures."""
        return self._looked_up(progress, lambda index: index.catalogue.overview(), scope)

    def failures(self, progress: OnProgress = lambda _: None, scope: Scope | None = None) -> dict[str, str]:
        """Files of the folder that are no documents, each with the reason."""
        return self._looked_up(progress, lambda index: index.catalogue.failures(), scope)

    def document(self, document_id: str, progress: OnProgress = lambda _: None, scope: Scope | None = None) -> Document:
        """One document with its text."""

        def found(opened: Opened) -> Document:
            return opened.index.seen_by(scope).catalogue.document(document_id)

        return self._holding.using(progress, found)

    def withheld(
        self, document_ids: Sequence[str], progress: OnProgress = lambda _: None, scope: Scope | None = None
    ) -> list[str]:
        """Which of these documents the scope leaves out, also of those that lie in the trash or are gone."""

        def found(opened: Opened) -> list[str]:
            _up_to_date(opened, progress, scope)
            catalogue = opened.index.seen_by(scope).catalogue
            seen, hidden = frozenset(catalogue.ids()), catalogue.hidden()
            former = opened.ledger.sources if opened.ledger else lambda _: []
            unknown = bool(self._settings.chroma_url)  # of what lay at another machine nobody here knows where
            return [
                i
                for i in document_ids
                if i in hidden
                or (i not in seen and not (all(map(sees, there)) if (there := former(i)) else not unknown))
            ]

        sees = scope.sees if scope else lambda _: True
        return self._holding.using(progress, found) if scope else []

    def search(
        self,
        question: str,
        k: int = 5,
        filters: Filters | None = None,
        turns: Sequence[Turn] = (),
        progress: OnProgress = lambda _: None,
        scope: Scope | None = None,
    ) -> list[Passage]:
        """The passages that speak most of the question, as the conversation so far lets it be understood."""
        asked = checked_question(question, self._settings.max_question_characters)

        def found(index: Index) -> list[Passage]:
            reranker = self._reranker(progress)
            with PASSAGES_FIRST.quick():
                means = meant(index, asked, turns, filters)
                return search(index, means.text, k, means.filters, reranker).passages

        return self._looked_up(progress, found, scope)

    def stream(
        self,
        question: str,
        filters: Filters | None = None,
        settings: Settings | None = None,
        turns: Sequence[Turn] = (),
        progress: OnProgress = lambda _: None,
        stop: Stop = never,
        scope: Scope | None = None,
    ) -> Generator[Event]:
        """The events of an answer; `turns` is the conversation so far. The index is that which the scope lets be seen.

        `settings` may name another language model than the engine's own. The events end early when `stop` says so.
        """
        chosen = settings or self._settings
        asked = checked_question(question, chosen.max_question_characters)
        account = Account(asked, chosen.llm)
        steps = account.steps

        def model() -> ChatModel | None:
            with steps.of("load"):
                return self._model(chosen, progress)

        def events(opened: Opened) -> Generator[Event]:
            with steps.of("sync"):
                remark = _up_to_date(opened, progress, scope)
            index = opened.index.seen_by(scope)
            reranker = self._reranker(progress)
            answers = answer(asked, index, filters, model, reranker, turns, Run(stop, steps))
            last = None
            with suppress(Stopped), closing(answers), self._persons.one():
                for event in answers:
                    if isinstance(event, Done):
                        last = self._finished(event, remark, index, chosen, filters)
                    else:
                        yield event
            if last is not None:
                yield last

        return observed(account, self._holding.streaming(progress, events), self._observers)

    def suggest(
        self,
        k: int = 4,
        answer: Answer | None = None,
        filters: Filters | None = None,
        settings: Settings | None = None,
        progress: OnProgress = lambda _: None,
        stop: Stop = never,
        scope: Scope | None = None,
    ) -> list[str]:
        """Questions that are answered with the sentences that they are made of; of an answer's passages, where given.

        The local model is asked, too, where `settings` name it. That never delays a person: nothing is begun while one
        is served, and what is under way is given up. A provider is sent nothing unasked, so code alone has to do.
        """
        chosen = settings or self._settings
        local = chosen.llm == EMBEDDED
        asking = Asking(
            filters,
            open_model=lambda: self._model(chosen, progress) if local else None,
            reranker=self._reranker(progress),
            stop=lambda: stop() or (local and self._persons.there),
            busy=lambda: self._persons.there,
        )

        def reach(look: Callable[[Index], _Result]) -> _Result:
            return self._holding.using(progress, lambda opened: look(opened.index.seen_by(scope)))

        if not self._looked_up(progress, lambda index: index.catalogue.document_count(), scope):
            return []
        model = _model_key(chosen) if local else ""
        with self._opening:
            suggestions = self._suggestions.setdefault(scope, Suggestions())
        if answer is None:
            return suggestions.first(reach, k, asking, model)
        return suggestions.after(reach, k, answer, asking, model)

    def verify(self, said: str, progress: OnProgress = lambda _: None, scope: Scope | None = None) -> Verification:
        """Whether an answer, given as the JSON of its `to_dict`, is as it was, and which of its quotes still stand."""
        return self._looked_up(progress, lambda index: verify(said, index.catalogue), scope)

    def prepare(self, settings: Settings | None = None, progress: OnProgress = lambda _: None) -> None:
        """Load everything an answer needs, so that the first question does not wait for it."""
        self._holding.using(progress, lambda _: None)
        self._reranker(progress)
        parse_at_once(["Ready?"])
        self._model(settings or self._settings, progress)

    def leave(self) -> None:
        """Do nothing: only an engine in another process could be started anew."""

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
        for observer in self._observers:  # what is left to send may take its time, and the folder is free for the next
            observer.close()

    def _place(self, collection: str, scope: Scope | None) -> str:
        """The folder that something is added to; the corpus is made where there is none."""
        within = limiting.collection(collection, self._settings, scope)
        folder.make(self._settings.corpus_dir)
        return within

    def _changed(
        self, progress: OnProgress, change: Callable[[Corpus], SyncReport], scope: Scope | None = None
    ) -> SyncReport:
        def changed(opened: Opened) -> SyncReport:
            if scope is None:
                return change(opened.followed)
            before = frozenset(opened.index.seen_by(scope).catalogue.ids())
            done = change(opened.followed)
            after = frozenset(opened.index.seen_by(scope).catalogue.ids())
            known = {*opened.index.catalogue.files(), *filter(limiting.is_in_corpus, done.failed)}
            return limiting.told(done, before, after, [source for source in known if not scope.sees(source)])

        return self._holding.using(progress, changed)

    def _looked_up(self, progress: OnProgress, look: Callable[[Index], _Result], scope: Scope | None = None) -> _Result:
        """What is found in the index, which is made to follow the folder first."""

        def found(opened: Opened) -> _Result:
            if remark := _up_to_date(opened, progress, scope):
                progress(Progress(remark, lasting=True))
            return look(opened.index.seen_by(scope))

        return self._holding.using(progress, found)

    def _finished(self, done: Done, remark: str, index: Index, settings: Settings, filters: Filters | None) -> Done:
        """The end of an answer with its receipt, and a remark on what it could not know."""
        model = self._given_model or self._models.get(_model_key(settings))

        def text_of(document_id: str) -> str:
            return index.catalogue.document(document_id).text

        told = replace(done.answer, notes=[*done.answer.notes, *filter(None, [remark])])
        made_of = receipt(told, settings, filters, model, index.embedder.fingerprint, text_of)
        return Done(replace(told, receipt=made_of))

    def _reranker(self, progress: OnProgress) -> Reranker | None:
        with self._opening:
            if not self._rerankers:
                self._rerankers.append(open_reranker(self._settings, progress))
            return self._rerankers[0]

    def _model(self, settings: Settings, progress: OnProgress) -> ChatModel | None:
        if self._given_model is not None:
            return self._given_model
        key = _model_key(settings)
        with self._opening:
            if key not in self._models:
                self._models[key] = open_chat_model(settings, progress)
            return self._models[key]


def _up_to_date(opened: Opened, progress: OnProgress, scope: Scope | None) -> str:
    """A remark where the index could not be made to follow the folder. What went wrong may name files."""
    remark = opened.corpus.sync_if_changed(progress) if opened.corpus else ""
    return _BEHIND if remark and scope else remark


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
