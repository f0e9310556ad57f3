"""Web addresses: the one reading of a pasted address that everything else goes by, and a file's name for its page."""

from __future__ import annotations

import re
import unicodedata

import httpx

from ..errors import FetchError
from .folder import LONGEST_NAME

_PORTS = {"http": 80, "https": 443}
# Neither "%" nor anything else that two readers of one address might take for two hosts.
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|[0-9a-f.]*:[0-9a-f:.]*")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)")


def web_address(url: str) -> httpx.URL:
    """A pasted address, read and normalised, so that one page pasted twice has one.

    Scheme and host are in lower case, the host as DNS has it (IDNA, no dot at its end), and the scheme's own port and
    the fragment are away. Raises FetchError where it is none that can be fetched.
    """
    try:
        found = httpx.URL(url.strip())
    except httpx.InvalidURL:  # what it says may quote the half of a password, as a port
        raise FetchError("it is no web address; copy it whole from the browser") from None
    scheme = found.scheme.lower()
    if scheme not in _PORTS:
        raise FetchError(f"it begins with {scheme[:20] or 'no scheme'!r}; only http:// and https:// are fetched")
    if found.userinfo:
        raise FetchError("it holds a user name or password before an @; take that out")
    host = found.raw_host.decode("ascii").lower().removesuffix(".")
    if not _HOST.fullmatch(host):
        raise FetchError(f"{host!r} is no name of a host; copy the address whole from the browser")
    port = found.port or _PORTS[scheme]
    if not 0 < port < 65_536:
        raise FetchError(f"it names port {port}, which there is not; leave it out")
    # Of "http://host" and "http://host/" only the second is kept, which is what either of them asks for.
    return found.copy_with(
        scheme=scheme,
        host=host,
        port=None if port == _PORTS[scheme] else port,
        raw_path=found.raw_path,
        fragment=None,
    )


def file_name(title: str, url: str) -> str:
    """A name, without an ending, for the file that a page is kept in: from its title, else from its address.

    It holds letters, digits and single hyphens only, so that it names no other folder, hidden file or device.
    Raises FetchError where the title has no letter and the address cannot be fetched.
    """
    return _name(title) or _name(_address_in_words(web_address(url))) or "page"


def _address_in_words(address: httpx.URL) -> str:
    folder, slash, last = address.path.rpartition("/")
    return f"{address.host.removeprefix('www.')} {folder}{slash}{last.rpartition('.')[0] or last}"


def _name(words: str) -> str:
    plain = unicodedata.normalize("NFKC", words).replace("'", "").replace("’", "").lower()
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in plain)
    name = "-".join(kept.split())
    if len(name.encode()) > LONGEST_NAME:
        cut = name.encode()[:LONGEST_NAME].decode(errors="ignore")
        name = cut.rpartition("-")[0] or cut
    return f"page-{name}" if _DEVICES.fullmatch(name) else name
