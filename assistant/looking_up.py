"""A question that one cell of a table answers: its column is asked for, and other cells of its row tell which row.

Nothing is guessed: every word of the question must be the column's name, a cell of the row, or in title and section.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .evidence import Evidence
from .relevance import Relevance, Surroundings
from .retrieval import FoundSentence
from .syntax import parse
from .tables import UNNAMED, Row, row_of
from .terms import NEGATIONS, content, stem

_AT_MOST = 5
_IN_BRACKETS = re.compile(r"\([^)]*\)")
"""Units behind a column's name, such as "(€ million)"."""
_FIGURE = re.compile(r"(?!(?:19|20)\d\d$)[^\w(]{0,2}\d[\d.,\s]*[^\w(]{0,2}")
"""An amount or count, and no year."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a row tells, and where it stands."""

    statement: str
    item: Evidence


@dataclass(frozen=True, slots=True)
class _Cell:
    sentence: FoundSentence
    row: Row
    place: int
    labels: tuple[int, ...]

    @property
    def table(self) -> tuple[str, str, int]:
        """The table and column that it stands in."""
        return self.sentence.document.document_id, self.sentence.section, self.place


def looked_up(question: str, sentences: Sequence[FoundSentence]) -> list[Told]:
    """The statements of the rows that answer, the latest article's first, each once; none where they are too many."""
    needed = set(content(question))
    if NEGATIONS & set(question.lower().replace("n't", " not").split()):
        return []
    loose = {stem(token.lower_) for token in parse(question) if token.dep_ == "ROOT" and token.pos_ in {"VERB", "AUX"}}
    found = [cell for sentence in sentences for cell in _answering(needed, loose, sentence)]
    if not 0 < len(found) <= _AT_MOST:
        return []
    found.sort(key=lambda cell: str(cell.sentence.document.published or ""), reverse=True)
    tables = [cell.table for cell in found]
    told = [_told(cell, whole=tables.count(cell.table) > 1) for cell in found]
    return list({each.statement: each for each in reversed(told)}.values())[::-1]


def _answering(needed: set[str], loose: set[str], sentence: FoundSentence) -> list[_Cell]:
    """The cells of a row that answer by themselves; one for each column that the question may mean."""
    row = row_of(sentence.text, sentence.section)
    if not row:
        return []
    names = [_name(row, place) for place in range(len(row.columns))]
    cells = [set(content(cell)) for cell in row.cells]
    labels = tuple(place for place, stems in enumerate(cells) if stems and stems <= needed)
    heading = sentence.section.removesuffix(", ".join(row.columns))
    around = set(content(f"{sentence.document.title} {heading}"))
    known = around.union(*(cells[place] | names[place] for place in labels))
    return [
        _Cell(sentence, row, place, labels)
        for place, name in enumerate(names)
        if labels and place not in labels and row.cells[place] and name and name <= needed
        if needed - known - name <= loose
    ]


def _name(row: Row, place: int) -> set[str]:
    """The stems of a column's name; none where it is unsure whether it names this column, and this one alone.

    A column without a name behind it shares its name, as in a header of two rows; a figure names none, as it stands
    where a table has no header.
    """
    column, following = row.columns[place], row.columns[place + 1 : place + 2]
    if UNNAMED in (column, *following) or row.columns.count(column) > 1 or any(map(_FIGURE.fullmatch, row.columns)):
        return set()
    return set(content(_IN_BRACKETS.sub(" ", column)))


def _told(cell: _Cell, *, whole: bool) -> Told:
    """The cell with those that tell its row; with all of them where other rows are told by the same."""
    beside = [i for i in range(len(cell.row.cells)) if i != cell.place and cell.row.cells[i]] if whole else cell.labels
    sentence = cell.sentence
    around = Surroundings(sentence.document.title, sentence.section, "", sentence.document.published)
    return Told(cell.row.said(cell.place, beside), Evidence(sentence, around, Relevance(share=1.0)))
