"""Passwords: which are taken, how they are kept (argon2id), and how often a wrong one may be tried."""

from __future__ import annotations

import threading
import unicodedata
from ipaddress import ip_address, ip_network

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..errors import TooMany, UsageError
from .rates import Rate

SHORTEST, LONGEST = 12, 1024
"""Characters of a password. Length is what counts, so there are no rules of what it is made of."""
AT_ONCE = 2
"""Passwords that are hashed at a time: each takes 64 MB by argon2's defaults, however many people sign in."""


class Passwords:
    """Makes and compares hashes; safe to use from several threads, which wait for each other."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._nobodys = ""

    def hash(self, password: str) -> str:
        """A hash to keep."""
        with self._places:
            return self._hasher.hash(_plain(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether a password is that of a hash. Without one it is not, which takes as long to find."""
        if len(password) > LONGEST:
            return False
        with self._places:
            self._nobodys = self._nobodys or self._hasher.hash("the password of nobody")  # whoever asks first waits
            try:
                fits = self._hasher.verify(kept or self._nobodys, _plain(password))
            except (VerificationError, InvalidHashError):
                return False
        return fits and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def check(password: str, name: str) -> None:
    """Raise UsageError for a password that is not taken."""
    if len(password) < SHORTEST:
        raise UsageError(f"the password has {len(password)} characters; take {SHORTEST} or more, such as a few words")
    if len(password) > LONGEST:
        raise UsageError(f"the password has more than {LONGEST} characters; take a shorter one")
    if _plain(password).casefold() == unicodedata.normalize("NFKC", name).casefold():
        raise UsageError("the password is the name; take another")


def _plain(password: str) -> str:
    """The same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)


class WrongPasswords:
    """Bounds how many wrong passwords are tried: for a name from an address, from an address, and for a name."""

    def __init__(self, here: tuple[int, int] = (5, 300), address: int = 30, name: tuple[int, int] = (50, 3_600)):
        self._limits = (Rate(*here), Rate(address, here[1]), Rate(*name))

    def check(self, name: str, address: str) -> None:
        """Raise TooMany while no password of that name is taken from that address, not even the right one."""
        waits = (limit.wait(key) for limit, key in zip(self._limits, _keys(name, address), strict=True))
        if wait := max(waits):
            error = TooMany(f"too many wrong passwords; try again in {wait:.0f} seconds")
            error.wait = wait
            raise error

    def count(self, name: str, address: str) -> None:
        """Remember one more wrong password."""
        for limit, key in zip(self._limits, _keys(name, address), strict=True):
            limit.take(key)


def _keys(name: str, address: str) -> tuple[str, str, str]:
    place = _network(address)
    return f"{place} {name}", place, name


def _network(address: str) -> str:
    """An address; of IPv6 the network that one customer has, as each of them has very many addresses."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    # a socket that takes both kinds names the one inside the other
    return str(known.ipv4_mapped or ip_network((known, 64), strict=False))
