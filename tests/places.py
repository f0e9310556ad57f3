"""Every part of the page that shows what others wrote, with where in it. A new place is one line here.

A part is made by the page's own code from one text, and shown by the page's own component; a place of it says where a
person, or a screen reader, finds the text: in an element's words, or in an attribute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.access import person
from assistant.people.exchanges import Conversation
from assistant.people.feedback import News, Verdict
from assistant.people.review import Complaint, Unanswered
from assistant.records import Filters, Finding, Overview, Removed
from assistant.web import filtering, shelf, views
from assistant.web.adding import Job, shown
from assistant.web.history import head
from assistant.web.parts import rendered
from assistant.web.turns import Session, Turn
from tests.hostile import DAY, document, exchange, passage


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the page, and the places in it: CSS selectors, with `@name` after those that mean an attribute.

    `value` as an attribute is what a field holds.
    """

    name: str
    made: Callable[[str], str]
    places: tuple[str, ...]


def _session(text: str, *, answered: bool = True, failure: str = "") -> Session:
    turn = Turn(1, exchange(text, answered=answered, failure=failure), kept="whole")
    return Session("c1", text, (turn,), trouble=text)


def _running(text: str) -> Session:
    one = Turn(1, replace(exchange(text), answer=None), passages=(passage(text),), running=True)
    return Session("c1", text, (one,))


def _turn(session: Session) -> str:
    return views.turn(session.turns[-1], session)


PARTS = [
    Part(
        "list of articles",
        lambda text: shelf.articles([document(text)], shelf.View(words=text.split()[0])),
        ("button.title", ".source", "td.publisher", "button[data-title]@data-title", "[aria-label]@aria-label"),
    ),
    Part(
        "preview",
        lambda text: shelf.preview(document(text), [document(text, 2)], told=text),
        (
            *("h2", ".place", ".place + .place", ".remark", ".remark .title", ".told", ".beginning h2", ".beginning p"),
            *(".beginning li", ".beginning blockquote", ".beginning td", "button[data-title]@data-title"),
            *("[name=title]@value", "[name=publisher]@value", "[name=author]@value"),
        ),
    ),
    Part("an article that is gone", lambda text: shelf.preview(None, told=text), (".told",)),
    Part(
        "files that are no articles, and trash",
        lambda text: shelf.unread({text: text}, [_removed(text)]),
        (".unread strong", ".unread li", ".trash strong"),
    ),
    Part(
        "adding",
        lambda text: shown([Job(text, text, "working", text, 0.5)]),
        ("strong", ".what", "progress@aria-label"),
    ),
    Part(
        "what was added",
        lambda text: shown([Job(text, text, "added", document=document(text), remarks=(text,))]),
        ("strong", ".remark"),
    ),
    Part("notice", lambda text: rendered("notice.html", told=text, document_id="d1", failed=True), (".told",)),
    Part(
        "findings of upkeep",
        lambda text: rendered(
            "findings.html", told=text, findings=[Finding(text, fine=False, found=text)], failed=True, backup_id=text
        ),
        (".told", ".what strong", ".what"),
    ),
    Part(
        "answer",
        lambda text: _turn(_session(text)),
        (".asked", ".understood q", ".limits", ".said > p", ".derived strong", ".derived li", ".notes li"),
    ),
    Part(
        "what is wrong with an answer",
        lambda text: _turn(replace(_session(text), verdicts={1: Verdict(useful=False, reason=text)})),
        (".reason q",),
    ),
    Part("a question that has an answer now", lambda text: views.news([News("c1", 1, text)]), (".news a",)),
    Part(
        "review",
        lambda text: rendered(
            "review.html",
            told=text,
            failed=True,
            kept=True,
            unanswered=[Unanswered([text, text], 2, DAY.isoformat())],
            complaints=[Complaint(1, text, DAY.isoformat(), text, exchange(text))],
            used=[(text, "d1", 3)],
            useful=1,
            not_useful=1,
        ),
        (
            *(".told", ".asked-for .words", ".asked-for details li", ".complaint summary q", ".complaint .when"),
            *(".complaint .why", ".complaint .said", ".complaint li q", ".complaint li a", "#used ~ ul a"),
        ),
    ),
    Part(
        "sign-in form",
        lambda text: rendered(
            "sign_in.html", title="", language="en", style="", trouble=text, name=text, next=f"/?{text}"
        ),
        (".trouble", "[name=name]@value", "[name=next]@value"),
    ),
    Part("who is signed in", lambda text: rendered("who.html", person=person(text)), (".name", ".name@title")),
    Part("refusal", lambda text: _turn(_session(text, answered=False)), (".asked", ".refusal > p:not(.verdict)")),
    Part("failure", lambda text: _turn(_session(text, failure=text)), (".failed .failure", ".failed > p")),
    Part("answer under way", lambda text: _turn(_running(text)), (".asked", ".said > p")),
    Part(
        "sources",
        lambda text: views.sources(_session(text), {"d1": document(text)}),
        (".asked a", "h4", ".place", "blockquote", "mark"),
    ),
    Part("sources of what is gone", lambda text: views.sources(_session(text), {}), ("h4",)),
    Part(
        "closest passages",
        lambda text: views.sources(_running(text), {"d1": document(text)}),
        ("h4", ".place", "blockquote"),
    ),
    Part(
        "first screen",
        lambda text: views.welcome(Overview(1), [text]),
        (".questions button", ".questions button@data-question"),
    ),
    Part("first screen in trouble", lambda text: views.welcome(Overview(0), trouble=text), (".failure",)),
    Part(
        "what to ask next",
        lambda text: rendered("next.html", questions=[text]),
        (".questions button", ".questions button@data-question"),
    ),
    Part(
        "filters",
        lambda text: filtering.form(
            [text], [document(text)], Filters(publishers=(text,), sources=(text,), document_ids=("d1",))
        ),
        ("fieldset:first-of-type label", "fieldset ~ fieldset label", "[name=publishers]@value", "textarea@value"),
    ),
    Part(
        "limits",
        lambda text: filtering.limits(Filters(publishers=(text,), sources=(text,)), [document(text)]),
        (".limits",),
    ),
    Part(
        "limits to one article",
        lambda text: filtering.limits(Filters(document_ids=("d1",)), [document(text)]),
        (".limits",),
    ),
    Part("head of a conversation", lambda text: head(_session(text)), (".name", ".failure")),
    Part("renaming", lambda text: head(_session(text), "rename"), ("[name=name]@value",)),
    Part("deleting", lambda text: head(_session(text), "delete"), (".words",)),
    Part(
        "list of conversations",
        lambda text: rendered(
            "conversations.html",
            conversations=[Conversation("c1", text, DAY.isoformat(), DAY.isoformat())],
            words=text,
            trouble="",
            current="",
        ),
        (".name",),
    ),
    Part(
        "conversations that cannot be listed",
        lambda text: rendered("conversations.html", conversations=[], words=text, trouble=text, current=""),
        (".failure",),
    ),
    Part("who is sent questions", lambda text: rendered("outside.html", outside=text), (".outside",)),
]


def _removed(text: str) -> Removed:
    return Removed("d1", [text], DAY.isoformat())
