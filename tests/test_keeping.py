"""What people said is kept no longer than wanted, and of an article that is deleted for good nothing is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assistant.api import Assistant
from assistant.errors import IndexFailure, NotAllowed, UnknownDocument
from assistant.people import keeping
from assistant.people.exchanges import Exchange
from assistant.people.forgetting import DELETED, WITHHELD, without
from assistant.settings import Settings
from tests.conftest import OpenEngine, article
from tests.traces import SECRET, asked, holding

QUESTION = "who owns the port?"


@pytest.fixture
def whole(settings: Settings, open_engine: OpenEngine) -> Iterator[Assistant]:
    article(settings.corpus_dir, "port.md", f"{SECRET} owns the port.", title="The port", published="2026-05-04")
    article(settings.corpus_dir, "quay.md", "Borealis runs the quay.", title="The quay", published="2026-05-03")
    chosen = settings.model_copy(update={"collections": {"board": ("directors",)}})
    with Assistant(open_engine(settings=chosen), chosen) as assistant:
        yield assistant


def port(assistant: Assistant) -> str:
    return next(document.document_id for document in assistant.documents() if document.title == "The port")


# Deleting for good


def test_of_an_article_that_is_deleted_for_good_no_file_holds_a_word(whole: Assistant, settings: Settings):
    anna = whole.as_user("anna")
    conversation_id = asked(anna, QUESTION, "who runs the quay?", "and since when?")
    anna.feedback.give(conversation_id, 1, useful=False, reason="hm")
    whole.conversations.append(whole.conversations.begin("stopped"), stopped_on(whole))
    folders = (settings.corpus_dir, settings.state_dir, settings.data_dir)
    assert {"port.md", "conversations.sqlite3", "catalogue.sqlite"} <= {
        name.removesuffix("-wal") for name in holding(SECRET, *folders)
    }
    whole.remove(port(whole), for_good=True)
    assert holding(SECRET, *folders) == []
    kept = anna.conversations.get(conversation_id)
    assert kept.exchanges[1].failure == DELETED
    assert kept.exchanges[1].question == QUESTION
    assert "Borealis runs the quay" in kept.exchanges[2].text
    assert whole.review.complaints() == []


def stopped_on(assistant: Assistant) -> Exchange:
    found = tuple(passage.document_id for passage in assistant.search(QUESTION))
    return Exchange("stopped", text=f"{SECRET} owns", found=found)


def test_what_cannot_be_read_may_quote_it_and_goes_too(whole: Assistant, settings: Settings):
    conversation_id = asked(whole, QUESTION, "who runs the quay?")
    whole.feedback.give(conversation_id, 1, useful=False)
    with whole.conversations.file.database.transaction() as connection:
        connection.execute("UPDATE exchanges SET record = substr(record, 2) WHERE number = 1")
        connection.execute("UPDATE verdicts SET record = substr(record, 2)")
    whole.remove(port(whole), for_good=True)
    assert holding(SECRET, settings.state_dir) == []
    assert "Borealis" in whole.conversations.get(conversation_id).exchanges[2].text


def test_an_article_in_the_trash_is_deleted_for_good(whole: Assistant, settings: Settings):
    conversation_id = asked(whole, QUESTION)
    document_id = port(whole)
    whole.remove(document_id)
    assert SECRET in whole.conversations.get(conversation_id).exchanges[1].text
    whole.remove(document_id, for_good=True)
    assert holding(SECRET, settings.corpus_dir, settings.state_dir, settings.data_dir) == []
    assert whole.removed() == []
    with pytest.raises(UnknownDocument):
        whole.restore(document_id)


def test_who_keeps_a_deleted_word_in_the_log_by_reading_is_told_of(whole: Assistant, settings: Settings):
    asked(whole, QUESTION)
    document = port(whole)
    file = whole.conversations.file
    file.database.query("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(file.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM exchanges").fetchall()
        with pytest.raises(IndexFailure, match="still holds what was in it; end that process"):
            whole.remove(document, for_good=True)
    whole.remove(document, for_good=True)
    assert holding(SECRET, settings.corpus_dir, settings.state_dir, settings.data_dir) == []


def test_deleting_for_good_can_be_asked_for_again(whole: Assistant):
    document_id = port(whole)
    whole.remove(document_id, for_good=True)
    conversation_id = whole.conversations.begin("x")
    whole.conversations.append(conversation_id, Exchange("x", text="y", found=(document_id,)))
    whole.remove(document_id, for_good=True)  # as after a crash in the middle
    assert whole.conversations.get(conversation_id).exchanges[1].text == ""


def test_what_never_was_there_cannot_be_deleted_for_good(whole: Assistant):
    with pytest.raises(UnknownDocument, match="'nothing'"):
        whole.remove("nothing", for_good=True)


def test_deleting_for_good_takes_an_admin(whole: Assistant):
    with pytest.raises(NotAllowed, match="for good takes the role admin"):
        whole.as_user("ed", ["editor"]).remove(port(whole), for_good=True)
    assert len(whole.documents()) == 2


def test_copies_of_the_file_of_conversations_go_with_what_they_hold(whole: Assistant, settings: Settings):
    asked(whole, QUESTION)
    copy = settings.state_dir / "conversations.sqlite3.format1"
    whole.conversations.copy_to(copy)
    whole.remove(port(whole), for_good=True)
    assert not copy.exists()


def test_a_deleted_conversation_leaves_no_word_in_its_file(whole: Assistant, settings: Settings):
    conversation_id = asked(whole, QUESTION)
    whole.conversations.rename(conversation_id, "Zanzibar")
    whole.conversations.delete(conversation_id)
    whole.close()
    assert "conversations.sqlite3" not in holding(SECRET, settings.state_dir)
    assert "conversations.sqlite3" not in holding("Zanzibar", settings.state_dir)


# What is left of an answer


def answer(assistant: Assistant, question: str = QUESTION) -> Exchange:
    said = assistant.ask(question)
    return Exchange(question, text=said.text, answer=said)


def test_an_answer_that_only_passed_by_an_article_stays_less_its_passages(whole: Assistant):
    exchange = answer(whole, "who runs the quay?")
    assert exchange.answer is not None
    noted = replace(exchange.answer, notes=["several fit: The port; The quay", "2 undated articles left out"])
    (left,) = without([replace(exchange, answer=noted)], {port(whole)}, DELETED)
    assert left.answer is not None
    assert left.text == exchange.text
    assert [passage.title for passage in left.answer.passages] == ["The quay"]
    assert left.answer.notes == ["2 undated articles left out"]


def test_how_a_follow_up_was_understood_goes_with_the_answer_that_it_was_understood_from(whole: Assistant):
    later = Exchange("and when?", answer=replace(whole.ask("who runs the quay?"), understood=f"when did {SECRET}?"))
    _, left = without([answer(whole), later], {port(whole)}, DELETED)
    assert left.answer is not None
    assert left.answer.understood == "and when?"


def test_what_has_nothing_of_an_article_is_as_it_was(whole: Assistant):
    exchanges = [answer(whole, "how many articles are there?"), Exchange("stopped", text="Bor", found=("x",))]
    assert without(exchanges, {port(whole)}, DELETED) == exchanges


def test_who_may_not_see_an_article_any_more_does_not_see_it_in_their_conversations(
    whole: Assistant, settings: Settings
):
    conversation_id = asked(whole.as_user("dora", ["directors"]), QUESTION, "who runs the quay?")
    (settings.corpus_dir / "board").mkdir()
    (settings.corpus_dir / "port.md").rename(settings.corpus_dir / "board" / "port.md")
    whole.sync()
    hers = whole.as_user("dora", ["directors"]).conversations.get(conversation_id).exchanges
    assert SECRET in hers[1].text  # the article went on under another id, and hers is gone from the corpus
    conversation_id = asked(whole.as_user("dora", ["directors"]), QUESTION, "who runs the quay?")
    theirs = whole.as_user("dora").conversations.get(conversation_id).exchanges
    assert theirs[1].failure == WITHHELD
    assert SECRET not in str(theirs)
    assert "Borealis" in theirs[2].text


# Retention


def test_conversations_go_after_the_days_that_are_set(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "port.md", f"{SECRET} owns the port.", title="The port")
    chosen = settings.model_copy(update={"keep_days": 30})
    with Assistant(open_engine(settings=chosen), chosen) as assistant:
        old, new = asked(assistant, QUESTION, "who runs it?"), asked(assistant, "who runs the crane?")
        assistant.feedback.give(old, 1, useful=False)
        before = (datetime.now(UTC) - timedelta(days=31)).isoformat(timespec="microseconds")
        with assistant.conversations.file.database.transaction() as connection:
            connection.execute("UPDATE conversations SET changed = ? WHERE conversation_id = ?", (before, old))
            connection.execute("UPDATE verdicts SET given = ?", (before,))
        assert assistant.forget_old() == 1
        assert [each.conversation_id for each in assistant.conversations.find()] == [new]
        assert assistant.review.complaints() == []


def test_old_conversations_go_when_the_file_is_opened(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "port.md", f"{SECRET} owns the port.", title="The port")
    with Assistant(open_engine(), settings) as assistant:
        asked(assistant, QUESTION)
        with assistant.conversations.file.database.transaction() as connection:
            connection.execute("UPDATE conversations SET changed = '2020-01-01'")
        assert assistant.forget_old() == 0  # nothing is set
    chosen = settings.model_copy(update={"keep_days": 1})
    with Assistant(open_engine(settings=chosen), chosen) as assistant:
        assert assistant.conversations.find() == []


def test_of_a_person_who_is_gone_nothing_is_left(whole: Assistant):
    anna, bert = whole.as_user("anna"), whole.as_user("bert")
    anna.feedback.give(asked(anna, QUESTION), 1, useful=False)
    asked(anna, "who runs the lighthouse?")
    theirs = asked(bert, QUESTION)
    assert keeping.forget_person(whole.conversations.file, "anna") == 2
    assert anna.conversations.find() == []
    assert whole.review.complaints() == []
    assert whole.review.unanswered() == []
    assert [each.conversation_id for each in bert.conversations.find()] == [theirs]


def test_a_conversation_of_today_stays_where_those_older_than_a_day_go(whole: Assistant):
    conversation_id = asked(whole, QUESTION)
    assert keeping.forget_older(whole.conversations.file, 1) == 0
    assert whole.conversations.get(conversation_id).exchanges
