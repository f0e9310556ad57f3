"""PDF, by PDFium: the lines that show ink, put together to paragraphs, headings and tables, page by page."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator

import pypdfium2

from ..errors import DocumentError
from ..language.visible import HIDDEN, LOSS
from . import Limits, Parsed, paged, tidy
from .ink import seen, written
from .layout import paragraphs, without_running_lines
from .lines import Line

_MADE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_FROM_A_PROGRAM = re.compile(
    r"^(?:Microsoft \w+ - |PowerPoint Presentation$|untitled\b)|\.(?:docx?|pptx?|xlsx?|indd|qxd|pdf|tex|rtf)$",
    re.IGNORECASE,
)


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
            lines, unseen, has_picture = _page(document, number - 1)
        except pypdfium2.PdfiumError:
            lines, unseen, has_picture = [], 0, False
            damaged.append(number)
        hidden += unseen
        if has_picture and not lines:
            pictures.append(number)
        pages.append(lines)
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


def _page(document: pypdfium2.PdfDocument, place: int) -> tuple[list[Line], int, bool]:
    """A page's lines that show, how many words do not, and whether it is but a picture. Raises PdfiumError."""
    page = document[place]
    lines = list(written(page))
    shown = seen(page, lines)
    found = [Line.of(words) for line in shown if (words := [word.letters for word in line])]
    picture = not found and any(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=2))
    page.close()
    return found, sum(map(len, lines)) - sum(map(len, shown)), picture


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise DocumentError("it is protected by a password; save it without one") from None
        raise DocumentError("it is damaged or no PDF; open it in a reader and save it anew") from None


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
    if hidden > LOSS:
        yield HIDDEN


def _numbered(numbers: list[int]) -> str:
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return f"page{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers[:10]))}{more}"
