"""The running text of a Word document's paragraphs, and what hangs on it: notes, text boxes, charts."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field

from lxml import etree
from mammoth.docx.dingbats import dingbats

from ..language.visible import raised
from .equations import UNWRITTEN, linear
from .graphics import chart_blocks, diagram_items
from .office import RELATION, Omissions, local, optional
from .word_styles import Styles, W, first, on, value

_SILENT = frozenset("del moveFrom pPr rPr rt sdtPr sdtEndPr".split())
_WRITTEN = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_MISSING = "\ufffd"
"""For a symbol whose font is not known: the sentence must show that something stands there."""


@dataclass(slots=True)
class Runs:
    """Reads paragraphs in their order, as fields and notes go on from one to the next."""

    archive: zipfile.ZipFile
    related: dict[str, tuple[str, str]]
    styles: Styles
    notes: dict[tuple[str, str], etree._Element]
    omissions: Omissions
    waiting: list[etree._Element | str] = field(default_factory=list)
    """What hangs on the text so far and is no part of its sentences; whoever reads the blocks takes it from here."""
    _fields: list[bool] = field(default_factory=list)
    """Of the fields that have begun, whether their instruction has ended and their result is being read."""

    def text(self, paragraph: etree._Element) -> str:
        """The text of a paragraph as it is shown, without deletions, markers of notes and what is hidden."""
        text = self._inline(paragraph, paragraph)
        self._fields = [shown for shown in self._fields if shown]  # no instruction goes on: its end is missing
        return text

    def _inline(self, node: etree._Element, paragraph: etree._Element) -> str:
        said = []
        for child in node:
            kind = local(child)
            if kind == "r":
                said.append(self._run(child, paragraph))
            elif kind == "oMath":
                said.append(self._equation(child))
            elif kind not in _SILENT and not is_placeholder(child):
                said.append(self._inline(child, paragraph))
        return "".join(said)

    def _run(self, run: etree._Element, paragraph: etree._Element) -> str:
        waiting = len(self.waiting)
        layers = self.styles.layers(run, paragraph)
        text = "".join(self._piece(piece, paragraph, layers) for piece in run)
        if not text and len(self.waiting) == waiting:
            return ""
        if self.styles.hides(run, layers):
            self.omissions.hidden += len(text.split()) + sum(map(words_within, self.waiting[waiting:]))
            del self.waiting[waiting:]
            return ""
        if on(layers, "strike", "dstrike"):
            self.omissions.struck += len(text.split())
            return ""
        if any(local(piece) in {"footnoteReference", "endnoteReference"} for piece in run):
            return ""  # a marker that its writer chose, such as an asterisk
        height = first(layers, "vertAlign")
        return raised(text) if height is not None and height.get(f"{W}val") == "superscript" else text

    def _piece(self, piece: etree._Element, paragraph: etree._Element, layers: list[etree._Element]) -> str:
        kind = local(piece)
        if kind == "fldChar":
            return self._field(piece)
        if not all(self._fields):
            return ""
        if kind in {"t", "sym"}:
            return _symbols(piece, layers)
        if kind in {"footnoteReference", "endnoteReference"}:
            note = self.notes.pop((kind.removesuffix("Reference"), piece.get(f"{W}id", "")), None)
            self.waiting += [] if note is None else [note]
        elif kind in {"drawing", "pict", "object"}:
            self._drawing(piece)
        elif kind == "ruby":
            return self._inline(piece, paragraph)
        return _WRITTEN.get(kind, "")

    def _field(self, mark: etree._Element) -> str:
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin":
            self._fields.append(False)
            return _form(mark)
        if self._fields and kind == "separate":
            self._fields[-1] = True
        elif self._fields and kind == "end":
            self._fields.pop()
        return ""

    def _drawing(self, drawing: etree._Element) -> None:
        """Text boxes and charts wait; pictures say nothing."""
        if local(drawing) == "object":
            self.omissions.add("embedded object")
        for node in drawing.iter():
            kind = local(node)
            if kind == "txbxContent" and all(local(above) != kind for above in _between(node, drawing)):
                self.waiting.append(node)
            elif kind in {"chart", "relIds"}:
                target = self.related.get(node.get(f"{RELATION}{'id' if kind == 'chart' else 'dm'}", ""), ("", ""))[1]
                root = optional(self.archive, target)
                found = [] if root is None else chart_blocks(root) if kind == "chart" else diagram_items(root)
                self.waiting += found
                if not found:
                    self.omissions.add("chart" if kind == "chart" else "diagram")

    def _equation(self, equation: etree._Element) -> str:
        text = linear(equation)
        if text == UNWRITTEN:
            self.omissions.add("equation")
        return text


def is_placeholder(element: etree._Element) -> bool:
    """Whether it is a form's field that nobody has filled in, such as "Click here to enter text"."""
    return local(element) == "sdt" and element.find(f"{W}sdtPr/{W}showingPlcHdr") is not None


def words_within(element: etree._Element | str) -> int:
    """How many words stand in an element, or in a text."""
    texts = [element] if isinstance(element, str) else (node.text or "" for node in element.iter(f"{W}t"))
    return sum(len(text.split()) for text in texts)


def _between(node: etree._Element, outer: etree._Element) -> list[etree._Element]:
    found: list[etree._Element] = []
    above = node.getparent()
    while above is not None and above is not outer:
        found.append(above)
        above = above.getparent()
    return found


def _symbols(piece: etree._Element, layers: list[etree._Element]) -> str:
    """The text of a piece; characters of a symbol font as what they show, where that is known."""
    fonts = first(layers, "rFonts")
    font = fonts.get(f"{W}ascii") if fonts is not None else None
    text = piece.text or ""
    if local(piece) == "sym":
        font, text = piece.get(f"{W}font"), chr(int(piece.get(f"{W}char", "FFFD"), 16))
    if not any("\uf000" <= character <= "\uf0ff" for character in text):
        return text
    known = ((character, dingbats.get((font, ord(character) - 0xF000))) for character in text)
    return "".join(
        character if not "\uf000" <= character <= "\uf0ff" else chr(code) if code else _MISSING
        for character, code in known
    )


def _form(mark: etree._Element) -> str:
    """What an older form's tick box or list shows, which is no text in the file."""
    box, choice = mark.find(f"{W}ffData/{W}checkBox"), mark.find(f"{W}ffData/{W}ddList")
    if box is not None:
        ticked = on([box], "checked") if box.find(f"{W}checked") is not None else on([box], "default")
        return "☒" if ticked else "☐"
    if choice is not None:
        entries = [entry.get(f"{W}val", "") for entry in choice.findall(f"{W}listEntry")]
        number = int(value(choice, "result") or value(choice, "default") or 0)
        return entries[number] if 0 <= number < len(entries) else ""
    return ""
