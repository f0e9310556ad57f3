"""A pasted address becomes a file of the corpus, from a stand-in server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.conftest import OpenEngine, article
from tests.samples import SENTENCE, pdf
from tests.site import Site

PAGE = f"""<html lang="en-GB"><head><title>Port sold</title><meta charset="iso-8859-1">
<meta name="author" content="T. Arkwell"><meta property="og:site_name" content="Northfield Wire">
<meta property="article:published_time" content="2026-06-04T08:00:00Z"></head>
<body><nav><a href="/">Home</a></nav>
<article><h1>Port sold</h1><p>{SENTENCE} The café stays.</p></article></body></html>
"""
TYPE = "text/html; charset=utf-8"


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.close()


@pytest.fixture
def fetching(settings: Settings, open_engine: OpenEngine) -> Engine:
    return open_engine(
        settings=Settings(**{**settings.model_dump(), "fetch_urls": True, "fetch_private": True, "offline": False})
    )


def test_a_page_is_kept_as_markdown_with_its_address_and_date(fetching: Engine, site: Site, settings: Settings):
    url = site.serve("/port", PAGE.encode(), content_type=TYPE)
    report = fetching.add_page(url)
    assert (len(report.added), report.failed) == (1, {})
    (document,) = fetching.documents()
    assert (document.title, document.author, document.publisher, document.published, document.language) == (
        "Port sold",
        "T. Arkwell",
        "Northfield Wire",
        date(2026, 6, 4),
        "en-GB",
    )
    assert document.sources == [url, "port-sold.md"]
    kept = (settings.corpus_dir / "port-sold.md").read_text(encoding="utf-8")
    assert f"url: {url}\n" in kept
    assert "fetched: 20" in kept
    assert kept.endswith(f"{SENTENCE} The café stays.\n")


def test_what_is_quoted_of_a_page_carries_its_address(fetching: Engine, site: Site):
    url = site.serve("/port", PAGE.encode(), content_type=TYPE)
    fetching.add_page(url)
    *_, done = fetching.stream("when was the port sold?")
    assert [citation.source for citation in done.answer.citations] == [url]


def test_a_page_is_fetched_once_and_not_again_by_a_sync_or_a_question(fetching: Engine, site: Site):
    fetching.add_page(site.serve("/port", PAGE.encode(), content_type=TYPE))
    fetching.sync()
    list(fetching.stream("when was the port sold?"))
    assert len(site.asked) == 1


def test_a_page_added_again_is_the_same_document_in_its_new_version(fetching: Engine, site: Site, settings: Settings):
    (document_id,) = fetching.add_page(site.serve("/port", PAGE.encode(), content_type=TYPE)).added
    later = PAGE.replace("May", "July").replace("<title>Port", "<title>Old port")
    report = fetching.add_page(site.serve("/port", later.encode(), content_type=TYPE) + "#costs")
    assert (report.added, report.updated) == ([], [document_id])
    assert [path.name for path in settings.corpus_dir.iterdir()] == ["port-sold.md"]
    assert "sold in July" in fetching.document(document_id).text
    (former,) = (settings.state_dir / "trash").rglob("*.md")
    assert "sold in May" in former.read_text(encoding="utf-8")


def test_a_correction_of_a_page_survives_its_next_version(fetching: Engine, site: Site):
    (document_id,) = fetching.add_page(site.serve("/port", PAGE.encode(), content_type=TYPE)).added
    fetching.amend(document_id, {"publisher": "The Wire", "published": None})
    fetching.add_page(site.serve("/port", PAGE.replace("May", "July").encode(), content_type=TYPE))
    (document,) = fetching.documents()
    assert (document.document_id, document.publisher, document.published) == (document_id, "The Wire", None)


def test_a_file_of_somebody_elses_is_never_replaced_by_a_page_of_its_address(
    fetching: Engine, site: Site, settings: Settings
):
    url = site.serve("/port", PAGE.encode(), content_type=TYPE)
    own = article(settings.corpus_dir, "port-sold.md", "My own notes on the sale.", url=url)
    fetching.sync()
    assert len(fetching.add_page(url).added) == 1
    assert "My own notes" in own.read_text(encoding="utf-8")
    assert sorted(path.name for path in settings.corpus_dir.iterdir()) == ["port-sold-2.md", "port-sold.md"]


def test_a_pdf_is_kept_as_it_came_with_its_address_beside_it(fetching: Engine, site: Site, settings: Settings):
    data = pdf()
    url = site.serve("/files/report.pdf", data, content_type="application/pdf")
    fetching.add_page(url)
    (document,) = fetching.documents()
    (name,) = document.sources[1:]
    assert document.sources[0] == url
    assert (settings.corpus_dir / name).read_bytes() == data
    assert len(document.pages) == 2


def test_a_removed_page_goes_with_its_file_and_comes_back(fetching: Engine, site: Site, settings: Settings):
    (document_id,) = fetching.add_page(site.serve("/port", PAGE.encode(), content_type=TYPE)).added
    assert fetching.remove(document_id).removed == [document_id]
    assert list(settings.corpus_dir.iterdir()) == []
    assert fetching.restore(document_id).added == [document_id]


def test_a_page_can_be_named_by_its_address_in_a_filter(fetching: Engine, site: Site):
    from assistant.records import Filters

    url = site.serve("/port", PAGE.encode(), content_type=TYPE)
    fetching.add_page(url)
    assert [passage.source for passage in fetching.search("port", filters=Filters(sources=(url,)))] == [url]
    assert fetching.search("port", filters=Filters(sources=("http://other.example/",))) == []


def test_what_cannot_be_fetched_is_a_failure_with_its_reason(fetching: Engine, site: Site):
    url = site.serve("/none", b"", 404)
    assert fetching.add_page(url).failed == {url: "it does not exist; check the address (404 Not Found)"}


def test_a_page_without_text_is_a_failure_and_no_file(fetching: Engine, site: Site, settings: Settings):
    url = site.serve("/empty", b"<html><body><script>x()</script></body></html>", content_type=TYPE)
    assert fetching.add_page(url).failed == {url: "it holds no text"}
    assert list(settings.corpus_dir.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "why"),
    [({"fetch_urls": False, "offline": False}, "set fetch_urls = true"), ({"fetch_urls": True}, "unset offline")],
)
def test_nothing_is_fetched_unless_it_is_switched_on(
    settings: Settings, open_engine: OpenEngine, site: Site, given: dict[str, bool], why: str
):
    engine = open_engine(settings=Settings(**{**settings.model_dump(), **given}))
    with pytest.raises(UsageError, match=why):
        engine.add_page(site.serve("/port", PAGE.encode(), content_type=TYPE))
    assert site.asked == []


def test_a_private_address_is_not_fetched_unless_it_is_admitted(
    settings: Settings, open_engine: OpenEngine, site: Site
):
    engine = open_engine(settings=Settings(**{**settings.model_dump(), "fetch_urls": True, "offline": False}))
    url = site.serve("/port", PAGE.encode(), content_type=TYPE)
    assert "private network or this machine" in engine.add_page(url).failed[url]
    assert site.asked == []


def test_a_hostile_title_names_no_other_folder(fetching: Engine, site: Site, settings: Settings):
    page = PAGE.replace("<title>Port sold", "<title>../../../etc/port").replace("<h1>Port sold", "<h1>../x")
    fetching.add_page(site.serve("/port", page.encode(), content_type=TYPE))
    assert [path.parent for path in settings.corpus_dir.rglob("*.md")] == [settings.corpus_dir]
    assert not list(Path(settings.corpus_dir).parent.glob("*.md"))
