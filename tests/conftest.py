"""What every test can rely on: no way to a paid provider, folders of its own, small fakes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistant import redaction
from assistant.formats.parsing import Parser
from assistant.indexing.index import Index
from assistant.language_models.models import ChatModel
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.fakes import WordEmbedder
from tests.stand_in import EndlessServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CLONE = Path(__file__).parent.parent
SAMPLE_CORPUS = CLONE / "corpus"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole-sets", action="store_true", help="ask the local model every question of a set, not ten")


@pytest.fixture(scope="session", autouse=True)
def _no_paid_provider() -> None:
    """Keys are taken away and `offline` is set, for this process and all it starts."""
    for name in list(os.environ):
        if name.endswith("_API_KEY") or name.startswith("ASSISTANT_"):
            del os.environ[name]
    os.environ["ASSISTANT_OFFLINE"] = "true"
    os.environ["ASSISTANT_OWNER_IDLE_SECONDS"] = "30"
    os.environ["ASSISTANT_STOP_SECONDS"] = "3"


@pytest.fixture
def fresh_secrets() -> Iterator[None]:
    """What is redacted by its value is what this test has brought up, as each process would begin."""
    before = set(redaction._told)
    redaction._told.clear()
    yield
    redaction._told.clear()
    redaction._told.update(before)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose folders are all in this test's own folder; the corpus is there and empty."""
    (tmp_path / "corpus").mkdir()
    return Settings(
        corpus_dir=tmp_path / "corpus",
        data_dir=tmp_path / "index",
        state_dir=tmp_path / "state",
        cache_dir=tmp_path / "cache",
        llm="extractive",
    )


class SharedParser(Parser):
    """One process for all tests; closing an engine does not end it."""

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def parser() -> Iterator[Parser]:
    shared = SharedParser()
    yield shared
    Parser.close(shared)


OpenEngine = Callable[..., Engine]


@pytest.fixture
def open_engine(settings: Settings, parser: Parser) -> Iterator[OpenEngine]:
    """Opens engines on fakes; those still open at the end of the test are closed."""
    opened: list[Engine] = []

    own = settings

    def open_one(
        model: ChatModel | None = None,
        embedder: WordEmbedder | None = None,
        settings: Settings = own,
        parser: Parser = parser,
    ) -> Engine:
        for former in opened:
            former.close()
        opened[:] = [Engine(settings, embedder or WordEmbedder(), model, parser=parser)]
        return opened[0]

    yield open_one
    for engine in opened:
        engine.close()


def index_of(engine: Engine) -> Index:
    """What an engine has opened, or opens for this."""
    return engine._holding.using(lambda _: None, lambda opened: opened.index)


def article(folder: Path, name: str, text: str, **front: str) -> Path:
    """Write an article with front matter into a folder."""
    head = "".join(f"{key}: {value}\n" for key, value in front.items())
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{head}---\n\n{text}\n" if head else text, encoding="utf-8")
    return path


Mount = Callable[..., Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts small disks in memory, where this machine lets us."""
    mounted: list[Path] = []

    def mount_one(path: Path, options: str) -> Path:
        path.mkdir(exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", path], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.decode().strip()}")
        mounted.append(path)
        return path

    yield mount_one
    for path in mounted:
        subprocess.run(["umount", "-l", path], check=True)


@pytest.fixture
def large(settings: Settings, open_engine: OpenEngine) -> dict[str, str]:
    """A corpus large enough for Chroma to have written its files; ids by source."""
    return index_quays(settings, open_engine, 60)


@pytest.fixture
def indexed(settings: Settings, open_engine: OpenEngine) -> dict[str, str]:
    """A corpus of a few articles; ids by source."""
    return index_quays(settings, open_engine, 3)


def index_quays(settings: Settings, open_engine: OpenEngine, count: int) -> dict[str, str]:
    """Make an index, and close it."""
    for number in range(count):
        lines = [f"# Part {n}\n\nQuay {number} has {n} cranes.\n" for n in range(20)]
        article(settings.corpus_dir, f"quay{number}.md", "\n".join(lines))
    article(settings.corpus_dir, "port.md", "The port was sold in May.", title="Port")
    for path in settings.corpus_dir.iterdir():
        os.utime(path, (1e9, 1e9))  # so that their time and size are trusted
    engine = open_engine()
    engine.sync()
    found = {source: document.document_id for document in engine.documents() for source in document.sources}
    engine.close()
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a module: while it runs, this thread has an event loop of its own."""
    from playwright.sync_api import sync_playwright

    from tests.browsing import SWITCHES, chromium

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A wide window of its own; a script that fails in it, or in another of its context, is a failure of the test."""
    context = browser.new_context(viewport={"width": 1600, "height": 900}, color_scheme="light")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    failed: list[str] = []
    context.on("weberror", lambda failure: failed.append(str(failure.error)))
    yield context.new_page()
    context.close()
    assert failed == []


@dataclass(frozen=True, slots=True)
class Endless:
    """A page whose model never comes to an answer, on the sample corpus."""

    address: str
    model: EndlessServer
    settings: Settings


@pytest.fixture(scope="session")
def endless_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endless]:
    from tests.browsing import serving_lightly

    place = tmp_path_factory.mktemp("endless")
    with EndlessServer() as model:
        llm, url = "openai:endless", model.base_url
        with serving_lightly(place, ASSISTANT_LLM=llm, ASSISTANT_LLM_BASE_URL=url) as address:
            folders = {"corpus_dir": SAMPLE_CORPUS, "data_dir": place / "index", "state_dir": place / "state"}
            yield Endless(address, model, Settings(**folders, llm=llm, llm_base_url=url))


@pytest.fixture
def endless(endless_page: Endless) -> Endless:
    """It, with what former tests have asked forgotten."""
    for counted in (endless_page.model.asked, endless_page.model.hung_up):
        while counted.acquire(blocking=False):
            pass
    return endless_page


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page on the sample corpus, shared by the tests that change nothing of it."""
    from tests.browsing import serving

    with serving(tmp_path_factory.mktemp("page")) as found:
        yield found
