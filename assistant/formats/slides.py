"""PPTX into text: what the slides of a deck show, each in the order it is read in, with its speaker notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.presentation import Presentation as Deck
from pptx.shapes.base import BaseShape
from pptx.shapes.group import GroupShape
from pptx.slide import Slide

from ..errors import DocumentError
from . import Limits, Parsed, paged, tidy
from .graphics import chart_blocks, diagram_items
from .office import RELATION, Omissions, joined, local, package, properties, readable, settled, titled, tree
from .slide_colours import A, Palette, palette
from .slide_places import Frame, Placed, in_reading_order, placed
from .slide_text import blocks_of, line_of

_REPEATED = frozenset({PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER, PP_PLACEHOLDER.SLIDE_NUMBER})
_BULLETED = frozenset({PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY})


def parse(_name: str, data: bytes, limits: Limits, _depth: int) -> Parsed:
    """A page for each slide, empty for a hidden one, so that the numbers are those of the deck.

    Raises DocumentError with the reason.
    """
    with package(data, limits, "PowerPoint") as archive, readable("PowerPoint"):
        about = properties(archive)
        deck = Presentation(io.BytesIO(data))
        if len(deck.slides) > limits.pages:
            raise DocumentError(
                f"it has {len(deck.slides):,} slides, over the limit of {limits.pages:,}; split it or raise max_pages"
            )
        reader = _Reader(deck)
        texts = [tidy(joined(reader.slide(slide))) for slide in deck.slides]
    if not any(texts):
        raise DocumentError("it holds no text")
    text, begins = paged(filter(None, texts))
    return Parsed(
        text=text,
        title=reader.title or about.title,
        author=about.author,
        language=about.language,
        pages=_spread(texts, begins, len(text)),
        remarks=reader.omissions.remarks(),
    )


def _spread(texts: list[str], begins: tuple[int, ...], end: int) -> tuple[int, ...]:
    """Where each slide begins; one without text where the next begins."""
    following = [end]
    left = list(begins)
    for text in reversed(texts):
        following.append(left.pop() if text else following[-1])
    return tuple(reversed(following[1:]))


@dataclass(slots=True)
class _Reader:
    """A deck being read, from its first slide to its last."""

    deck: Deck
    title: str | None = None
    """What the first slide that is shown says, where it is a title slide."""
    omissions: Omissions = field(default_factory=Omissions)
    _begun: bool = False

    def slide(self, slide: Slide) -> Iterator[str]:
        """The blocks of a slide and of its speaker notes."""
        if slide.element.get("show") in {"0", "false"}:
            self.omissions.add("hidden slide")
            return
        settled(slide.element)
        heading = slide.shapes.title
        colours = palette(slide)
        shown = list(self._visible(placed(slide.shapes, Frame())))
        if heading is not None and any(one.shape.element is heading.element for one in shown):
            words = line_of(heading.element, self.omissions)
            yield f"{'##' if self._begun else '#'} {words}" if words else ""
            if not self._begun and heading.placeholder_format.type == PP_PLACEHOLDER.CENTER_TITLE:
                self.title = words or None
        self._begun = True
        yield from self._shapes(
            (one for one in shown if heading is None or one.shape.element is not heading.element), slide, colours
        )
        yield from self._notes(slide)

    def _visible(self, shapes: Iterable[Placed]) -> Iterator[Placed]:
        for one in shapes:
            named = next((node for node in one.shape.element.iter() if local(node) == "cNvPr"), None)
            hidden = named is not None and named.get("hidden") in {"1", "true"}
            if hidden or one.is_outside(self.deck.slide_width or 0, self.deck.slide_height or 0):
                texts = (node.text or "" for node in one.shape.element.iter(f"{A}t"))
                self.omissions.hidden += sum(len(text.split()) for text in texts)
            elif not _is_repeated(one.shape):
                yield one

    def _shapes(self, shapes: Iterable[Placed], slide: Slide, colours: Palette) -> Iterator[str]:
        for one in in_reading_order(shapes, self.deck.slide_height or 0):
            element = one.shape.element
            if isinstance(one.shape, GroupShape):
                yield from self._shapes(self._visible(placed(one.shape.shapes, one.inside())), slide, colours)
            elif local(element) == "graphicFrame":
                yield from self._frame(element, slide)
            else:
                kind = one.shape.placeholder_format.type if one.shape.is_placeholder else None
                behind = colours.of_shape(element)
                yield from blocks_of(element, self.omissions, bulleted=kind in _BULLETED, palette=behind)

    def _frame(self, frame: etree._Element, slide: Slide) -> Iterator[str]:
        """A table, a chart or a diagram."""
        for node in frame.iter():
            kind = local(node)
            if kind == "tbl":
                yield from titled(
                    [self._cell(cell) for cell in row.iterfind(f"{A}tc")] for row in node.iterfind(f"{A}tr")
                )
            elif kind == "oleObj":
                self.omissions.add("embedded object")
            elif kind in {"chart", "relIds"}:
                part = slide.part.related_part(node.get(f"{RELATION}{'id' if kind == 'chart' else 'dm'}", ""))
                root = tree(part.blob)
                found = chart_blocks(root) if kind == "chart" else diagram_items(root)
                yield from found
                if not found:
                    self.omissions.add("chart" if kind == "chart" else "diagram")

    def _cell(self, cell: etree._Element) -> str:
        goes_on = {cell.get("hMerge"), cell.get("vMerge")} & {"1", "true"}
        return "" if goes_on else line_of(cell, self.omissions)

    def _notes(self, slide: Slide) -> Iterator[str]:
        notes = slide.notes_slide.notes_placeholder if slide.has_notes_slide else None
        said = list(blocks_of(notes.element, self.omissions)) if notes is not None else []
        if said:
            yield "Notes:"
            yield from said


def _is_repeated(shape: BaseShape) -> bool:
    """Whether it is a slide's footer, number or date."""
    return shape.is_placeholder and shape.placeholder_format.type in _REPEATED
