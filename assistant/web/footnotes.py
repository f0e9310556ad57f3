"""Answers with their citations for elsewhere: as text to paste, and as Markdown. The numbers stay those of the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..in_words import limits_in_words, place_in_words
from ..people.exchanges import Conversation, Exchange
from .turns import understood

_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~<>$&@])")
_BEGINS = re.compile(r"(?m)^(?:[-+](?=[ \t]|-*[ \t]*$)|\d+[.)](?=[ \t])|=)")
"""What would make a line an item of a list or a heading's underline."""
_NUMBER = re.compile(r"\\\[(\d+)\\\]")


def as_text(exchange: Exchange) -> str:
    """A question and its answer as plain text, each citation as a line below."""
    return "\n".join(_lines(exchange, str, str)) + "\n"


def as_markdown(conversation: Conversation) -> str:
    """A conversation as Markdown: a section for each question, its citations listed below it."""
    lines = [f"# {in_markdown(conversation.name)}", ""]
    for exchange in conversation.exchanges.values():
        question, *said = _lines(exchange, in_markdown, _numbered)
        lines += [f"## {question}", *said, ""]
    return "\n".join(lines)


def in_markdown(text: str) -> str:
    """A text that Markdown shows as it stands: no emphasis, links, images, HTML, lists or addresses."""
    flush = re.sub(r"(?m)^[ \t]+", "", text)  # what is indented would be code
    escaped = _MARKDOWN.sub(r"\\\1", flush).replace("://", ":\\/\\/").replace("www.", "www\\.").replace("](", "]\\(")
    return _BEGINS.sub(lambda line: f"{line[0][:-1]}\\{line[0][-1]}", escaped)


def _numbered(text: str) -> str:
    """An answer's text, whose numbers stand as they are: nothing is defined that they could lead to."""
    return _NUMBER.sub(r"[\1]", in_markdown(text)).replace("]:", "]\\:")


def _lines(exchange: Exchange, show: Callable[[str], str], numbered: Callable[[str], str]) -> Iterator[str]:
    yield show(" ".join(exchange.question.split()))
    answer = exchange.answer
    if meant := understood(exchange):
        yield from ["", f"Understood as: {show(meant)}"]
    if limits := limits_in_words(exchange.filters):
        yield from ["", f"Only {show(' · '.join(limits))}"]
    yield from ["", numbered(exchange.text)] if exchange.text else []
    if exchange.failure:
        yield from ["", show(f"That did not work: {exchange.failure}")]
    elif not answer:
        yield from ["", "Stopped."]
    if answer:
        derived = [f"{item.value} = {item.expression}" for item in answer.derived]
        for remark in [*derived, *answer.notes]:
            yield from ["", f"Note: {show(remark)}"]
        for citation in answer.citations:
            number, quote = f"[{citation.number}]", " ".join(citation.quote.split())
            yield from ["", f"{number} “{show(quote)}” {show(place_in_words(citation))}"]
