"""One person at the page, as a browser speaks for her: the locustfile of `benchmarks.load`.

A tab opens the page, keeps a heartbeat open as a browser does, and sends what Gradio's own script sends: an event is
a POST to queue/join; what comes of it is read from queue/data, which is open while any event of the tab is under way;
an event that has ended sets off those that are tied to it. Which components and events there are, /config says.
"""

from __future__ import annotations

import json
import random
import re
import time
from html import unescape
from pathlib import Path
from typing import Any, ClassVar

import gevent
from locust import FastHttpUser, events, task

from benchmarks.load_corpus import strangers, token
from benchmarks.load_tab import PATIENCE, Failed, Page, Tab, sign_in

_GOES_ON, _FOLLOWS_UP = 0.6, 0.5
"""How often a question goes on in the conversation, and how often such a one is about the article before."""
_SETTLED = frozenset({"now", "past", "sources", "next", "head", "question"})
"""Parts of the page that are this tab's alone. The list of conversations is everybody's where nobody signs in."""
_CARDS, _SAID = re.compile(r'<article class="source'), re.compile(r'class="said.*?class="doing"', re.DOTALL)


class Person(FastHttpUser):
    """Asks one question after the other, each begun at a time of its own, whatever became of the one before."""

    network_timeout = connection_timeout = PATIENCE
    concurrency = 20
    _facts: ClassVar[list[list[dict[str, str]]]] = []
    _count: ClassVar[int] = 0

    def on_start(self) -> None:
        """Open the page and wait for the first screen."""
        given = self.environment.parsed_options
        Person._count += 1
        self._number = Person._count
        self._chance = random.Random(f"{given.seed} {self._number}")
        self._record = Path(given.record).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115
        self._own: set[str] = set()
        self._foreign: set[str] = set()
        self._fact: dict[str, str] = {}
        self._sent = self._sources = 0.0
        self._token = ""
        self._article: list[dict[str, str]] = []
        if not Person._facts:
            Person._facts[:] = json.loads(Path(given.facts).read_text(encoding="utf-8"))
        self._every = given.every
        try:
            self._arrive(given)
        except Failed as error:
            self._write(kind="arrival", error=str(error))
            raise
        gevent.sleep(self._chance.uniform(0, self._every))  # they do not all ask at once
        self._due = time.monotonic()

    def _arrive(self, given: Any) -> None:
        if given.sign_in:
            accounts = Path(given.sign_in).read_text(encoding="utf-8").split("\n")
            sign_in(self.client, *accounts[(self._number - 1) % len(accounts)].split(maxsplit=1))
        began = time.monotonic()
        for path in ("/", "/theme.css"):
            if (found := self.client.get(path)).status_code != 200:
                raise Failed(f"{path}: HTTP {found.status_code}")
        self._page = Page(self.client.get("/config").json())
        self._tab = Tab(self.client, self._page, self._see)
        self._tab.send(self._page.arrived, self._page.first, {})
        self._tab.wait(lambda: self._tab.idle)
        self._write(kind="arrival", seconds=time.monotonic() - began)

    def wait_time(self) -> float:
        """Seconds until the next question is due."""
        self._due += self._chance.expovariate(1 / self._every)
        return max(0.0, self._due - time.monotonic())

    @task
    def ask(self) -> None:
        """Ask something, wait until it is answered, and write down what was seen and when."""
        self._fact = {}
        found: dict[str, Any] = {"kind": "question", "person": self._number}
        try:
            going_on = bool(self._own) and self._chance.random() < _GOES_ON
            if not going_on:
                self._begin_anew()
            question = self._next(going_on=going_on)
            self._send(question)
            found |= {"question": question, "sources": self._sources and self._sources - self._sent}
            found["done"] = time.monotonic() - self._sent
            found |= self._judged()
        except Failed as error:
            found["error"] = str(error)
        if self._foreign:
            found["foreign"] = ", ".join(self._foreign)
            self._foreign.clear()
        self._write(**found)

    def _judged(self) -> dict[str, Any]:
        """What is to be said of the turn that is shown. Raises Failed where it tells of an error."""
        now = self._tab.shown.get("now", "")
        said = unescape(" ".join(_SAID.findall(now)))
        if 'class="failure"' in said:
            raise Failed(said[:300])
        found = {"answered": self._fact["answer"] in said}
        return found if self._token in now else {**found, "foreign": "its own token is not there"}

    def _begin_anew(self) -> None:
        """Press “New conversation”; what was asked in the one before may be shown until it is gone."""
        self._tab.begin(self._page.begin, self._page.new, {})
        self._tab.wait(lambda: all(map(self._tab.has_ended, self._page.begin)))
        self._own.clear()

    def _next(self, *, going_on: bool) -> str:
        follows = going_on and bool(self._article) and self._chance.random() < _FOLLOWS_UP
        self._article = self._article if follows else self._chance.choice(self._facts)
        self._fact = self._chance.choice(self._article)
        self._token = token(self._chance)
        self._own.add(self._token)
        return f"{self._fact['follow_up' if follows else 'question']} {self._token}"

    def _send(self, question: str) -> None:
        self._sources, self._sent = 0.0, time.monotonic()
        self._tab.begin(self._page.ask, self._page.question, {self._page.question: question})
        self._tab.wait(lambda: all(map(self._tab.has_ended, self._page.ask)))

    def _see(self, part: str, html: str) -> None:
        """Look at what a part of the page shows from now on."""
        if part in _SETTLED or (part == "conversations" and self.environment.parsed_options.sign_in):
            self._foreign |= strangers(html, self._own)
        newest = html.partition("</section>")[0]
        if part == "sources" and not self._sources and self._token in newest and _CARDS.search(newest):
            self._sources = time.monotonic()

    def on_stop(self) -> None:
        """Close the tab."""
        self._tab.close()
        self._record.close()

    def _write(self, **found: Any) -> None:
        self._record.write(json.dumps({"at": time.time(), **found}) + "\n")


@events.init_command_line_parser.add_listener
def _arguments(parser: Any) -> None:
    parser.add_argument("--facts", required=True)
    parser.add_argument("--record", required=True)
    parser.add_argument("--every", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sign-in", default="")
