"""What a tab shows is of its newest event alone, whatever comes late."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from assistant.api import Assistant
from assistant.records import Filters
from assistant.settings import Settings
from assistant.web import talk_events
from assistant.web.talk import Talk
from assistant.web.talk_events import TalkEvents
from assistant.web.visitors import Visitors
from tests.conftest import OpenEngine, article

OWNER = "who owns the port?"


class Tab(SimpleNamespace):
    """A request of one tab, as far as events read it."""

    def __init__(self, name: str, **query: str) -> None:
        super().__init__(session_hash=name, query_params=query)


@pytest.fixture
def talk(settings: Settings, open_engine: OpenEngine) -> Iterator[Talk]:
    article(settings.corpus_dir, "a.md", "Acme owns the port.", title="Port", publisher="Wire")
    with Assistant(open_engine(), settings) as assistant, gr.Blocks():
        found = Talk(Visitors(assistant))
        found.beside()
        found.talk()
        yield found


def arrived(talk: Talk, tab: Any) -> TalkEvents:
    list(talk.does.arrive(tab))
    return talk.does


def event(**data: object) -> gr.EventData:
    return gr.EventData(None, data)


def test_an_answer_is_shown_and_its_sources_are(talk: Talk):
    *_, last = arrived(talk, tab := Tab("a")).ask(OWNER, Filters(), 0, "", tab)
    assert "Acme owns the port" in last[talk.now]
    assert "<mark>Acme owns the port.</mark>" in last[talk.panel]


def test_an_answer_that_was_left_for_a_new_conversation_shows_nothing_more(talk: Talk):
    does, tab = arrived(talk, Tab("a")), Tab("a")
    answer = does.ask(OWNER, Filters(), 0, "", tab)
    assert OWNER in next(answer)[talk.now]
    does.begin_anew("", tab)
    late = list(answer)
    assert [list(update) for update in late] == [[talk.next]]  # and that is left as it is
    assert "welcome" in does.show(tab)[talk.now]
    list(does.ask("who else?", Filters(), 0, "", tab))
    assert "who else?" in does.show(tab)[talk.now]
    assert "who else?" not in does.show(tab)[talk.past]
    assert OWNER not in str([does.show(tab)[each] for each in (talk.past, talk.now)])


def test_a_page_that_is_asked_before_its_corpus_was_read_keeps_the_question(talk: Talk):
    tab = Tab("a")
    arriving = talk.does.arrive(tab)
    next(arriving)
    list(talk.does.ask(OWNER, Filters(), 0, "", tab))
    assert [list(update) for update in arriving] == [[talk.next]]


def test_a_tab_that_was_away_goes_on_where_it_was(talk: Talk):
    does, tab = arrived(talk, Tab("a")), Tab("a")
    list(does.ask(OWNER, Filters(), 0, "", tab))
    does.leave(tab)
    list(does.ask("who else?", Filters(), 0, "", tab))
    shown = does.show(tab)
    assert (OWNER in shown[talk.past], "who else?" in shown[talk.now]) == (True, True)


def test_a_tab_that_the_server_does_not_know_is_told_to_load_the_page_again(talk: Talk):
    for _ in range(2):  # to have asked makes it no better
        assert is_unknown(talk, Tab("b"))
    assert "load it again" in talk.does.rename("", event(form={"name": ["x"]}), Tab("b"))[0]


def test_only_so_many_tabs_are_held_and_the_longest_silent_goes_first(talk: Talk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(talk_events, "_TABS", 2)
    for name in ("a", "b"):
        arrived(talk, Tab(name))
    list(talk.does.ask(OWNER, Filters(), 0, "", Tab("a")))
    arrived(talk, Tab("c"))
    assert [is_unknown(talk, Tab(name)) for name in ("a", "b", "c")] == [False, True, False]


def is_unknown(talk: Talk, tab: Tab) -> bool:
    *_, told = talk.does.ask(OWNER, Filters(), 0, "", tab)
    return "load it again" in told.get(talk.head, "")


def test_a_conversation_that_is_renamed_while_it_is_answered_keeps_name_and_answer(talk: Talk):
    does, tab = arrived(talk, Tab("a")), Tab("a")
    answer = does.ask(OWNER, Filters(), 0, "", tab)
    next(answer)
    does.rename("", event(form={"name": ["Ports"]}), tab)
    list(answer)
    shown = does.show(tab)
    assert "Ports" in shown[talk.head]
    assert "Acme owns the port" in shown[talk.now]


def test_a_question_asked_again_is_limited_as_it_was(talk: Talk):
    does, tab = arrived(talk, Tab("a")), Tab("a")
    list(does.ask(OWNER, Filters(publishers=("Desk",)), 0, "", tab))
    shown = does.show(tab)[talk.now]
    assert "Desk" in shown
    (number,) = set(re.findall(r'data-turn="(\d+)"', shown))
    list(does.retry("", event(turn=number), tab))
    shown = does.show(tab)
    assert "Desk" in shown[talk.now]
    assert OWNER not in shown[talk.past]  # it is asked in place of the first


def test_questions_are_drawn_once_a_tab_has_arrived_and_are_not_taken_back(talk: Talk):
    tab = Tab("a")
    assert talk.does.draw_again(Filters(), tab) == gr.skip()  # the browser sends both events at once, in any order
    arriving = talk.does.arrive(tab)
    next(arriving)
    assert talk.does.draw_again(Filters(), tab) == gr.skip()
    list(arriving)
    assert "welcome" in talk.does.draw_again(Filters(), tab)
