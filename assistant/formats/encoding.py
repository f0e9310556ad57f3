"""Bytes of unknown encoding into text."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

from ..errors import DocumentError

_LATIN = ["cp1252", "cp1250", "cp1254", "cp1257"]
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_ASCII = bytes(range(128))


def decoded(data: bytes) -> str:
    """The text that bytes are: by their mark, as UTF-8, or in the likeliest encoding, Western European first.

    Raises DocumentError where they are no text.
    """
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        text = _guessed(data)
    if "\0" in text:
        raise DocumentError("it holds binary data, not text")
    return text


def _guessed(data: bytes) -> str:
    if b"\0" in data:  # before a guess, which may take them for something else
        raise DocumentError("it holds binary data, not text")
    guesses = from_bytes(data)
    runs = _BEYOND_ASCII.findall(data)
    if len(data.translate(None, _ASCII)) < 2 * len(runs):  # single letters in words: some Latin alphabet
        guesses = from_bytes(data, cp_isolation=_LATIN) or guesses
    best = guesses.best()
    if best is None:
        raise DocumentError("its bytes are no text in any known encoding; save it as UTF-8")
    western = next((guess for guess in guesses if guess.encoding == "cp1252" and guess.chaos <= best.chaos), best)
    return str(western)
