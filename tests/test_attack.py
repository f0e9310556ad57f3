"""Ways round what is promised of collections, of deleting for good and of signing in; each was open once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.access import person
from assistant.api import Assistant
from assistant.documents.ledger import Ledger
from assistant.documents.trash import Trash
from assistant.errors import TooMany
from assistant.people import keeping
from assistant.people.exchanges import Exchange
from assistant.people.forgetting import DELETED, WITHHELD
from assistant.people.passwords import WrongPasswords
from assistant.records import Answer, Filters
from assistant.settings import Settings
from assistant.web.asking import UnderWay
from assistant.web.history import History
from assistant.web.turns import Session
from tests.conftest import OpenEngine, article, index_of
from tests.limited import id_of, open_with
from tests.signing_in import PASSWORD, open_users
from tests.traces import SECRET, asked, holding

QUESTION = "who owns the port?"


@pytest.fixture
def whole(settings: Settings, open_engine: OpenEngine) -> Iterator[Assistant]:
    article(settings.corpus_dir, "port.md", f"{SECRET} owns the port.", title="The port", published="2026-05-04")
    (settings.corpus_dir / "board").mkdir()
    with open_with(settings, open_engine) as assistant:
        yield assistant


def kept(settings: Settings) -> list[str]:
    """The files that hold a word of the article."""
    return holding(SECRET, settings.corpus_dir, settings.state_dir, settings.data_dir)


def move(settings: Settings, source: str, target: str) -> None:
    (settings.corpus_dir / source).rename(settings.corpus_dir / target)


# Moved between collections


def test_an_article_that_is_moved_into_a_collection_keeps_its_id_and_correction(whole: Assistant, settings: Settings):
    before = id_of(whole, "port.md")
    whole.amend(before, title="Corrected")
    move(settings, "port.md", "board/port.md")
    (document,) = whole.documents()
    assert (document.document_id, document.title) == (before, "Corrected")
    assert whole.as_user("anna").documents() == []


def test_kept_answers_are_withheld_when_their_article_is_moved_into_a_collection(whole: Assistant, settings: Settings):
    anna = whole.as_user("anna")
    conversation_id = asked(anna, QUESTION)
    move(settings, "port.md", "board/port.md")
    assert anna.conversations.get(conversation_id).exchanges[1].failure == WITHHELD


def test_kept_answers_stay_withheld_when_their_article_is_in_the_trash(whole: Assistant, settings: Settings):
    move(settings, "port.md", "board/port.md")
    conversation_id = asked(whole.as_user("dora", ["directors"]), QUESTION)
    whole.remove(id_of(whole, "board/port.md"))
    assert whole.as_user("dora").conversations.get(conversation_id).exchanges[1].failure == WITHHELD
    assert SECRET in whole.as_user("dora", ["directors"]).conversations.get(conversation_id).exchanges[1].text


def test_a_search_of_conversations_finds_no_word_of_an_answer_that_is_withheld(whole: Assistant, settings: Settings):
    anna = whole.as_user("anna")
    conversation_id = asked(anna, QUESTION)
    assert [one.conversation_id for one in anna.conversations.find(SECRET)] == [conversation_id]
    move(settings, "port.md", "board/port.md")
    assert anna.conversations.find(SECRET) == []
    assert [one.conversation_id for one in anna.conversations.find("OWNS pórt")] == [conversation_id]  # of the question


def test_an_open_tab_goes_on_without_what_may_not_be_seen_any_more(whole: Assistant, settings: Settings):
    anna = whole.as_user("anna")
    session = History(anna).open(asked(anna, QUESTION))
    assert SECRET in session.turns[0].exchange.text
    move(settings, "port.md", "board/port.md")
    (turn,) = History(anna).judged(session).turns
    assert (turn.exchange.failure, turn.exchange.text, turn.exchange.answer) == (WITHHELD, "", None)


# Deleting for good


def test_an_article_that_was_moved_into_a_collection_is_deleted_with_earlier_answers(
    whole: Assistant, settings: Settings
):
    asked(whole, QUESTION)
    move(settings, "port.md", "board/port.md")
    whole.remove(id_of(whole, "board/port.md"), for_good=True)
    assert kept(settings) == []


def test_an_open_question_that_was_understood_with_a_deleted_article_goes_with_it(whole: Assistant, settings: Settings):
    conversation_id = asked(whole, QUESTION)
    understood = f"how old is {SECRET}?"
    refusal = Answer("how old is she?", "not said", answered=False, kind="refusal", understood=understood)
    whole.conversations.append(conversation_id, Exchange("how old is she?", text="not said", answer=refusal))
    whole.feedback.give(conversation_id, 2, useful=False, reason="why not?")
    assert SECRET in whole.review.unanswered()[0].questions[0]
    whole.remove(id_of(whole, "port.md"), for_good=True)
    assert kept(settings) == []
    assert whole.review.unanswered() == []
    assert whole.review.complaints()[0].reason == "why not?"


def test_an_answer_that_was_under_way_while_its_article_was_deleted_is_not_kept(whole: Assistant, settings: Settings):
    document_id = id_of(whole, "port.md")
    events = UnderWay(whole).ask(QUESTION, Session(), None, "tab")
    session = next(session for session in events if session.turns[-1].exchange.text)
    whole.remove(document_id, for_good=True)
    *_, session = events
    assert kept(settings) == []
    assert whole.conversations.get(session.conversation_id).exchanges[1].failure == DELETED


def test_an_article_that_is_added_again_after_it_was_deleted_is_quoted_and_kept(whole: Assistant, settings: Settings):
    data = (settings.corpus_dir / "port.md").read_bytes()
    whole.remove(id_of(whole, "port.md"), for_good=True)
    (settings.corpus_dir / "port.md").write_bytes(data)
    *_, session = UnderWay(whole).ask(QUESTION, Session(), None, "tab")
    later = replace(session.turns[-1].exchange, asked="9999-01-01T00:00:00+00:00")
    whole.conversations.put(session.conversation_id, 1, later)
    assert SECRET in whole.conversations.get(session.conversation_id).exchanges[1].text


def test_a_correction_goes_though_its_file_was_deleted_by_hand(whole: Assistant, settings: Settings):
    document_id = id_of(whole, "port.md")
    whole.amend(document_id, title="Zanzibar")
    (settings.corpus_dir / "port.md").unlink()
    whole.remove(document_id, for_good=True)
    assert holding("Zanzibar", settings.corpus_dir, settings.state_dir, settings.data_dir) == []


def overwritten(whole: Assistant, settings: Settings, text: str) -> None:
    """Put a former version of page.md into the trash, whose document is called other.md by now."""
    article(settings.corpus_dir, "page.md", text, title="The page")
    first = id_of(whole, "page.md")
    with closing(Ledger(settings.state_dir)) as ledger:
        Trash(settings.corpus_dir, settings.state_dir, ledger).copy("page.md")
    article(settings.corpus_dir, "page.md", "A newer text of the page.", title="The page")
    assert id_of(whole, "page.md") == first
    move(settings, "page.md", "other.md")
    whole.sync()
    article(settings.corpus_dir, "page.md", "Quite another article.", title="Another")
    assert id_of(whole, "other.md") == first != id_of(whole, "page.md")


def test_a_former_version_is_deleted_though_another_article_has_its_name(whole: Assistant, settings: Settings):
    overwritten(whole, settings, "Zanzibar owns the page.")
    whole.remove(id_of(whole, "other.md"), for_good=True)
    assert holding("Zanzibar", settings.corpus_dir, settings.state_dir, settings.data_dir) == []
    assert whole.as_user("anna").documents(Filters(sources=("page.md",)))


def test_deleting_an_article_leaves_former_versions_of_another_one_that_had_its_name(
    whole: Assistant, settings: Settings
):
    overwritten(whole, settings, "Zanzibar owns the page.")
    whole.remove(id_of(whole, "page.md"), for_good=True)
    assert holding("Zanzibar", settings.state_dir / "trash") == ["page.md"]


def test_a_deleted_conversation_is_in_no_file_while_others_are_open(whole: Assistant, settings: Settings):
    conversation_id = whole.conversations.begin("Zanzibar?")
    whole.conversations.append(conversation_id, Exchange("Zanzibar?", text="no"))
    whole.conversations.delete(conversation_id)
    assert holding("Zanzibar", settings.state_dir) == []


# People


class Deleting(Assistant):
    """One whose conversations are deleted while it asks."""

    def ask(self, *args: object, **more: object) -> Answer:
        found = super().ask(*args, **more)  # type: ignore[arg-type]
        for each in self.conversations.find():
            self.conversations.delete(each.conversation_id)
        return found


def test_a_conversation_that_is_deleted_while_its_question_is_asked_again_stays_deleted(
    whole: Assistant, settings: Settings
):
    asked(whole, "who owns the lighthouse?")
    article(settings.corpus_dir, "light.md", "Acme owns the lighthouse.", title="Light")
    deleting = Deleting(whole._engine, whole.settings)
    whole.review.ask_again(assistant_of=lambda _: deleting)
    assert whole.conversations.find() == []
    assert whole.feedback.news() == []


def test_restoring_a_backup_brings_back_nothing_of_who_was_removed(whole: Assistant, tmp_path: Path):
    users = open_users(whole.settings.state_dir)
    users.add("Anna", PASSWORD)
    anna = whole.as_user("Anna")
    anna.feedback.give(asked(anna, QUESTION, "who owns the lighthouse?"), 1, useful=False, reason="hm")
    whole.backup(tmp_path / "b.tar")
    users.remove("Anna")
    keeping.forget_person(whole.conversations.file, "Anna")
    whole.restore_backup(tmp_path / "b.tar")
    assert users.all() == []
    assert anna.conversations.find() == []
    assert whole.review.complaints() == []
    assert whole.review.unanswered() == []


def test_addresses_that_one_socket_takes_for_two_kinds_are_told_apart():
    wrong = WrongPasswords()
    for number in range(30):
        wrong.count(f"name {number}", "::ffff:10.0.0.1")
    wrong.check("anna", "::ffff:10.0.0.2")
    with pytest.raises(TooMany):
        wrong.check("anna", "::ffff:10.0.0.1")


@pytest.mark.parametrize("roles", [(), ("reader",), ("editor",), ("sales", "editor")])
def test_a_collection_of_readers_is_open_to_all_roles(roles: tuple[str, ...]):
    assert person("anna", roles).scope({"staff": ("reader",)}) is None
    assert (person("anna", roles).scope({"staff": ("editor",)}) is None) == ("editor" in roles)


# Damage


def test_damage_that_somebody_meets_who_sees_a_part_is_mended(whole: Assistant, settings: Settings):
    anna = whole.as_user("anna")
    assert len(anna.documents()) == 1
    view = index_of(whole._engine).seen_by(anna._scope)  # type: ignore[arg-type]
    view.catalogue.database.query("DROP TABLE temp.seen_rows")
    article(settings.corpus_dir, "quay.md", "Borealis runs the quay.", title="The quay")
    assert len(anna.documents()) == 2
