"""What one data folder holds, opened when first needed; and opened anew, mended, when a file of it proves damaged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from ..access import plain_path
from ..documents import folder, restoring
from ..documents.corpus import Corpus
from ..documents.ledger import LEDGER, Ledger
from ..errors import DamagedFile, IndexFailure, OwnerError
from ..formats.parsing import Parser
from ..hosts import is_here
from ..indexing.embedding import Embedder
from ..indexing.index import Index
from ..indexing.schema import CATALOGUE, VECTORS
from ..indexing.sentence_transformer import open_embedder
from ..indexing.shared_index import SharedIndex
from ..records import Event, OnProgress, Progress, Retrieved, Waiting
from ..settings import Settings
from ..storage.database import discard, set_aside
from ..storage.moving import delete_folder

_Result = TypeVar("_Result")
_TRIES = 3
"""As it is; opened again, which looks closer and mends; and made again from the folder."""
_LET_FINISH = 30.0
"""Seconds that calls under way are waited for when the index has to be opened anew."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Index, and the corpus that it follows; a prepared index follows none."""

    index: Index
    corpus: Corpus | None
    ledger: Ledger | None

    def close(self, *, whole: bool) -> None:
        """Let go of the files. An index that is not known to be whole is looked through at the next start."""
        self.index.close(whole=whole)
        if self.ledger:
            self.ledger.close()

    @property
    def followed(self) -> Corpus:
        """The corpus. Raises IndexFailure for a prepared index, which is only read."""
        if self.corpus is None:
            raise IndexFailure("this index was prepared to be read only; change the corpus where it is made")
        return self.corpus


class Holding:
    """Safe to use from several threads. A call that meets a damaged file is made again on what was mended."""

    def __init__(self, settings: Settings, parser: Parser, embedder: Embedder | None = None) -> None:
        self._settings = settings
        self._parser = parser
        self._embedder = embedder
        self._opening = threading.RLock()
        self._opened: Opened | None = None
        self._closed = False
        self._users = 0
        self._leaving = threading.Condition()

    def using(self, progress: OnProgress, call: Callable[[Opened], _Result], *, mend: bool = True) -> _Result:
        """What the call makes of the opened index. Without `mend`, what it meets is raised as it is."""
        for tries_left in reversed(range(_TRIES)):
            with self._used(progress) as opened:
                try:
                    return call(opened)
                except IndexFailure as error:
                    failure = error
            self._mend(opened, failure, tries_left if mend else 0)
        raise AssertionError("the last try ends in a result or an error")

    def streaming(self, progress: OnProgress, call: Callable[[Opened], Generator[Event]]) -> Generator[Event]:
        """The events the call makes of the opened index. Made again only while no text of an answer was shown."""
        for tries_left in reversed(range(_TRIES)):
            shown = False
            with self._used(progress) as opened:
                try:
                    with closing(call(opened)) as events:
                        for event in events:
                            shown = shown or not isinstance(event, Retrieved | Waiting)
                            yield event
                except IndexFailure as error:
                    failure = error
                else:
                    return
            self._mend(opened, failure, 0 if shown else tries_left)

    def discard(self, opened: Opened, *, catalogue: bool = False, vectors: bool = False) -> None:
        """Throw halves of the index away; the next call makes them again. Nothing, where it was opened anew since.

        Waits a while for calls under way: a file that is closed under them is an error to them.
        """
        with self._opening:
            if self._opened is opened:
                self._opened = None
                with self._leaving:
                    self._leaving.wait_for(lambda: not self._users, timeout=_LET_FINISH)
                opened.close(whole=False)
                if catalogue or vectors:
                    self._delete_index(catalogue=catalogue)

    def close(self) -> None:
        """Let go of everything; the object is of no use afterwards."""
        with self._opening:
            if self._opened:
                self._opened.close(whole=True)
            self._opened, self._closed = None, True

    @contextmanager
    def _used(self, progress: OnProgress) -> Iterator[Opened]:
        with self._opening:  # who discards waits for its users, and lets no further one in meanwhile
            opened = self._open(progress)
            with self._leaving:
                self._users += 1
        try:
            yield opened
        finally:
            with self._leaving:
                self._users -= 1
                self._leaving.notify_all()

    def _open(self, progress: OnProgress) -> Opened:
        with self._opening:
            if self._closed:
                raise OwnerError("this engine was closed; open another one")
            if self._opened is None:
                if self._embedder is None:
                    progress(Progress("loading the embedding model"))
                    self._embedder = open_embedder(self._settings)
                read_only = self._settings.read_only
                if not read_only:
                    folder.check(self._settings.corpus_dir)
                index = self._open_index(self._embedder, progress)
                try:
                    self._opened = Opened(index, None, None) if read_only else self._followed(index, progress)
                except BaseException:
                    index.close(whole=False)
                    raise
            return self._opened

    def _open_index(self, embedder: Embedder, progress: OnProgress) -> Index:
        """The index; one whose damage shows only when it is used is begun anew, for the next sync to fill."""
        data_dir, read_only = self._settings.data_dir, self._settings.read_only
        if self._settings.chroma_url:
            return self._open_shared(self._settings.chroma_url, embedder, progress)
        try:
            return Index(data_dir, embedder, progress, read_only=read_only)
        except DamagedFile as damage:
            if read_only:
                raise
            self._delete_index()
            index = Index(data_dir, embedder, progress)
            index.mended = f"the index was damaged ({damage.reason}), and is made again from the articles"
            return index

    def _open_shared(self, url: str, embedder: Embedder, progress: OnProgress) -> Index:
        settings = self._settings
        if settings.offline and not is_here(urlsplit(url).hostname):
            raise IndexFailure(f"offline is set, and chroma_url = {url} is not this machine; unset one of them")
        collections = list(map(plain_path, settings.collections))
        try:
            return SharedIndex(
                settings.data_dir, embedder, progress, url=url, state_dir=settings.state_dir, collections=collections
            )
        except DamagedFile:
            self._delete_index()
            return SharedIndex(
                settings.data_dir, embedder, progress, url=url, state_dir=settings.state_dir, collections=collections
            )

    def _delete_index(self, *, catalogue: bool = True) -> None:
        if catalogue:
            discard(self._settings.data_dir / CATALOGUE)
        delete_folder(self._settings.data_dir / VECTORS)

    def _followed(self, index: Index, progress: OnProgress) -> Opened:
        ledger, lost = self._open_ledger(index)
        try:
            if lost:
                progress(Progress(lost, lasting=True))
            if remark := restoring.finish_cut_off(self._settings, index, ledger):
                progress(Progress(remark, lasting=True))
            return Opened(index, Corpus(self._settings, index, ledger, self._parser), ledger)
        except BaseException:  # such as that the client has gone, to which this was to be reported
            ledger.close()
            raise

    def _open_ledger(self, index: Index) -> tuple[Ledger, str]:
        """The ledger; one that is damaged or gone is made again from what the catalogue knows, and a remark says so."""
        path = self._settings.state_dir / LEDGER
        reason = ""
        try:
            ledger = Ledger(self._settings.state_dir)
            found = ledger.problems()
        except DamagedFile as damage:
            found = [damage.reason]
        else:
            if found:
                ledger.close()
        if found:
            set_aside(path)
            reason, ledger = f"damaged ({found[0]})", Ledger(self._settings.state_dir)
        else:
            reason = "gone" if ledger.is_empty() else ""
        if reason and (files := index.catalogue.files()):
            ledger.learn(files.values(), self._settings)
            return ledger, f"the ledger of document ids was {reason}; it was made again from the index"
        return ledger, ""

    def _mend(self, opened: Opened, error: IndexFailure, tries_left: int) -> None:
        """Make room for another try, or raise the error."""
        if not tries_left:
            raise error
        if self._opened is not opened:  # another thread has opened it anew
            return
        if not isinstance(error, DamagedFile) or self._settings.read_only:
            raise error
        hidden = tries_left == 1  # a closer look found nothing
        if hidden and error.path.name != CATALOGUE:
            raise error  # whatever it is that Chroma refuses, vectors made again would be refused, too
        self.discard(opened, catalogue=hidden)
