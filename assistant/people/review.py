"""What the maintainers see: questions without an answer, articles that are used, complaints. Nobody else does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ..errors import AssistantError, UnknownConversation, UsageError
from ..records import Answer, Filters, OnProgress, Progress, Record
from ..storage.database import now
from .conversations import Conversations
from .exchanges import Exchange, read

_AT_MOST = 200
"""Questions that are looked at, or asked again, at a time: the latest."""


@dataclass(frozen=True, slots=True)
class Complaint(Record):
    """An answer that somebody found not useful, and why."""

    complaint_id: int
    person: str
    given: str
    """When, in UTC, as ISO 8601."""
    reason: str
    exchange: Exchange
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Unanswered(Record):
    """Questions that ask nearly the same and found no answer; who asked is not told."""

    questions: list[str]
    """Each once, the latest first."""
    times: int
    latest: str
    """When one was asked last, in UTC, as ISO 8601."""


@dataclass(frozen=True, slots=True)
class Used(Record):
    """How often an article was cited."""

    document_id: str
    times: int


@dataclass(frozen=True, slots=True)
class AskedAgain(Record):
    """What came of asking unanswered questions once more."""

    asked: int
    answered: int
    failed: list[str] = field(default_factory=list)
    """Why some could not be asked, in words, each once."""


class Asker(Protocol):
    """The assistant as somebody may use it."""

    def unrated(self) -> Asker:
        """The same, whose questions do not count among those that a person may ask within a minute."""

    def ask(self, question: str, *, filters: Filters | None = None) -> Answer:
        """The answer to a question. Raises AssistantError."""


AskerOf = Callable[[str], Asker | None]
"""Gives the assistant of somebody by name, as they may use it now; None for who may not any more."""


class Review:
    """What was said by everyone. Safe to call from several threads."""

    def __init__(self, conversations: Conversations, asker_of: AskerOf) -> None:
        self._file = conversations.file
        self._conversations = conversations
        self._asker_of = asker_of

    def complaints(self, *, settled: bool = False, at_most: int = _AT_MOST) -> list[Complaint]:
        """Those that are open, or those that are settled, latest first."""
        rows = self._file.database.query(
            "SELECT row, person, given, reason, record, settled FROM verdicts WHERE NOT useful AND settled = ?"
            " ORDER BY given DESC LIMIT ?",
            settled,
            at_most,
        )
        return [
            Complaint(
                complaint_id=int(row["row"]),
                person=row["person"],
                given=row["given"],
                reason=row["reason"],
                exchange=read(row["record"]),
                settled=bool(row["settled"]),
            )
            for row in rows
        ]

    def settle(self, complaint_id: int) -> None:
        """Put a complaint among the settled ones. Raises UsageError where there is none of that number."""
        with self._file.database.transaction() as connection:
            done = connection.execute("UPDATE verdicts SET settled = 1 WHERE row = ? AND NOT useful", (complaint_id,))
            if not done.rowcount:
                raise UsageError(f"there is no complaint {complaint_id}; 'assistant review' lists them")

    def verdicts(self) -> tuple[int, int]:
        """How many answers were found useful, and how many not."""
        rows = self._file.database.query("SELECT useful, count(*) AS times FROM verdicts GROUP BY useful")
        times = {bool(row["useful"]): int(row["times"]) for row in rows}
        return times.get(True, 0), times.get(False, 0)

    def unanswered(self, at_most: int = _AT_MOST) -> list[Unanswered]:
        """The latest questions that found no answer yet, those that ask nearly the same as one; most asked first."""
        from ..suggesting.making import alike

        rows = self._file.database.query(
            "SELECT question, asked FROM unanswered WHERE answered = '' ORDER BY asked DESC LIMIT ?", at_most
        )
        groups: list[list[tuple[str, str]]] = []
        for row in rows:
            group = next((g for g in groups if alike(g[0][0], row["question"])), None)
            if group is None:
                groups.append(group := [])
            group.append((row["question"], row["asked"]))
        found = [
            Unanswered(list(dict.fromkeys(question for question, _ in group)), len(group), group[0][1])
            for group in groups
        ]
        return sorted(found, key=lambda each: -each.times)

    def used(self, days: int = 30, at_most: int = 20) -> list[Used]:
        """The articles that were cited most in the last days."""
        since = (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
        rows = self._file.database.query(
            "SELECT document_id, sum(times) AS times FROM used WHERE day > ? GROUP BY document_id"
            " ORDER BY times DESC, document_id LIMIT ?",
            since,
            at_most,
        )
        return [Used(row["document_id"], int(row["times"])) for row in rows]

    def ask_again(self, progress: OnProgress = lambda _: None, assistant_of: AskerOf | None = None) -> AskedAgain:
        """Ask the latest unanswered questions once more, each as whoever asked it; who gets an answer is told.

        An answer is put into the conversation of the question, or into a new one where that is gone. What each person
        may see is said by `assistant_of`, or else by the users' file.
        """
        of = assistant_of or self._asker_of
        rows = self._file.database.query(
            "SELECT row, person, conversation_id, question, filters FROM unanswered WHERE answered = ''"
            " ORDER BY asked DESC LIMIT ?",
            _AT_MOST,
        )
        answered, failed = 0, list[str]()
        for position, row in enumerate(rows):
            progress(Progress("asking again", position + 1, len(rows)))
            assistant = of(row["person"])
            if assistant is None:
                continue
            filters = Filters.from_dict(json.loads(row["filters"])) or None
            asked = now()
            try:
                answer = assistant.unrated().ask(row["question"], filters=filters)
                if answer.answered:
                    exchange = Exchange(row["question"], asked, filters, answer.text, answer)
                    self._tell(int(row["row"]), row["person"], row["conversation_id"], exchange)
                    answered += 1
            except AssistantError as error:
                failed.append(str(error))
        return AskedAgain(len(rows), answered, list(dict.fromkeys(failed)))

    def _tell(self, row: int, person: str, conversation_id: str, exchange: Exchange) -> None:
        """Put an answer where its asker finds it. The row stays, so that they are told."""
        with self._file.database.transaction() as connection:  # first, as keeping an answer takes open questions away
            there = connection.execute("UPDATE unanswered SET answered = ? WHERE row = ?", (now(), row))
        if not there.rowcount:  # the question was deleted while it was asked again
            return
        theirs = self._conversations.of(person)
        try:
            number = theirs.append(conversation_id, exchange)
        except UnknownConversation:
            conversation_id = theirs.begin(exchange.question)
            number = theirs.append(conversation_id, exchange)
        with self._file.database.transaction() as connection:
            connection.execute(
                "UPDATE unanswered SET conversation_id = ?, number = ? WHERE row = ?", (conversation_id, number, row)
            )
