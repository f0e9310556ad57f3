"""What no browser is needed for: texts that carry markup, in exports and in templates."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from assistant.people.exchanges import Conversation
from assistant.web.footnotes import as_markdown
from assistant.web.parts import rendered
from assistant.web.reading import stretches
from tests.effects import words
from tests.hostile import document, exchange
from tests.payloads import Payload, payloads
from tests.places import PARTS, Part

WRITTEN = payloads("127.0.0.1:9")
INERT = {"h1", "h2", "p", "br"}


class Read(HTMLParser):
    """The elements, their attributes, and the words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("one", WRITTEN, ids=lambda one: str(one.number))
def test_an_exported_conversation_is_headings_and_paragraphs_whatever_was_said(one: Payload):
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    renderer.validateLink = lambda _: True  # type: ignore[method-assign] - no help from the renderer
    said = {1: exchange(one.text), 2: exchange(one.text, answered=False), 3: exchange(one.text, failure=one.text)}
    found = Read(renderer.render(as_markdown(Conversation("c1", one.text, "2026-03-04", "2026-03-04", said))))
    assert set(found.elements) <= INERT
    assert found.attributes == []
    assert words(found.words).count(words(one.text)) > 20


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_a_part_of_the_page_has_the_same_elements_whatever_it_shows(part: Part):
    plain = Read(part.made("a quiet harbour"))
    for one in WRITTEN:
        found = Read(part.made(one.text))
        if not {"\n", "|"} & {*one.text}:  # several paragraphs, and the cells of a table, are elements of ours
            assert found.elements == plain.elements, one
            assert [name for name, _ in found.attributes] == [name for name, _ in plain.attributes], one


DOCUMENTS: dict[str, Callable[[str], str]] = {
    "an article": lambda text: rendered(
        "article.html",
        style="",
        title=text,
        language=text,
        document=document(text),
        similar=[document(text, 2)],
        stretches=stretches(document(text).text, 3, 9),
    ),
    "what is not there": lambda text: rendered(
        "missing.html", style="", title="Not here", language="en", reason=f"there is no {text}", home="../"
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_beside_the_chat_has_the_same_elements_whatever_it_shows(name: str):
    plain = Read(DOCUMENTS[name]("a quiet harbour"))
    for one in WRITTEN:
        found = Read(DOCUMENTS[name](one.text))
        assert words(one.text) in words(found.words)
        if not {"\n", "|"} & {*one.text}:
            assert found.elements == plain.elements, one
