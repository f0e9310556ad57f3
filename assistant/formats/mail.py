"""EML: what a mail says, what is attached to it, and who sent it when."""

from __future__ import annotations

import email
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from email import policy
from email.errors import MessageError
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any, TypeAlias

from ..errors import DocumentError
from ..language.visible import HIDDEN, without_invisible
from . import Limits, Parsed, convert, suffix, tidy
from .encoding import decoded
from .web import markdown_of

_DEFECTS = (
    MessageError,
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
    AssertionError,
    OverflowError,
    RecursionError,
)
"""What the standard library raises, somewhere or other, on mails that are not well-formed."""
_Message: TypeAlias = "Message[Any, Any]"
_ENDINGS = {"text/html": ".html", "text/plain": ".txt", "application/pdf": ".pdf", "message/rfc822": ".eml"}
_MISREAD = "\ufffd"
_SIGNATURE = "-- "


@dataclass(frozen=True, slots=True)
class _Body:
    """Versions of the same text of a mail."""

    plain: list[str] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Attachment:
    """A file that came with a mail, by its name."""

    name: str
    data: bytes


def parse(name: str, data: bytes, limits: Limits, depth: int) -> Parsed:  # noqa: ARG001 - every format is called alike
    """A mail's text, and below it that of each attachment. Raises DocumentError for one without any text."""
    message = _or(lambda: email.message_from_bytes(data, policy=policy.default), None)
    if message is None or not message.keys():
        raise DocumentError("it has no headers or is damaged, so it is no mail; save it again as .eml")
    bodies, attachments = _parts(message)
    shown = [_shown(body) for body in bodies]
    sections, remarks = _sections(attachments, limits, depth)
    whole = tidy("\n\n".join(text for text in [*(text for text, _ in shown), *sections] if text))
    if not whole.strip():
        raise DocumentError("; ".join(["it holds no text", *remarks]))
    display, address = parseaddr(_header(message, "from") or "")
    return Parsed(
        text=whole,
        title=_header(message, "subject"),
        author=display or address or None,
        published=_sent(message),
        language=_header(message, "content-language"),
        remarks=tuple(dict.fromkeys([*(HIDDEN for _, hidden in shown if hidden), *remarks])),
    )


def _parts(message: _Message) -> tuple[list[_Body], list[_Attachment]]:
    """The mail's own text, in its order, and what is attached."""
    bodies: dict[int, _Body] = {}
    attachments: list[_Attachment] = []
    for place, part in _leaves(message):
        kind = _kind(part)
        named = _or(part.get_filename, None)
        attached = named or _or(part.get_content_disposition, None) == "attachment"
        if kind == "text/html" and not attached:
            bodies.setdefault(place, _Body()).marked.append(_text(part))
        elif kind == "text/plain" and not attached:
            bodies.setdefault(place, _Body()).plain.append(_unflowed(_text(part), part))
        elif kind.startswith("multipart/"):
            bodies.setdefault(place, _Body()).plain.append(_undivided(part))
        elif not (kind.startswith("image/") and _is_inline(part)):
            attachments.append(_attachment(part, named, len(attachments) + 1))
    return list(bodies.values()), attachments


def _leaves(message: _Message) -> Iterator[tuple[int, _Message]]:
    """The parts that hold something, in order, with a number that versions of the same text share.

    A mail within the mail is one part.
    """
    waiting: list[tuple[int, _Message]] = [(0, message)]
    count = 0
    while waiting:
        place, part = waiting.pop()
        payload = _or(part.get_payload, None)
        if _kind(part) == "message/rfc822" or not isinstance(payload, list):
            count += 1
            yield place or -count, part
            continue
        if _kind(part) == "multipart/alternative":
            count += 1
            place = place or count
        waiting.extend((place, inner) for inner in reversed(payload) if isinstance(inner, Message))


def _undivided(part: _Message) -> str:
    """The text of a mail that says it has parts and does not say rightly where they begin."""
    text = _text(part)
    if "content-type:" in text.lower():
        raise DocumentError("it is damaged: where its parts begin cannot be told; export it again")
    return text


def _is_inline(part: _Message) -> bool:
    return _or(part.get_content_disposition, None) != "attachment" or bool(_header(part, "content-id"))


def _attachment(part: _Message, named: str | None, number: int) -> _Attachment:
    kind = _kind(part)
    payload = _or(part.get_payload, None)
    if kind == "message/rfc822" and isinstance(payload, list) and payload and isinstance(payload[0], Message):
        inner = payload[0]
        title = named or _header(inner, "subject") or f"mail {number}"
        data = _or(lambda: inner.as_bytes(policy=policy.compat32), b"")
    else:
        title = named or f"file {number}"
        data = _bytes(part)
    title = " ".join(without_invisible(title).replace("/", " ").split()) or f"file {number}"
    return _Attachment(title if suffix(title) or kind not in _ENDINGS else title + _ENDINGS[kind], data)


def _sections(attachments: list[_Attachment], limits: Limits, depth: int) -> tuple[list[str], list[str]]:
    sections: list[str] = []
    remarks: list[str] = []
    for attached in attachments:
        try:
            parsed = convert(attached.name, attached.data, limits, depth + 1)
        except DocumentError as error:
            remarks.append(f"attachment {attached.name}: {error}")
            continue
        sections.append(f"# Attachment: {attached.name}\n\n{parsed.text}")
        remarks.extend(f"attachment {attached.name}: {remark}" for remark in parsed.remarks)
    return sections, remarks


def _shown(body: _Body) -> tuple[str, bool]:
    """What a mail program shows, which is the HTML where there is any, and whether text in it was hidden."""
    written = tidy("\n\n".join(body.plain))
    try:
        rendered = [markdown_of(html) for html in body.marked]
    except DocumentError:
        if written.strip():
            return written, False
        raise
    text = tidy("\n\n".join(text for text, _ in rendered if text))
    return text or written, any(hidden for _, hidden in rendered)


def _text(part: _Message) -> str:
    """A text part's characters: as it declares, or else in the likeliest encoding."""
    data = _bytes(part)
    for encoding in (_or(part.get_content_charset, None), "utf-8"):
        try:
            text = data.decode(encoding or "utf-8")
        except (UnicodeError, LookupError, ValueError):
            continue
        return text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        text = decoded(data)
    except DocumentError:
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bytes(part: _Message) -> bytes:
    payload = _or(lambda: part.get_payload(decode=True), b"")
    return payload if isinstance(payload, bytes) else b""


def _unflowed(text: str, part: _Message) -> str:
    """The text; where it is format=flowed, with each paragraph on one line: a space at a line's end says it goes on."""
    if str(_or(lambda: part.get_param("format"), "")).lower() != "flowed":
        return text
    joins = "" if str(_or(lambda: part.get_param("delsp"), "")).lower() == "yes" else " "
    lines: list[str] = []
    goes_on = ""
    for line in text.split("\n"):
        quote = re.match(r">*", line)
        depth = quote[0] if quote else ""
        words = line[len(depth) :].removeprefix(" ")
        if lines and goes_on == f"{depth}+":
            lines[-1] = lines[-1].rstrip(" ") + joins + words
        else:
            lines.append(f"{depth} {words}" if depth else words)
        goes_on = f"{depth}+" if words.endswith(" ") and words != _SIGNATURE else ""
    return "\n".join(lines)


def _kind(part: _Message) -> str:
    return str(_or(part.get_content_type, "application/octet-stream"))


def _header(message: _Message, name: str) -> str | None:
    words = _or(lambda: str(message.get(name, "")), "")
    return " ".join(without_invisible(words.replace(_MISREAD, "")).encode("utf-8", "ignore").decode().split()) or None


def _sent(message: _Message) -> date | None:
    """The day that the Date header names, in its own time zone."""
    sent: date | None = _or(lambda: parsedate_to_datetime(_header(message, "date") or "").date(), None)
    return sent


def _or(read: Callable[[], Any], otherwise: Any) -> Any:
    """What the standard library reads of a part; `otherwise` where it fails on one that is not well-formed."""
    try:
        return read()
    except _DEFECTS:
        return otherwise
