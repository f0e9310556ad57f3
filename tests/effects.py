"""What a browser is seen to do that a text in a page made it do: the same eyes for the control and for the page."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Dialog, Error, Frame, Page, Request

from tests.unsafe_page import CLOBBERED, unsafe

SETTLED = """() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))"""
"""Two frames are drawn, and what they have begun has had time: the control is given no more of it than the page."""
_PROVOKED = """() => {
    let done = 0;
    const provoke = (view) => {
        for (const one of view.document.querySelectorAll("*")) {
            for (const { name } of [...one.attributes].filter(({ name }) => /^on/i.test(name))) {
                one.dispatchEvent(new Event(name.slice(2).toLowerCase()));
                done += 1;
            }
            const to = (name) => one.getAttribute(name) ?? one.getAttributeNS("http://www.w3.org/1999/xlink", name);
            const leads = (one.matches("button, input") && (to("formaction") || one.form?.getAttribute("action")))
                || (!one.matches("link, base") && to("href")) || "";
            let url = null;
            try { url = new URL(leads, view.location.href); } catch { continue; }
            if (!leads || (url.host === view.location.host && !to("ping"))) continue;
            one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, view }));
            done += 1;
        }
        (CLOBBERED)(view);
        for (const frame of view.document.querySelectorAll("iframe")) {
            if (frame.contentDocument) provoke(frame.contentWindow);
        }
    };
    provoke(window);
    return done;
}""".replace("CLOBBERED", CLOBBERED)
"""Does what a person might, in the page and its frames: the pointer over everything, a click on what leads out of it.

The number of elements that could be so provoked. None of our own page can: its scripts are in no attribute.
"""


class Beacon:
    """Another host, on loopback: it is asked, and remembers for which numbers. Below /unsafe it has the control."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.unsafe: dict[str, str] = {}
        beacon = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.answer()

            def answer(self) -> None:
                page = beacon.unsafe.get(self.path)
                if page is None:
                    beacon.asked.add(self.path)
                said = (page or "").encode(errors="surrogatepass")
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8" if page else "text/plain")
                self.send_header("Content-Length", str(len(said)))
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                with suppress(OSError):  # who asked has gone elsewhere
                    self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Eyes:
    """Sees in a browser's context: calls of `hit`, dialogs, requests to and visits of hosts other than the page's."""

    def __init__(self, context: BrowserContext, home: str, beacon: Beacon) -> None:
        self._home, self._beacon = home, beacon
        self.numbers: set[int] = set()
        """Of the payloads whose effect was seen."""
        self.seen: list[str] = []
        """All there was, in words."""
        self.provoked = 0
        context.expose_binding("hit", lambda _, number: self._note(f"hit {number}", number))
        context.on("request", self._asked)
        context.on("page", self._watch)

    def _watch(self, page: Page) -> None:
        page.on("dialog", self._dialog)
        page.on("framenavigated", self._went)

    def _dialog(self, dialog: Dialog) -> None:
        self._note(f"dialog {dialog.message}", dialog.message)
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.netloc != self._home:
            self._note(f"request {request.url}", url.path)

    def _went(self, frame: Frame) -> None:
        url = urlsplit(frame.url)
        if not (url.netloc == self._home or frame.url in {"about:blank", "about:srcdoc"}):
            self._note(f"visit of {frame.url}", url.path)

    def _note(self, what: str, number: object) -> None:
        self.seen.append(what)
        if found := re.fullmatch(r"/?(\d+)", str(number)):
            self.numbers.add(int(found[1]))

    def look(self, page: Page) -> set[int]:
        """Wait until the page is at rest, do what a person might, wait again; the numbers that were seen so far."""
        with _gone():
            page.evaluate(SETTLED)
        with _gone():
            self.provoked += page.evaluate(_PROVOKED)
        with _gone():
            page.evaluate(SETTLED)
        for path in sorted(self._beacon.asked):
            self._note(f"the other host was asked for {path}", path)
        self._beacon.asked.clear()
        return self.numbers

    def visit(self, page: Page, url: str) -> set[int]:
        """Go to an address, and look."""
        with _gone():
            page.goto(url, wait_until="load")
        return self.look(page)


@contextmanager
def _gone() -> Iterator[None]:
    """A page that a payload has led elsewhere is no longer there to be asked; that it went has been seen."""
    try:
        yield
    except Error as error:
        if not re.search("navigat|detached|destroyed|closed|ERR_ABORTED|interrupted", str(error)):
            raise


def control(page: Page, eyes: Eyes, home: Beacon, given: Mapping[int, tuple[str, str]]) -> set[int]:
    """The numbers of those texts whose effect is seen where nothing is escaped, each in a page of its own.

    What was not seen the first time, as on a machine that is busy, is tried twice more.
    """
    eyes.numbers.clear()
    for _ in range(3):
        left = [number for number in given if number not in eyes.numbers]
        home.unsafe = {f"/unsafe/{number}": unsafe(*given[number]) for number in left}
        home.unsafe["/"] = board(home.unsafe)
        eyes.visit(page, f"http://{home.host}/")
        if eyes.numbers >= given.keys():
            break
    return eyes.numbers & given.keys()


def board(addresses: Iterable[str]) -> str:
    """A page of small frames, one for each address, all of them in view."""
    style = "<style>iframe{width:60px;height:40px;border:0}body{margin:0;line-height:0}</style>"
    return f"<!doctype html>{style}" + "".join(f'<iframe src="{escape(address)}"></iframe>' for address in addresses)


def words(text: Any) -> str:
    """A text as it is compared with what is shown: without white space, which HTML folds, and what shows nothing.

    A remark may begin with a capital of ours, and a bar in the row of a table parts its cells.
    """
    return "".join(
        one for one in str(text).casefold() if not one.isspace() and one not in "|\ufffd" and category(one) != "Cc"
    )
