"""What an answer's receipt tells later: that its file was changed, and which of its quotes the corpus still has."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.records import Answer, Filters, Text, seal
from assistant.service.engine import Engine
from assistant.service.receipts import verify
from assistant.settings import Settings
from tests.conftest import OpenEngine, article, index_of

QUESTION = "who owns the port?"


@pytest.fixture
def port(settings: Settings) -> Path:
    return article(
        settings.corpus_dir, "port.md", "Work goes on.\n\nAcme owns the port outright. It has four cranes.",
        title="Port of Skarn", published="2026-01-14",
    )  # fmt: skip


@pytest.fixture
def engine(open_engine: OpenEngine, port: Path) -> Engine:
    return open_engine()


def given(engine: Engine, **options) -> Answer:
    *_, last = engine.stream(QUESTION, **options)
    return last.answer


def text(answer: Answer) -> str:
    return json.dumps(answer.to_dict(), ensure_ascii=False, indent=2)


def test_a_receipt_names_what_the_answer_was_made_of(engine: Engine):
    answer = given(engine, filters=Filters(as_of=date(2026, 3, 1)))
    receipt = answer.receipt
    assert receipt
    (cited,) = {citation.document_id for citation in answer.citations}
    assert receipt.documents == {cited: hashlib.sha256(engine.document(cited).text.encode()).hexdigest()}
    assert (receipt.settings["llm"], receipt.embedder, receipt.model_hash) == ("extractive", "words", "")
    assert receipt.filters == Filters(as_of=date(2026, 3, 1))
    assert len(receipt.prompts_hash) == 16
    assert Answer.from_dict(json.loads(text(answer))) == answer


def test_what_was_not_touched_stands(engine: Engine):
    found = engine.verify(text(given(engine)))
    assert found.intact
    assert [(quote.number, quote.state) for quote in found.quotes] == [(1, "stands")]
    assert found.stands
    assert not found.notes


def test_an_edit_around_the_quote_moves_it_and_is_told(engine: Engine, port: Path):
    said = text(given(engine))
    port.write_text(port.read_text().replace("Work goes on.", "Work goes on, and on."))
    found = engine.verify(said)
    assert found.intact
    assert found.quotes[0].state == "moved"
    assert found.quotes[0].found == "now at character 23 of the same article"
    assert found.notes == ["“Port of Skarn” was edited after the answer was given"]


def test_a_quote_that_is_only_in_another_article_is_moved(engine: Engine, settings: Settings):
    answer = given(engine)
    engine.remove(answer.citations[0].document_id)
    article(settings.corpus_dir, "copy.md", "A port of call. Acme owns the port outright.", title="Copy")
    found = engine.verify(text(answer))
    assert (found.quotes[0].state, found.quotes[0].found) == ("moved", "now in “Copy” (copy.md)")
    assert found.notes == [f"the article {answer.citations[0].document_id} is no longer in the corpus"]


def test_a_quote_that_the_article_no_longer_says_is_gone(engine: Engine, port: Path):
    said = text(given(engine))
    port.write_text(port.read_text().replace("outright", "in part"))
    found = engine.verify(said)
    assert found.quotes[0].state == "gone"
    assert not found.stands


def test_one_flipped_bit_is_noticed_wherever_it_is(engine: Engine):
    said = text(given(engine)).encode()
    catalogue = index_of(engine).catalogue
    unnoticed = []
    for place in range(len(said)):
        flipped = bytearray(said)
        flipped[place] ^= 1 << place % 7
        try:
            found = verify(flipped.decode(), catalogue)
        except (UsageError, UnicodeDecodeError):
            continue
        if found.intact:
            unnoticed.append((place, said[place : place + 1], flipped[place : place + 1]))
    assert unnoticed == []


def test_the_order_of_keys_and_the_space_between_them_are_no_change(engine: Engine):
    plain = given(engine).to_dict()
    assert engine.verify(json.dumps(dict(reversed(plain.items())))).intact


def test_an_article_removed_while_the_answer_was_made_costs_no_answer(engine: Engine):
    events = engine.stream(QUESTION)
    for event in events:
        if isinstance(event, Text):
            engine.remove(engine.documents()[0].document_id)
    assert event.answer.answered
    assert event.answer.receipt.documents == {}


def test_an_empty_quote_stands_nowhere(engine: Engine):
    plain = given(engine).to_dict()
    plain["citations"][0] |= {"quote": "", "start": 0, "end": 0}
    plain["seal"] = seal(json.dumps(plain))
    found = engine.verify(json.dumps(plain))
    assert (found.intact, found.quotes[0].state) == (True, "gone")


@pytest.mark.parametrize("said", ["", "[]", "{}", "null", '{"question": 1}', "no JSON", "[" * 100_000])
def test_what_is_no_answer_is_refused_with_what_to_give(engine: Engine, said: str):
    with pytest.raises(UsageError, match="assistant ask --json"):
        engine.verify(said)
