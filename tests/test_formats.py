"""All formats alike: a sample of each is read, and no mutant of one does harm."""

from __future__ import annotations

import random
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from io import BytesIO

import pytest

from assistant.errors import DocumentError
from assistant.formats import SUFFIXES, Limits, convert, suffix
from assistant.formats.loading import RawFile
from assistant.formats.parsing import Parser
from assistant.settings import Settings
from tests.samples import SAMPLES, SENTENCE

MUTANTS = 300
ALL_MUTANTS = 10_000


@cache
def sample(ending: str) -> bytes:
    return SAMPLES[ending]()


@pytest.mark.parametrize("ending", SAMPLES)
def test_a_sentence_of_each_format_is_read_as_it_stands(ending: str, parser: Parser, settings: Settings):
    document = parser.parse(RawFile(f"a{ending}", sample(ending)), settings)
    assert SENTENCE in document.text
    assert document.text == document.text.strip("\n")


@pytest.mark.parametrize("ending", [".md", ".html", ".eml", ".epub"])
def test_title_and_date_that_a_file_states_are_its_own(ending: str, parser: Parser, settings: Settings):
    document = parser.parse(RawFile(f"a{ending}", sample(ending)), settings)
    assert (document.title, str(document.published)) == ("Port", "2026-06-04")


def test_a_word_file_without_a_title_is_named_after_its_first_heading(parser: Parser, settings: Settings):
    assert parser.parse(RawFile("a.docx", sample(".docx")), settings).title == "Port"


@pytest.mark.parametrize("ending", [".docx", ".pptx", ".xlsx"])
def test_an_office_file_has_no_date_of_its_own(ending: str, parser: Parser, settings: Settings):
    assert parser.parse(RawFile(f"a{ending}", sample(ending)), settings).published is None


def test_every_format_has_a_sample():
    assert {".markdown", ".htm", ".xhtml", ".tsv", *SAMPLES} == set(SUFFIXES)


def mutant(draw: random.Random, data: bytes) -> bytes:
    """The data with some bytes changed, lost, doubled or put in; of an archive, now and then those of a member."""
    if data.startswith(b"PK") and draw.random() < 0.6:
        return with_mutated_member(draw, data)
    changed = bytearray(data)
    for _ in range(draw.choice([1, 3, 20])):
        place, length = draw.randrange(len(changed) or 1), draw.choice([1, 4, 64, 1000])
        match draw.randrange(5):
            case 0:
                changed[place : place + 1] = draw.randbytes(1)
            case 1:
                del changed[place : place + length]
            case 2:
                changed[place:place] = changed[place : place + length]
            case 3:
                changed[place:place] = draw.choice([b"\0", b"\xff\xfe", b"<", b"[" * 200, b"9" * 40, b"&a;", b"../"])
            case _:
                del changed[place + length * 20 :]
    return bytes(changed)


def with_mutated_member(draw: random.Random, data: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        chosen = draw.choice(archive.namelist())
        for name in archive.namelist():
            content = archive.read(name)
            if name == chosen:
                if draw.random() < 0.1:
                    continue
                content = mutant(draw, content or b" ")
            made.writestr(name, content)
    return out.getvalue()


def reason(parser: Parser, settings: Settings, raw: RawFile) -> str | None:
    """Why a file is no document; None when it is one."""
    try:
        document = parser.parse(raw, settings)
    except DocumentError as error:
        return str(error) or "(nothing was said)"
    return None if document.text.strip() else "(an empty document)"


def test_a_mutant_of_a_file_is_a_document_or_has_a_reason(
    parser: Parser, settings: Settings, pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
):
    count = ALL_MUTANTS if pytestconfig.getoption("whole_sets") else MUTANTS
    limited = Settings(**{**settings.model_dump(), "max_parse_seconds": 10})
    reasons: dict[int, str | None] = {}
    for seed in range(count):
        draw = random.Random(seed)
        ending = draw.choice(list(SAMPLES))
        reasons[seed] = reason(parser, limited, RawFile(f"a{ending}", mutant(draw, sample(ending))))
    told = {seed: why for seed, why in reasons.items() if why}
    record_property("reasons", Counter(told.values()).most_common())
    assert {seed: why for seed, why in told.items() if "broke down" in why or "\n" in why or why.startswith("(")} == {}
    assert count / 20 < len(told) < count * 9 / 10


def test_a_library_that_meets_what_it_does_not_expect_is_a_reason_too(parser: Parser, settings: Settings):
    """Such as a mutant for which no module of ours has words: the parser's process has some for all of them."""
    raw = RawFile("a.md", b"Text.", amendments=b"title: [" + b"{a: " * 3_000)
    assert reason(parser, settings, raw)


@pytest.mark.parametrize("name", ["a", "", ".md", "a.", "a.md/x", "dir.md/b", "\0.md", "a" * 300 + ".md"])
def test_any_name_has_an_ending_or_none(name: str):
    assert suffix(name) in {"", ".", ".md"}


def test_a_file_in_too_many_others_is_refused():
    with pytest.raises(DocumentError, match="more than 3 attachments deep"):
        convert("a.md", b"Text.", Limits(), depth=4)
