"""Conversations are kept, found, renamed and forgotten, each person's apart."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.doctor import examine
from assistant.errors import DamagedFile, UnknownConversation
from assistant.people.conversations import CONVERSATIONS, Conversations
from assistant.people.exchanges import Exchange
from assistant.records import Answer, Citation, Filters
from assistant.settings import Settings
from assistant.storage.database import set_aside

ANSWER = Answer("q", "Acme owns the port [1].", True, "claims", citations=[Citation(1, "x", "id", "a.md", "A", 0, 1)])


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    with closing(Conversations(tmp_path)) as conversations:
        yield conversations


def said(kept: Conversations, *questions: str) -> str:
    conversation_id = kept.begin(questions[0])
    for question in questions:
        kept.append(conversation_id, Exchange(question, answer=ANSWER, text=ANSWER.text))
    return conversation_id


def test_what_was_said_comes_back_as_it_was(kept: Conversations, tmp_path: Path):
    exchange = Exchange("q", "2026-06-04T10:00:00+00:00", Filters(publishers=("P",)), ANSWER.text, ANSWER)
    conversation_id = kept.begin("q")
    assert kept.append(conversation_id, exchange) == 1
    with closing(Conversations(tmp_path)) as of_another_process:
        assert of_another_process.get(conversation_id).exchanges == {1: exchange}


def test_an_answer_takes_the_place_of_its_question(kept: Conversations):
    conversation_id = kept.begin("q")
    number = kept.append(conversation_id, Exchange("q"))
    kept.put(conversation_id, number, Exchange("q", text=ANSWER.text, answer=ANSWER))
    assert [each.answer for each in kept.get(conversation_id).exchanges.values()] == [ANSWER]


def test_two_tabs_that_ask_in_one_conversation_lose_nothing_of_each_other(kept: Conversations, tmp_path: Path):
    conversation_id = said(kept, "one")
    with closing(Conversations(tmp_path)) as other_tab:
        assert other_tab.append(conversation_id, Exchange("two")) == 2
        assert kept.append(conversation_id, Exchange("three")) == 3
    assert [each.question for each in kept.get(conversation_id).exchanges.values()] == ["one", "two", "three"]


def test_what_is_asked_again_cuts_off_what_followed(kept: Conversations):
    conversation_id = said(kept, "one", "two", "three")
    kept.cut(conversation_id, [2, 3])
    assert list(kept.get(conversation_id).exchanges) == [1]
    assert not kept.find("three")
    kept.put(conversation_id, 3, Exchange("three", text="late"))  # an answer that came too late
    assert kept.append(conversation_id, Exchange("four")) == 4
    assert list(kept.get(conversation_id).exchanges) == [1, 4]


def test_the_latest_conversation_comes_first(kept: Conversations):
    older, newer = said(kept, "older"), said(kept, "newer")
    assert [each.conversation_id for each in kept.find()] == [newer, older]
    kept.append(older, Exchange("again"))
    assert [each.conversation_id for each in kept.find()] == [older, newer]


@pytest.mark.parametrize("words", ["wharf", "WHARF own", "ängström", "angstrom", "acme port", "wha"])
def test_a_conversation_is_found_by_words_of_its_questions_and_answers(kept: Conversations, words: str):
    found = said(kept, "first", "who owns the wharf of Ångström?")
    kept.append(said(kept, "something else"), Exchange("no", text="nothing"))
    assert found in [each.conversation_id for each in kept.find(words)]
    assert not kept.find("zeppelin")


def test_each_word_may_stand_in_the_name_or_in_any_question_or_answer(kept: Conversations):
    found = said(kept, "who owns the port of Halden?", "and the quay?", "when?")
    kept.rename(found, "Ölpreise")
    said(kept, "who owns the port of Ruk?")
    for words in ("quay halden", "olpreise quay", "ÖLPREISE", "halden when acme"):
        assert [each.conversation_id for each in kept.find(words)] == [found]
    assert kept.find("quay ruk") == []


def test_a_file_that_was_set_aside_is_whole_and_a_new_one_is_used_from_then_on(kept: Conversations, tmp_path: Path):
    former = said(kept, "one")
    aside = set_aside(tmp_path / CONVERSATIONS)
    newer = said(kept, "two")
    with closing(Conversations(tmp_path)) as of_another_process:
        assert [each.conversation_id for each in of_another_process.find()] == [newer]
    kept.bring_back(aside)
    assert {each.conversation_id for each in kept.find()} == {former, newer}


@pytest.mark.parametrize("words", ['"', "a OR b", "words:x", "*", "(", "'; --", "%", "NEAR(a b)"])
def test_whatever_is_typed_into_the_search_is_only_searched(kept: Conversations, words: str):
    said(kept, "one")
    assert isinstance(kept.find(words), list)


def test_a_conversation_is_named_by_its_first_question_or_as_one_likes(kept: Conversations):
    conversation_id = said(kept, "who  owns\nthe port? " + "and why " * 40)
    name = kept.get(conversation_id).name
    assert name.startswith("who owns the port?")
    assert len(name) <= 80
    assert name.endswith("…")
    kept.rename(conversation_id, "Ports")
    kept.rename(conversation_id, "  ")
    assert kept.find("ports")[0].name == "Ports"


def test_a_deleted_conversation_is_gone_with_its_words(kept: Conversations, tmp_path: Path):
    conversation_id = said(kept, "who owns the wharf?")
    kept.delete(conversation_id)
    kept.delete(conversation_id)
    assert kept.find() == kept.find("wharf") == []
    for change in (kept.get, lambda i: kept.append(i, Exchange("q")), lambda i: kept.rename(i, "x"), kept.name):
        with pytest.raises(UnknownConversation, match="it was deleted"):
            change(conversation_id)


def test_one_person_sees_nothing_of_anothers(kept: Conversations, tmp_path: Path):
    with closing(Conversations(tmp_path, "ann")) as anns:
        hers = said(anns, "who owns the wharf?")
        assert kept.find() == kept.find("wharf") == []
        with pytest.raises(UnknownConversation):
            kept.get(hers)
        with pytest.raises(UnknownConversation):
            kept.cut(hers, [1])
        kept.delete(hers)
        assert anns.get(hers).exchanges


def test_a_backup_brings_back_what_is_gone_and_changes_nothing_that_is_here(kept: Conversations, tmp_path: Path):
    gone, here = said(kept, "gone"), said(kept, "here")
    kept.copy_to(tmp_path / "copy")
    kept.delete(gone)
    kept.append(here, Exchange("later"))
    kept.bring_back(tmp_path / "copy")
    assert len(kept.get(here).exchanges) == 2
    assert kept.get(gone).exchanges[1].answer == ANSWER
    assert kept.find("gone")


@pytest.mark.processes
def test_a_damaged_file_is_named_and_set_aside_on_request(settings: Settings):
    path = settings.state_dir / CONVERSATIONS
    path.parent.mkdir()
    path.write_bytes(b"SQLite format 3\0" + b"\1" * 5000)
    with pytest.raises(DamagedFile, match="doctor --repair"):
        Conversations(settings.state_dir)
    finding = next(each for each in examine(settings, repair=True) if each.what == "conversations")
    assert finding.fine
    assert "begun anew" in finding.found
    assert [p.read_bytes()[:6] for p in settings.state_dir.glob(f"{CONVERSATIONS}.damaged-*")] == [b"SQLite"]
    with closing(Conversations(settings.state_dir)) as anew:
        assert anew.find() == []


@pytest.fixture
def damaged(kept: Conversations) -> str:
    """A conversation whose first exchange cannot be read; its id."""
    conversation_id = said(kept, "one", "two")
    with kept._database.transaction() as connection:
        connection.execute("UPDATE exchanges SET record = substr(record, 1, 20) WHERE number = 1")
    return conversation_id


def test_one_damaged_record_says_so_and_leaves_the_others_readable(kept: Conversations, damaged: str):
    assert kept.unread() == 1
    first, second = kept.get(damaged).exchanges.values()
    assert first.failure == "what is kept of it is damaged"
    assert second.answer == ANSWER
    assert kept.unread(mend=True) == 1
    assert kept.unread() == 0
    assert kept.get(damaged).exchanges == {1: first, 2: second}


def test_a_damaged_record_of_a_backup_keeps_no_conversation_from_coming_back(
    kept: Conversations, damaged: str, tmp_path: Path
):
    kept.copy_to(tmp_path / "copy")
    with closing(Conversations(tmp_path / "elsewhere")) as elsewhere:
        elsewhere.bring_back(tmp_path / "copy")
        assert elsewhere.get(damaged).exchanges == kept.get(damaged).exchanges
