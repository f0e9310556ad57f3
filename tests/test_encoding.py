"""Bytes of an encoding that nobody names, as the text that they are."""

import codecs

import pytest

from assistant.errors import DocumentError
from assistant.formats.encoding import decoded

TEXT = "The café paid €40 for crème brûlée, naïve as it may seem to the fiancée of the maître d’."


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_a_mark_at_the_beginning_says_which_half_of_a_letter_comes_first(mark: bytes):
    encoding = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    assert decoded(mark + TEXT.encode(encoding)) == TEXT


def test_the_mark_of_utf_8_is_no_letter():
    assert decoded(codecs.BOM_UTF8 + TEXT.encode()) == TEXT
    assert decoded(b"") == ""


@pytest.mark.parametrize("text", [TEXT, "“Yes”, she said – twice.", "Zürich pays 5 £ more.", "É"])
def test_single_letters_beyond_english_are_western_european(text: str):
    assert decoded(text.encode("cp1252")) == text


def test_whole_words_beyond_english_are_of_the_alphabet_that_they_make_sense_in():
    text = "Совет директоров одобрил сделку в понедельник, сообщила компания."
    assert decoded(text.encode("cp1251")) == text


@pytest.mark.parametrize("data", [b"a\0b", b"caf\xe9 \0", codecs.BOM_UTF16_LE + "a\0".encode("utf-16-le")])
def test_what_holds_a_null_byte_is_no_text(data: bytes):
    with pytest.raises(DocumentError, match="binary data"):
        decoded(data)


def test_western_european_is_no_answer_where_another_alphabet_makes_more_sense():
    text = "Zażółć gęślą jaźń, proszę pana, to jest bardzo źle dla całej spółki i jej właścicieli."
    assert decoded(text.encode("cp1250")) == text


@pytest.mark.parametrize("data", [bytes(range(128, 256)), bytes([*range(1, 32)] * 3) + b"\xff\x81"])
def test_bytes_that_are_text_in_no_encoding_are_refused_with_what_to_do(data: bytes):
    with pytest.raises(DocumentError, match="save it as UTF-8"):
        decoded(data)
