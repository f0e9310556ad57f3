"""A small file of each format, made here, that says "The port was sold in May." among other things."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage
from io import BytesIO

import docx
import openpyxl
import pptx
from pptx.util import Inches
from reportlab.pdfgen.canvas import Canvas

SENTENCE = "The port was sold in May."
ROWS = [["Year", "Containers"], ["2024", "1,020,000"], ["2025", "1,080,000"]]


def markdown() -> bytes:
    return f"---\ntitle: Port\npublished: 2026-06-04\n---\n\n# Port\n\n{SENTENCE}\n\n- One\n- Two\n".encode()


def text() -> bytes:
    return f"{SENTENCE}\r\nThe café paid €40 for it.\r\n".encode("cp1252")


def html() -> bytes:
    return (
        "<!doctype html><html lang='en'><head><title>Port</title><meta name='author' content='A. Berg'>"
        '<script type=\'application/ld+json\'>{"@type": "NewsArticle", "datePublished": "2026-06-04"}</script>'
        "</head><body><main>"
        f"<h1>Port</h1><p>{SENTENCE} It cost <b>$5</b> million.</p><ul><li>One</li></ul>"
        "<table><tr><th>Year</th></tr><tr><td>2024</td></tr></table></main></body></html>"
    ).encode()


def pdf() -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pageCompression=0)
    for page in (SENTENCE, "It goes on."):
        canvas.drawString(72, 700, page)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def word() -> bytes:
    document, out = docx.Document(), BytesIO()
    document.add_heading("Port", 1)
    document.add_paragraph(SENTENCE)
    table = document.add_table(len(ROWS), 2)
    for row, cells in enumerate(ROWS):
        for column, cell in enumerate(cells):
            table.cell(row, column).text = cell
    document.save(out)
    return out.getvalue()


def slides() -> bytes:
    deck, out = pptx.Presentation(), BytesIO()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Port"
    slide.placeholders[1].text = SENTENCE
    slide.shapes.add_table(2, 2, Inches(1), Inches(4), Inches(4), Inches(1))
    deck.save(out)
    return out.getvalue()


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), BytesIO()
    for row in [*ROWS, [SENTENCE, 0.25]]:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def rows() -> bytes:
    return "\n".join([*(";".join(row) for row in ROWS), f"{SENTENCE};1"]).encode()


def mail() -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = (
        "Port",
        "Ida Rask <ida@example.org>",
        "Thu, 04 Jun 2026 09:00:00 +0200",
    )
    message.set_content(f"{SENTENCE}\n\nRegards")
    message.add_alternative(f"<p>{SENTENCE}</p><p>Regards</p>", subtype="html")
    message.add_attachment(rows(), maintype="text", subtype="csv", filename="ports.csv")
    return message.as_bytes()


def book() -> bytes:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="a.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0">'
        "<metadata><dc:title>Port</dc:title><dc:date>2026-06-04</dc:date></metadata><manifest>"
        '<item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="c"/></spine></package>'
    )
    chapter = f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>Port</h1><p>{SENTENCE}</p></body></html>'
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for name, content in (("META-INF/container.xml", container), ("a.opf", package), ("c.xhtml", chapter)):
            archive.writestr(name, content)
    return out.getvalue()


SAMPLES = {
    ".md": markdown,
    ".txt": text,
    ".html": html,
    ".pdf": pdf,
    ".docx": word,
    ".pptx": slides,
    ".xlsx": workbook,
    ".csv": rows,
    ".eml": mail,
    ".epub": book,
}
