"""The page behind nginx, with the very configuration that docs/running-it.md has."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from assistant.people.users import Users
from assistant.settings import Settings
from tests.browsing import WAIT, begin, serving_lightly
from tests.conftest import CLONE
from tests.signing_in import PASSWORD, cheap
from tests.stand_in import EndlessServer

PAGE = CLONE / "docs" / "running-it.md"
NAME = "briefings.localhost"
"""A browser takes it for this machine, and the page does not, unless it is told."""
needs_nginx = pytest.mark.skipif(not (shutil.which("nginx") and shutil.which("openssl")), reason="needs nginx, openssl")


def example(language: str) -> str:
    """The one block of the page in a language."""
    (found,) = re.findall(rf"(?ms)^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"))
    return str(found)


@dataclass(frozen=True, slots=True)
class Proxied:
    plain: str
    secure: str
    model: EndlessServer
    cookie: str


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as line:
        return int(line.getsockname()[1])


def certified(place: Path) -> tuple[Path, Path]:
    key, certificate = place / "key.pem", place / "certificate.pem"
    make = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN={NAME}"
    subprocess.run([*make.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return key, certificate


def configured(place: Path, page: str, plain: int, secure: int) -> Path:
    """The documented configuration with this machine's names in it, and what nginx needs around it."""
    key, certificate = certified(place)
    server = example("nginx")
    for documented, here in (
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{secure} ssl;"),
        ("https://$host$", f"https://$host:{secure}$"),
        ("briefings.example.org", NAME),
        ("/etc/ssl/briefings.pem", str(certificate)),
        ("/etc/ssl/private/briefings.key", str(key)),
        ("http://127.0.0.1:7860", page),
    ):
        assert documented in server
        server = server.replace(documented, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{kind}_temp_path {place / kind};\n" for kind in kinds)
    head = f"{'user root;' * (os.geteuid() == 0)}daemon off; pid {place}/pid; error_log {place}/error.log; events {{}}"
    file = place / "nginx.conf"
    file.write_text(f"{head}\nhttp {{ access_log off;\n{folders}{server}}}\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    place = tmp_path_factory.mktemp("proxied")
    plain, secure = free_port(), free_port()
    with EndlessServer() as model:
        llm = {"ASSISTANT_LLM": "openai:endless", "ASSISTANT_LLM_BASE_URL": model.base_url}
        users = Users(place / "state", cheap())
        users.add("ada", PASSWORD)
        users.close()
        with serving_lightly(place, ASSISTANT_ALLOWED_HOSTS=NAME, ASSISTANT_SIGN_IN="true", **llm) as page:
            file = configured(place, page, plain, secure)
            with subprocess.Popen(["nginx", "-p", place, "-c", file], stderr=subprocess.DEVNULL) as nginx:
                try:
                    yield Proxied(f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}", model, signed_in(secure))
                finally:
                    nginx.terminate()


def signed_in(port: int) -> str:
    """Sign in through nginx, once it is there: what its cookie is to be sent as."""
    transport = httpx.HTTPTransport(retries=8, verify=False)
    with httpx.Client(transport=transport) as client:
        given = {"name": "ada", "password": PASSWORD}
        found = client.post(f"https://127.0.0.1:{port}/sign-in", data=given, headers={"Host": f"{NAME}:{port}"})
    cookie = found.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    return cookie.partition(";")[0]


def through(proxied: Proxied, path: str = "/", **headers: str) -> httpx.Response:
    named = {"Host": f"{NAME}:{httpx.URL(proxied.secure).port}", "Cookie": proxied.cookie} | headers
    return httpx.get(proxied.secure + path, headers=named, verify=False, timeout=30)  # noqa: S501


@needs_nginx
@pytest.mark.processes
def test_the_page_is_reached_by_its_name_over_https(proxied: Proxied):
    found = through(proxied)
    assert found.status_code == 200
    own = f"https://{NAME}:{httpx.URL(proxied.secure).port}"
    assert f'"root":"{own}"' in found.text
    assert through(proxied, Origin=own).status_code == 200
    assert found.headers["Content-Security-Policy"]
    assert found.headers["Strict-Transport-Security"]


@needs_nginx
@pytest.mark.processes
def test_nobody_gets_in_through_the_proxy_without_signing_in(proxied: Proxied):
    assert through(proxied, Cookie="").status_code == 401
    assert through(proxied, Cookie="", Accept="text/html").headers["Location"] == "/sign-in"


@needs_nginx
@pytest.mark.processes
def test_plain_http_leads_to_https(proxied: Proxied):
    found = httpx.get(f"{proxied.plain}/articles/1", headers={"Host": NAME})
    assert (found.status_code, found.headers["Location"].partition(":")[0]) == (301, "https")


@needs_nginx
@pytest.mark.processes
def test_other_sites_and_other_names_are_refused_through_the_proxy(proxied: Proxied):
    assert through(proxied, Origin="https://evil.example").status_code == 403
    assert through(proxied, Origin=f"https://{NAME}").status_code == 403  # the same name, another port: another site
    assert through(proxied, Host="evil.example").status_code == 403


@needs_nginx
@pytest.mark.processes
def test_what_a_client_says_of_itself_is_not_passed_on(proxied: Proxied):
    told = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Gradio-Server": "http://evil.example"}
    assert "evil.example" not in through(proxied, **told).text


@needs_nginx
@pytest.mark.processes
def test_a_stream_comes_through_while_it_goes_on(proxied: Proxied):
    headers = {"Host": NAME, "Cookie": proxied.cookie}
    with httpx.stream("GET", f"{proxied.secure}/gradio_api/heartbeat/one", headers=headers, verify=False) as stream:  # noqa: S501
        assert "ALIVE" in next(stream.iter_text())


@needs_nginx
@pytest.mark.browser
def test_sources_come_through_before_the_model_has_said_a_word(proxied: Proxied, browser: Browser):
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    address = f"https://{NAME}:{httpx.URL(proxied.secure).port}/"
    page.goto(address)
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#question textarea")).to_be_visible(timeout=WAIT)
    begin(page, "who owns the model?")
    expect(page.locator("#sources .source").first).to_be_visible(timeout=WAIT)
    assert proxied.model.asked.acquire(timeout=60)
    page.locator("#stop").click()
    assert proxied.model.hung_up.acquire(timeout=10)
    context.close()


def test_the_documented_settings_are_settings():
    settings = Settings(**tomllib.loads(example("toml")))
    assert settings.allowed_hosts == "briefings.example.org"
    assert settings.sign_in
    assert "board" in settings.collections


def test_the_documented_script_is_shell():
    subprocess.run(["sh", "-n"], input=example("sh"), text=True, check=True)
