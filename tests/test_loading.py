import os
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import DocumentError
from assistant.formats.loading import amendments_path, parse, parse_date, read
from tests.conftest import article

LIMIT = 10_000


def load(path: Path):
    return parse(read(path, LIMIT))


def test_front_matter_describes_the_document_and_is_not_part_of_its_text(tmp_path: Path):
    path = article(
        tmp_path, "a.md", "It was sold.", title="Port sold", published="2026-05-20", source="The Wire", author="A. B."
    )
    document = load(path)
    assert (document.title, document.published, document.publisher, document.author, document.text) == (
        "Port sold",
        date(2026, 5, 20),
        "The Wire",
        "A. B.",
        "It was sold.",
    )


def test_without_front_matter_the_first_heading_is_the_title(tmp_path: Path):
    assert load(article(tmp_path, "a.md", "# Port sold\n\nYes.")).title == "Port sold"


def test_without_a_heading_the_file_name_is_the_title(tmp_path: Path):
    assert load(article(tmp_path, "port-sold.txt", "Yes it was.")).title == "port sold"


@pytest.mark.parametrize(
    "name", ["2026-06-04-board.txt", "Board 2026-06-04.txt", "2026_06_04 board.txt", "board (2026.06.04).txt"]
)
def test_a_date_in_the_file_name_dates_an_article_that_states_none(tmp_path: Path, name: str):
    document = load(article(tmp_path, name, "The port was sold."))
    assert document.published == date(2026, 6, 4)
    assert document.notes == ["dated by its file name"]


@pytest.mark.parametrize("name", ["report 20260604.txt", "2026-13-04.txt", "2026-06-04 to 2026-06-05.txt", "v1.2.txt"])
def test_no_date_is_made_of_a_name_that_has_not_exactly_one(tmp_path: Path, name: str):
    assert load(article(tmp_path, name, "The port was sold.")).published is None


def test_a_stated_date_counts_before_that_of_the_name(tmp_path: Path):
    path = article(tmp_path, "2026-06-04.md", "The port was sold.", published="2026-05-01")
    assert load(path).published == date(2026, 5, 1)


def test_an_ambiguous_date_is_not_replaced_by_that_of_the_name(tmp_path: Path):
    document = load(article(tmp_path, "2026-06-04.md", "The port was sold.", published="03/04/2026"))
    assert document.published is None
    assert "ambiguous" in document.notes[0]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Sales 5<br>6 costs", "Sales 5\n6 costs"),
        ("10<sup>6</sup> tonnes", "10⁶ tonnes"),
        ("It costs ~~$5~~ $7, <del>$8</del>", "It costs  $7, "),
        ("Sold <b>in</b> May", "Sold in May"),
        ("a~~b is 5~~6", "a~~b is 5~~6"),
    ],
)
def test_html_in_markdown_never_makes_one_figure_of_two(tmp_path: Path, markup: str, text: str):
    assert load(article(tmp_path, "a.md", markup)).text == text


def test_the_cells_of_a_table_in_html_stay_apart(tmp_path: Path):
    text = load(
        article(tmp_path, "a.md", "<table><tr><td>2024</td><td>10</td></tr><tr><td>2025</td></tr></table>x")
    ).text
    assert text.split() == ["2024", "10", "2025", "x"]


def test_language_and_address_are_taken_from_the_front_matter(tmp_path: Path):
    document = load(article(tmp_path, "a.md", "Der Hafen.", lang="de", url="https://wire.example/a"))
    assert (document.language, document.url) == ("de", "https://wire.example/a")


def test_an_address_that_is_no_web_address_is_none(tmp_path: Path):
    assert load(article(tmp_path, "a.md", "The port.", url="javascript:alert(1)")).url is None


def test_windows_line_ends_and_byte_order_marks_do_not_reach_the_text(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes("﻿One.\r\nTwo.\r\n".encode())
    assert load(path).text == "One.\nTwo."


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "cp1251"])
def test_other_encodings_are_detected(tmp_path: Path, encoding: str):
    words = {
        "cp1251": "Порт был продан в мае за неизвестную сумму, сообщила компания. Цена сделки не раскрыта.",
    }.get(encoding, "The café paid €40 for crème brûlée, naïve as it may seem to the fiancée of the maître d’.")
    path = tmp_path / "a.txt"
    path.write_bytes(words.encode(encoding))
    assert load(path).text == words


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.md", b"---\ntitle: x\n---\n\n  \n", "holds no text"),
        ("a.md", b"---\ntitle: a: b\n---\ntext", "not valid YAML (line 1)"),
        ("a.md", b"---\npublished: 2026-02-31\n---\ntext", "impossible value"),
        ("a.txt", b"PK\0\0\1", "binary"),
        ("a.pdf", b"%PDF", "damaged or no PDF"),
        ("a.jpg", b"JFIF", ".jpg is not a format"),
        ("a.doc", b"x", "save it as .docx"),
        ("a.txt", b"x" * (LIMIT + 1), "over the limit"),
    ],
)
def test_a_file_that_is_no_document_says_why(tmp_path: Path, name: str, data: bytes, reason: str):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DocumentError) as caught:
        load(tmp_path / name)
    assert reason in str(caught.value)


def test_an_unreadable_file_says_so(tmp_path: Path):
    path = article(tmp_path, "a.md", "Text.")
    path.chmod(0)
    child = os.fork()
    if child == 0:  # as nobody, since root may read everything
        code = 1
        try:
            if os.geteuid() == 0:
                os.setuid(65534)
            read(path, LIMIT)
        except DocumentError as error:
            code = 0 if "cannot be read" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_an_ambiguous_date_is_no_date_and_says_so():
    day, remark = parse_date("03/04/2026")
    assert day is None
    assert "03/04/2026" in remark


@pytest.mark.parametrize("written", ["2026-05-20", "20 May 2026", "May 20, 2026", "2026-05-20T10:00:00Z"])
def test_plain_dates_are_read(written: str):
    assert parse_date(written) == (date(2026, 5, 20), "")


def test_amendments_beside_a_file_correct_it_and_change_its_hash(tmp_path: Path):
    path = article(tmp_path, "a.md", "Text here.", title="Wrong", published="2026-01-01")
    before = read(path, LIMIT).hash
    amendments_path(path).write_text("title: Right\npublished: 2026-02-02\n", encoding="utf-8")
    document = load(path)
    assert (document.title, document.published) == ("Right", date(2026, 2, 2))
    assert read(path, LIMIT).hash != before
