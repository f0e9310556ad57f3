"""One tab of the page as a browser drives it, in Gradio's own protocol."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import gevent
from geventhttpclient.response import HTTPSocketResponse
from gradio_client.utils import apply_diff
from locust.contrib.fasthttp import FastHttpSession

PATIENCE = 60.0
"""Seconds after which a person takes it that nothing will come any more."""


class Failed(Exception):
    """What a person would see as an error, in words."""


def sign_in(client: FastHttpSession, name: str, password: str) -> None:
    """Sign in with the form of the page; the session's cookie stays with the client."""
    form = urlencode({"name": name, "password": password})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with client.post("/sign-in", data=form, headers=headers, catch_response=True) as response:
        if response.status_code != 200:
            raise Failed(f"signing in: HTTP {response.status_code}")


class Page:
    """What /config says of the page: components by name, events by what sets them off, and what follows on which."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.names = {c["id"]: c["props"].get("elem_id") or "" for c in config["components"]}
        ids = {name: number for number, name in self.names.items() if name}
        tabs = {c["props"].get("id"): c["id"] for c in config["components"] if c["type"] == "tabitem"}
        self.events = {dependency["id"]: dependency for dependency in config["dependencies"]}
        self.question, self.new, self.first = ids["question"], ids["new"], tabs["ask"]
        self.arrived = [
            *self._set_off(self.first, "select"),
            *(e for e, d in self.events.items() if any(kind == "load" for _, kind in d["targets"])),
        ]
        self.ask, self.begin = self._set_off(self.question, "submit"), self._set_off(self.new, "click")

    def after(self, event: int) -> list[int]:
        """The events that are tied to the end of one."""
        return [number for number, each in self.events.items() if each["trigger_after"] == event]

    def _set_off(self, component: int, kind: str) -> list[int]:
        return [number for number, each in self.events.items() if [component, kind] in each["targets"]]


class Tab:
    """One tab: what each part of it shows, and the events under way."""

    def __init__(self, client: FastHttpSession, page: Page, seen: Callable[[str, str], None]) -> None:
        self.shown: dict[str, str] = {}
        self.trouble = ""
        self._client, self._page, self._seen = client, page, seen
        self._hash = "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=11))
        self._values: dict[str, list[Any]] = {}
        self._under_way: dict[str, tuple[int, int]] = {}
        self._joining = 0
        self._early: list[dict[str, Any]] = []
        self._ended: set[int] = set()
        self._reading = False
        self._alive = gevent.spawn(self._beat)

    def send(self, events: list[int], source: int, data: dict[int, Any], told: object = None) -> None:
        """Set events off, as from a component; `data` has what its inputs hold."""
        for event in events:
            inputs = [data.get(number) for number in self._page.events[event]["inputs"]]
            body = {"data": inputs, "event_data": told, "fn_index": event, "trigger_id": source}
            self._joining += 1
            try:
                joined = self._post(body | {"session_hash": self._hash})
            finally:
                self._joining -= 1
            self._under_way[joined] = (event, source)
            early, self._early = self._early, []
            for message in early:  # what was read before we knew what it is of
                self._take(message)
        if not self._reading:
            self._reading = True
            gevent.spawn(self._read)

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait until something is so. Raises Failed for what a person would see as an error, or have no more of."""
        end = time.monotonic() + PATIENCE
        while not until():
            self.fail()
            if time.monotonic() > end:
                raise Failed(f"nothing came for {PATIENCE:.0f} s")
            gevent.sleep(0.01)
        self.fail()

    def fail(self) -> None:
        """Raise the trouble that there was."""
        if self.trouble:
            trouble, self.trouble = self.trouble, ""
            raise Failed(trouble)

    def has_ended(self, event: int) -> bool:
        """Whether an event has come to its end since it was last begun."""
        return event in self._ended

    def begin(self, events: list[int], source: int, data: dict[int, Any]) -> None:
        """The same as `send`, of events whose end is waited for."""
        self._ended -= set(events)
        for event in events:
            self._ended -= set(self._page.after(event))
        self.send(events, source, data)

    @property
    def idle(self) -> bool:
        """Whether nothing of the tab is under way."""
        return not self._under_way and not self._joining

    def close(self) -> None:
        """Leave, as a closed tab does."""
        self._alive.kill()

    def _post(self, body: dict[str, Any]) -> str:
        for tries_left in (1, 0):
            with self._client.post("/gradio_api/queue/join", json=body, catch_response=True) as response:
                if response.status_code == 0 and tries_left:  # an idle connection that the server has just closed:
                    continue  # a browser sends such a request again, too
                if response.status_code != 200:
                    raise Failed(f"queue/join: HTTP {response.status_code} {response.text} {response.error}"[:200])
                joined: str = response.json()["event_id"]
                return joined
        raise AssertionError("the last try ends in a result or an error")

    def _beat(self) -> None:
        stream = self._opened(f"/gradio_api/heartbeat/{self._hash}", "heartbeat")
        try:
            while stream and stream.readline(b"\n\n"):
                pass
        finally:
            if stream:
                stream.release()

    def _opened(self, path: str, name: str) -> HTTPSocketResponse | None:
        response = self._client.get(path, stream=True, name=name, headers={"Accept-Encoding": "identity"})
        if response.status_code != 200:
            self.trouble = f"{name}: HTTP {response.status_code}"
            return None
        return response.stream

    def _read(self) -> None:
        """Read the events of the tab until none is under way, as the browser does."""
        try:
            while not self.idle and (
                stream := self._opened(f"/gradio_api/queue/data?session_hash={self._hash}", "data")
            ):
                while line := stream.readline(b"\n\n"):
                    message = json.loads(line.removeprefix(b"data: "))
                    if message["msg"] == "close_stream":
                        break
                    self._take(message)
                stream.release()
        except (OSError, ValueError, KeyError, Failed) as error:
            self.trouble = self.trouble or f"{type(error).__name__}: {error}"
        finally:
            self._reading = False

    def _take(self, message: dict[str, Any]) -> None:
        kind, event_id = message["msg"], message.get("event_id")
        if kind in {"unexpected_error", "server_stopped"}:
            self.trouble = f"{kind}: {message.get('message')}"
        if kind not in {"process_generating", "process_completed"} or event_id is None:
            return
        if event_id not in self._under_way:
            self._early.append(message)
            return
        if not message["success"]:
            self.trouble = f"{self._page.events[self._under_way[event_id][0]]['api_name']}: {message['output']}"[:300]
        else:
            self._show(event_id, message["output"]["data"], done=kind == "process_completed")
        if kind == "process_completed":
            event, source = self._under_way.pop(event_id)
            self._values.pop(event_id, None)
            self._ended.add(event)
            if following := self._page.after(event):
                self.send(following, source, {})

    def _show(self, event_id: str, data: list[Any], *, done: bool) -> None:
        if not done and event_id in self._values:  # after the first one, what is new
            data = [apply_diff(old, new) for old, new in zip(self._values[event_id], data, strict=True)]
        self._values[event_id] = data
        event = self._page.events[self._under_way[event_id][0]]
        for component, value in zip(event["outputs"], data, strict=True):
            name = self._page.names.get(component, "")
            new = value.get("value") if isinstance(value, dict) else value
            if name and isinstance(new, str):
                self.shown[name] = new
                self._seen(name, new)
