"""A document on its way to another machine: what comes out is what went in, or nothing."""

import random
from datetime import date

import numpy as np
import pytest

from assistant.indexing.indexed import IndexedChunk, rounded
from assistant.indexing.packing import Content, pack, unpack
from assistant.indexing.similarity import Signature
from assistant.language.sentences import Span
from assistant.records import Document


def content(text: str, signature: Signature | None = None) -> Content:
    vectors = rounded(np.array([[0.6, 0.8], [1, 0], [0, 1]], dtype=np.float32))
    spans = (Span(0, 4, heading=True), Span(6, 20, leans=True))
    chunk = IndexedChunk("d-0", "d", 0, 20, "Sale | é", spans, ("sale", "port", "it sold"), vectors)
    document = Document("Ports", text, "d", "The Wire", published=date(2026, 3, 4), sources=["a.md"], similar=["e"])
    return Content(document, "hash", (chunk,), signature)


def test_a_document_comes_out_as_it_went_in_less_its_files_and_links():
    packed = content("Sale\n\nIt was sold.\ud800", np.arange(120, dtype=np.uint32))
    found = unpack(pack(packed))
    assert found
    assert found.document.sources == found.document.similar == []
    assert (found.document.title, found.document.text) == ("Ports", packed.document.text)
    assert (found.document.published, found.content_hash) == (date(2026, 3, 4), "hash")
    (chunk,) = found.chunks
    assert (chunk.spans, chunk.terms, chunk.section) == (packed.chunks[0].spans, packed.chunks[0].terms, "Sale | é")
    assert np.array_equal(chunk.vectors, packed.chunks[0].vectors)
    assert found.signature is not None
    assert found.signature.tolist() == list(range(120))


def test_a_text_too_short_to_compare_has_no_signature_afterwards_either():
    found = unpack(pack(content("Sale")))
    assert found
    assert found.signature is None


@pytest.fixture
def pieces() -> list[str]:
    draw = random.Random(1)
    return pack(content("".join(chr(draw.randrange(0x4E00, 0x9FFF)) for _ in range(100_000))))


def test_a_long_document_is_cut_into_pieces_of_a_hundred_thousand_characters(pieces: list[str]):
    assert len(pieces) > 1
    assert {len(piece) for piece in pieces[:-1]} == {100_000}
    assert 0 < len(pieces[-1]) <= 100_000
    assert unpack(pieces)


def test_what_is_not_whole_is_nothing(pieces: list[str]):
    one = pieces[0]
    damaged = [
        [],
        [""],
        pieces[:-1],
        pieces[::-1],
        ["0" + one[1:], *pieces[1:]],
        [one[:-1] + "é", *pieces[1:]],
        [one[:64]],
    ]
    damaged.append([f"{one[:90]}\n{one[90:]}", *pieces[1:]])
    damaged.append([one[:90] + ("A" if one[90] != "A" else "B") + one[91:], *pieces[1:]])
    assert [unpack(each) for each in damaged] == [None] * len(damaged)
