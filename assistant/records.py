"""The records that callers see: small, frozen, and the same in Python, JSON and between processes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Self

Kind = Literal["claims", "catalogue", "refusal"]
State = Literal["ready", "stale"]
QuoteState = Literal["stands", "moved", "gone"]
NoteKind = Literal["differ", "agree", "undated", "later"]
"""Articles contradict each other, or several say the same, or some were left out as their date is not known, or later
ones than those cited speak of it too."""
_adapters: dict[type[Any], Any] = {}


def _adapter(kind: type[Any]) -> Any:
    """Pydantic's reader and writer of a record, made when a record first crosses a JSON border."""
    if kind not in _adapters:
        from pydantic import TypeAdapter

        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


class Record:
    """A dataclass that turns into plain JSON types and back without loss."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """This record as dicts, lists, strings and numbers; dates as ISO strings."""
        plain: dict[str, Any] = _adapter(type(self)).dump_python(self, mode="json")
        return plain

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Self:
        """The record that `to_dict` made `plain` from. Raises ValueError on anything else."""
        record: Self = _adapter(cls).validate_python(plain)
        return record


@dataclass(frozen=True, slots=True)
class Document(Record):
    """An article of the corpus. `text` is what every offset refers to; front matter is not part of it."""

    title: str
    text: str
    document_id: str = ""
    publisher: str | None = None
    author: str | None = None
    published: date | None = None
    language: str | None = None
    """As the file names it, such as "en" or "en-GB"."""
    url: str | None = None
    """Where the article was fetched from, or says that it stands."""
    sources: list[str] = field(default_factory=list)
    """The URL where there is one, then paths relative to the corpus folder: several when the same bytes have several
    names."""
    pages: list[int] = field(default_factory=list)
    """Where each page or slide begins in `text`, in characters; empty for formats without pages."""
    state: State = "ready"
    """"stale" when the file's newest version cannot be read and this is the one before it."""
    similar: list[str] = field(default_factory=list)
    """Ids of documents that say nearly the same."""
    size: int = 0
    """Bytes of the file it came from."""
    notes: list[str] = field(default_factory=list)

    @property
    def source(self) -> str:
        """The first of `sources`; empty for a document that has none."""
        return self.sources[0] if self.sources else ""

    def page_at(self, start: int) -> int | None:
        """The page, from 1, that a character of `text` stands on; None for formats without pages."""
        return sum(begin <= start for begin in self.pages) or None


@dataclass(frozen=True, slots=True)
class Filters(Record):
    """Which articles may be used. Dates are inclusive; an undated article passes no date filter."""

    published_from: date | None = None
    published_to: date | None = None
    as_of: date | None = None
    """Answer as one would have on that day: nothing published later is used."""
    publishers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()

    @property
    def dated(self) -> bool:
        """Whether any of them asks for a date, so that undated articles are left out."""
        return any((self.published_from, self.published_to, self.as_of))

    def __bool__(self) -> bool:
        return self.dated or any((self.publishers, self.sources, self.document_ids))


@dataclass(frozen=True, slots=True)
class Passage(Record):
    """A run of sentences of one document, found for a question: document text[start:end] == text."""

    document_id: str
    source: str
    title: str
    text: str
    start: int
    end: int
    score: float
    """0..1, with the same meaning from one question to the next."""
    publisher: str | None = None
    published: date | None = None
    section: str = ""
    page: int | None = None
    duplicates: int = 0
    """How many other sources carry the same passage."""


@dataclass(frozen=True, slots=True)
class Citation(Record):
    """The exact words a sentence of an answer rests on: document text[start:end] == quote."""

    number: int
    quote: str
    document_id: str
    source: str
    title: str
    start: int
    end: int
    publisher: str | None = None
    published: date | None = None
    section: str = ""
    page: int | None = None
    superseded_by: int | None = None
    """The number of the citation that tells the later state of the same fact."""
    duplicates: int = 0
    """How many other sources carry the same passage."""


@dataclass(frozen=True, slots=True)
class Derived(Record):
    """A value worked out in code from quoted ones."""

    value: str
    expression: str
    citations: list[int]


@dataclass(frozen=True, slots=True)
class Receipt(Record):
    """What an answer was made of. Hashes are SHA-256 in hexadecimal."""

    made: str
    """When, in UTC, as ISO 8601."""
    documents: dict[str, str] = field(default_factory=dict)
    """The hash of the text of each cited document, by id."""
    model_hash: str = ""
    """Of the local model's file; empty where none was asked, and for providers, which tell none."""
    prompts_hash: str = ""
    embedder: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    """Those that shape an answer: `llm`, `embedding_model`, `reranker_model`."""
    filters: Filters | None = None


@dataclass(frozen=True, slots=True)
class Answer(Record):
    """What came of a question. Every sentence of `text` carries `[n]`; a refusal cites nothing."""

    question: str
    text: str
    answered: bool
    kind: Kind
    understood: str = ""
    """The question as it was searched, after the conversation."""
    citations: list[Citation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Remarks made by code, outside `text`."""
    note_kinds: dict[str, NoteKind] = field(default_factory=dict)
    """For notes on which something hangs, by their words: what they say of the articles."""
    derived: list[Derived] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    model: str = ""
    usage: dict[str, int] = field(default_factory=dict)
    """Tokens: `input`, `output`; empty where no model was asked."""
    timings: dict[str, float] = field(default_factory=dict)
    """Seconds: `retrieve`, `first_token`, `total`."""
    receipt: Receipt | None = None

    def to_dict(self) -> dict[str, Any]:
        """This answer as plain JSON types, with a `seal` that 'assistant verify' knows a changed file by."""
        plain = Record.to_dict(self)
        return plain | {"seal": seal(json.dumps(plain))}

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from .notebook import as_html  # it knows answers

        return as_html(self)


def seal(said: str) -> str:
    """The SHA-256 of an answer as JSON, whatever the order of its keys and the space between them.

    Figures count as they are written: 1E-05 for 1e-05 is a change.
    """
    exact = json.loads(said, parse_float=str, parse_int=str)
    exact.pop("seal", None)
    return hashlib.sha256(json.dumps(exact, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class QuoteCheck(Record):
    """What became of one quote."""

    number: int
    quote: str
    title: str
    state: QuoteState
    found: str = ""
    """In words: where it is now, or why it is gone."""


@dataclass(frozen=True, slots=True)
class Verification(Record):
    """Whether an answer is as it was given, and what of it the corpus still says."""

    intact: bool
    """Whether the file is as it was given: its seal fits."""
    quotes: list[QuoteCheck] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def stands(self) -> bool:
        """Whether every quote is still in the corpus."""
        return all(quote.state != "gone" for quote in self.quotes)


@dataclass(frozen=True, slots=True)
class ClaimCheck(Record):
    """Whether a claim may be shown with these quotes; if not, why, in words."""

    supported: bool
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SyncReport(Record):
    """What one sync did, by document id; `failed` maps a file to the reason in words."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def followed_by(self, later: SyncReport) -> SyncReport:
        """One report of two syncs, the second right after this one."""
        added, updated = [*self.added, *later.added], [*self.updated, *later.updated]
        return SyncReport(
            added=[i for i in added if i not in later.removed],
            updated=[i for i in dict.fromkeys(updated) if i not in {*added, *later.removed}],
            removed=[*self.removed, *later.removed],
            unchanged=[i for i in later.unchanged if i not in {*added, *updated}],
            failed=self.failed | later.failed,
            notes=list(dict.fromkeys([*self.notes, *later.notes])),
        )


@dataclass(frozen=True, slots=True)
class Machine(Record):
    """One of the machines that share a corpus (the setting chroma_url)."""

    machine_id: str
    name: str
    documents: int
    """How many documents have a file there."""
    here: bool = False
    """Whether it is this one."""


@dataclass(frozen=True, slots=True)
class Finding(Record):
    """One thing looked at: whether it is fine, and what was found."""

    what: str
    fine: bool
    found: str


@dataclass(frozen=True, slots=True)
class Progress(Record):
    """How far a slow step has come; `total` is 0 where it cannot be known."""

    step: str
    done: int = 0
    total: int = 0
    lasting: bool = False
    """It is no step, but a remark that is worth keeping, such as that the index had to be mended."""


OnProgress = Callable[[Progress], None]
"""Who hears of the progress of a slow step."""


@dataclass(frozen=True, slots=True)
class Retrieved(Record):
    """The first event of a streamed answer: the passages it may use."""

    passages: list[Passage]


@dataclass(frozen=True, slots=True)
class Waiting(Record):
    """The language model is busy: so many questions are answered before this one, told whenever that changes.

    0 tells one who has waited that it is their turn.
    """

    ahead: int


@dataclass(frozen=True, slots=True)
class Text(Record):
    """A further piece of a streamed answer. What was shown is never taken back."""

    piece: str


@dataclass(frozen=True, slots=True)
class Done(Record):
    """The last event of a streamed answer; its text is all the pieces joined."""

    answer: Answer


Event = Retrieved | Waiting | Text | Done


@dataclass(frozen=True, slots=True)
class Overview(Record):
    """What a corpus holds, in figures."""

    total: int
    """How many articles."""
    oldest: date | None = None
    newest: date | None = None
    """When the first and the last of those that are dated were published."""
    publishers: list[str] = field(default_factory=list)
    """Each once, in no order."""


@dataclass(frozen=True, slots=True)
class Removed(Record):
    """A document in the trash."""

    document_id: str
    sources: list[str]
    """What its files were called in the corpus folder."""
    removed: str
    """When, in UTC, as ISO 8601."""
