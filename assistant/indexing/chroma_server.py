"""A Chroma server that several machines share: reached by its URL, every call bounded, errors in words."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import AssistantError, IndexFailure, first_line
from ..hosts import is_here
from ..redaction import never_show, never_show_those_of, without_credentials

_CONNECT_WITHIN, _ANSWER_WITHIN = 3.0, 10.0
"""Seconds: for a connection, and for the next bytes of a server that works."""
_LEAVE_ALONE = 5.0
"""Seconds that a server which did not answer is not asked again, so that not every question waits for it."""
RECORDS_AT_ONCE = 100
"""With vectors of 384 numbers less than a megabyte, which proxies take; Chroma's cloud takes 300."""


class ServerSilent(IndexFailure):
    """The Chroma server cannot be reached, or did not answer in time."""


class CollectionGone(IndexFailure):
    """The server answers, and holds another log than before, or none."""


class ChromaServer:
    """One connection pool to a server. Safe to use from several threads. It does not phone home."""

    def __init__(self, url: str, answer_within: float = _ANSWER_WITHIN) -> None:
        """Reach the server. Raises ServerSilent, and IndexFailure for one that refuses."""
        self._answer_within = answer_within
        never_show_those_of(url)
        self.shown = without_credentials(url)
        """Its address as it may be shown."""
        self._url = url
        self._silent_until = 0.0
        self._api = self._opened()
        try:
            with self.said_in_words():
                self._api.heartbeat()
        except BaseException:
            self.close()
            raise

    def _opened(self) -> Any:
        """Chroma's own client of a server, one layer below its `HttpClient`: that waits without a bound."""
        import httpx
        from chromadb.api import ServerAPI
        from chromadb.config import Settings as ChromaSettings
        from chromadb.config import System

        parts = urlsplit(self._url)
        self._system = System(
            ChromaSettings(
                chroma_api_impl="chromadb.api.fastapi.FastAPI",
                chroma_server_host=_without_userinfo(self._url),
                chroma_server_http_port=parts.port or {"http": 80, "https": 443}[parts.scheme],
                chroma_server_headers=_credentials(parts.username, parts.password),
                anonymized_telemetry=False,
            )
        )
        kind: Any = ServerAPI  # which the settings give a class for
        api = self._system.instance(kind)
        unbounded = api._session  # noqa: SLF001 - there is no setting for it
        # proxies of the environment are for other hosts: a loopback server behind one is not reached
        self._session = httpx.Client(
            timeout=httpx.Timeout(self._answer_within, connect=_CONNECT_WITHIN),
            limits=api.http_limits,
            headers=unbounded.headers,
            trust_env=not is_here(parts.hostname),
        )
        unbounded.close()
        api._session = self._session  # noqa: SLF001
        return api

    def collection(self, name: str, configuration: Mapping[str, Any] | None = None) -> Any:
        """A collection by its name, which is made where there is none."""
        from chromadb.api.models.Collection import Collection

        with self.said_in_words():
            model = self._api.create_collection(name, configuration=dict(configuration or {}), get_or_create=True)
        return Collection(client=self._api, model=model, embedding_function=None)

    def get_max_batch_size(self) -> int:
        """How many records the server takes in one call, within what other ones take."""
        return min(int(self._api.get_max_batch_size()), RECORDS_AT_ONCE)

    @contextmanager
    def said_in_words(self) -> Iterator[None]:
        """Around every call to the server. Raises ServerSilent, CollectionGone, IndexFailure."""
        import httpx
        from chromadb.errors import NotFoundError

        if time.monotonic() < self._silent_until:
            raise self._silent()
        try:
            yield
        except AssistantError:
            raise
        except (httpx.TransportError, httpx.InvalidURL):
            self._silent_until = time.monotonic() + _LEAVE_ALONE
            raise self._silent() from None
        except NotFoundError:
            raise CollectionGone(f"the Chroma server at {self.shown} no longer holds what it held") from None
        except Exception as error:  # noqa: BLE001 - Chroma raises Exception itself, with the server's words
            reason = first_line(error)[:200]
            raise IndexFailure(f"the Chroma server at {self.shown} refuses ({reason}); see what it logs") from None

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()
        self._system.stop()

    def _silent(self) -> ServerSilent:
        return ServerSilent(
            f"no Chroma server answers at {self.shown}; start it with 'chroma run --path FOLDER', or unset chroma_url"
        )


def _credentials(user: str | None, password: str | None) -> dict[str, str]:
    """The headers for what stands before the host in a URL: a name with a password, or a token alone."""
    if password is not None:
        both = f"{unquote(user or '')}:{unquote(password)}".encode()
        return {"Authorization": f"Basic {b64encode(both).decode()}"}
    if user:
        token = unquote(user)
        never_show(token, user)
        return {"Authorization": f"Bearer {token}", "X-Chroma-Token": token}
    return {}


def _without_userinfo(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
