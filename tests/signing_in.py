"""People who sign in at a page on fakes, without a browser, and what the page says to their requests."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount
from starlette.testclient import TestClient

from assistant.people.passwords import Passwords, WrongPasswords
from assistant.people.users import Users

PASSWORD = "correct horse battery"
HOME = "http://localhost"


class Clock:
    """Stands still until it is moved."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def cheap() -> Passwords:
    """Hashes that take no time."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def open_users(state_dir: Path, clock: Clock | None = None, wrong: WrongPasswords | None = None) -> Users:
    return Users(state_dir, cheap(), wrong, clock or Clock())


class Visitor:
    """A browser of its own at the page: it keeps its cookies, and says of what it sends that the page sends it.

    All of them share one client, as Gradio's queue belongs to one event loop.
    """

    def __init__(self, client: TestClient, **headers: str) -> None:
        self._client = client
        self._headers = {"Origin": HOME, **headers}
        self.cookies: dict[str, str] = {}
        self._events: list[dict[str, Any]] = []
        self._tab = secrets.token_hex(6)  # no other visitor's: a tab belongs to who named it first

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        sent = {**self._headers, **(headers or {})}
        if self.cookies and "Cookie" not in sent:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self._client.request(method, path, headers=sent, **more)
        self.cookies |= dict(answer.cookies)
        self._client.cookies.clear()
        return answer

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.send("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.send("POST", path, **more)

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        return self.post("/sign-in", data={"name": name, "password": password, **more})

    def event(self, name: str, data: list[Any] | None = None, tab: str = "", **event_data: Any) -> str:
        """Send an event of the page by hand, and wait for what came of it: the last message."""
        tab = tab or self._tab
        (event,) = (each for each in self.events() if each["api_name"] == name)
        body = {"data": data or [], "fn_index": event["id"], "session_hash": tab, "event_data": event_data or None}
        joined = self.post("/gradio_api/queue/join", json=body)
        if joined.status_code != 200:
            return joined.text
        told = self.get(f"/gradio_api/queue/data?session_hash={tab}").text
        return next((line for line in told.splitlines() if "process_completed" in line), told)

    def events(self) -> list[dict[str, Any]]:
        """The events of the page as the browser is told of them."""
        self._events = self._events or self.get("/config").json()["dependencies"]
        return self._events


def every_route(app: FastAPI) -> Iterator[tuple[str, BaseRoute]]:
    """Each route with its whole path, through all that is mounted."""
    waiting: list[tuple[str, BaseRoute]] = [("", route) for route in app.routes]
    while waiting:
        before, route = waiting.pop()
        if isinstance(route, Mount):
            inner = list(getattr(route, "routes", []) or [])
            waiting += [(before + route.path.rstrip("/"), each) for each in inner]
        nested = getattr(route, "original_router", None)  # FastAPI's own way to hold an included router
        if nested is not None:
            waiting += [(before, each) for each in nested.routes]
        yield before + str(getattr(route, "path", "")), route
