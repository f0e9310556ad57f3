"""The log of a shared corpus, on a Chroma server: which machine has which document, in one order for all.

An entry's id is its number. Chroma ignores an `add` of an id that is there, so who finds its own entry under the next
number owns it: one order without gaps, made by any number of writers without a lock. What a document holds is written
before the entry that names it, under a key that is never used again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import IndexFailure, first_line
from ..records import Record
from .chroma_server import RECORDS_AT_ONCE, ChromaServer, CollectionGone

LOG_FORMAT = "1"
_LOG, _CONTENTS = "briefing-log", "briefing-contents"
_MADE_OF = 0
"""The number under which it stands what the log was made of."""
_NUMBERS_AT_ONCE = 100
_IDS_AT_ONCE = 10_000
_CHARACTERS_AT_ONCE = 500_000
"""A call costs tens of milliseconds whatever it holds, and proxies take no more than a megabyte."""


@dataclass(frozen=True, slots=True)
class Contribution(Record):
    """What a machine has of a document: its files, by path, each with why it cannot be read, where that is so."""

    content_hash: str
    """Of the version that this machine indexed, or would."""
    data_hash: str
    """Of its bytes: the same bytes are the same document, wherever they lie."""
    collection: str
    files: list[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Change(Record):
    """A machine has a document now, or no longer."""

    document_id: str
    has: Contribution | None
    content: str = ""
    """The key of what the document holds from now on; empty where that stays as it is."""
    of: str = ""
    """Which machine no longer has it, where another one says so in its place."""
    replaces: str = ""
    """The key of what it held before, where nobody needs that any more."""


@dataclass(frozen=True, slots=True)
class LogEntry(Record):
    """What one machine wrote at a time. `turn` counts its entries, so that a copy of its identity shows."""

    contributor: str
    name: str
    turn: int
    changes: list[Change]
    token: str = field(default_factory=lambda: secrets.token_hex(8))


class SharedLog:
    """The log and the contents it names. Raises what ChromaServer does, and IndexFailure on a log made otherwise."""

    def __init__(self, server: ChromaServer, made_of: Mapping[str, str]) -> None:
        """Open the log, or begin it."""
        self._server = server
        self._log = server.collection(_LOG)
        self._contents = server.collection(_CONTENTS)
        wanted = {**made_of, "log format": LOG_FORMAT}
        self._add(_MADE_OF, json.dumps({"token": secrets.token_hex(8), "made_of": wanted}))
        found = json.loads(self._read([_MADE_OF])[_MADE_OF])
        self.token: str = found["token"]
        """Tells this log from every other one."""
        made = found["made_of"]
        other = [f"{key} {made.get(key)}, here {value}" for key, value in wanted.items() if made.get(key) != value]
        if other:
            raise IndexFailure(
                f"what the Chroma server at {server.shown} holds was made otherwise ({'; '.join(other)}); give every"
                " machine the same version and settings, or point chroma_url at an empty server"
            )

    def after(self, number: int, token: str) -> Iterator[tuple[int, LogEntry]]:
        """The entries after one that is known by its token, in order. Raises CollectionGone where it is not there."""
        known = number
        while True:
            numbers = [_MADE_OF, known, *range(known + 1, known + 1 + _NUMBERS_AT_ONCE)]
            found = self._read(numbers)
            self._check(found, known, token)
            entries = [(n, _entry(found[n])) for n in numbers[2:] if n in found]
            yield from entries
            if len(entries) < _NUMBERS_AT_ONCE:
                return
            known, token = entries[-1][0], entries[-1][1].token

    def _check(self, found: Mapping[int, str], known: int, token: str) -> None:
        same = _MADE_OF in found and json.loads(found[_MADE_OF])["token"] == self.token
        if same and known != _MADE_OF:
            same = known in found and _entry(found[known]).token == token
        if not same:
            raise CollectionGone(f"the Chroma server at {self._server.shown} holds another log than before")

    def append(self, number: int, entry: LogEntry) -> bool:
        """Write an entry under a number; False when another one has it."""
        self._add(number, json.dumps(entry.to_dict()))
        found = self._read([number])
        if number not in found:
            raise CollectionGone(f"the Chroma server at {self._server.shown} does not keep what it was given")
        return _entry(found[number]).token == entry.token

    def put_contents(self, contents: Mapping[str, Sequence[str]], contributor: str) -> None:
        """Write what documents hold, in pieces, each under a key that was never used."""
        rows = [(key, place, piece) for key, pieces in contents.items() for place, piece in enumerate(pieces)]
        for some in _calls(rows):
            with self._server.said_in_words():
                self._contents.add(
                    ids=[f"{key}-{place}" for key, place, _ in some],
                    embeddings=[[float(place)] for _, place, _ in some],
                    metadatas=[{"piece": piece, "content": key, "contributor": contributor} for key, _, piece in some],
                )

    def content(self, key: str) -> list[str]:
        """The pieces of a content that are there: not all of them where somebody has replaced it since."""
        with self._server.said_in_words():
            found = self._contents.get(where={"content": key}, include=["metadatas"])
        pieces = {int(i.rpartition("-")[2]): str(data["piece"]) for i, data in _records(found)}
        return [pieces[place] for place in sorted(pieces)]

    def drop_contents(self, keys: Sequence[str]) -> None:
        """Let go of contents that nothing names any more."""
        for begin in range(0, len(keys), _NUMBERS_AT_ONCE):
            with self._server.said_in_words():
                self._contents.delete(where={"content": {"$in": list(keys[begin : begin + _NUMBERS_AT_ONCE])}})

    def contents_of(self, contributor: str | None = None) -> set[str]:
        """The keys of all contents, or of those that one machine wrote."""
        found: set[str] = set()
        where = {"contributor": contributor} if contributor else None
        while True:
            with self._server.said_in_words():
                some = self._contents.get(where=where, limit=_IDS_AT_ONCE, offset=len(found), include=[])["ids"]
            found.update(some)
            if len(some) < _IDS_AT_ONCE:
                return {piece.rpartition("-")[0] for piece in found}

    def _add(self, number: int, text: str) -> None:
        with self._server.said_in_words():
            self._log.add(ids=[_id(number)], embeddings=[[float(number)]], metadatas=[{"entry": text}])

    def _read(self, numbers: Sequence[int]) -> dict[int, str]:
        with self._server.said_in_words():
            found: Any = self._log.get(ids=[_id(n) for n in dict.fromkeys(numbers)], include=["metadatas"])
        return {int(i): str(data["entry"]) for i, data in _records(found)}


def _calls(rows: Sequence[tuple[str, int, str]]) -> Iterator[list[tuple[str, int, str]]]:
    """Pieces in groups that go in one call each."""
    some: list[tuple[str, int, str]] = []
    for row in rows:
        if some and (len(some) >= RECORDS_AT_ONCE or sum(len(p) for *_, p in some) + len(row[2]) > _CHARACTERS_AT_ONCE):
            yield some
            some = []
        some.append(row)
    if some:
        yield some


def _records(found: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return zip(found["ids"], found["metadatas"], strict=True)


def _id(number: int) -> str:
    return f"{number:010}"


def _entry(text: str) -> LogEntry:
    try:
        return LogEntry.from_dict(json.loads(text))
    except ValueError as error:
        reason = first_line(error)
        raise IndexFailure(f"an entry of the shared log cannot be read ({reason}); update the assistant") from None
