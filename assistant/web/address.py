"""Taking the page's address, before anything slow is loaded for it."""

from __future__ import annotations

import socket

from ..errors import SettingsError


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at the address; port 0 takes a free one. Raises SettingsError when it cannot be taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    line = socket.socket(family, socket.SOCK_STREAM)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line.bind((host, port))
        line.listen()  # who comes before the server is ready waits for it, and is not refused
    except OSError as error:
        line.close()
        raise SettingsError(f"cannot listen on {host}:{port} ({error.strerror}); choose another --port") from None
    return line
