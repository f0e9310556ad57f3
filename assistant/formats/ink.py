"""Which words of a printed page can be seen: the page is rendered, and where a word stands there must be ink."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from .lines import Letter

_LONGEST_SIDE = 1_600
"""Pixels of a page as it is rendered."""
_CONTRAST = 24
"""Of 255 shades of a colour: less is not seen."""
_SMALLEST = 2.5
"""Points: letters that are lower are not read."""
_PALE, _FAINT = 225, 25
"""Of 255: letters whose colours are all above the first, or that are less opaque than the second, may be hidden."""
_INVISIBLE = 3
"""PDF's way of writing text without showing it, as above the picture of a scanned page."""
_BREAKS = "\x02\ufffe"
"""What PDFium puts in place of a hyphen at the end of a line, which it joins with the next."""
_LINE_ENDS = "\r\n" + _BREAKS


@dataclass(frozen=True, slots=True)
class Word:
    """Letters without a space between them. `pale`: whether they are written so that they need not show."""

    letters: tuple[Letter, ...]
    pale: bool

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        return (
            min(letter[1] for letter in self.letters),
            min(letter[2] for letter in self.letters),
            max(letter[3] for letter in self.letters),
            max(letter[4] for letter in self.letters),
        )


def written(page: pypdfium2.PdfPage) -> Iterator[list[Word]]:
    """The words of each line, in the order in which they were written, which is that of reading as a rule."""
    text = page.get_textpage()
    line: list[Word] = []
    letters: list[Letter] = []
    pale = False
    count = text.count_chars()
    for i in range(count + 1):
        letter = chr(raw.FPDFText_GetUnicode(text, i)) if i < count else "\n"
        if letter in _BREAKS and letters:
            letters.append(("-", *letters[-1][1:]))
        if letters and (letter.isspace() or letter in _LINE_ENDS):
            line.append(Word(tuple(letters), pale))
            letters = []
        if letter in _LINE_ENDS and line:
            yield line
            line = []
        elif not letter.isspace() and letter not in _LINE_ENDS:
            pale = pale if letters else _is_pale(text, i)
            letters.append((letter, *text.get_charbox(i, loose=True)))


def seen(page: pypdfium2.PdfPage, lines: Sequence[Sequence[Word]]) -> list[list[Word]]:
    """The words that show: not white on white, behind or beside the page, tiny, or on top of others."""
    if not lines:
        return []
    bitmap = page.render(scale=min(1.5, _LONGEST_SIDE / max(1.0, *page.get_size())))
    shades, place = bitmap.to_numpy()[:, :, :3], bitmap.get_posconv(page)
    sure = np.array([word.box for line in lines for word in line if not word.pale], dtype=np.float32).reshape(-1, 4)
    kept = []
    for line in lines:
        words = []
        for word in line:
            left, bottom, right, top = word.box
            (x0, y0), (x1, y1) = place.to_bitmap(left, top), place.to_bitmap(right, bottom)
            box = shades[_span(y0, y1), _span(x0, x1)]
            if _has_contrast(box) and top - bottom > _SMALLEST and not (word.pale and _covers(word, sure)):
                words.append(word)
        kept.append(words)
    return kept


def _is_pale(text: pypdfium2.PdfTextPage, i: int) -> bool:
    red, green, blue, opaque = (ctypes.c_uint() for _ in range(4))
    known = raw.FPDFText_GetFillColor(text, i, red, green, blue, opaque)
    if known and (min(red.value, green.value, blue.value) > _PALE or opaque.value < _FAINT):
        return True
    written_as = raw.FPDFText_GetTextObject(text, i)
    return bool(written_as) and raw.FPDFTextObj_GetTextRenderMode(written_as) == _INVISIBLE


def _span(one: float, other: float) -> slice:
    return slice(max(0, int(min(one, other))), max(0, int(max(one, other)) + 1))


def _has_contrast(box: NDArray[np.uint8]) -> bool:
    """Whether one of the three colours differs within a part of the page."""
    shades = (box[:, :, colour] for colour in range(3)) if box.size else ()
    return any(int(shade.max()) - int(shade.min()) > _CONTRAST for shade in shades)


def _covers(word: Word, others: NDArray[np.float32]) -> bool:
    """Whether a word lies on others by a half of it, so that the ink there is theirs."""
    if not len(others):
        return False
    left, bottom, right, top = word.box
    wide = np.minimum(right, others[:, 2]) - np.maximum(left, others[:, 0])
    high = np.minimum(top, others[:, 3]) - np.maximum(bottom, others[:, 1])
    common = np.clip(wide, 0, None) * np.clip(high, 0, None)
    return bool(common.sum() > 0.5 * (right - left) * (top - bottom))
