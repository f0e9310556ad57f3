"""Fetching, from a stand-in server on loopback, with names that a table of the test's own resolves."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpcore
import pytest

from assistant import __version__
from assistant.documents.addresses import file_name, web_address
from assistant.documents.connecting import objection, resolved
from assistant.documents.fetching import Fetched, FetchLimits, ending, fetch
from assistant.errors import FetchError
from tests.site import PAGE, Site

LIMITS = FetchLimits(max_bytes=100_000, seconds=5, private=True)
STRICT = replace(LIMITS, private=False)
PUBLIC = "93.184.215.14"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Recorded(httpcore.NetworkBackend):
    """Keeps which addresses were connected to; the connections themselves go to the stand-in."""

    def __init__(self, site: Site) -> None:
        self.connected: list[str] = []
        self._site = site

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: Any) -> httpcore.NetworkStream:
        self.connected.append(host)
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self._site.port, timeout)


class Names:
    """A resolver that gives each host its addresses, one list for each time it is asked, the last one ever after."""

    def __init__(self, **hosts: list[list[str]]) -> None:
        self.asked: list[str] = []
        self._hosts = {host.replace("_", "."): answers for host, answers in hosts.items()}

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self._hosts[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def refusal(url: str, limits: FetchLimits = LIMITS, **how: Any) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(url, limits, **how)
    return str(caught.value)


# What a page comes as


def test_a_page_comes_with_its_bytes_type_charset_and_day(site: Site):
    url = site.serve("/news", content_type='Text/HTML; charset="UTF-8"')
    today = datetime.now().astimezone().date()
    assert fetch(url, LIMITS) == Fetched(url, url, "text/html", "utf-8", PAGE, today)


def test_the_last_address_of_redirects_is_told_beside_the_first(site: Site):
    last = site.serve("/b", content_type="text/html")
    first = site.redirect("/a", "/b")
    fetched = fetch(first, LIMITS)
    assert (fetched.url, fetched.final_url, fetched.data) == (first, last, PAGE)


def test_the_server_is_told_the_product_and_its_version(site: Site):
    fetch(site.serve("/", content_type="text/html"), LIMITS)
    assert site.asked[0][1]["user-agent"] == f"briefing-assistant/{__version__}"


def test_the_fragment_is_not_sent(site: Site):
    fetch(site.serve("/a?b=1", content_type="text/html") + "#part", LIMITS)
    assert site.asked[0][0] == "/a?b=1"


def test_a_cookie_is_not_sent_back(site: Site):
    site.serve("/b", content_type="text/html")
    fetch(site.redirect("/a", "/b", set_cookie="session=1"), LIMITS)
    assert "cookie" not in site.asked[1][1]


def test_nothing_that_a_page_embeds_is_loaded(site: Site):
    page = b'<img src="/a.png"><script src="/a.js"></script><iframe src="/b"></iframe>'
    fetch(site.serve("/", page, content_type="text/html"), LIMITS)
    assert [path for path, _ in site.asked] == ["/"]


@pytest.mark.parametrize("known", ["utf-8", "iso-8859-1", "windows-1251"])
def test_a_known_charset_is_kept(site: Site, known: str):
    assert fetch(site.serve("/", content_type=f"text/html;charset={known}"), LIMITS).charset == known


@pytest.mark.parametrize("strange", ["", "; charset=klingon", "; charset=zip", "; charset=U7", "; charset="])
def test_a_charset_that_no_browser_knows_is_none(site: Site, strange: str):
    assert fetch(site.serve("/", content_type=f"text/html{strange}"), LIMITS).charset is None


# Types


@pytest.mark.parametrize(
    ("path", "content_type", "expected"),
    [
        ("/a", "text/html", ".html"),
        ("/a", "application/xhtml+xml", ".xhtml"),
        ("/a.html", "application/pdf", ".pdf"),
        ("/a", "text/plain", ".txt"),
        ("/notes.md", "text/plain; charset=utf-8", ".md"),
        ("/a.csv", "text/plain", ".csv"),
        ("/a.html", "text/plain", ".txt"),
        ("/a", "text/markdown", ".md"),
        ("/a", "text/csv", ".csv"),
        ("/a", DOCX, ".docx"),
        ("/a", "application/epub+zip", ".epub"),
        ("/report.PDF?x=1.html", "application/octet-stream", ".pdf"),
    ],
)
def test_the_type_says_how_a_page_is_read(site: Site, path: str, content_type: str, expected: str):
    assert ending(fetch(site.serve(path, content_type=content_type), LIMITS)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/a.pdf", ".pdf"), ("/a.docx", ".docx"), ("/a.md", ".md"), ("/a", ".html"), ("/", ".html"), ("/a.php", ".html")],
)
def test_a_missing_type_is_guessed_from_the_address_else_html(site: Site, path: str, expected: str):
    assert ending(fetch(site.serve(path), LIMITS)) == expected


@pytest.mark.parametrize(
    "content_type", ["image/png", "video/mp4", "application/zip", "application/json", "application/octet-stream", "x"]
)
def test_what_is_not_read_is_refused_by_its_type(site: Site, content_type: str):
    assert f"type {content_type!r}, which is not read" in refusal(site.serve("/a", content_type=content_type))


@pytest.mark.parametrize("path", ["/a.png", "/a.zip", "/a.tar.gz", "/a.json"])
def test_a_missing_type_is_guessed_for_what_is_not_read_as_well(site: Site, path: str):
    assert "which is not read" in refusal(site.serve(path))


# Answers that are no page


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "asks for a sign-in; open it in the browser and save the page as a file (401 Unauthorized)"),
        (403, "refuses to be read here; open it in the browser and save the page as a file (403 Forbidden)"),
        (404, "does not exist; check the address (404 Not Found)"),
        (429, "has been asked too often; try again later (429 Too Many Requests)"),
        (503, "cannot be served now; try again later (503 Service Unavailable)"),
        (206, "is not there as a page (206 Partial Content)"),
        (451, "(451 Unavailable For Legal Reasons)"),
        (799, "(799 a code without a meaning)"),
    ],
)
def test_another_status_than_200_is_told_with_its_meaning(site: Site, status: int, words: str):
    assert words in refusal(site.serve("/", status=status, content_type="text/html"))


def test_a_server_that_is_not_there_is_said_so():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "no connection to 127.0.0.1" in refusal(f"http://127.0.0.1:{port}/")


def test_a_name_that_nobody_has_is_said_so():
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert "no host of the name nobody.example" in refusal("http://nobody.example/", resolve=unknown)


def test_a_page_that_ends_before_its_length_is_refused(site: Site):
    assert "broke off" in refusal(site.serve("/", content_length="1000", content_type="text/html"))


def test_a_packed_page_that_ends_in_the_middle_is_refused(site: Site):
    half = gzip.compress(PAGE)[:-12]
    assert "ends in the middle" in refusal(site.serve("/", half, content_type="text/html", content_encoding="gzip"))


# Redirects


def test_five_redirects_are_followed(site: Site):
    for number in range(5):
        site.redirect(f"/{number}", f"/{number + 1}")
    site.serve("/5", content_type="text/html")
    assert fetch(f"http://127.0.0.1:{site.port}/0", LIMITS).data == PAGE


def test_six_redirects_are_too_many(site: Site):
    for number in range(6):
        site.redirect(f"/{number}", f"/{number + 1}")
    assert "more than 5 times" in refusal(f"http://127.0.0.1:{site.port}/0")
    assert len(site.asked) == 6


def test_redirects_in_a_circle_are_said_to_be(site: Site):
    site.redirect("/b", "/a#elsewhere")
    assert "in a circle" in refusal(site.redirect("/a", "/b"))


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://files.example/a", "javascript:alert(1)", "data:text/html,hello"]
)
def test_a_redirect_to_another_scheme_is_refused(site: Site, target: str):
    assert "only http:// and https:// are fetched" in refusal(site.redirect("/", target))


def test_a_redirect_with_a_password_is_refused(site: Site):
    assert "user name or password" in refusal(site.redirect("/", "http://anna:secret@news.example/"))


@pytest.mark.parametrize("target", ["", "http://[::1", "http://a b/", "//[x]/"])
def test_a_redirect_to_no_address_is_refused(site: Site, target: str):
    assert "it redirects" in refusal(site.redirect("/", target))


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "//169.254.169.254/latest", "http://2130706433/", "http://[::]/"]
)
def test_a_redirect_of_a_public_page_to_a_private_address_is_refused(site: Site, target: str):
    site.redirect("/", target)
    network = Recorded(site)

    def resolve(host: str, port: int) -> list[str]:
        return [PUBLIC] if host == "news.example" else resolved(host, port)

    reason = refusal("http://news.example/", STRICT, resolve=resolve, network=network)
    assert "only pages of the public web are fetched" in reason
    assert network.connected == [PUBLIC]


# Where connections may go

FORBIDDEN_HOSTS = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.0x0.0x0.0x1",
    "0x7f.1",
    "0177.0.0.1",
    "127。0。0。1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "%31%32%37.0.0.1",
    "0",
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "10.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "0xc0a80001",
    "169.254.169.254",
    "169.254.43518",
    "2852039166",
    "0xa9fea9fe",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.88.99.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:0:127.0.0.1]",
    "[0:0:0:0:0:ffff:10.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::10.0.0.1]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[2001:0:5ef5:79fd::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[100::1]",
    "[4000::1]",
]


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
def test_no_spelling_of_an_address_that_is_not_public_is_connected_to(site: Site, host: str):
    network = Recorded(site)
    reason = refusal(f"http://{host}/", STRICT, network=network)
    assert any(
        words in reason for words in ("only pages of the public web", "is no web address", "is no name of a host")
    )
    assert network.connected == []


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_meet_no_objection(address: str):
    assert objection(address, private=False) == ""


@pytest.mark.parametrize("address", ["127.0.0.1", "10.2.3.4", "172.20.0.1", "192.168.1.1", "::1", "fd12::1"])
def test_private_addresses_meet_none_where_they_are_admitted(address: str):
    assert objection(address, private=True) == ""


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
        "100.100.100.200",
        "0.0.0.0",  # noqa: S104
        "::",
        "224.0.0.1",
        "fe80::1",
    ],
)
def test_metadata_and_link_local_addresses_stay_refused_where_private_ones_are_admitted(address: str):
    assert objection(address, private=True)


def test_a_host_of_which_one_address_is_private_is_refused(site: Site):
    network = Recorded(site)
    names = Names(news_example=[[PUBLIC, "10.0.0.1"]])
    reason = refusal("http://news.example/", STRICT, resolve=names, network=network)
    assert "news.example is at 10.0.0.1, an address of a private network" in reason
    assert network.connected == []


def test_a_name_that_turns_private_after_the_check_is_still_connected_to_at_the_checked_address(site: Site):
    site.serve("/", content_type="text/html")
    network = Recorded(site)
    names = Names(news_example=[[PUBLIC], ["127.0.0.1"]])
    fetch("http://news.example/", STRICT, resolve=names, network=network)
    assert (names.asked, network.connected) == (["news.example"], [PUBLIC])


def test_a_name_that_turns_private_between_two_redirects_is_refused(site: Site):
    site.redirect("/", "http://news.example:8080/b")
    network = Recorded(site)
    names = Names(news_example=[[PUBLIC], ["127.0.0.1"]])
    assert "is at 127.0.0.1" in refusal("http://news.example/", STRICT, resolve=names, network=network)
    assert network.connected == [PUBLIC]


def test_a_second_address_is_tried_where_the_first_does_not_answer(site: Site):
    class Half(Recorded):
        def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> httpcore.NetworkStream:
            if ":" in host:
                raise httpcore.ConnectError("Network is unreachable")
            return super().connect_tcp(host, port, *rest, **more)

    site.serve("/", content_type="text/html")
    names = Names(news_example=[["2606:4700::1111", PUBLIC]])
    assert fetch("http://news.example/", STRICT, resolve=names, network=Half(site)).data == PAGE


def test_the_server_is_asked_for_the_name_not_for_the_address_connected_to(site: Site):
    site.serve("/", content_type="text/html")
    fetch("http://News.example:8080/", STRICT, resolve=Names(news_example=[[PUBLIC]]), network=Recorded(site))
    assert site.asked[0][1]["host"] == "news.example:8080"


def test_a_public_address_of_this_machine_itself_is_refused(site: Site):
    class Own(httpcore.NetworkStream):
        closed = False

        def get_extra_info(self, info: str) -> Any:
            return (PUBLIC, 50_000) if info == "client_addr" else None

        def close(self) -> None:
            Own.closed = True

    class Here(httpcore.NetworkBackend):
        def connect_tcp(self, *_: Any) -> httpcore.NetworkStream:
            return Own()

    names = Names(news_example=[[PUBLIC]])
    assert "this machine itself" in refusal("http://news.example/", STRICT, resolve=names, network=Here())
    assert Own.closed


def test_a_proxy_of_the_environment_is_not_asked(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    assert fetch(site.serve("/", content_type="text/html"), LIMITS).data == PAGE


def test_the_certificate_is_asked_for_the_name_not_for_the_address():
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            connection, _ = server.accept()
            heard.append(connection.recv(10_000))
            connection.close()

        listener = threading.Thread(target=listen)
        listener.start()
        port = server.getsockname()[1]
        refusal(f"https://intranet.example:{port}/", LIMITS, resolve=Names(intranet_example=[["127.0.0.1"]]))
        listener.join()
    assert b"intranet.example" in heard[0]


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate with openssl")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=news.example"
    subprocess.run([*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                context.wrap_socket(connection, server_side=True).close()

        listener = threading.Thread(target=listen)
        listener.start()
        url = f"https://news.example:{server.getsockname()[1]}/"
        assert "no valid certificate (self" in refusal(url, resolve=Names(news_example=[["127.0.0.1"]]))
        listener.join()


# Limits


def test_a_length_over_the_limit_is_refused_before_reading(site: Site):
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/html")
        handler.send_header("content-length", "100001")
        handler.end_headers()
        site.closed.wait()  # and sends nothing, so that reading would take longer than it may

    assert "more than the limit of 100,000 bytes" in refusal(site.do("/", answer))


def test_a_page_of_just_the_limit_is_read(site: Site):
    assert len(fetch(site.serve("/", b"x" * 100_000, content_type="text/plain"), LIMITS).data) == 100_000


def test_a_page_over_the_limit_that_does_not_tell_its_length_is_refused(site: Site):
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/html")
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 10_000)

    assert "more than the limit of 100,000 bytes" in refusal(site.do("/", answer))


def test_a_packed_page_is_unpacked(site: Site):
    url = site.serve("/", gzip.compress(PAGE), content_type="text/html", content_encoding="gzip")
    assert fetch(url, LIMITS).data == PAGE


def test_a_packed_page_stops_unpacking_at_the_limit(site: Site):
    bomb = gzip.compress(b"\0" * 50_000_000)
    url = site.serve("/", bomb, content_type="text/html", content_encoding="gzip")
    tracemalloc.start()
    try:
        assert "more than the limit" in refusal(url)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_packing_that_was_not_asked_for_is_refused(site: Site):
    assert "packed as 'br'" in refusal(site.serve("/", content_type="text/html", content_encoding="br"))


def test_what_is_not_packed_as_it_says_is_refused(site: Site):
    assert "and is not" in refusal(site.serve("/", content_type="text/html", content_encoding="gzip"))


# A fetch that is not left at the deadline goes on for as long as the server does, which is as long as the test.


def dripping(site: Site, handler: BaseHTTPRequestHandler, drop: bytes = b"x") -> None:
    while not site.closed.wait(0.02):
        handler.wfile.write(drop)
        handler.wfile.flush()


def dripping_page(site: Site, handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "text/html")
    handler.end_headers()
    dripping(site, handler)


def dripping_headers(site: Site, handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    dripping(site, handler)


def endless_interim_answers(site: Site, handler: BaseHTTPRequestHandler) -> None:
    dripping(site, handler, b"HTTP/1.1 103 Early Hints\r\n\r\n")


def silent(site: Site, _: BaseHTTPRequestHandler) -> None:
    site.closed.wait()


@pytest.mark.parametrize("answer", [dripping_page, dripping_headers, endless_interim_answers, silent])
def test_a_server_that_takes_its_time_is_left_at_the_deadline(
    site: Site, answer: Callable[[Site, BaseHTTPRequestHandler], None]
):
    url = site.do("/", partial(answer, site))
    assert "longer than 0.2 seconds" in refusal(url, replace(LIMITS, seconds=0.2))


def test_slow_redirects_share_one_deadline(site: Site):
    for number in range(5):

        def answer(handler: BaseHTTPRequestHandler, number: int = number) -> None:
            site.closed.wait(0.1)
            handler.send_response(302)
            handler.send_header("location", f"/{number + 1}")
            handler.end_headers()

        site.do(f"/{number}", answer)
    assert "longer than" in refusal(f"http://127.0.0.1:{site.port}/0", replace(LIMITS, seconds=0.25))


def test_a_slow_resolver_is_left_at_the_deadline():
    left = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        left.wait()
        return [PUBLIC]

    assert "longer than" in refusal("http://news.example/", replace(LIMITS, seconds=0.1), resolve=slow)
    left.set()


def test_a_server_that_is_silent_under_tls_is_left_at_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert "longer than" in refusal(f"https://127.0.0.1:{port}/", replace(LIMITS, seconds=0.3))


# Addresses and names


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("news.example/a", "only http:// and https:// are fetched"),
        ("file:///etc/passwd", "only http:// and https:// are fetched"),
        ("http://anna:secret@news.example/", "user name or password"),
        ("http://anna@news.example/", "user name or password"),
        ("http://news.example\\@10.0.0.1/", "user name or password"),
        ("http:///a", "no name of a host"),
        ("http://a..b/", "no name of a host"),
        ("http://news.example:99999/", "port 99999"),
        ("http://news.example/\r\nHost: other", "no web address"),
        ("", "only http:// and https:// are fetched"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused(url: str, reason: str):
    assert reason in refusal(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (" HTTPS://News.Example/A ", "https://news.example/A"),
        ("https://news.example:443/a#part", "https://news.example/a"),
        ("HTTP://news.example.:80", "http://news.example/"),
        ("http://news.example?x=1", "http://news.example/?x=1"),
        ("http://news.example:443/", "http://news.example:443/"),
        ("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4"),
        ("http://news.example/a/../b", "http://news.example/b"),
        ("http://[2606:4700::1111]:80/", "http://[2606:4700::1111]/"),
    ],
)
def test_one_page_has_one_address(url: str, expected: str):
    assert str(web_address(url)) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Port of Marrow sold for €40m – at last", "port-of-marrow-sold-for-40m-at-last"),
        ("The port’s sale", "the-ports-sale"),
        ("Продажа порта", "продажа-порта"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        ("../../etc/passwd", "etc-passwd"),
        ("..\\..\\a\0b\u202ec", "a-b-c"),
        (".hidden", "hidden"),
        ("CON", "page-con"),
        ("", "news-example-2026-port-sold"),
        ("…", "news-example-2026-port-sold"),
    ],
)
def test_a_file_is_named_by_the_title_else_by_the_address(title: str, expected: str):
    assert file_name(title, "https://www.news.example/2026/port-sold.html?x=1") == expected


@pytest.mark.parametrize("letter", ["a", "港", "a "])
def test_a_name_fits_a_file_system_whatever_the_title(letter: str):
    assert 100 < len(file_name(letter * 1000, "https://news.example/").encode()) <= 150


def test_neither_the_first_address_of_redirects_nor_the_last_is_told_with_what_opens_doors(site: Site):
    secret = "access_token=tok3n0f0mine1234567890"
    site.serve(f"/b?page=2&{secret}", content_type="text/html")
    fetched = fetch(site.redirect(f"/a?page=1&{secret}", f"/b?page=2&{secret}"), LIMITS)
    assert fetched.data == PAGE
    assert [address.rpartition("/")[2] for address in (fetched.url, fetched.final_url)] == ["a?page=1", "b?page=2"]
