"""Secrets are planted wherever this program is given any, and looked for wherever it shows or keeps something."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
import tarfile
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any

import pytest

from assistant import Assistant, AssistantError, ModelUnavailable, SettingsError
from assistant.documents.fetching import FetchLimits, fetch
from assistant.language_models.models import open_chat_model
from assistant.people.conversations import CONVERSATIONS
from assistant.service import wire
from assistant.service.engine import Engine
from assistant.settings import Settings
from assistant.web.adding import add_all, shown
from tests.conftest import CLONE, OpenEngine, article
from tests.fakes import scripted

pytestmark = pytest.mark.usefixtures("fresh_secrets")
KEY = "sk-proj-Pl4ntedKeyOfOpenAi0001"
PLAIN_KEY = "Pl4ntedKeyWithoutAnyLook"
PASSWORD = "Pl4ntedPassw0rd"
TOKEN = "Pl4ntedT0kenInTheQuery01"
BASIC = "Ym9iOlBsNG50ZWRQYXNzdzByZA=="  # bob:PASSWORD, as a header has it
SECRETS = (KEY, PLAIN_KEY, PASSWORD, TOKEN, BASIC)
QUESTION = "who owns the port?"


def clean(*shown: object) -> None:
    """Fail where a secret, or the half of one, stands in what is shown."""
    for each in shown:
        text = each if isinstance(each, str) else repr(each)
        for secret in SECRETS:
            assert secret not in text, text
            assert secret[:14] not in text, text


@pytest.fixture(autouse=True)
def _planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    for name in ("ANTHROPIC_API_KEY", "LANGSMITH_API_KEY", "LANGCHAIN_API_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, PLAIN_KEY)


class TellTale:
    """A provider that refuses, and says in its refusal all that it was sent: headers, address and key."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                site.asked.append((self.path, self.headers["Authorization"]))
                self.rfile.read(int(self.headers["Content-Length"]))
                said = f"Incorrect API key provided: {KEY} ({PLAIN_KEY}) at {self.path} with {dict(self.headers)}"
                body = json.dumps({"error": {"message": said, "code": "invalid_api_key"}}).encode()
                self.send_response(401)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"http://bob:{PASSWORD}@127.0.0.1:{self.server.server_port}/v1?token={TOKEN}&plan=2"


@pytest.fixture
def tell_tale() -> Iterator[TellTale]:
    site = TellTale()
    yield site
    site.server.shutdown()
    site.server.server_close()


def planted(settings: Settings, base_url: str) -> Settings:
    return Settings(**{**settings.model_dump(), "llm": "openai:m", "llm_base_url": base_url})


def failure(engine: Engine) -> AssistantError:
    with pytest.raises(ModelUnavailable) as caught:
        list(engine.stream(QUESTION))
    return caught.value


def test_settings_show_no_credentials_but_hand_them_on(settings: Settings):
    whole = planted(settings, f"http://bob:{PASSWORD}@10.0.0.7/v1?token={TOKEN}")
    clean(repr(whole), str(whole), f"{whole}")
    assert "10.0.0.7" in repr(whole)
    assert PASSWORD in whole.model_dump_json()  # the owner process needs it, on its standard input


@pytest.mark.parametrize(
    "given",
    [
        {"chroma_url": f"ftp://bob:{PASSWORD}@10.0.0.7"},
        {"llm": KEY},
        {"port": f"https://x/?token={TOKEN}"},
        {"openai_api_key": KEY},
    ],
)
def test_a_wrong_setting_is_told_of_without_its_secret(given: dict[str, str]):
    with pytest.raises(SettingsError) as caught:
        Settings(**given)
    clean(caught.value, "".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize("place", ["#/", "/", "?"])
def test_a_server_address_that_cannot_be_read_is_told_of_without_its_password(settings: Settings, place: str):
    broken = planted(settings, f"http://bob:{PASSWORD}{place}@10.0.0.7:80/v1")
    with pytest.raises(AssistantError) as caught:
        open_chat_model(broken, lambda _: None)
    clean(caught.value, "".join(traceback.format_exception(caught.value)))


def test_a_provider_that_sends_the_key_back_is_quoted_without_it(
    settings: Settings, open_engine: OpenEngine, tell_tale: TellTale, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    article(settings.corpus_dir, "a.md", "Acme owns the port outright.")
    engine = open_engine(settings=planted(settings, tell_tale.base_url))
    error = failure(engine)
    assert "401" in str(error)
    clean(error, str(error), "".join(traceback.format_exception(error)), error.__cause__, caplog.text)
    clean(engine, *engine._models.values(), *(model and model.chat for model in engine._models.values()))
    path, authorization = tell_tale.asked[0]
    assert (path, authorization) == (f"/v1/chat/completions?token={TOKEN}&plan=2", f"Basic {BASIC}")


def test_a_provider_is_given_the_key_where_the_address_has_no_password(
    settings: Settings, open_engine: OpenEngine, tell_tale: TellTale
):
    article(settings.corpus_dir, "a.md", "Acme owns the port outright.")
    plain = f"http://127.0.0.1:{tell_tale.server.server_port}/v1"
    clean(failure(open_engine(settings=planted(settings, plain))))
    assert tell_tale.asked[0] == ("/v1/chat/completions", f"Bearer {KEY}")


def test_a_model_whose_server_cannot_be_reached_is_named_without_credentials(
    settings: Settings, open_engine: OpenEngine, tell_tale: TellTale, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    article(settings.corpus_dir, "a.md", "Acme owns the port outright.")
    base_url = tell_tale.base_url
    tell_tale.server.server_close()
    error = failure(open_engine(settings=planted(settings, base_url)))
    assert "openai:m" in str(error)
    clean(error, "".join(traceback.format_exception(error)), caplog.text)


def test_an_answer_and_its_receipt_hold_no_secret(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "Acme owns the port outright.")
    own = planted(settings, f"https://bob:{PASSWORD}@10.0.0.7/v1?token={TOKEN}")
    engine = open_engine(scripted((1, "Acme owns the port outright.")), settings=own)
    answer = list(engine.stream(QUESTION))[-1].answer
    assert answer.answered
    assert answer.receipt
    clean(answer, json.dumps(answer.to_dict()))
    clean(Assistant(engine, own), Assistant(engine, own).outside)
    assert Assistant(engine, own).outside == "openai (10.0.0.7)"


def test_the_page_tells_a_browser_no_secret(settings: Settings, open_engine: OpenEngine):
    from starlette.testclient import TestClient

    from assistant.web.server import application

    own = planted(settings, f"https://bob:{PASSWORD}@10.0.0.7/v1?token={TOKEN}")
    with Assistant(open_engine(settings=own), own) as assistant:
        client = TestClient(application(assistant), base_url="http://localhost")
        for path in ("/", "/config", "/gradio_api/info", "/gradio_api/startup-events", "/articles/none"):
            found = client.get(path)
            assert found.status_code == 200 or path not in ("/", "/config")
            clean(found.text)


def test_an_article_is_kept_without_the_credentials_of_its_address(settings: Settings, open_engine: OpenEngine):
    address = f"https://bob:{PASSWORD}@example.com/a?token={TOKEN}&page=2"
    article(settings.corpus_dir, "a.md", "Acme owns the port.", url=address, source=address)
    head = f'<link rel="canonical" href="{address}"><meta property="og:url" content="{address}">'
    (settings.corpus_dir / "b.html").write_text(f"<head>{head}</head><p>Acme owns the mine.</p>", encoding="utf-8")
    (settings.corpus_dir / "c.md").write_text("Acme owns the mill.", encoding="utf-8")
    (settings.corpus_dir / "c.md.amended.yaml").write_text(f"url: '{address}'\n", encoding="utf-8")
    engine = open_engine()
    clean(engine.sync())
    found = engine.documents()
    assert [document.url for document in found] == ["https://example.com/a?page=2"] * 3
    clean(*(json.dumps(document.to_dict()) for document in found))


def test_a_page_is_fetched_with_its_token_and_kept_without(
    settings: Settings, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
):
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = f"<p>Acme owns {len(asked)} ports.</p>".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.delenv("ASSISTANT_OFFLINE")
    given = {"fetch_urls": True, "fetch_private": True, "offline": False}
    own = Settings(**{**settings.model_dump(), **given})
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/notes?n=7&token="
        engine = open_engine(settings=own)
        told: list[str] = []
        first = engine.add_page(address + TOKEN, lambda progress: told.append(progress.step))
        again = engine.add_page(f"{address}another1another1")
        clean(first, again, *told, fetch(address + TOKEN, FetchLimits(1000, 5, private=True)))
        server.shutdown()
    assert asked[0] == f"/notes?n=7&token={TOKEN}"
    assert (len(first.added), len(again.updated) + len(again.added)) == (1, 1)
    assert [document.url for document in engine.documents()] == [address.removesuffix("&token=")]  # one page, replaced
    clean(*(path.read_text(encoding="utf-8") for path in settings.corpus_dir.rglob("*") if path.is_file()))


def test_an_address_that_is_not_fetched_is_told_of_without_its_secrets(
    settings: Settings, open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch
):
    engine = open_engine()
    for address in (f"https://bob:{PASSWORD}@example.com/a", f"https://bob:{PASSWORD}#1/@example.com/?token={TOKEN}"):
        with pytest.raises(AssistantError) as caught:
            engine.add_page(address)
        clean(caught.value)
    monkeypatch.delenv("ASSISTANT_OFFLINE")
    own = Settings(**{**settings.model_dump(), "fetch_urls": True, "offline": False})
    with Assistant(open_engine(settings=own), own) as assistant:
        for address in (f"https://bob:{PASSWORD}@a.invalid/", f"https://bob:{PASSWORD}#1/@a.invalid/?token={TOKEN}"):
            *_, jobs = add_all(assistant, [("an address", address)])
            assert jobs[0].state == "failed"
            clean(shown(jobs))
            clean(assistant.add(address))


def test_what_holds_keys_questions_or_passwords_is_this_users_alone(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "Acme owns the port.")
    former = os.umask(0o022)
    try:
        settings.state_dir.mkdir()
        (settings.state_dir / CONVERSATIONS).touch(0o644)  # as former versions made it
        engine = open_engine()
        with Assistant(engine, settings) as assistant:
            assistant.conversations.begin(QUESTION)
            beside = sorted(settings.state_dir.glob(f"{CONVERSATIONS}*"))
            assert len(beside) > 1
            assistant._engine.backup(settings.data_dir.parent / "backup.tar")
            address = wire.Address(1, PLAIN_KEY, os.getpid(), "", {})
            address.write(settings.data_dir)
            clean(address)
            written = [settings.data_dir / wire.ADDRESS_FILE, settings.data_dir.parent / "backup.tar", *beside]
            assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in written} == {
                path.name: 0o600 for path in written
            }
    finally:
        os.umask(former)


def test_a_backup_holds_no_key(settings: Settings, open_engine: OpenEngine, tmp_path: Path):
    article(settings.corpus_dir, "a.md", "Acme owns the port.")
    engine = open_engine(settings=planted(settings, f"https://bob:{PASSWORD}@10.0.0.7/v1"))
    wire.Address(1, PLAIN_KEY, os.getpid(), "", {}).write(settings.data_dir)
    engine.backup(tmp_path / "backup.tar")
    with tarfile.open(tmp_path / "backup.tar") as archive:
        assert not any(wire.ADDRESS_FILE in name or name.endswith(".log") for name in archive.getnames())
    clean((tmp_path / "backup.tar").read_bytes().decode("latin-1"))


def test_nothing_reports_to_its_makers(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import assistant.web  # noqa: F401 - what is imported before Gradio is
    from assistant.indexing.vectors import client

    for switch in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(switch, "true")
    open_chat_model(settings, lambda _: None)
    assert os.environ["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert {os.environ["LANGSMITH_TRACING"], os.environ["LANGCHAIN_TRACING_V2"]} == {"false"}
    opened = client(tmp_path / "vectors")
    assert not opened.get_settings().anonymized_telemetry
    opened.close()


@pytest.mark.processes
def test_the_owner_has_no_secret_on_its_command_line_and_writes_none_into_its_log(settings: Settings):
    own = planted(settings, f"https://bob:{PASSWORD}@10.0.0.7/v1?token={TOKEN}")
    with Assistant.open(own) as assistant:
        address = wire.Address.read(own.data_dir)
        assert address
        clean(Path(f"/proc/{address.process}/cmdline").read_text(encoding="utf-8"))
        assert assistant.documents() == []
        bug = {f"{own.llm_base_url} {KEY} {address.key}": 1}  # which no call takes: a mistake of ours, with a traceback
        with Client(("127.0.0.1", address.port)) as line:
            wire.prove(line, address.key.encode(), first=False)
            wire.send(line, {"call": "search", "arguments": bug})
            reply = wire.receive(line)
        log = own.data_dir / "owner.log"
        written = log.read_text(encoding="utf-8")
        assert "Traceback" in written
        clean(written, json.dumps(reply))
        assert address.key not in written + json.dumps(reply)
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert stat.S_IMODE((own.data_dir / wire.ADDRESS_FILE).stat().st_mode) == 0o600
    from assistant.service.owner_process import stop

    stop(own)


@pytest.mark.processes
def test_the_command_line_prints_no_secret(settings: Settings, tell_tale: TellTale):
    article(settings.corpus_dir, "a.md", "Acme owns the port outright.")
    folders = {f"ASSISTANT_{name.upper()}": str(getattr(settings, name)) for name in ("corpus_dir", "data_dir")}
    variables: dict[str, Any] = {**os.environ, **folders, "ASSISTANT_STATE_DIR": str(settings.state_dir)}
    variables |= {"ASSISTANT_LLM": "openai:m", "ASSISTANT_LLM_BASE_URL": tell_tale.base_url}
    variables |= {"ASSISTANT_CACHE_DIR": str(settings.cache_dir)}
    address = f"https://bob:{PASSWORD}@example.com/a?token={TOKEN}"
    for arguments, code in (
        (["ask", QUESTION, "--json"], 1),
        (["doctor", "--json"], 0),
        (["models", "--json"], 0),
        (["add", address], 2),
        (["add", address, address, "--json"], 1),
        (["stop"], 0),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "tests.light_page", *arguments],
            cwd=CLONE, env=variables, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        clean(done.stdout, done.stderr)
    clean(*(path.read_text(encoding="utf-8") for path in settings.data_dir.glob("*.log")))
