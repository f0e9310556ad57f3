"""Keeping secrets out of whatever is shown or kept: addresses, messages of errors, logs.

A secret is known by where it stands (user name and password of a URL, a query parameter such as `token`, a header such
as `Authorization`), by how it looks (`sk-…`), or by its value: that of an environment variable such as
`OPENAI_API_KEY`, or one that `never_show` was told of. `AssistantError` and `Settings` redact
themselves.
"""

from __future__ import annotations

import io
import logging
import os
import re
from base64 import b64encode
from typing import TextIO
from urllib.parse import quote, unquote, unquote_plus, urlsplit

HIDDEN = "***"
_SHORTEST = 8
"""Characters: a shorter value, such as "none" or "test", would take words out of every message."""
_SECRET_VARIABLE = re.compile(r"(?i)(?:^|_)(?:\w*key|token|secret|password|passwd|pass|pat)$")
_SECRET_WORDS = frozenset(
    "token secret password passwd passwort pwd pass signature sig apikey accesskey credential credentials jwt"
    " phpsessid jsessionid sessionid sas".split()
)
_PERHAPS = frozenset(["key", "auth", "code", "session", "sid"])
"""Parameters that are secrets where their value looks like one: `key=opening-hours` is none."""
_RANDOM = re.compile(r"(?!(?:[\da-f]+-){4}[\da-f]+\Z)(?=[^-_.]*\d)(?=.*[A-Za-z])[\w~+/=.-]{16,}\Z", re.IGNORECASE)
"""No UUID: those name pages more often than they open doors."""
_URL = re.compile(r"(?i)\b[a-z][a-z0-9+.-]{0,30}://[^\s<>\"'`]+")
_USERINFO = re.compile(r"(?i)^([a-z][a-z0-9+.-]*://)[^/?#]*@")
_BROKEN_USERINFO = re.compile(r"(?i)^([a-z][a-z0-9+.-]*://)[^/?#@:\[\]]*:(?!\d{0,5}(?:[/?#]|$)).*@")
"""A password that holds "/", "?" or "#", which nothing but its author takes for one."""
_PARAMETER = re.compile(r"(?<=[?&;#])(?P<name>[^?&;#=\s]+)=(?P<value>[^&;#\s]*)")
_NAMED = re.compile(
    r"""(?ix) (?P<name> (?<![\w]) (?: (?:proxy-)?authorization | (?:x-)?api[-_ ]?key | x-auth-token
    | (?:access|auth|refresh|id|session|bearer)[-_ ]?token | token | (?:client[-_ ]?)?secret | password | passwd | pwd )
    (?:\ provided|\ is)? ["']? \s* [:=] \s* (?:b?["'])? (?:(?:bearer|basic|token)\s+)? )
    (?P<value> (?!(?:bearer|basic|token)\s) [^\s"',;&)}\]]{4,} )"""
)
_COOKIE = re.compile(r"""(?i)(?P<name>\b(?:set-)?cookie["']?\s*[:=]\s*(?:b?["'])?)[^"'\s][^"'\n]{3,}""")
_SCHEME = re.compile(r"(?i)\b(bearer|basic)\s+[\w~+/=.-]{8,}")
_LOOKS_SECRET = re.compile(
    r"(?<![\w-])(?:(?:sk|pk|rk|gsk|xai|hf|lsv2|ghp|gho|github_pat|glpat|xox[abp])[-_][\w*-]{8,}|AIza[\w-]{20,}|ba_[\w-]{30,})"
)
_told: set[str] = set()


def never_show(*secrets: str) -> None:
    """Let `redacted` know values that this process holds; those of fewer than eight characters are too common."""
    _told.update(secret for secret in secrets if len(secret) >= _SHORTEST)


def never_show_those_of(url: str) -> None:
    """The same for the credentials that a URL holds, also as a header would have them."""
    try:
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
    except ValueError:
        return
    if password:
        never_show(password, quote(password, safe=""), b64encode(f"{user}:{password}".encode()).decode())
    for found in _PARAMETER.finditer(url):
        if _is_secret(found):
            never_show(found["value"], unquote_plus(found["value"]))


def without_credentials(url: str) -> str:
    """A web address to keep or to show: without user name, password and parameters that hold secrets.

    What is no URL comes back as it is.
    """
    kept = _USERINFO.sub(r"\1", _BROKEN_USERINFO.sub(r"\1", url))
    if not any(_is_secret(found) for found in _PARAMETER.finditer(kept)):
        return kept
    address, hash_, fragment = kept.partition("#")
    address, mark, query = address.partition("?")
    query, fragment = _without_secrets(query, "?"), _without_secrets(fragment, "#")
    return address + (mark + query if query else "") + (hash_ + fragment if fragment else "")


def redacted(text: str) -> str:
    """A text to show, such as another program's message, with `***` in the place of every secret in it."""
    for value in _values():
        text = text.replace(value, HIDDEN)
    text = _URL.sub(lambda found: _shown_url(found[0]), text)
    text = _NAMED.sub(rf"\g<name>{HIDDEN}", text)
    text = _COOKIE.sub(rf"\g<name>{HIDDEN}", text)
    text = _SCHEME.sub(rf"\1 {HIDDEN}", text)
    return _LOOKS_SECRET.sub(HIDDEN, text)


class Redacting(io.TextIOBase):
    """A stream to write to in place of another one, which is given what is written, redacted."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, best a whole line: a secret that comes in two pieces is not seen."""
        self._stream.write(redacted(text))
        return len(text)

    def flush(self) -> None:
        """Flush the other stream."""
        self._stream.flush()

    def fileno(self) -> int:
        """That of the other stream."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """Whether the other stream is a terminal."""
        return self._stream.isatty()

    def writable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Leave the other stream open: it is not this one's own."""


class RedactingFilter(logging.Filter):
    """Redacts the records of a logger."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, its message redacted."""
        record.msg, record.args = redacted(record.getMessage()), None
        return True


def _shown_url(url: str) -> str:
    shown = _USERINFO.sub(rf"\1{HIDDEN}@", _BROKEN_USERINFO.sub(rf"\1{HIDDEN}@", url))
    return _PARAMETER.sub(lambda found: f"{found['name']}={HIDDEN}" if _is_secret(found) else found[0], shown)


def _without_secrets(parameters: str, mark: str) -> str:
    kept = [one for one in parameters.split("&") if not ((f := _PARAMETER.match(mark + one, 1)) and _is_secret(f))]
    return "&".join(kept)


def _is_secret(found: re.Match[str]) -> bool:
    name = unquote(found["name"])
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
    parts = set(re.split(r"[^a-z0-9]+", words)) | {re.sub(r"[^a-z0-9]+", "", words)}
    if parts & _SECRET_WORDS or any(part.endswith(("token", "secret", "apikey", "password")) for part in parts):
        return bool(found["value"])
    value = unquote(found["value"])
    return bool(parts & _PERHAPS) and bool(_RANDOM.match(value) or _LOOKS_SECRET.match(value))


def _values() -> list[str]:
    """The secrets that are known by their values, the longest first, as one may begin with another."""
    found = {value for name, value in os.environ.items() if len(value) >= _SHORTEST and _SECRET_VARIABLE.search(name)}
    return sorted(found | _told, key=len, reverse=True)
