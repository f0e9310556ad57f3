"""What others wrote is shown, and does nothing: no script of theirs runs, nothing is fetched from elsewhere.

Every payload is first seen to work where nothing is escaped, in the same browser and with the same eyes. Then the page
shows all of them in every place that it has. It is served without its Content-Security-Policy, which would hide what
escaping lets through; that the policy is a second line is tried by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import gradio as gr
import httpx
import pytest
import yaml
from fastapi import FastAPI
from markdown_it import MarkdownIt
from playwright.sync_api import Browser, Page, expect

from assistant.api import Assistant
from assistant.settings import Settings
from assistant.web.parts import HERE, part
from assistant.web.server import application
from tests.browsing import WAIT, answered, ask, begin, open_page, serving_lightly
from tests.effects import SETTLED, Beacon, Eyes, board, control, words
from tests.hostile import HostileEngine, exchange, serving_here
from tests.payloads import Payload, payloads
from tests.places import PARTS
from tests.stand_in import SayingServer

pytestmark = pytest.mark.browser
AT_LEAST = 110
_FOUND = """([part, places]) => [...document.querySelectorAll(`#${part} .given`)].map((given) => places.map((place) => {
    const [selector, attribute] = place.split("@");
    return [...given.querySelectorAll(selector)].map((one) =>
        (attribute === "value" ? one.value : attribute ? one.getAttribute(attribute) : one.textContent)).join(" ");
}))"""

_FRAMES = """() => [...document.querySelectorAll("iframe")].map((frame) =>
    [frame.contentDocument.title, frame.contentDocument.body.textContent])"""


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Iterator[None]:
    """Much is shown at once, on machines that may be busy."""
    expect.set_options(timeout=WAIT)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def beacon() -> Iterator[Beacon]:
    """The other host."""
    found = Beacon()
    yield found
    found.close()


@pytest.fixture(scope="module")
def written(beacon: Beacon) -> list[Payload]:
    return payloads(beacon.host)


@pytest.fixture(scope="module")
def texts(written: list[Payload]) -> list[str]:
    return [payload.text for payload in written]


Looking = Callable[[str], tuple[Page, Eyes]]


@pytest.fixture
def looking(browser: Browser, beacon: Beacon) -> Iterator[Looking]:
    """Opens windows for the pages of a host, with eyes on them."""
    beacon.asked.clear()
    opened = []

    def look_at(host: str) -> tuple[Page, Eyes]:
        context = browser.new_context(viewport={"width": 1600, "height": 900}, accept_downloads=False)
        context.set_default_timeout(WAIT)
        opened.append(context)
        eyes = Eyes(context, host, beacon)
        return context.new_page(), eyes

    yield look_at
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def assistant(texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """One that gives out payloads, with a conversation named by each."""
    place = tmp_path_factory.mktemp("hostile")
    settings = Settings(state_dir=place / "state", llm="extractive", offline=True)
    with Assistant(HostileEngine(texts), settings) as opened:
        for text in texts:
            conversation_id = opened.conversations.begin(text)
            for one in (exchange(text), exchange(text, answered=False), exchange(text, failure=text)):
                opened.conversations.append(conversation_id, one)
        yield opened


@pytest.fixture(scope="module")
def host(assistant: Assistant) -> Iterator[str]:
    """The host of the page, which is served without its policy."""
    with serving_here(application(assistant), guarded=False) as found:
        yield found


def shows(text: str, given: list[str]) -> list[str]:
    """Those of the given texts whose characters are not in what is shown."""
    shown = words(text)
    return [one for one in given if words(one) not in shown]


def test_each_payload_does_its_harm_where_nothing_is_escaped(looking: Looking, written: list[Payload]):
    home = Beacon()
    page, eyes = looking(home.host)
    found = control(page, eyes, home, {one.number: (one.place, one.text) for one in written})
    assert [one for one in written if one.number not in found] == []
    assert len({one.text for one in written}) == len(written) >= AT_LEAST


def test_every_part_of_the_page_shows_what_others_wrote_and_does_nothing_of_it(looking: Looking, texts: list[str]):
    with gr.Blocks() as blocks:
        for number, one in enumerate(PARTS):
            given = [f'<section class="given">{one.made(text)}</section>' for text in texts]
            part("".join(given), name=f"part{number}")
    app = gr.mount_gradio_app(
        FastAPI(),
        blocks,
        path="/",
        footer_links=[],
        head=f"<script>{(HERE / 'page.js').read_text(encoding='utf-8')}</script>",
    )
    with serving_here(app, guarded=False) as host:
        page, eyes = looking(host)
        page.goto(f"http://{host}/")
        expect(page.locator(f"#part{len(PARTS) - 1} .given")).to_have_count(len(texts))
        eyes.look(page)
        assert (eyes.seen, eyes.provoked) == ([], 0)
        for number, one in enumerate(PARTS):
            found = page.evaluate(_FOUND, [f"part{number}", one.places])
            for place, shown in zip(one.places, zip(*found, strict=True), strict=True):
                lost = [text for text, there in zip(texts, shown, strict=True) if shows(there, [text])]
                assert lost == [], f"{one.name}, {place} does not show them"


def test_the_ask_tab_shows_all_of_it_and_does_nothing_of_it(looking: Looking, host: str, texts: list[str]):
    page, eyes = looking(host)
    open_page(page, f"http://{host}/")
    expect(page.locator("#now .questions button")).to_have_count(len(texts))
    shown = page.locator("#now").inner_text()
    assert shows(shown, texts) == [], shown[:500]
    page.click("#filters button")
    assert shows(page.locator("#filter-form").text_content() or "", texts) == []
    said = ask(page, texts[0])
    assert shows(said.text_content() or "", texts) == []
    assert shows(page.locator("#sources").text_content() or "", texts) == []
    expect(page.locator("#next .questions button")).to_have_count(len(texts) - 1)  # without the one that was asked
    assert shows(page.locator("#conversations").text_content() or "", [text[:30] for text in texts[-150:]]) == []
    eyes.look(page)
    begin(page, f"fail {texts[1]}")
    failed = answered(page, " ".join(f"fail {texts[1]}".split()))
    assert shows(failed.text_content() or "", texts) == []
    assert shows(page.locator("#past .asked").text_content() or "", texts[:1]) == []
    page.locator("#head").get_by_role("button", name="Rename").click()
    page.locator("#head input").fill(texts[2])
    page.locator("#head").get_by_role("button", name="Save").click()
    expect(page.locator("#head .name")).to_be_visible()
    assert shows(page.locator("#head .name").text_content() or "", texts[2:3]) == []
    page.locator("#find input").fill(f"{texts[3]} nowhere")
    expect(page.locator("#conversations .hint")).to_be_visible()
    eyes.look(page)
    assert (eyes.seen, eyes.provoked) == ([], 0)


def test_the_corpus_tab_shows_all_of_it_and_does_nothing_of_it(looking: Looking, host: str, texts: list[str]):
    page, eyes = looking(host)
    open_page(page, f"http://{host}/")
    page.get_by_role("tab", name="Corpus").click()
    expect(page.get_by_role("button", name="Show more")).to_be_visible()
    while (more := page.get_by_role("button", name="Show more")).count():
        count = page.locator("#articles tr").count()
        more.click()
        expect(page.locator("#articles tr")).not_to_have_count(count)
    assert shows(page.locator("#articles").text_content() or "", texts) == []
    assert shows(page.locator("#unread").text_content() or "", texts) == []
    page.locator("#articles button.title").first.click()
    expect(page.locator("#preview-title")).to_be_visible()
    names = [text.replace("/", "\N{FRACTION SLASH}").replace("\0", "")[:120] for text in texts]
    page.locator("#add input[type=file]").set_input_files(
        [{"name": f"{name}.md", "mimeType": "text/markdown", "buffer": b"Sold."} for name in names[:12]]
    )
    expect(page.locator("#added .failed")).to_have_count(12)
    page.locator("#preview summary").click()
    page.locator("#preview [name=title]").fill(texts[4])
    page.locator("#preview").get_by_role("button", name="Save").click()
    expect(page.locator("#preview .told")).to_be_visible()
    assert shows(page.locator("#preview .told").text_content() or "", texts[4:5]) == []
    page.get_by_role("button", name="Upkeep").click()
    page.locator("#sync").click()
    expect(page.locator("#findings .told")).to_be_visible()
    assert shows(page.locator("#findings").text_content() or "", texts) == []
    page.locator("#articles").get_by_role("button", name="Remove").first.click()
    expect(page.locator("#notice .told")).to_be_visible()
    eyes.look(page)
    assert (eyes.seen, eyes.provoked) == ([], 0)


def test_pages_beside_the_chat_show_all_of_it_and_do_nothing_of_it(
    looking: Looking, host: str, assistant: Assistant, texts: list[str]
):
    kept = sorted(assistant.conversations.find(at_most=9_999), key=lambda one: one.begun)
    ids = [one.conversation_id for one in kept][: len(texts)]
    page, eyes = looking(host)
    pages = {
        "an article": [f"/articles/d{number}?start=2&end=9" for number in range(1, len(texts) + 1)],
        "a printed conversation": [f"/conversations/{one}/print" for one in ids],
    }
    for name, addresses in pages.items():
        page.goto(f"http://{host}/articles/nothing")
        page.set_content(board(addresses))
        eyes.look(page)
        assert (eyes.seen, eyes.provoked) == ([], 0)
        found = page.evaluate(_FRAMES)
        assert len(found) == len(texts)
        for text, (title, shown) in zip(texts, found, strict=True):
            assert shows(title, [text[:20]]) == [], f"{name} does not have it for its title"
            assert shows(shown, [text]) == [], name
    few = [text.replace("/", " ") for text in texts[::5]]  # tests/test_payloads.py has them all
    page.goto(f"http://{host}/articles/nothing")
    page.set_content(board(f"/articles/{quote(text, safe='')}" for text in few))
    eyes.look(page)
    assert [text for text, (_, shown) in zip(few, page.evaluate(_FRAMES), strict=True) if shows(shown, [text])] == []
    assert (eyes.seen, eyes.provoked) == ([], 0)


def test_names_in_the_address_of_the_page_do_nothing(looking: Looking, host: str, texts: list[str]):
    page, eyes = looking(host)
    wanted = [text for text in texts if text.isprintable() and not {"'", "\\"} & {*text}]  # not as Python writes it
    together = quote(" ".join(wanted), safe="")
    open_page(page, f"http://{host}/?conversation={together}&article={together}&__theme={together}&view={together}")
    assert shows(page.locator("#head .failure").text_content() or "", wanted) == []
    eyes.look(page)
    assert (eyes.seen, eyes.provoked) == ([], 0)
    with httpx.Client(base_url=f"http://{host}") as client:
        for text in texts[::3]:
            name = quote(text.replace("/", " "), safe="")
            for path in (name, f"conversations/{name}/text?turn=1", f"conversations/x/text?turn={name}"):
                answer = client.get(f"/{path}")
                assert answer.headers["content-type"] in {"application/json", "text/plain; charset=utf-8"}
                assert answer.headers["x-content-type-options"] == "nosniff"


def test_exports_are_no_pages_and_their_markdown_does_nothing_when_it_is_rendered(
    looking: Looking, host: str, assistant: Assistant, texts: list[str]
):
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    renderer.validateLink = lambda _: True  # type: ignore[method-assign] - no help from the renderer
    kept = sorted(assistant.conversations.find(at_most=9_999), key=lambda one: one.begun)[: len(texts)]
    home, rendered = Beacon(), {}
    client = httpx.Client(base_url=f"http://{host}/conversations")  # one for all: a new one takes its time
    for text, one in zip(texts, kept, strict=True):
        markdown = client.get(f"/{one.conversation_id}/markdown")
        plain = client.get(f"/{one.conversation_id}/text?turn=1")
        for answer, kind in ((markdown, "text/markdown"), (plain, "text/plain")):
            assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert markdown.headers["content-disposition"].startswith("attachment")
        assert shows(plain.text, [text]) == []
        rendered[f"/unsafe/{one.conversation_id}"] = renderer.render(markdown.text)
    page, eyes = looking(home.host)
    home.unsafe = rendered | {"/": board(rendered)}
    eyes.visit(page, f"http://{home.host}/")
    found = page.evaluate(_FRAMES)
    assert [text for text, (_, shown) in zip(texts, found, strict=True) if shows(shown, [text])] == []
    assert (eyes.seen, eyes.provoked) == ([], 0)
    page, eyes = looking(host)
    page.goto(f"http://{host}/articles/nothing")
    page.set_content(board(f"/conversations/{one.conversation_id}/text?turn=1" for one in kept[::8]))
    eyes.look(page)
    assert (eyes.seen, eyes.provoked) == ([], 0)


def test_what_escaping_would_let_through_the_policy_keeps_from_other_hosts(
    looking: Looking, host: str, assistant: Assistant, beacon: Beacon, written: list[Payload]
):
    given = [one.text for one in written if one.place == "inserted"]
    into = "texts => texts.forEach((text) => document.body.appendChild(document.createElement('div')).innerHTML = text)"
    fetched = []
    with serving_here(application(assistant), guarded=True) as other:
        for each in (other, host):  # in this order, as a page goes on fetching for a while
            page, _ = looking(each)
            open_page(page, f"http://{each}/")
            expect(page.locator("#now .questions button")).to_have_count(len(written))
            page.evaluate(into, given)
            page.evaluate(SETTLED)
            page.evaluate(SETTLED)
            fetched.append(len(beacon.asked))
            beacon.asked.clear()
    assert fetched[0] == 0
    assert fetched[1] > 20


def test_an_uploaded_page_is_not_shown(host: str):
    for name in ("a.html", "a.svg", "a.xml", "a.xhtml", "a.md"):
        sent = httpx.post(f"http://{host}/gradio_api/upload", files={"files": (name, b"<script>hit(1)</script>")})
        found = httpx.get(f"http://{host}/gradio_api/file={sent.json()[0]}")
        assert (found.status_code, found.text) == (404, "there is nothing here")


def test_files_of_a_folder_and_what_a_model_says_of_them_are_shown_and_do_nothing(
    looking: Looking, written: list[Payload], tmp_path: Path
):
    """Through the real owner, with the page's policy. Markup in Markdown is read as markup: its words alone are there.

    Of what a model says only claims are shown that the words of an article carry; so none of its own payloads are.
    """
    chosen = [one for one in written if one.place in {"document", "inserted"} and "\0" not in one.text][::9]
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    sold = [f"The port of Skarn{one.number} was sold in May to {one.text} for $9 million." for one in chosen]
    for one, sentence in zip(chosen, sold, strict=True):
        name = " ".join(one.text.replace("/", "\N{FRACTION SLASH}").split())[:60]
        front = yaml.safe_dump({"title": one.text, "source": one.text, "author": one.text, "published": "2026-03-04"})
        (corpus / f"{name} {one.number}.md").write_text(f"---\n{front}---\n\n# {one.text}\n\n{sentence}\n")
        (corpus / f"{name} {one.number}.txt").write_text(
            f"{one.text}\n\n{sentence} It was told on {one.number} March.\n"
        )
        (corpus / f"{name} {one.number}.jpg").write_bytes(b"x")
    claims = [{"sentence": 1, "claim": text} for text in (chosen[0].text, f"It was {chosen[1].text} sold.", sold[0])]
    with SayingServer(json.dumps({"claims": claims})) as model:
        settings = {"ASSISTANT_LLM": "openai:said", "ASSISTANT_LLM_BASE_URL": model.base_url}
        with serving_lightly(tmp_path, ASSISTANT_CORPUS_DIR=str(corpus), **settings) as address:
            host = address.removeprefix("http://")
            page, eyes = looking(host)
            open_page(page, address)
            said = ask(page, f"to whom was the port of Skarn{chosen[0].number} sold?")
            assert model.asked
            assert shows(said.text_content() or "", ["The port of Skarn"]) == []
            assert f"It was {chosen[1].text}" not in (said.text_content() or "")
            quoted = page.locator("#sources").text_content() or ""
            assert any(shows(quoted, [one.text]) == [] for one in chosen)
            page.get_by_role("tab", name="Corpus").click()
            expect(page.locator("#unread li")).to_have_count(len(chosen))
            assert shows(page.locator("#articles").text_content() or "", [one.text for one in chosen][:3]) == []
            page.locator("#articles").get_by_role("button", name="Remove").first.click()
            expect(page.locator("#unread .trash li")).to_have_count(1)
            page.locator("#articles button.title").first.click()
            page.get_by_role("button", name="Upkeep").click()
            page.locator("#check").click()
            expect(page.locator("#findings")).to_contain_text(".jpg")
            eyes.look(page)
            assert (eyes.seen, eyes.provoked) == ([], 0)
