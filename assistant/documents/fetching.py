"""One page or file of the web, by an address that somebody pasted, without trusting the address or the server.

No cookie is kept, no script is run, nothing that the page embeds is loaded. Where connections may go is up to
`connecting`, for the first address and for each that it redirects to.
"""

from __future__ import annotations

import codecs
import mimetypes
import re
import ssl
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

import httpcore
import httpx

from ..errors import FetchError
from ..redaction import without_credentials
from .addresses import web_address
from .connecting import Guard, Resolver, resolved

_OFFICE = "application/vnd.openxmlformats-officedocument"
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.presentationml.presentation": ".pptx",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    "application/epub+zip": ".epub",
}
_UNTYPED = ("application/octet-stream", "binary/octet-stream", "application/force-download", "application/x-download")
"""What servers say of a file to be saved, whatever it is."""
_PLAIN = (".md", ".markdown", ".csv", ".tsv")
"""What servers say is text/plain, and is, but may be read for more than that."""
_NO_CHARSETS = ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7")
"""What Python could decode and no browser does."""
_CHARSET = re.compile(r"""(?i);\s*charset\s*=\s*["']?([^\s"';,]+)""")
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_WORDS = {
    401: "asks for a sign-in; open it in the browser and save the page as a file",
    403: "refuses to be read here; open it in the browser and save the page as a file",
    404: "does not exist; check the address",
    410: "has been taken away; check the address",
    429: "has been asked too often; try again later",
}


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How much one fetch may take, and where it may go."""

    max_bytes: int
    """Of the page once unpacked, and of what comes over the line."""
    seconds: float
    """For everything together: names, redirects, the page."""
    private: bool = False
    """Whether addresses of private networks and of this machine may be fetched from, as on an intranet."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came. Both addresses are normalised and without credentials.

    `charset` is None where the server names none that is known.
    """

    url: str
    final_url: str
    """Where the last redirect led."""
    media_type: str
    charset: str | None
    data: bytes
    fetched: date


def fetch(
    url: str, limits: FetchLimits, resolve: Resolver = resolved, network: httpcore.NetworkBackend | None = None
) -> Fetched:
    """The page at a pasted address. Raises FetchError with the reason in words, which has "it" for the page."""
    guard = Guard(limits.seconds, limits.private, resolve, network)
    seen = [web_address(url)]
    try:
        with httpcore.ConnectionPool(network_backend=guard) as pool:
            while True:
                with pool.stream("GET", _target(seen[-1]), headers=_headers(seen[-1])) as response:
                    headers = httpx.Headers(response.headers)
                    if response.status not in _REDIRECTS:
                        return _page(seen, response, headers, limits)
                seen.append(_next(seen, headers))
    except httpcore.TimeoutException:
        raise guard.late() from None
    except httpcore.ConnectError as error:
        raise FetchError(_unconnected(seen[-1], error)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise FetchError(f"{seen[-1].host} broke off or sent no web page ({error}); try again later") from None


def ending(fetched: Fetched) -> str:
    """The ending of a file's name, with its dot, that says how to read the page."""
    found = _ENDINGS[fetched.media_type]
    named = _suffix(httpx.URL(fetched.final_url))
    return named if found == ".txt" and named in _PLAIN else found


def _target(address: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=address.raw_scheme, host=address.raw_host, port=address.port, target=address.raw_path)


def _headers(address: httpx.URL) -> dict[bytes | str, bytes | str]:
    from .. import __version__  # not above, as the package is still being imported there

    return {
        b"Host": address.netloc,
        b"User-Agent": f"briefing-assistant/{__version__}".encode(),
        b"Accept": b"text/html, application/xhtml+xml, application/pdf, text/*;q=0.9, */*;q=0.5",
        b"Accept-Encoding": b"gzip",
    }


def _next(seen: list[httpx.URL], headers: httpx.Headers) -> httpx.URL:
    """Where a redirect leads. Raises FetchError where that is nowhere, in a circle, or one too many."""
    location = headers.get("location", "")
    if not location:
        raise FetchError("it redirects without saying where; check the address")
    try:
        address = web_address(str(seen[-1].join(location)))
    except (httpx.InvalidURL, ValueError):
        raise FetchError("it redirects to what is no web address; check the address") from None
    except FetchError as error:
        raise FetchError(f"it redirects to an address that is not fetched: {error}") from None
    if address in seen:
        raise FetchError(f"it redirects in a circle, at {address}; perhaps it wants a sign-in or a cookie")
    if len(seen) > _MOST_REDIRECTS:
        raise FetchError(f"it redirects more than {_MOST_REDIRECTS} times; paste the address that it ends at")
    return address


def _unconnected(address: httpx.URL, error: httpcore.ConnectError) -> str:
    cause = error.args[0] if error.args else None  # httpcore cuts what it says of `__cause__`
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"{address.host} has no valid certificate ({cause.verify_message.rstrip('.')}); check the address"
    return f"no connection to {address.host} could be made ({error}); check the address, or try again later"


def _page(seen: list[httpx.URL], response: httpcore.Response, headers: httpx.Headers, limits: FetchLimits) -> Fetched:
    if response.status != 200:
        raise FetchError(_refused(response.status))
    media_type = _media_type(headers.get("content-type", ""), seen[-1])
    packing = headers.get("content-encoding", "").strip().lower() or "identity"
    if packing not in ("identity", "gzip", "x-gzip"):
        raise FetchError(f"it is packed as {packing!r}, which was not asked for; save the page as a file")
    if int(headers.get("content-length", 0)) > limits.max_bytes:
        raise FetchError(_too_long(limits))
    return Fetched(
        url=without_credentials(str(seen[0])),
        final_url=without_credentials(str(seen[-1])),
        media_type=media_type,
        charset=_charset(headers.get("content-type", "")),
        data=_body(response, packing != "identity", limits),
        fetched=datetime.now().astimezone().date(),
    )


def _refused(status: int) -> str:
    known = HTTPStatus(status).phrase if status in set(HTTPStatus) else "a code without a meaning"
    words = _WORDS.get(status, "cannot be served now; try again later" if status >= 500 else "is not there as a page")
    return f"it {words} ({status} {known})"


def _media_type(written: str, address: httpx.URL) -> str:
    """What the server says, else what the address ends in, else HTML. Raises FetchError where that is not read."""
    said = re.split("[;,]", written)[0].strip().lower()
    by_name = next((kind for kind, suffix in _ENDINGS.items() if suffix == _suffix(address)), "")
    if not said:
        kind, packed = mimetypes.MimeTypes().guess_type(f"page{_suffix(address)}")
        said = by_name or (f"application/{packed}" if packed else kind) or "text/html"
    elif said in _UNTYPED:
        said = by_name or said
    if said not in _ENDINGS:
        raise FetchError(f"it is of the type {said[:80]!r}, which is not read; pages, PDF and office files are")
    return said


def _suffix(address: httpx.URL) -> str:
    """The ending that the last part of an address has, if any."""
    stem, dot, last = address.path.rpartition("/")[2].rpartition(".")
    return f"{dot}{last.lower()}" if stem else ""


def _charset(written: str) -> str | None:
    found = _CHARSET.search(written)
    name = found[1].lower() if found else ""
    try:
        b"    ".decode(name)  # fails where it is an encoding of something else than text
        known = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        return None
    return None if known.replace("_", "-") in _NO_CHARSETS else name


def _body(response: httpcore.Response, packed: bool, limits: FetchLimits) -> bytes:
    """Never unpacks more than one byte over the limit, however far what came would unpack."""
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if packed else None
    data = bytearray()
    received = 0
    for chunk in response.iter_stream():
        received += len(chunk)
        room = limits.max_bytes - len(data) + 1
        try:
            data += unpacking.decompress(chunk, room) if unpacking else chunk[:room]
        except zlib.error:
            raise FetchError("it says that it is packed with gzip and is not; save the page as a file") from None
        if max(received, len(data)) > limits.max_bytes:
            raise FetchError(_too_long(limits))
        if unpacking and unpacking.eof:  # browsers, too, show nothing of what comes after
            break
    if unpacking and not unpacking.eof:
        raise FetchError("it ends in the middle; try again later")
    return bytes(data)


def _too_long(limits: FetchLimits) -> str:
    return f"it has more than the limit of {limits.max_bytes:,} bytes; save a part of it as a file"
