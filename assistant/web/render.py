"""What the page shows, as Markdown and HTML. Every text of others goes through one of the two escapes. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..records import Answer, Citation, Document, Passage, ahead_in_words, day_in_words

_MARKER = re.compile(r"\[(\d+)\]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~<>$&-])")
_ACTIVE = {ord("{"): "&#123;", ord("}"): "&#125;", ord("$"): "&#36;", ord("`"): "&#96;"}
"""Characters that Gradio's HTML templates would read as code."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of the conversation, the text shown for it so far, and the answer once it is whole."""

    question: str
    text: str = ""
    answer: Answer | None = None
    passages: tuple[Passage, ...] = ()
    stopped: bool = False
    ahead: int = 0
    """How many questions of others are answered first."""


def messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """The conversation as a chatbot shows it; `[n]` links to the source panel, by turn."""
    shown: list[dict[str, str]] = []
    for number, turn in enumerate(turns, start=1):
        shown.append({"role": "user", "content": in_markdown(turn.question)})
        said = with_links(turn.text, number)
        if turn.answer and turn.answer.understood not in {"", turn.answer.question}:
            said = f"*Understood as: {in_markdown(turn.answer.understood)}*\n\n{said}"
        if turn.stopped:
            said += "\n\n*Stopped.*"
        if turn.answer:
            said += "".join(f"\n\n*{in_markdown(note[:1].upper() + note[1:])}.*" for note in turn.answer.notes)
        waiting = f"*{ahead_in_words(turn.ahead)}*" if turn.ahead and not turn.stopped else "…"
        shown.append({"role": "assistant", "content": said or waiting})
    return shown


def sources(turns: Sequence[Turn], gone: Collection[str] = ()) -> str:
    """The source panel: the newest question's sources first, under their numbers.

    Of articles that are `gone` from the corpus nothing but their title is shown.
    """
    if not turns:
        return '<p class="hint">Sources appear here: the exact words, the article, its date.</p>'
    return "".join(_turn_sources(number, turn, gone) for number, turn in reversed(list(enumerate(turns, start=1))))


def used(turns: Sequence[Turn]) -> set[str]:
    """The ids of the articles that the panel shows something of."""
    found = {passage.document_id for turn in turns for passage in turn.passages}
    return found | {citation.document_id for turn in turns if turn.answer for citation in turn.answer.citations}


def holdings(documents: Sequence[Document]) -> str:
    """What the corpus holds, in a line."""
    if not documents:
        return "The corpus is empty. Put articles into its folder, or run `assistant add PATH`, and reload."
    days = sorted(document.published for document in documents if document.published)
    newest = f", the newest of {day_in_words(days[-1])}" if days else ""
    return f"{len(documents)} article{'s' * (len(documents) != 1)}{newest}."


def report_of(added: Sequence[Document], failed: Mapping[str, str], notes: Sequence[str]) -> str:
    """What came of added files, as a list: each article with its date and remarks, each failure with its reason."""
    lines = []
    for document in added:
        remarks = "".join(f" · {in_markdown(note)}" for note in document.notes)
        lines.append(f"- **{in_markdown(document.title)}** · {day_in_words(document.published)}{remarks}")
    lines += [f"- not read: **{in_markdown(name)}**: {in_markdown(why)}" for name, why in failed.items()]
    lines += [f"- {in_markdown(note)}" for note in notes]
    count = f"{len(added)} article{'s' * (len(added) != 1)} added" if added else "Nothing new was added"
    return "\n".join([f"{count}.", "", *lines])


def with_links(text: str, turn: int) -> str:
    """An answer's text as Markdown in which each `[n]` leads to its card and nothing else is markup."""
    parts = _MARKER.split(text)
    plain, numbers = parts[::2], parts[1::2]
    links = [f"[\\[{number}\\]](#c{turn}-{number})" for number in numbers] + [""]
    return "".join(in_markdown(words) + link for words, link in zip(plain, links, strict=True))


def in_markdown(text: str) -> str:
    """A text that Markdown shows as it stands: no emphasis, links, images, HTML, lists or addresses."""
    escaped = _MARKDOWN.sub(r"\\\1", text).replace("://", ":\\/\\/").replace("www.", "www\\.")
    return re.sub(r"(?m)^(\s*\d+)([.)])", r"\1\\\2", escaped)


def in_html(text: str) -> str:
    """A text that HTML and Gradio's templates show as it stands."""
    return html.escape(text).translate(_ACTIVE)


def _turn_sources(number: int, turn: Turn, gone: Collection[str]) -> str:
    heading = f'<h3 class="asked">{in_html(turn.question)}</h3>'
    if turn.answer and turn.answer.citations:
        cards = "".join(
            _gone(number, citation)
            if citation.document_id in gone
            else _citation(number, citation, turn.answer.passages)
            for citation in turn.answer.citations
        )
        return f"<section>{heading}{cards}</section>"
    remark = "Closest passages" if turn.answer or turn.stopped else "Reading"
    found = "".join(_passage(passage) for passage in turn.passages[:3] if passage.document_id not in gone)
    return f'<section>{heading}<p class="hint">{remark}</p>{found}</section>'


def _gone(turn: int, citation: Citation) -> str:
    return (
        f'<article class="source faint" id="c{turn}-{citation.number}">'
        f'<p class="title"><span class="number">{citation.number}</span> {in_html(citation.title)}</p>'
        '<p class="place">no longer in the corpus</p></article>'
    )


def _citation(turn: int, citation: Citation, passages: Sequence[Passage]) -> str:
    around = next(
        (p for p in passages if p.document_id == citation.document_id and p.start <= citation.start < p.end), None
    )
    before, after = "", ""
    if around:
        before = _without_heading_marks(around.text[: citation.start - around.start]).lstrip()
        after = _without_heading_marks(around.text[citation.end - around.start :]).rstrip()
    words = f"{in_html(_tail(before))}<mark>{in_html(citation.quote)}</mark>{in_html(_head(after))}"
    return (
        f'<article class="source" id="c{turn}-{citation.number}">'
        f'<p class="title"><span class="number">{citation.number}</span> {in_html(citation.title)}</p>'
        f'<p class="place">{_place(citation)}</p><blockquote>{words}</blockquote></article>'
    )


def _passage(passage: Passage) -> str:
    words = in_html(_head(_without_heading_marks(passage.text).strip(), 240))
    return (
        f'<article class="source faint"><p class="title">{in_html(passage.title)}</p>'
        f'<p class="place">{_place(passage)}</p><blockquote>{words}</blockquote></article>'
    )


def _place(item: Citation | Passage) -> str:
    parts = [item.publisher or "", day_in_words(item.published), item.section, f"page {item.page}" if item.page else ""]
    return " · ".join(in_html(part) for part in parts if part)


def _head(text: str, characters: int = 160) -> str:
    return text if len(text) <= characters else text[:characters].rsplit(" ", 1)[0] + " …"


def _tail(text: str, characters: int = 160) -> str:
    return text if len(text) <= characters else "… " + text[-characters:].split(" ", 1)[-1]


def _without_heading_marks(text: str) -> str:
    return re.sub(r"(?m)^#{1,6}[ \t].*\n*", "", text)
