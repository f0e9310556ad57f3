"""What people say of answers is kept for the maintainers; who asked what found no answer is not told to anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.api import Assistant
from assistant.errors import NotAllowed, UnknownConversation, UsageError
from assistant.people.conversations import Conversations
from assistant.people.exchanges import Exchange
from assistant.people.review import AskedAgain
from assistant.people.users import Users
from assistant.records import Filters
from assistant.settings import Settings
from tests.conftest import OpenEngine, article

OWNER = "who owns the port?"
UNKNOWN = "who runs the lighthouse?"


@pytest.fixture
def whole(settings: Settings, open_engine: OpenEngine) -> Iterator[Assistant]:
    article(settings.corpus_dir, "port.md", "Acme owns the port.", title="The port")
    chosen = settings.model_copy(update={"collections": {"board": ("directors",)}})
    with Assistant(open_engine(settings=chosen), chosen) as assistant:
        yield assistant


def asked(assistant: Assistant, question: str, filters: Filters | None = None) -> tuple[str, int]:
    """A question that is asked and kept as the page does it: where it is."""
    conversation_id = assistant.conversations.begin(question)
    number = assistant.conversations.append(conversation_id, Exchange(question, filters=filters))
    answer = assistant.ask(question, filters=filters)
    exchange = Exchange(question, filters=filters, text=answer.text, answer=answer)
    assistant.conversations.put(conversation_id, number, exchange)
    return conversation_id, number


def unanswered(assistant: Assistant) -> list[tuple[list[str], int]]:
    return [(each.questions, each.times) for each in assistant.review.unanswered()]


# Verdicts


def test_a_complaint_is_kept_with_question_answer_sources_and_settings(whole: Assistant):
    anna = whole.as_user("anna")
    place = asked(anna, OWNER)
    anna.feedback.give(*place, useful=False, reason=" It was sold. ")
    (complaint,) = whole.review.complaints()
    assert (complaint.person, complaint.reason, complaint.settled) == ("anna", "It was sold.", False)
    assert complaint.exchange.question == OWNER
    answer = complaint.exchange.answer
    assert answer is not None
    assert answer.citations[0].quote == "Acme owns the port."
    assert answer.receipt is not None
    assert answer.receipt.settings["llm"] == "extractive"


def test_one_says_one_thing_of_an_answer(whole: Assistant):
    anna = whole.as_user("anna")
    conversation_id, number = asked(anna, OWNER)
    anna.feedback.give(conversation_id, number, useful=False, reason="no")
    anna.feedback.give(conversation_id, number, useful=True)
    assert anna.feedback.given(conversation_id)[number].useful
    assert whole.review.complaints() == []
    assert whole.review.verdicts() == (1, 0)
    anna.feedback.take_back(conversation_id, number)
    assert anna.feedback.given(conversation_id) == {}
    assert whole.review.verdicts() == (0, 0)


def test_nobody_says_anything_of_anothers_answer_or_sees_what_was_said(whole: Assistant):
    conversation_id, number = asked(whole.as_user("anna"), OWNER)
    whole.as_user("anna").feedback.give(conversation_id, number, useful=True)
    bert = whole.as_user("bert")
    with pytest.raises(UnknownConversation, match="of yours"):
        bert.feedback.give(conversation_id, number, useful=False)
    assert bert.feedback.given(conversation_id) == {}


def test_nothing_is_said_of_a_question_without_an_answer(whole: Assistant):
    anna = whole.as_user("anna")
    conversation_id = anna.conversations.begin("x")
    number = anna.conversations.append(conversation_id, Exchange("x"))
    with pytest.raises(UsageError, match="has no answer"):
        anna.feedback.give(conversation_id, number, useful=True)


def test_a_settled_complaint_is_among_the_settled_ones(whole: Assistant):
    anna = whole.as_user("anna")
    anna.feedback.give(*asked(anna, OWNER), useful=False)
    (complaint,) = whole.review.complaints()
    whole.review.settle(complaint.complaint_id)
    assert whole.review.complaints() == []
    assert [each.complaint_id for each in whole.review.complaints(settled=True)] == [complaint.complaint_id]
    with pytest.raises(UsageError, match="no complaint 99"):
        whole.review.settle(99)


def test_a_complaint_outlives_the_conversation(whole: Assistant):
    anna = whole.as_user("anna")
    place = asked(anna, OWNER)
    anna.feedback.give(*place, useful=False)
    anna.conversations.delete(place[0])
    assert len(whole.review.complaints()) == 1


def test_a_damaged_verdict_says_so_and_leaves_the_others_readable(whole: Assistant):
    anna = whole.as_user("anna")
    places = [asked(anna, OWNER), asked(anna, "who owns the port now?")]
    for place in places:
        anna.feedback.give(*place, useful=False, reason="no")
    with whole.conversations.file.database.transaction() as connection:
        connection.execute("UPDATE verdicts SET record = '{' WHERE conversation_id = ?", (places[0][0],))
    told = {each.exchange.failure for each in whole.review.complaints()}
    assert told == {"", "what is kept of it is damaged"}


@pytest.mark.parametrize("roles", [[], ["reader"], ["editor"], ["directors"]])
def test_only_an_admin_reviews(whole: Assistant, roles: list[str]):
    with pytest.raises(NotAllowed, match="role admin"):
        _ = whole.as_user("anna", roles).review


# What found no answer, and what is used


def test_questions_without_an_answer_are_grouped_and_nameless(whole: Assistant):
    for name, question in (("anna", UNKNOWN), ("bert", "Who runs the lighthouse now?"), ("anna", "what did it cost?")):
        asked(whole.as_user(name), question)
    groups = whole.review.unanswered()
    assert [each.times for each in groups] == [2, 1]
    assert groups[0].questions == ["Who runs the lighthouse now?", UNKNOWN]
    assert "anna" not in json.dumps([each.to_dict() for each in groups])


def test_a_question_that_is_answered_is_no_longer_open(whole: Assistant, settings: Settings):
    anna = whole.as_user("anna")
    asked(anna, UNKNOWN)
    article(settings.corpus_dir, "light.md", "Borealis runs the lighthouse.", title="Light")
    asked(anna, UNKNOWN)
    assert unanswered(whole) == []


def test_asking_twice_in_vain_counts_once_for_each_person(whole: Assistant):
    for _ in range(2):
        asked(whole.as_user("anna"), UNKNOWN)
    assert unanswered(whole) == [([UNKNOWN], 1)]


def test_a_deleted_question_is_not_shown_to_maintainers(whole: Assistant):
    anna = whole.as_user("anna")
    conversation_id, number = asked(anna, UNKNOWN)
    other, _ = asked(anna, "who owns the crane?")
    anna.conversations.cut(conversation_id, [number])
    anna.conversations.delete(other)
    assert unanswered(whole) == []


def test_questions_are_not_kept_for_review_where_the_setting_says_so(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "port.md", "Acme owns the port.", title="The port")
    chosen = settings.model_copy(update={"review_questions": False})
    assistant = Assistant(open_engine(settings=chosen), chosen)
    asked(assistant, UNKNOWN)
    assert unanswered(assistant) == []


def test_articles_are_counted_by_the_answers_that_cite_them(whole: Assistant, settings: Settings):
    article(settings.corpus_dir, "quay.md", "Borealis runs the quay.", title="Quay")
    for question in (OWNER, OWNER, "who runs the quay?", UNKNOWN):
        asked(whole.as_user("anna"), question)
    titles = {document.document_id: document.title for document in whole.documents()}
    assert [(titles[each.document_id], each.times) for each in whole.review.used()] == [("The port", 2), ("Quay", 1)]


# Asking again


def test_who_asked_in_vain_is_told_when_an_article_answers_it(whole: Assistant, settings: Settings):
    anna = whole.as_user("anna")
    conversation_id, _ = asked(anna, UNKNOWN)
    assert anna.feedback.news() == []
    article(settings.corpus_dir, "light.md", "Borealis runs the lighthouse.", title="Light")
    assert whole.review.ask_again(assistant_of=whole.as_user) == AskedAgain(1, 1)
    (news,) = anna.feedback.news()
    assert (news.conversation_id, news.question) == (conversation_id, UNKNOWN)
    exchange = anna.conversations.get(conversation_id).exchanges[news.number]
    assert "Borealis" in exchange.text
    assert unanswered(whole) == []
    assert whole.as_user("bert").feedback.news() == []
    anna.feedback.told(conversation_id)
    assert anna.feedback.news() == []
    assert whole.review.ask_again(assistant_of=whole.as_user) == AskedAgain(0, 0)


def test_an_answer_is_asked_for_as_its_asker_may_see_it(whole: Assistant, settings: Settings):
    asked(whole.as_user("anna"), UNKNOWN)
    asked(whole.as_user("dora", ["directors"]), UNKNOWN)
    article(settings.corpus_dir, "board/light.md", "Borealis runs the lighthouse.", title="Light")
    roles = {"anna": [], "dora": ["directors"]}
    assert whole.review.ask_again(assistant_of=lambda name: whole.as_user(name, roles[name])) == AskedAgain(2, 1)
    assert whole.as_user("anna").feedback.news() == []
    assert len(whole.as_user("dora").feedback.news()) == 1


def test_who_may_not_ask_any_more_is_not_asked_for(whole: Assistant):
    asked(whole.as_user("anna"), UNKNOWN)
    assert whole.review.ask_again(assistant_of=lambda _: None) == AskedAgain(1, 0)


def test_everyone_is_asked_for_with_the_roles_that_they_have_now(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "port.md", "Acme owns the port.", title="The port")
    chosen = settings.model_copy(update={"sign_in": True, "collections": {"board": ("directors",)}})
    with Assistant(open_engine(settings=chosen), chosen) as assistant, closing(Users(settings.state_dir)) as users:
        for name, groups in (("dora", ["directors"]), ("anna", []), ("gone", ["directors"])):
            users.add(name, f"a long password of {name[::-1]}", groups=groups)
            asked(assistant.as_user(name, groups), UNKNOWN)
        users.remove("gone")
        article(settings.corpus_dir, "board/light.md", "Borealis runs the lighthouse.", title="Light")
        assert assistant.as_user("root", ["admin"]).review.ask_again() == AskedAgain(3, 1)
        assert [len(assistant.as_user(name).feedback.news()) for name in ("dora", "anna", "gone")] == [1, 0, 0]


def test_an_answer_to_a_deleted_conversation_begins_another(whole: Assistant, settings: Settings):
    anna = whole.as_user("anna")
    conversation_id, _ = asked(anna, UNKNOWN)
    path = settings.state_dir / "conversations.sqlite3"
    with closing(Conversations(settings.state_dir)) as kept, kept.file.database.transaction() as connection:
        connection.execute("DELETE FROM conversations")  # as retention of another process does at that moment
    assert path.is_file()
    article(settings.corpus_dir, "light.md", "Borealis runs the lighthouse.", title="Light")
    assert whole.review.ask_again(assistant_of=whole.as_user) == AskedAgain(1, 1)
    (news,) = anna.feedback.news()
    assert news.conversation_id != conversation_id
    assert "Borealis" in anna.conversations.get(news.conversation_id).exchanges[news.number].text


def test_a_filter_is_kept_with_the_question(whole: Assistant, settings: Settings):
    asked(whole, UNKNOWN, Filters(publishers=("Wire",)))
    article(settings.corpus_dir, "light.md", "Borealis runs the lighthouse.", title="Light", publisher="Desk")
    assert whole.review.ask_again(assistant_of=lambda _: whole) == AskedAgain(1, 0)


def test_a_backup_brings_back_what_was_said(whole: Assistant, settings: Settings, tmp_path: Path):
    anna = whole.as_user("anna")
    anna.feedback.give(*asked(anna, OWNER), useful=False, reason="sold")
    asked(anna, UNKNOWN)
    whole.backup(tmp_path / "b.tar")
    (settings.state_dir / "conversations.sqlite3").unlink()
    whole.restore_backup(tmp_path / "b.tar")
    assert [each.reason for each in whole.review.complaints()] == ["sold"]
    assert unanswered(whole) == [([UNKNOWN], 1)]
    whole.restore_backup(tmp_path / "b.tar")
    assert whole.review.verdicts() == (0, 1)
    assert [each.times for each in whole.review.used()] == [1]


def test_nobody_takes_anothers_news_away_by_looking_at_them(whole: Assistant, settings: Settings):
    anna = whole.as_user("anna")
    conversation_id, _ = asked(anna, UNKNOWN)
    article(settings.corpus_dir, "light.md", "Borealis runs the lighthouse.", title="Light")
    whole.review.ask_again(assistant_of=whole.as_user)
    whole.as_user("bert").feedback.told(conversation_id)
    assert [news.conversation_id for news in anna.feedback.news()] == [conversation_id]
