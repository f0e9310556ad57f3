"""Lines of printed pages back into what they were typed as: paragraphs, headings, list items and tables. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from . import table
from .grids import Grid, parted
from .lines import Line

_HEADING = 1.15
"""In heights of the text's letters: larger ones are a heading's."""
_HEADING_WORDS = 20
_APART = 1.9
"""In letters' heights: lines whose bases lie further from each other belong to two paragraphs."""
_NEAR = 60.0
"""Points: lines that begin so near each other stand in one column."""
_EDGES = 2
"""So many lines at the head and foot of a page may be running lines."""
_NUMBERING = 2
"""Words that a page's number may have beside it."""
_CHAPTER = 3
"""Pages: so many that have the same running line, but for its figures, may be a chapter of a book."""
_FIGURE = re.compile(r"[0-9]{1,9}")
_LETTERS = re.compile(r"[^\W\d_]+")
_ITEM = re.compile(r"^(?:[•◦▪‣●○■□·∙–—*-]|\(?(?:\d{1,2}|[a-z])[.)])\s+(?=\S)")
_BULLET = re.compile(r"^[•◦▪‣●○■□·∙–—*]\s+")
_BROKEN = re.compile(r"\w-$")
_OVER_THE_LINE = re.compile(r"[^\W\d_]+-\n[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ENDS = re.compile(r"[.!?:;…][\"'”’)\]]*$")


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Pages without the heads and feet that most of them repeat. What those say stands once, before the first page."""
    places = [{id(line): _running(line) for line in _edges(page)} for page in pages]
    often: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for number, page in enumerate(pages):
        for line in page:
            if key := places[number].get(id(line)):
                often.setdefault(key, []).append((number, line.text))
    running = {key for key, found in often.items() if _repeats(found, len(pages))}
    said: dict[tuple[str, int], Line] = {}
    kept: list[list[Line]] = []
    for page, found in zip(pages, places, strict=True):
        for line in page:
            if found.get(id(line)) in running and not _numbering(line):
                said.setdefault(found[id(line)], line)
        kept.append([line for line in page if found.get(id(line)) not in running])
    return [[*said.values(), *kept[0]], *kept[1:]] if kept else []


def _repeats(found: Sequence[tuple[int, str]], pages: int) -> bool:
    """Whether lines of several pages, alike but for figures, are one running line: its figures count the pages."""
    if pages < 2 or (len({number for number, _ in found}) <= pages / 2 and len(found) < _CHAPTER):
        return False
    figures = [[int(figure) for figure in _FIGURE.findall(text)] for _, text in found]
    counting = [
        {figure - number for figure, (number, _) in zip(column, found, strict=True)}
        for column in zip(*figures, strict=False)
        if len(set(column)) > 1
    ]
    more = len(found) > pages / 2 or any(_FIGURE.search(text) for _, text in found)
    return more and all(len(differences) == 1 for differences in counting)


def _numbering(line: Line) -> bool:
    """Whether a running line numbers the pages and says nothing else, such as "Page 3 of 9"."""
    return bool(re.search(r"\d", line.text)) and len(_LETTERS.findall(line.text)) <= _NUMBERING


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[str]:
    """The Markdown of each page. A sentence that goes on over the page stands whole where it began."""
    lines = [line for page in pages for line in page]
    body = _common_height(lines)
    largest = max((line.height for line in lines), default=0.0)
    texts = [[_written(block, body, largest) for block in _blocks(page)] for page in pages]
    unbroken = (_OVER_THE_LINE.sub(" ", text) for page in texts for text in page)
    words = Counter(word.lower() for text in unbroken for word in _WORD.findall(text))
    for former, page in pairwise(texts):
        if former and page and _goes_on(former[-1], page[0]):
            former[-1] = f"{former[-1]}\n{page.pop(0)}"
    return ["\n\n".join(_joined(text, words) for text in page) for page in texts]


def _edges(page: Sequence[Line]) -> list[Line]:
    """The lines at a page's head and foot that are set apart from the text between them."""
    ordered = sorted(page, key=lambda line: line.bottom)
    return _set_apart(ordered) + _set_apart(ordered[::-1])


def _set_apart(ordered: Sequence[Line]) -> list[Line]:
    """Of the first lines those before a gap."""
    for count, (line, following) in enumerate(pairwise(ordered[: _EDGES + 1]), start=1):
        if abs(line.bottom - following.bottom) > _APART * max(line.height, following.height):
            return list(ordered[:count])
    return []


def _running(line: Line) -> tuple[str, int]:
    return _FIGURE.sub("#", line.text), round(line.bottom / 4)


def _common_height(lines: Iterable[Line]) -> float:
    heights: Counter[float] = Counter()
    for line in lines:
        heights[round(line.height, 1)] += len(line.text)
    return heights.most_common(1)[0][0] if heights else 0.0


def _blocks(page: Sequence[Line]) -> Iterator[list[Line] | Grid]:
    """Runs of lines that are one paragraph, heading or list item, and tables."""
    for part in parted(page):
        if isinstance(part, Grid):
            yield part
        else:
            yield from _runs(part)


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    margins = _margins(lines)
    run: list[Line] = []
    for place, line in enumerate(lines):
        if run and not _same(run[-1], line, margins[place - 1]):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _margins(lines: Sequence[Line]) -> list[float]:
    """For each line how far those of its column reach: lines that follow each other, begin alike and are as high."""
    found: list[float] = []
    run: list[Line] = []
    for line in [*lines, None]:
        if run and (line is None or not _in_column(run[-1], line)):
            found += [max(other.right for other in run)] * len(run)
            run = []
        if line:
            run.append(line)
    return found


def _in_column(former: Line, line: Line) -> bool:
    return (
        abs(former.left - line.left) < _NEAR
        and former.is_as_high_as(line)
        and 0 < former.bottom - line.bottom < 2 * _APART * line.height
    )


def _same(former: Line, line: Line, margin: float) -> bool:
    """Whether a line goes on with what the one before it began."""
    if not former.is_as_high_as(line) or _ITEM.match(line.text):
        return False
    drop = former.bottom - line.bottom
    if drop < 0:  # the top of the next column
        return not _ENDS.search(former.text)
    return drop <= _APART * max(former.height, line.height) and not _ends_early(former, line, margin)


def _ends_early(former: Line, line: Line, margin: float) -> bool:
    """Whether the next line's first word would have found room on the line, so that somebody ended it."""
    letter = (line.right - line.left) / max(1, len(line.text))
    return margin - former.right > letter * (len(line.text.split()[0]) + 2)


def _written(block: list[Line] | Grid, body: float, largest: float) -> str:
    if isinstance(block, Grid):
        return table(block.rows)
    text = "\n".join(line.text for line in block)
    if block[0].height > _HEADING * body and len(text.split()) <= _HEADING_WORDS and re.search(r"[^\W\d_]", text):
        return f"{'#' if block[0].height > 0.97 * largest else '##'} {text.replace(chr(10), ' ')}"
    return _BULLET.sub("- ", text)


def _goes_on(former: str, begins: str) -> bool:
    """Whether a page's first block goes on with the last one of the page before it."""
    marks = ("#", "|", "- ")
    if former.startswith(marks[:2]) or begins.startswith(marks) or _ENDS.search(former):
        return False
    return begins[:1].islower() or bool(_BROKEN.search(former))


def _joined(text: str, words: Counter[str]) -> str:
    """Lines as one; a word that was broken over two of them is whole again."""
    lines = text.split("\n")
    if text.startswith("|"):
        return text
    whole = lines[0]
    for line in lines[1:]:
        whole = _word_joined(whole, line, words) if _BROKEN.search(whole) else f"{whole} {line}"
    return whole


def _word_joined(former: str, line: str, words: Counter[str]) -> str:
    """A hyphen stays where the text elsewhere writes the word with it, or writes both halves by themselves."""
    half, rest = re.search(r"[^\W\d_]*(?=-$)", former), re.match(r"[^\W\d_]*", line)
    one, two = (half[0].lower() if half else ""), (rest[0].lower() if rest else "")
    spelled = words[f"{one}-{two}"] or (words[one] and words[two])
    stays = not one or not line[:1].islower() or (spelled and not words[one + two])
    return (former if stays else former[:-1]) + line
