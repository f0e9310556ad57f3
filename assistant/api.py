"""The assistant as Python programs use it."""

from __future__ import annotations

import asyncio
import copy
import json
import re
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import aclosing, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .access import ADMIN, EDITOR, Person, Scope, person
from .documents.sync_engine import LOCAL
from .errors import TooMany, UsageError
from .language_models.models import outside
from .language_models.stopping import Stop
from .people import keeping
from .people.conversations import Conversations
from .people.feedback import Feedback
from .people.rates import Rate
from .people.review import Review
from .people.users import Users
from .questions.conversation import History, turns
from .records import (
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
    Removed,
    SyncReport,
    Verification,
)
from .service.client import RemoteEngine
from .service.leaving import Leaving
from .service.streaming import Stream
from .settings import Settings

if TYPE_CHECKING:
    from .service.engine import Engine

Watch = Callable[[Generator[Event]], Generator[Event]]
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class _Shared:
    """What everybody who uses the same opened assistant has in common."""

    def __init__(self, settings: Settings) -> None:
        self.turn = threading.Lock()
        self.conversations: Conversations | None = None
        self.questions = Rate(settings.questions_per_minute, 60)
        self.leaving = Leaving()


def is_url(item: str) -> bool:
    """Whether it is a web address, or looks like one of another kind; a path is none."""
    return bool(_URL.match(item))


class Assistant:
    """A corpus one can ask. Use `Assistant.open`, best in a `with` block.

    `progress` is called, from the calling thread, with a `Progress` at each step of slow work.
    """

    def __init__(
        self, engine: Engine | RemoteEngine, settings: Settings, progress: OnProgress = lambda _: None
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._progress = progress
        self._person = Person()
        self._scope: Scope | None = None
        self._rated = True
        self._watch: Watch = lambda events: events
        self._shared = _Shared(settings)

    @classmethod
    def open(cls, settings: Settings | None = None, *, progress: OnProgress = lambda _: None) -> Self:
        """Reach the process that holds the settings' data folder, starting it where there is none.

        Nothing is synced or loaded yet. Raises IndexFailure or OwnerError.
        """
        settings = settings or Settings()
        return cls(RemoteEngine(settings, progress), settings, progress)

    @property
    def settings(self) -> Settings:
        """The settings it was opened with."""
        return self._settings

    @property
    def outside(self) -> str:
        """Who is sent questions and passages, such as "openai (api.example.com)"; empty while the model is here."""
        return outside(self._settings)

    @property
    def conversations(self) -> Conversations:
        """The conversations that are kept in `state_dir`. Raises IndexFailure when they cannot be."""
        return self._everyones.of(self._person.name, self.withheld if self._scope else None)

    @property
    def feedback(self) -> Feedback:
        """What this person says of answers. Raises IndexFailure."""
        return self.conversations.feedback

    @property
    def review(self) -> Review:
        """What the maintainers see of what everyone said. Raises NotAllowed and IndexFailure."""
        self._person.needs(ADMIN, "reviewing questions and complaints")
        return Review(self._everyones, self._as_they_may)

    def _as_they_may(self, name: str) -> Assistant | None:
        """The assistant as somebody may use it now; None for who may not, which without sign-in is all with a name."""
        if not self._settings.sign_in:
            return None if name else self
        with closing(Users(self._settings.state_dir)) as users:
            user = next((user for user in users.all() if user.name == name and not user.disabled), None)
        return self.as_user(user.name, user.roles) if user else None

    def forget_old(self) -> int:
        """Delete conversations that are older than the setting `keep_days` lets them be; how many there were."""
        days = self._settings.keep_days
        return keeping.forget_older(self._everyones.file, days) if days else 0

    def unrated(self) -> Assistant:
        """The same, whose questions do not count among those that a person may ask within a minute."""
        return self._but(_rated=False)

    @property
    def _everyones(self) -> Conversations:
        with self._shared.turn:
            if self._shared.conversations is None:
                settings = self._settings
                self._shared.conversations = found = Conversations(settings.state_dir, review=settings.review_questions)
                if settings.keep_days:
                    keeping.forget_older(found.file, settings.keep_days)
            return self._shared.conversations

    def with_progress(self, progress: OnProgress) -> Assistant:
        """The same corpus, whose slow steps are told to somebody else."""
        return self._but(_progress=progress)

    def sync(self, *, again: bool = True, engine: str = LOCAL) -> SyncReport:
        """Make the index hold what the corpus folder holds. Raises CorpusError.

        Files that took too long, or could not be opened, the last time are tried once more unless `again` is False.
        With `engine="ray"`, the workers of a Ray cluster parse and embed: for the first sync of a large corpus.
        """
        self._person.needs(EDITOR, "reading the folder again")
        return self._engine.sync(self._progress, again=again, engine=engine, scope=self._scope)

    def add(self, item: str | Path | Document, collection: str = "") -> SyncReport:
        """Put a file, every file of a folder, a web page or a Document into the corpus folder, and sync.

        A `collection`, one of the setting of that name, is the folder of the corpus that it goes to. What cannot be
        read is in `failed`. Raises UsageError when there is nothing there, and for a web address when fetching is off
        (`fetch_urls`).
        """
        self._person.needs(EDITOR, "adding articles")
        if isinstance(item, Document):
            return self._engine.add_document(item, self._progress, collection, self._scope)
        if is_url(str(item)):
            return self._engine.add_page(str(item), self._progress, collection, self._scope)
        return self._engine.add(Path(item).expanduser().absolute(), self._progress, collection, self._scope)

    def remove(self, document_id: str, *, for_good: bool = False) -> SyncReport:
        """Move a document's files to the trash in `state_dir`, and sync. Raises UnknownDocument.

        `for_good`, nothing of it stays: not in the trash, and not in kept conversations, where answers that quote it
        go with it. Backups, and answers that somebody has written to a file, are out of reach.
        """
        if for_good:
            self._person.needs(ADMIN, "deleting articles for good")
            report = self._engine.erase(document_id, self._progress)
            keeping.erase(self._everyones.file, [document_id])
            return report
        self._person.needs(EDITOR, "removing articles")
        return self._engine.remove(document_id, self._progress, self._scope)

    def restore(self, document_id: str) -> SyncReport:
        """Bring a removed document back. Raises UnknownDocument when the trash does not hold it."""
        self._person.needs(EDITOR, "bringing articles back")
        return self._engine.restore(document_id, self._progress, self._scope)

    def removed(self) -> list[Removed]:
        """The documents in the trash that `restore` brings back, latest first."""
        return self._engine.removed(self._progress, self._scope)

    def amend(self, document_id: str, **values: Any) -> SyncReport:
        """Correct `title`, `publisher`, `author` or `published`, kept in a file beside the document's own."""
        self._person.needs(EDITOR, "correcting articles")
        return self._engine.amend(document_id, values, self._progress, self._scope)

    def backup(self, file: str | Path) -> int:
        """Write articles, ids, trash and catalogue into one tar file; its size in bytes.

        It is compressed when its name ends in .gz. Questions are answered meanwhile. Raises UsageError when the
        file cannot be written.
        """
        self._person.needs(ADMIN, "making a backup")
        return self._engine.backup(Path(file).expanduser().absolute(), self._progress)

    def restore_backup(self, file: str | Path) -> SyncReport:
        """Make everything what it was when a backup was written, and sync; what goes is in the trash.

        Raises UsageError, having changed nothing, when the file is no whole backup.
        """
        self._person.needs(ADMIN, "restoring a backup")
        return self._engine.restore_backup(Path(file).expanduser().absolute(), self._progress)

    def machines(self) -> list[Machine]:
        """The machines that share the corpus (the setting chroma_url). Raises UsageError where none do."""
        self._person.needs(ADMIN, "listing machines")
        return self._engine.machines(self._progress)

    def forget_machine(self, name: str) -> SyncReport:
        """Let go of the documents that only a machine has which is gone for good, by its name or id.

        One that is there after all puts them back. Raises UsageError.
        """
        self._person.needs(ADMIN, "forgetting a machine")
        return self._engine.forget_machine(name, self._progress)

    def check(self, *, repair: bool = False) -> list[Finding]:
        """Look through index, ledger and folder; with `repair`, what is damaged is made again from the folder."""
        self._person.needs(ADMIN, "checking the index")
        return self._engine.check(repair=repair, progress=self._progress)

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """What is in the corpus and passes the filters, newest first; `text` is left out (see `document`)."""
        return self._engine.documents(self._progress, filters, self._scope)

    def overview(self) -> Overview:
        """How many articles there are, from when to when, and of which publishers."""
        return self._engine.overview(self._progress, self._scope)

    def failures(self) -> dict[str, str]:
        """Files of the corpus folder that are no documents, each with the reason in words."""
        return self._engine.failures(self._progress, self._scope)

    def document(self, document_id: str) -> Document:
        """One document with its text, which every offset refers to. Raises UnknownDocument."""
        return self._engine.document(document_id, self._progress, self._scope)

    def search(self, question: str, k: int = 5, filters: Filters | None = None, history: History = ()) -> list[Passage]:
        """The `k` passages that speak most of the question, best first; no language model involved.

        `history` is the conversation so far, from which a follow-up question is understood.
        """
        if k < 1:
            raise UsageError(f"k is {k}; ask for one passage or more")
        self._ask_once_more()
        return self._engine.search(question, k, filters, turns(history), self._progress, self._scope)

    def ask(self, question: str, history: History = (), filters: Filters | None = None) -> Answer:
        """The answer to a question, every sentence of it cited; or a refusal. Raises AssistantError.

        `history` is the conversation so far, oldest first; `Answer.understood` says how it was used.
        """
        with self.stream(question, history, filters) as events:
            for event in events:
                if isinstance(event, Done):
                    return event.answer
        raise AssertionError("a stream that nobody closed ends with Done")

    def stream(self, question: str, history: History = (), filters: Filters | None = None) -> Stream:
        """`Retrieved`, then `Text` pieces that are never taken back, then `Done`. Close it to stop."""
        said, scope = turns(history), self._scope
        self._ask_once_more()

        def begin(stop: Stop) -> Generator[Event]:
            return self._engine.stream(question, filters, self._settings, said, self._progress, stop, scope)

        return Stream(lambda stop: self._watch(self._shared.leaving.counted(begin, stop)))

    def suggest(self, k: int = 4, answer: Answer | None = None, filters: Filters | None = None) -> list[str]:
        """Questions that the articles answer: each was asked, and its answer cites the sentence it was drawn from.

        With an `answer`, from its passages, about what it does not say yet. Fewer, or none, where fewer pass.
        """
        if k < 1:
            raise UsageError(f"k is {k}; ask for one question or more")
        return self._engine.suggest(k, answer, filters, self._settings, self._progress, scope=self._scope)

    def verify(self, answer: Answer | dict[str, Any] | str) -> Verification:
        """Whether an answer (or its `to_dict`, or that as JSON) is as it was given, and which quotes still stand.

        Raises UsageError on what is no answer.
        """
        plain = answer.to_dict() if isinstance(answer, Answer) else answer
        return self._engine.verify(plain if isinstance(plain, str) else json.dumps(plain), self._progress, self._scope)

    def prepare(self) -> None:
        """Load everything an answer needs, so that the first question does not wait for it."""
        self._engine.prepare(self._settings, self._progress)

    def as_user(self, name: str, roles: Sequence[str] = ()) -> Assistant:
        """The same corpus as that person may see and change it; conversations are their own.

        `roles` are reader, editor or admin, reader where none is given, and groups. What they may see the setting
        `collections` says: everything where it names nothing, and for an admin. Raises UsageError for an empty name.
        """
        if not name.strip():
            raise UsageError("a user needs a name; give one, or leave as_user away for whoever runs this program")
        who = person(name, roles)
        return self._but(_person=who, _scope=who.scope(self._settings.collections))

    @property
    def person(self) -> Person:
        """Who uses it, and what they may do."""
        return self._person

    def watched_by(self, watch: Watch) -> Assistant:
        """The same, the events of whose answers pass through `watch`, which counts them, say, and changes none."""
        return self._but(_watch=watch)

    def withheld(self, document_ids: Sequence[str]) -> list[str]:
        """Which of these documents this person may not see, though they are, or were, in the corpus."""
        return self._engine.withheld(document_ids, self._progress, self._scope) if self._scope else []

    def _but(self, **changed: Any) -> Assistant:
        """Itself, but for these attributes."""
        other = copy.copy(self)
        vars(other).update(changed)
        return other

    def _ask_once_more(self) -> None:
        """Raise TooMany for somebody who has asked as often as they may within a minute, and ShuttingDown."""
        self._shared.leaving.refuse()
        name = self._person.name
        if name and self._rated and (wait := self._shared.questions.take(name)):
            most = self._settings.questions_per_minute
            error = TooMany(f"that makes more than {most} questions within a minute; ask again in {wait:.0f} seconds")
            error.wait = wait
            raise error

    def leave(self) -> None:
        """Take no further question, as this program is about to end: ShuttingDown. Answers under way go on.

        It takes no lock, so that the handler of a signal may call it.
        """
        self._shared.leaving.begin()
        self._engine.leave()

    @property
    def leaving(self) -> Leaving:
        """Whether it takes no further question, and how many answers are under way."""
        return self._shared.leaving

    async def async_(self, *, again: bool = True, engine: str = LOCAL) -> SyncReport:
        """`sync`, awaited; the underscore is there because `async` is a word of the language."""
        return await asyncio.to_thread(self.sync, again=again, engine=engine)

    async def aadd(self, item: str | Path | Document, collection: str = "") -> SyncReport:
        """`add`, awaited."""
        return await asyncio.to_thread(self.add, item, collection)

    async def aremove(self, document_id: str, *, for_good: bool = False) -> SyncReport:
        """`remove`, awaited."""
        return await asyncio.to_thread(self.remove, document_id, for_good=for_good)

    async def arestore(self, document_id: str) -> SyncReport:
        """`restore`, awaited."""
        return await asyncio.to_thread(self.restore, document_id)

    async def amachines(self) -> list[Machine]:
        """`machines`, awaited."""
        return await asyncio.to_thread(self.machines)

    async def aforget_machine(self, name: str) -> SyncReport:
        """`forget_machine`, awaited."""
        return await asyncio.to_thread(self.forget_machine, name)

    async def aremoved(self) -> list[Removed]:
        """`removed`, awaited."""
        return await asyncio.to_thread(self.removed)

    async def aamend(self, document_id: str, **values: Any) -> SyncReport:
        """`amend`, awaited."""
        return await asyncio.to_thread(self.amend, document_id, **values)

    async def abackup(self, file: str | Path) -> int:
        """`backup`, awaited."""
        return await asyncio.to_thread(self.backup, file)

    async def arestore_backup(self, file: str | Path) -> SyncReport:
        """`restore_backup`, awaited."""
        return await asyncio.to_thread(self.restore_backup, file)

    async def acheck(self, *, repair: bool = False) -> list[Finding]:
        """`check`, awaited."""
        return await asyncio.to_thread(self.check, repair=repair)

    async def adocuments(self, filters: Filters | None = None) -> list[Document]:
        """`documents`, awaited."""
        return await asyncio.to_thread(self.documents, filters)

    async def aoverview(self) -> Overview:
        """`overview`, awaited."""
        return await asyncio.to_thread(self.overview)

    async def afailures(self) -> dict[str, str]:
        """`failures`, awaited."""
        return await asyncio.to_thread(self.failures)

    async def adocument(self, document_id: str) -> Document:
        """`document`, awaited."""
        return await asyncio.to_thread(self.document, document_id)

    async def asearch(
        self, question: str, k: int = 5, filters: Filters | None = None, history: History = ()
    ) -> list[Passage]:
        """`search`, awaited."""
        return await asyncio.to_thread(self.search, question, k, filters, history)

    async def aask(self, question: str, history: History = (), filters: Filters | None = None) -> Answer:
        """`ask`, awaited; cancelling it stops the answer."""
        async with aclosing(self.astream(question, history, filters)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.answer
        raise AssertionError("a stream that nobody closed ends with Done")

    async def asuggest(self, k: int = 4, answer: Answer | None = None, filters: Filters | None = None) -> list[str]:
        """`suggest`, awaited."""
        return await asyncio.to_thread(self.suggest, k, answer, filters)

    async def averify(self, answer: Answer | dict[str, Any] | str) -> Verification:
        """`verify`, awaited."""
        return await asyncio.to_thread(self.verify, answer)

    async def aprepare(self) -> None:
        """`prepare`, awaited."""
        await asyncio.to_thread(self.prepare)

    async def astream(
        self, question: str, history: History = (), filters: Filters | None = None
    ) -> AsyncGenerator[Event]:
        """`stream`, awaited event by event; closing it stops the answer."""
        events = self.stream(question, history, filters)
        try:
            while (event := await asyncio.to_thread(next, events, None)) is not None:
                yield event
        finally:
            events.close()

    def close(self) -> None:
        """Hang up."""
        with self._shared.turn:
            if self._shared.conversations is not None:
                self._shared.conversations.close()
                self._shared.conversations = None
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ask(question: str, history: History = (), filters: Filters | None = None) -> Answer:
    """One question on the default settings: those of the environment and `assistant.toml`."""
    with Assistant.open() as assistant:
        return assistant.ask(question, history, filters)
