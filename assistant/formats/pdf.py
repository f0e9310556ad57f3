"""PDF, by PDFium: the lines that show ink, put together to paragraphs, headings and tables, page by page."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator

import pypdfium2

from ..errors import DocumentError
from . import HIDDEN, Limits, Parsed, paged, tidy
from .layout import paragraphs, without_running_lines
from .lines import Letter, Line

_MADE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_FROM_A_PROGRAM = re.compile(
    r"^(?:Microsoft \w+ - |PowerPoint Presentation$|untitled\b)|\.(?:docx?|pptx?|xlsx?|indd|qxd|pdf|tex|rtf)$",
    re.IGNORECASE,
)
_BREAKS = "\x02\ufffe"
"""What PDFium puts in place of a hyphen at the end of a line, which it joins with the next."""
_LINE_ENDS = "\r\n" + _BREAKS
_LONGEST_SIDE = 1_600
"""Pixels of a page as it is rendered to look for ink."""
_CONTRAST = 24
"""Of 255 shades: less is not seen."""
_LOSS = 3


def parse(name: str, data: bytes, limits: Limits, depth: int) -> Parsed:  # noqa: ARG001 - every format is called alike
    """The text of each page, and what the PDF's information says. Raises DocumentError."""
    document = _opened(data)
    if len(document) > limits.pages:
        raise DocumentError(
            f"it has {len(document):,} pages, over the limit of {limits.pages:,}; split it or raise max_pages"
        )
    pages: list[list[Line]] = []
    pictures: list[int] = []
    damaged: list[int] = []
    hidden = 0
    for number in range(1, len(document) + 1):
        try:
            lines, shown, has_picture = _page(document, number - 1)
        except pypdfium2.PdfiumError:
            lines, shown, has_picture = [], [], False
            damaged.append(number)
        hidden += sum(len(line.text.split()) for line in lines) - sum(len(line.text.split()) for line in shown)
        if has_picture and not shown:
            pictures.append(number)
        pages.append(shown)
    texts = [tidy(text) for text in paragraphs(without_running_lines(pages))]
    if not any(texts):
        scan = "its pages are pictures, as of a scanner; run text recognition (OCR) on it and add the result"
        raise DocumentError(f"it holds no text: {scan}" if pictures else "it holds no text")
    text, begins = paged(texts)
    information = document.get_metadata_dict()
    made = _MADE.match(information.get("CreationDate", ""))
    return Parsed(
        text=text,
        title=_title(information.get("Title", "")),
        author=" ".join(information.get("Author", "").split()) or None,
        made="-".join(made.groups()) if made else None,
        language=_language(document),
        pages=begins,
        remarks=tuple(_remarks(pictures, damaged, hidden)),
    )


def _page(document: pypdfium2.PdfDocument, place: int) -> tuple[list[Line], list[Line], bool]:
    """A page's lines, those of them that show, and whether it has a picture. Raises PdfiumError when it is damaged."""
    page = document[place]
    lines = list(_lines(page))
    shown = _with_ink(page, lines)
    picture = any(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=2))
    page.close()
    return lines, shown, picture


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise DocumentError("it is protected by a password; save it without one") from None
        raise DocumentError("it is damaged or no PDF; open it in a reader and save it anew") from None


def _lines(page: pypdfium2.PdfPage) -> Iterator[Line]:
    """The page's lines in the order in which they were written, which is that of reading as a rule."""
    text = page.get_textpage()
    letters: list[Letter] = []
    for i in range(text.count_chars() + 1):
        letter = chr(pypdfium2.raw.FPDFText_GetUnicode(text, i)) if i < text.count_chars() else "\n"
        if letter not in _LINE_ENDS:
            letters.append((letter, *text.get_charbox(i, loose=True)))
        elif letters:
            if letter in _BREAKS:
                letters.append(("-", *letters[-1][1:]))
            line = Line.of(letters)
            letters = []
            if line:
                yield line


def _with_ink(page: pypdfium2.PdfPage, lines: list[Line]) -> list[Line]:
    """Lines where the rendered page shows something: neither white on white nor behind or beside the page."""
    if not lines:
        return []
    bitmap = page.render(scale=min(1.5, _LONGEST_SIDE / max(1.0, *page.get_size())), grayscale=True)
    shades, place = bitmap.to_numpy(), bitmap.get_posconv(page)
    shown = []
    for line in lines:
        (x0, y0), (x1, y1) = place.to_bitmap(line.left, line.top), place.to_bitmap(line.right, line.bottom)
        left, right = sorted((max(0, min(x0, x1)), max(0, max(x0, x1) + 1)))
        top, bottom = sorted((max(0, min(y0, y1)), max(0, max(y0, y1) + 1)))
        box = shades[top:bottom, left:right]
        if box.size and int(box.max()) - int(box.min()) > _CONTRAST:
            shown.append(line)
    return shown


def _title(stated: str) -> str | None:
    words = " ".join(stated.split())
    return None if not words or _FROM_A_PROGRAM.search(words) else words


def _language(document: pypdfium2.PdfDocument) -> str | None:
    """What the catalogue states, by PDFium's way of telling how long it is first. The length counts bytes of UTF-16."""
    length = pypdfium2.raw.FPDFCatalog_GetLanguage(document, None, 0)
    buffer = (ctypes.c_ushort * (length // 2 + 1))()
    pypdfium2.raw.FPDFCatalog_GetLanguage(document, buffer, length)
    return bytes(buffer).decode("utf-16-le", "replace").strip("\0 ") or None


def _remarks(pictures: list[int], damaged: list[int], hidden: int) -> Iterator[str]:
    if pictures:
        pages = _numbered(pictures)
        yield f"{pages} {'holds' if len(pictures) == 1 else 'hold'} a picture without text, as of a scanner"
    if damaged:
        yield f"{_numbered(damaged)} could not be read"
    if hidden > _LOSS:
        yield HIDDEN


def _numbered(numbers: list[int]) -> str:
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return f"page{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers[:10]))}{more}"
