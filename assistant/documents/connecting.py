"""The one place that opens connections to pasted addresses: to checked addresses only, and until a deadline.

A host's name is resolved once for each connection, every address that it has is checked, and the connection goes to
one of those. So a name that has another address the next time it is asked for (DNS rebinding) gains nothing, and it
does not matter how an address is spelled. The name itself still goes into the Host header and the check of the
certificate, as this stands below both.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from ..errors import FetchError

Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a host, for a port. Raises OSError or UnicodeError where it has none."""


def _networks(written: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(map(ip_network, written.split()))


_INTRANET = _networks("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 127.0.0.0/8 fc00::/7 ::1/128")
_METADATA = _networks(
    "169.254.169.254/32 168.63.129.16/32 100.100.100.200/32 192.0.0.192/32 fd00:ec2::254/128 fd20:ce::254/128"
)
"""Where clouds hand a machine its secrets, in whatever network that is."""
# What some versions of `ipaddress` take to be public: shared, of protocols, relays and tunnels, documentation.
_NOT_PUBLIC = _networks("100.64.0.0/10 192.0.0.0/24 192.88.99.0/24 2001::/23 2002::/16 3fff::/20")
_UNICAST = ip_network("2000::/3")
_TRANSLATED = ip_network("64:ff9b::/96")


def resolved(host: str, port: int) -> list[str]:
    """The addresses that this machine's resolver has for a host. Raises OSError or UnicodeError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def objection(address: str, private: bool) -> str:
    """Why no connection goes to an IP address, as in "it is a reserved address"; empty where one may."""
    ip = _reached(ip_address(address))
    if any(ip in network for network in _METADATA):
        return "the metadata service of a cloud"
    if any(ip in network for network in _INTRANET):
        return "" if private else "an address of a private network or this machine, which fetch_private = true admits"
    apart = ip.is_multicast or ip.is_reserved or ip.is_link_local or ip.is_unspecified
    apart = apart or any(ip in network for network in _NOT_PUBLIC)
    unicast = ip.version == 4 or ip in _UNICAST
    return "" if ip.is_global and unicast and not apart else "a reserved address"


def _reached(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, where it is mapped or a translator's."""
    if isinstance(ip, IPv6Address) and ip in _TRANSLATED:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip


class Guard(httpcore.NetworkBackend):
    """Opens connections to checked addresses, and stops whatever goes on over them at the deadline.

    The deadline is so many seconds after the guard was made. `resolve` and `network` are what it asks and connects
    with; the others are for tests.
    """

    def __init__(
        self,
        seconds: float,
        private: bool,
        resolve: Resolver = resolved,
        network: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._private = private
        self._resolve = resolve
        self._network = network or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline stands in its place, here and below
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the host's addresses. Raises FetchError where one of them is refused."""
        addresses = self._checked(host, port)
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for place, address in enumerate(addresses):
            share = self.remaining() / (len(addresses) - place)
            try:
                stream = self._network.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            if not self._private and _is_here(stream, address):
                stream.close()
                raise FetchError(f"{host} is this machine itself ({address}), which is not fetched from")
            return _Timed(stream, self.remaining)
        raise failure

    def remaining(self) -> float:
        """The seconds until the deadline. Raises FetchError where it has passed."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise self.late()
        return left

    def late(self) -> FetchError:
        """What is said where the deadline has passed."""
        return FetchError(f"it took longer than {self._seconds:g} seconds; try again later, or save the page as a file")

    def _checked(self, host: str, port: int) -> Sequence[str]:
        addresses = self._asked(host, port)
        for address in addresses:
            reason = objection(address, self._private)
            if reason:
                raise FetchError(f"{host} is at {address}, {reason}; only pages of the public web are fetched")
        return addresses

    def _asked(self, host: str, port: int) -> Sequence[str]:
        """Resolved in a thread that is left to itself at the deadline, as a resolver cannot be told of one."""
        answers: SimpleQueue[Sequence[str] | Exception] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(host, port))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=ask, daemon=True).start()
        try:
            answer = answers.get(timeout=self.remaining())
        except Empty:
            raise self.late() from None
        if isinstance(answer, Exception):
            raise FetchError(f"no host of the name {host} was found; check the address and the connection")
        return answer


class _Timed(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline, so that a server that sends byte by byte gains no time."""

    def __init__(self, stream: httpcore.NetworkStream, remaining: Callable[[], float]) -> None:
        self._stream = stream
        self._remaining = remaining

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._remaining())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, self._remaining()), self._remaining)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _is_here(stream: httpcore.NetworkStream, address: str) -> bool:
    """Whether a connection begins at the very address it goes to, as one to a public address of this machine does."""
    own = stream.get_extra_info("client_addr")
    return bool(own) and ip_address(own[0]) == ip_address(address)
