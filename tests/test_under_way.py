"""The conversation of a tab as it is kept, whatever the disk and other windows do meanwhile."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest

from assistant.api import Assistant
from assistant.errors import IndexFailure
from assistant.people.conversations import Conversations
from assistant.people.exchanges import Exchange
from assistant.settings import Settings
from assistant.web.asking import UnderWay
from assistant.web.turns import Session
from tests.conftest import OpenEngine, article

OWNER = "who owns the port?"


class Failing(Conversations):
    """Cannot write while `full`."""

    full = False

    def append(self, conversation_id: str, exchange: Exchange) -> int:
        self._write_or_fail()
        return super().append(conversation_id, exchange)

    def put(self, conversation_id: str, number: int, exchange: Exchange) -> None:
        self._write_or_fail()
        super().put(conversation_id, number, exchange)

    def _write_or_fail(self) -> None:
        if self.full:
            raise IndexFailure("the disk is full")


class OnFailing(Assistant):
    """Keeps its conversations in such ones."""

    disk: Failing

    @property
    def conversations(self) -> Conversations:
        return self.disk


@pytest.fixture
def assistant(settings: Settings, open_engine: OpenEngine) -> Iterator[OnFailing]:
    article(settings.corpus_dir, "a.md", "Acme owns the port.")
    found = OnFailing(open_engine(), settings)
    with closing(Failing(settings.state_dir)) as disk:
        found.disk = disk
        yield found


def asked(under_way: UnderWay, session: Session, question: str = OWNER) -> Session:
    *_, last = under_way.ask(question, session, None, "tab")
    return last


def kept(assistant: OnFailing) -> list[list[tuple[str, bool]]]:
    """Of each conversation its questions, and whether they have an answer."""
    found = [assistant.disk.get(each.conversation_id) for each in assistant.disk.find()]
    return [[(e.question, e.answer is not None) for e in each.exchanges.values()] for each in found]


def test_a_question_is_kept_before_its_answer_and_with_it(assistant: OnFailing):
    steps = UnderWay(assistant).ask(OWNER, Session(), None, "tab")
    next(steps)
    assert kept(assistant) == [[(OWNER, False)]]
    last = [*steps][-1]
    assert kept(assistant) == [[(OWNER, True)]]
    assert last.name == OWNER
    assert last.trouble == ""


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_what_could_not_be_kept_is_kept_once_there_is_room(assistant: OnFailing, fails_at: int):
    under_way, session = UnderWay(assistant), Session()
    for number in range(4):
        assistant.disk.full = number == fails_at
        session = asked(under_way, session, f"{OWNER} {number}")
        assert (session.trouble != "") == assistant.disk.full
    assert kept(assistant) == [[(f"{OWNER} {number}", True) for number in range(4)]]
    assert len({turn.number for turn in session.turns}) == 4


def test_an_answer_that_could_not_be_kept_is_kept_with_the_next_one(assistant: OnFailing):
    under_way = UnderWay(assistant)
    steps = under_way.ask(OWNER, Session(), None, "tab")
    next(steps)
    assistant.disk.full = True
    session = [*steps][-1]
    assert "the disk is full" in session.trouble
    assistant.disk.full = False
    session = asked(under_way, session, "why?")
    assert kept(assistant) == [[(OWNER, True), ("why?", True)]]


def test_a_conversation_that_is_deleted_while_it_is_answered_stays_deleted(assistant: OnFailing):
    under_way = UnderWay(assistant)
    steps = under_way.ask(OWNER, Session(), None, "tab")
    begun = next(steps)
    assistant.disk.delete(begun.conversation_id)
    session = [*steps][-1]
    assert kept(assistant) == []
    assert "deleted" in session.trouble
    session = asked(under_way, session, "and now?")
    assert kept(assistant) == [[("and now?", True)]]
    assert [turn.exchange.question for turn in session.turns] == ["and now?"]


def test_what_another_window_asked_outlives_a_question_that_is_asked_again(assistant: OnFailing):
    under_way = UnderWay(assistant)
    session = asked(under_way, asked(under_way, Session()), "why?")
    assistant.disk.append(session.conversation_id, Exchange("of another window"))
    before = under_way.again_from(session, session.turns[1].number)
    asked(under_way, before, "why not?")
    assert [[question for question, _ in each] for each in kept(assistant)] == [
        [OWNER, "of another window", "why not?"]
    ]


def test_a_question_too_many_is_answered_by_when_the_next_one_is_taken(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "Acme owns the port.")
    few = settings.model_copy(update={"questions_per_minute": 1})
    under_way = UnderWay(Assistant(open_engine(), few).as_user("anna"))
    session = asked(under_way, Session())
    session = asked(under_way, session, "and now?")
    assert re.search(r"ask again in \d+ seconds", session.turns[-1].exchange.failure)
    assert not session.turns[-1].running
    assert not under_way.is_under_way("tab")
