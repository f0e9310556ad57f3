"""What is told of a change to somebody who sees a part of the corpus, and where they may put articles."""

import pytest

from assistant.access import Scope
from assistant.errors import NotAllowed, UsageError
from assistant.people.limiting import collection, in_trash, is_in_corpus, told
from assistant.records import Removed, SyncReport
from assistant.settings import Settings

BOARD = Scope((("board", False), ("team", True)))
"""Sees the corpus folder and one of two collections."""


def test_a_report_tells_of_what_is_seen_after_a_change_and_of_what_was_seen_before_it():
    ids = ["both", "after", "before", "never"]
    report = SyncReport(
        added=ids, updated=ids, removed=ids, unchanged=ids,
        failed={"board/a.pdf": "no text", "b.pdf": "no text"}, notes=["board/a.pdf is odd", "b.pdf is odd"],
    )  # fmt: skip
    assert told(report, frozenset({"both", "before"}), frozenset({"both", "after"}), ["board/a.pdf"]) == SyncReport(
        added=["both", "after"], updated=["both", "after"], removed=["both", "before"], unchanged=["both", "after"],
        failed={"b.pdf": "no text"}, notes=["b.pdf is odd"],
    )  # fmt: skip


@pytest.fixture
def named(settings: Settings) -> Settings:
    return settings.model_copy(update={"collections": {"Board": ["admin"], "/team/": ["reader"]}})


def test_a_collection_is_named_however_it_is_written_and_has_the_folder_of_the_settings(named: Settings):
    assert collection("board/", named, None) == "Board"
    assert collection("TEAM", named, BOARD) == "team"
    assert collection("", named, BOARD) == collection("", named, None) == ""


def test_a_collection_that_somebody_does_not_see_is_one_that_there_is_not(named: Settings):
    with pytest.raises(UsageError, match=r"no collection 'board'; there are: team \("):
        collection("board", named, BOARD)
    with pytest.raises(UsageError, match=r"there are: Board, team \("):
        collection("bored", named, None)
    with pytest.raises(UsageError, match=r"there are: none \("):
        collection("x", named.model_copy(update={"collections": {}}), None)


def test_who_does_not_see_the_corpus_folder_itself_puts_nothing_into_it(named: Settings):
    with pytest.raises(NotAllowed, match="name a collection"):
        collection(".", named, Scope(((".", False), ("team", True))))


def test_of_the_trash_is_seen_what_was_seen_with_every_file():
    seen, half = Removed("a", ["a.md", "team/a.md"], ""), Removed("b", ["b.md", "board/b.md"], "")
    assert in_trash([seen, half], BOARD) == [seen]
    assert in_trash([seen, half], None) == [seen, half]


def test_files_given_from_elsewhere_and_addresses_are_not_of_the_corpus():
    named = ["board/a.md", "/home/anna/a.md", "https://example.com/a"]
    assert [is_in_corpus(source) for source in named] == [True, False, False]
