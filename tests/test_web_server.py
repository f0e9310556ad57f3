"""Who may use the page: nobody from another site, and nobody under a name that leads here."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from assistant.web.server import _AtHome, configured, refused

NAMES = frozenset({"localhost", "briefings.example.org"})


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:7860"},
        {"host": "[::1]:7860"},
        {"host": "192.168.1.7:7860"},
        {"host": "localhost:7860", "origin": "http://localhost:7860"},
        {"host": "briefings.example.org", "origin": "https://briefings.example.org"},
        {"host": "BRIEFINGS.example.org"},
    ],
)
def test_the_page_itself_is_answered(headers: dict[str, str]):
    assert refused(Headers(headers), NAMES) == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example:7860"},  # a name that somebody lets lead here
        {"host": "127.0.0.1.evil.example"},
        {"host": ""},
        {},
        {"host": "127.0.0.1:7860", "origin": "http://evil.example"},
        {"host": "127.0.0.1:7860", "origin": "http://127.0.0.1:8000"},  # another service of this machine
        {"host": "127.0.0.1:7860", "origin": "null"},
        {"host": "127.0.0.1:7860", "origin": "http://["},
        {"host": "[::1"},
        {"host": "localhost:7860", "origin": ""},
    ],
)
def test_other_sites_and_other_names_are_not(headers: dict[str, str]):
    assert refused(Headers(headers), NAMES)


def test_any_name_will_do_where_the_settings_say_so():
    assert refused(Headers({"host": "anything.example"}), NAMES | {"*"}) == ""
    assert "allowed_hosts" in refused(Headers({"host": "anything.example"}), NAMES)


def test_a_refusal_that_names_what_was_sent_is_no_page():
    answer = TestClient(_AtHome(FastAPI(), NAMES)).get("/", headers={"host": "<script>.example"})
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (403, "nosniff")
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("peer", "client", "scheme"),
    [("127.0.0.1", "10.1.2.3", "https"), ("10.9.9.9", "10.9.9.9", "http"), ("::1", "::1", "http")],
)
def test_only_a_proxy_on_this_machine_says_who_asks(peer: str, client: str, scheme: str):
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.extend([scope["client"][0], scope["scheme"]])

    config = configured(app)
    config.load()
    headers = [(b"x-forwarded-for", b"6.6.6.6, 10.1.2.3"), (b"x-forwarded-proto", b"https")]
    scope = {"type": "http", "scheme": "http", "client": (peer, 1), "headers": headers}
    asyncio.run(config.loaded_app(scope, None, None))  # type: ignore[arg-type]
    assert seen == [client, scheme]
