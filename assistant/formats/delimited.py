"""CSV and TSV into a table, whatever separates their cells."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from ..errors import DocumentError
from . import Limits, Parsed, suffix, tidy
from .budget import Budget
from .encoding import decoded
from .office import joined, titled

_SEPARATORS = "\t;|,"
"""Where two of them cut all rows alike, the first: a comma is a decimal mark in much of Europe."""
_SAMPLE_ROWS = 200
_SAMPLE_CHARACTERS = 200_000


def parse(name: str, data: bytes, limits: Limits) -> Parsed:
    """The file as one table; lines of a single cell above it are paragraphs. Raises DocumentError with the reason."""
    text = decoded(data)
    separator = _announced(text)
    if separator:
        text = text.partition("\n")[2]
    usual = csv.field_size_limit(max(limits.characters, 1))
    try:
        rows = _counted(_rows(text, separator or _separator(text, suffix(name))), limits)
    except csv.Error as error:
        raise DocumentError(f"it is no table of separated values ({error}); save it as CSV again") from None
    finally:
        csv.field_size_limit(usual)
    written = tidy(joined(titled(rows)))
    if not written:
        raise DocumentError("it holds no text")
    return Parsed(written)


def _announced(text: str) -> str:
    """The separator that a first line such as "sep=;" names, as Excel has it."""
    line = text.partition("\n")[0].strip().strip('"')
    return line[4:] if len(line) == 5 and line.lower().startswith("sep=") else ""


def _separator(text: str, ending: str) -> str:
    """The character that cuts most rows into as many cells as most have, more than one."""
    if ending == ".tsv" and "\t" in text:
        return "\t"
    sample = text[:_SAMPLE_CHARACTERS]
    return max(_SEPARATORS, key=lambda separator: _evenness(sample, separator))


def _evenness(sample: str, separator: str) -> float:
    """The share of the rows that have the most frequent number of cells; 0 where that is one."""
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    lengths = Counter(len(row) for row, _ in zip(rows, range(_SAMPLE_ROWS), strict=False) if row)
    wide = [(count, length) for length, count in lengths.items() if length > 1]
    return max(wide, default=(0, 0))[0] / max(lengths.total(), 1)


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    """The rows. Where a quotation mark is never closed, each line is one, and that mark is a character like others."""
    strict = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for _ in strict:
            pass
        open_ended = False
    except csv.Error as error:
        open_ended = "unexpected end of data" in str(error)
    if not open_ended:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return
    for line in text.splitlines():
        try:
            yield from list(csv.reader([line], delimiter=separator, strict=True))
        except csv.Error:
            yield from csv.reader([line], delimiter=separator, quoting=csv.QUOTE_NONE)


def _counted(rows: Iterator[list[str]], limits: Limits) -> list[list[str]]:
    budget = Budget(limits.characters)
    kept: list[list[str]] = []
    for row in rows:
        cells = [cell.strip() for cell in row]
        if any(cells):
            budget.row(len(cells), sum(map(len, cells)))
            kept.append(cells)
    columns = sorted({column for row in kept for column, cell in enumerate(row) if cell})
    budget.block(len(kept), len(columns))
    return [[row[column] if column < len(row) else "" for column in columns] for row in kept]
