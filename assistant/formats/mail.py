"""EML: what a mail says, then what its attachments say; subject, sender and date are the document's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from ..errors import DocumentError
from . import HIDDEN, Limits, Parsed, convert, tidy
from .encoding import decoded
from .html import markdown_of

_UNREADABLE = (MessageError, LookupError, ValueError, OverflowError, TypeError, AttributeError, RecursionError)
"""What the email package raises on headers and bodies that are not as they should be."""
_MISREAD = "\ufffd"
"""What stands for bytes that are no text in the encoding that a mail states."""
_FLOWED = re.compile(r" \n(?!-- $)")


def parse(name: str, data: bytes, limits: Limits, depth: int) -> Parsed:  # noqa: ARG001 - every format is called alike
    """The text of a mail and of its attachments. Raises DocumentError."""
    message = BytesParser(policy=policy.default).parsebytes(data)
    body, hidden = _body(message)
    parts, remarks = [body] if body else [], [HIDDEN] if hidden else []
    for attached, payload in _attachments(message):
        try:
            found = convert(attached, payload, limits, depth + 1)
        except DocumentError as error:
            remarks.append(f"attachment {attached}: {error}")
        else:
            parts.append(f"# Attachment: {attached}\n\n{found.text}")
            remarks += [f"attachment {attached}: {remark}" for remark in found.remarks]
    if not parts:
        raise DocumentError("; ".join(["it holds no text", *remarks]))
    return Parsed(
        text=tidy("\n\n".join(parts)),
        title=_header(message, "subject"),
        author=_sender(message),
        published=_sent(message),
        language=_header(message, "content-language"),
        remarks=tuple(remarks),
    )


def _body(message: EmailMessage) -> tuple[str, bool]:
    """The mail's own text, and whether text in it was hidden. The HTML part, where there is one, is what is seen."""
    marked, hidden = markdown_of(_content(_part(message, "html")))
    if marked:
        return marked, hidden
    plain = _content(_part(message, "plain"))
    return tidy(_FLOWED.sub(" ", plain) if _flowed(_part(message, "plain")) else plain), hidden


def _part(message: EmailMessage, kind: str) -> EmailMessage | None:
    try:
        found = message.get_body((kind,))
    except _UNREADABLE:
        return None
    return found if isinstance(found, EmailMessage) else None


def _content(part: EmailMessage | None) -> str:
    """A part's text; in the likeliest encoding where it does not say, or not rightly, which one it has."""
    if part is None:
        return ""
    try:
        text = str(part.get_content()).replace("\r\n", "\n") if part.get_content_charset() else _MISREAD
    except _UNREADABLE:
        text = _MISREAD
    if _MISREAD not in text:
        return text
    try:
        return decoded(_payload(part)).replace("\r\n", "\n")
    except DocumentError:
        return ""


def _payload(part: Message[Any, Any]) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except _UNREADABLE:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _flowed(part: EmailMessage | None) -> bool:
    try:
        return part is not None and part.get_param("format") == "flowed"
    except _UNREADABLE:
        return False


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """The names and bytes of what is attached; pictures that stand in the text are no attachments."""
    try:
        found = list(message.iter_attachments())
    except _UNREADABLE:
        return
    for number, part in enumerate(found, start=1):
        try:
            kind, disposition, name = part.get_content_type(), part.get_content_disposition(), part.get_filename()
        except _UNREADABLE:
            kind, disposition, name = "", None, None
        if kind == "message/rfc822":
            inner = part.get_payload(0) if part.is_multipart() else None
            if isinstance(inner, Message):
                yield f"{_header(inner, 'subject') or f'mail {number}'}.eml", inner.as_bytes(policy=policy.compat32)
        elif name and not (kind.startswith("image/") and (disposition != "attachment" or part["content-id"])):
            yield " ".join(name.split()), _payload(part)


def _header(message: Message[Any, Any], name: str) -> str | None:
    try:
        return " ".join(str(message.get(name, "")).split()) or None
    except _UNREADABLE:
        return None


def _sender(message: EmailMessage) -> str | None:
    name, address = parseaddr(_header(message, "from") or "")
    return name or address or None


def _sent(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(_header(message, "date") or "").date().isoformat()
    except _UNREADABLE:
        return None
