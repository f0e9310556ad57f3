"""A question that one cell of a table answers: its column is asked for, and other cells of its row tell which row.

Nothing is guessed. Every word of the question must be the column's name, a cell of the row, or in title and section,
and the table must leave no doubt which column and row a cell belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..finding.evidence import Evidence
from ..finding.relevance import Relevance
from ..finding.retrieval import FoundSentence
from ..finding.surroundings import Surroundings
from ..language.syntax import lemma, parse
from ..language.tables import UNNAMED, Row, cells_of, heading_of, row_of
from ..language.terms import NEGATIONS, content, stem

Around = Callable[[FoundSentence], str]
"""The text that a sentence stands in, with all of its table."""
_AT_MOST = 5
_IN_BRACKETS = re.compile(r"\([^)]*\)")
"""Units behind a column's name, such as "(€ million)"."""
_FIGURE = re.compile(r"(?!(?:19|20)\d\d$)[^\w(]{0,2}\d[\d.,\s]*[^\w(]{0,2}")
"""An amount or count, and no year."""
_SAYING_NOTHING = frozenset("be have do make see show record report".split())
"""Verbs that a question may have without asking for more than the cell."""
_TURNING = NEGATIONS | frozenset(
    """after before between by except excluding fewer from less more most other over past per since than till to
    under until up versus without""".split()
)
"""Words that ask for something else than the cell itself, or for a relation that no cell tells."""
_ASKS_WHO = re.compile(r"^\W*(?:who|whom|whose|why|how(?! (?:many|much|high|large|big|long|old)\b))\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """What a row tells, and where it stands."""

    statement: str
    item: Evidence


def looked_up(question: str, sentences: Sequence[FoundSentence], around: Around) -> list[Told]:
    """The statements of the rows that answer, the latest article's first, each once; none where they are too many."""
    needed = set(content(question))
    written = {word.casefold() for word in re.findall(r"[\w'’]+", question)}
    if _TURNING & {part for word in written for part in (word, *word.replace("n't", " not").split())}:
        return []
    if _ASKS_WHO.match(question):
        return []
    loose = {stem(token.lower_) for token in parse(question) if lemma(token) in _SAYING_NOTHING}
    found = [
        (sentence, statement)
        for sentence in sentences
        if (row := row_of(sentence.text, sentence.section))
        for statement in _answering(question, needed, loose, sentence, row)
        if _is_plain(around(sentence), sentence.text)
    ]
    if len(found) > _AT_MOST:
        return []
    found.sort(key=lambda each: str(each[0].document.published or ""), reverse=True)
    once = {statement: sentence for sentence, statement in reversed(found)}
    return [Told(statement, _evidence(sentence)) for statement, sentence in reversed(once.items())]


def _answering(question: str, needed: set[str], loose: set[str], sentence: FoundSentence, row: Row) -> list[str]:
    """What a row says of each column that the question may mean."""
    names = [_name(row, place) for place in range(len(row.columns))]
    cells = [set(content(cell)) for cell in row.cells]
    labels = [
        place
        for place, stems in enumerate(cells)
        if (stems and stems <= needed and _stands_in(row.cells[place], question))
        or (not stems and row.cells[place] in re.findall(r"[A-Z]\w+", question))
    ]
    about = f"{sentence.document.title} {heading_of(sentence.section)}"
    known = set(content(about)).union(*(cells[place] | names[place] for place in labels))
    said = " ".join([about, *(f"{row.columns[place]} {row.cells[place]}" for place in labels)])
    return [
        row.said(place, [other for other in range(len(names)) if other != place and _tells(row, other, labels)])
        for place, name in enumerate(names)
        if labels and place not in labels and row.cells[place] and name and name <= needed
        if needed - known - name <= loose and _names_held(question, f"{said} {row.columns[place]}")
    ]


def _name(row: Row, place: int) -> set[str]:
    """The stems of a column's name; none where it is unsure whether it names this column, and this one alone.

    Where a column behind the first has no name, the header may have two rows; a figure stands where there is none.
    """
    column = row.columns[place]
    unsure = UNNAMED in row.columns[1:] or any(map(_FIGURE.fullmatch, row.columns))
    if unsure or column == UNNAMED or row.columns.count(column) > 1:
        return set()
    return set(content(_IN_BRACKETS.sub(" ", column)))


def _stands_in(cell: str, question: str) -> bool:
    """Whether a cell with a figure stands in the question as it is: -5% is not 5%, and 5 is neither."""
    if not any(character.isdigit() for character in cell):
        return True
    return bool(re.search(rf"(?<![\w.,+−-]){re.escape(cell)}(?![\w%]|[.,]\d)", question, re.IGNORECASE))


def _tells(row: Row, place: int, labels: Sequence[int]) -> bool:
    """Whether a cell tells which row it is: one that the question names, the first, and all but amounts."""
    return bool(row.cells[place]) and (place in labels or place == 0 or not _FIGURE.fullmatch(row.cells[place]))


def _names_held(question: str, said: str) -> bool:
    """Whether names that are words of no content elsewhere ("US", "IT") are of the row, its title or its column."""
    words = re.findall(r"\w+", question)
    named = {word for word in words[1:] if word != word.lower()} | {
        word for word in words[:1] if len(word) > 1 and word.isupper()
    }
    return {word for word in named if not content(word)} <= set(re.findall(r"\w+", said))


def _is_plain(around: str, line: str) -> bool:
    """Whether a table is one header and rows that each speak for themselves.

    Not where a row has a heading of its own, as for a group of rows, lacks its first cell, or goes on with the header.
    """
    place = around.find(line)
    before = around[:place].rsplit("\n\n", 1)[-1]
    lines = (before + around[place:].split("\n\n", 1)[0]).strip().split("\n")
    rows = [cells_of(each) for each in lines if each.startswith("|")][2:]
    if not rows or any(not row[0] or sum(map(bool, row)) < 2 for row in rows):
        return False
    figures = [any(character.isdigit() for character in "".join(row[1:])) for row in rows]
    return figures[0] or not any(figures)


def _evidence(sentence: FoundSentence) -> Evidence:
    around = Surroundings(sentence.document.title, sentence.section, "", sentence.document.published)
    return Evidence(sentence, around, Relevance(share=1.0))
