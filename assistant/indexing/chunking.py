"""Sentences packed into chunks that fit the embedding model's window. Pure: the tokenizer comes as a function."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..language.sentences import Span, heading_title, sentences
from ..language.tables import is_rule, section_of

CHUNKING_VERSION = 5
"""Raised when the same document gives other chunks than before; indexes of an older version are rebuilt."""

CountTokens = Callable[[Sequence[str]], list[int]]
_TARGET_TOKENS = 200
_HEADER_SHARE = 4
"""A header may take a quarter of the window."""
_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences of one section: document text[start:end]."""

    start: int
    end: int
    section: str
    sentences: tuple[Span, ...]
    header: str
    """What is embedded before the text and never quoted: title, date and section."""

    def embedded(self, text: str) -> str:
        """What the embedding model reads; `text` is the document's."""
        return f"{self.header}\n{text[self.start : self.end]}"


def spans_of(part: Chunk) -> tuple[tuple[int, int], ...]:
    """Where a chunk's sentences stand in what is embedded for it."""
    shift = len(part.header) + 1 - part.start
    return tuple((span.start + shift, span.end + shift) for span in part.sentences)


def chunk(text: str, title: str, published: date | None, count_tokens: CountTokens, window: int) -> list[Chunk]:
    """Cut a document's text into chunks of at most `window` tokens each, header included.

    Every character that is not white space lies in exactly one chunk. A chunk ends where a section
    ends, or before the sentence that would take it over the target; a single sentence longer than the
    window is cut between words, or inside one where it must be.
    """
    chunks: list[Chunk] = []
    for section, spans in _sections(text):
        header = _header(title, published, section, count_tokens, window // _HEADER_SHARE)
        budget = max(1, window - count_tokens([header + "\n"])[0])
        fitting = _cut_to(budget, spans, text, count_tokens)
        counts = count_tokens([span.of(text) for span in fitting])
        runs = _pack(fitting, counts, min(budget, _TARGET_TOKENS))
        chunks += [Chunk(run[0].start, run[-1].end, section, tuple(run), header) for run in runs]
    return chunks


def _header(title: str, published: date | None, section: str, count_tokens: CountTokens, at_most: int) -> str:
    """Title, date and section; where they are too long, their beginnings."""
    parts = (title, published.isoformat() if published else "", section)
    length = max(map(len, parts))
    while True:
        header = ". ".join(part[:length] for part in parts if part)
        if length <= 1 or count_tokens([header + "\n"])[0] <= at_most:
            return header
        length = length * 3 // 4


def _sections(text: str) -> list[tuple[str, list[Span]]]:
    """Spans under the heading they stand under; a heading without text joins the section after it.

    A table is a section of its own, named after the columns as well, so that each row carries them.
    """
    found: list[tuple[str, list[Span]]] = []
    title = ""
    for span, header in _tables_marked(sentences(text), text):
        begins = span.heading and header is None
        if begins:
            title = heading_title(span.of(text))
        name = title if header is None else section_of(title, header)
        if found and all(former.heading for former in found[-1][1]):
            found[-1] = (name, [*found[-1][1], span])
        elif begins or not found or found[-1][0] != name:
            found.append((name, [span]))
        else:
            found[-1][1].append(span)
    return found


def _tables_marked(spans: list[Span], text: str) -> list[tuple[Span, str | None]]:
    """Each span with the line that names the columns of its table; that line and the rule under it are headings."""
    found: list[tuple[Span, str | None]] = []
    header: str | None = None
    for place, span in enumerate(spans):
        words = span.of(text)
        ruled = place + 1 < len(spans) and is_rule(spans[place + 1].of(text))
        if not words.startswith("|"):
            header = None
        elif ruled and not is_rule(words):
            header = words
            span = replace(span, heading=True)  # noqa: PLW2901
        elif is_rule(words):
            span = replace(span, heading=True)  # noqa: PLW2901
        found.append((span, header))
    return found


def _pack(spans: list[Span], counts: list[int], target: int) -> list[list[Span]]:
    """Runs of spans within the target. Counts add up to at least those of the joined text, so a run fits."""
    runs: list[list[Span]] = []
    used = 0
    for span, tokens in zip(spans, counts, strict=True):
        if runs and used + tokens <= target:
            runs[-1].append(span)
            used += tokens
        else:
            runs.append([span])
            used = tokens
    return runs


def _cut_to(budget: int, spans: list[Span], text: str, count_tokens: CountTokens) -> list[Span]:
    """Spans over the budget replaced by pieces within it."""
    counts = count_tokens([span.of(text) for span in spans])
    kept: list[Span] = []
    for span, tokens in zip(spans, counts, strict=True):
        kept.extend([span] if tokens <= budget else _pieces(span, budget, text, count_tokens))
    return kept


def _pieces(span: Span, budget: int, text: str, count_tokens: CountTokens) -> list[Span]:
    if span.end - span.start <= 1 or count_tokens([span.of(text)])[0] <= budget:
        return [span]
    middle = (span.start + span.end) // 2
    ends = [word.end() for word in _WORD.finditer(text, span.start, span.end)]
    cut = min((e for e in ends if e < span.end), key=lambda e: abs(e - middle), default=middle)
    last = cut
    while last > span.start and text[last - 1].isspace():
        last -= 1
    left, right = replace(span, end=last), replace(span, start=cut)
    return [*_pieces(left, budget, text, count_tokens), *_pieces(right, budget, text, count_tokens)]
