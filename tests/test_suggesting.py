"""Suggested questions: their grammar, that each is answered with its sentence, and that nobody waits for them."""

import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import Assistant, Document, Filters, Retrieved, Settings
from assistant.errors import UsageError
from assistant.indexing.embedding import Vector
from assistant.language_models.models import ChatModel
from assistant.service.owner_process import stop
from assistant.suggesting.question_forms import questions
from tests import fake_owner
from tests.conftest import SAMPLE_CORPUS, OpenEngine, article
from tests.fakes import WordEmbedder, held, judging
from tests.waiting import DEADLINE, wait_for

FORMS = [
    (
        "Aurelisk Orbital will launch its Petrel radar satellite on 9 March 2026.",
        "When will Aurelisk Orbital launch its Petrel radar satellite?",
    ),
    (
        "In May 2021, Acme Solutions bought a shipyard in Gdansk.",
        "When did Acme Solutions buy a shipyard in Gdansk?",
    ),
    ("Harbour Trust Ltd was founded in 1987.", "When was Harbour Trust Ltd founded?"),
    ("Harbour Lines was bought by Lodestrand in 2024.", "When was Harbour Lines bought by Lodestrand?"),
    (
        "Dunmarrow Appliances, a maker of dryers, recalled about 84,000 tumble dryers on Tuesday.",
        "How many tumble dryers did Dunmarrow Appliances recall?",
    ),
    ("Twelve dockers were injured in Lisbon on Monday.", "How many dockers were injured in Lisbon?"),
    (
        "Brennagh Ports will spend €240 million to enlarge the Skarnholm Deepwater Terminal, a port it owns.",
        "How much will Brennagh Ports spend to enlarge the Skarnholm Deepwater Terminal?",
    ),
    (
        "Acme Corp paid about $5 million for Beta Ltd on 4 May 2021.",
        "How much did Acme Corp pay for Beta Ltd on 4 May 2021?",
    ),
    (
        "Brennagh's net debt was €610 million at the end of 2025.",
        "What was Brennagh's net debt at the end of 2025?",
    ),
    (
        "Shares in Dunmarrow Appliances fell 5.7 percent to 238 pence on Tuesday.",
        "By how much did shares in Dunmarrow Appliances fall?",
    ),
    (
        "Cindrelle Metals, a battery recycler, reported revenue of €50.8 million for the first quarter of 2026.",
        "What revenue did Cindrelle Metals report for the first quarter of 2026?",
    ),
    (
        "Dunmarrow Appliances is recalling 84,000 dryers because a relay can overheat.",
        "Why is Dunmarrow Appliances recalling 84,000 dryers?",
    ),
    (
        "Tarnquist Foods has named Ingrid Vallestrom as its new chief executive.",
        "Who has Tarnquist Foods named as its new chief executive?",
    ),
    (
        "Lodestrand Infrastructure has bought the Skarnholm Deepwater Terminal from Brennagh Ports.",
        "Who has bought the Skarnholm Deepwater Terminal from Brennagh Ports?",
    ),
    ("Derek Marlowe is the founder of Harbour Trust.", "Who is the founder of Harbour Trust?"),
    ("Harbour Trust was founded by Derek Marlowe in 1987.", "Who founded Harbour Trust?"),
    ("Brennagh Ports is based in Dublin.", "Where is Brennagh Ports based?"),
]
NONE = [
    "It will launch the Petrel satellite on 9 March 2026.",
    "The company recalled 84,000 tumble dryers in March 2026.",
    "This company bought the terminal of Brennagh Ports on 4 May 2021.",
    "Mayo Clinic, not Microsoft, will own the model.",
    "Brennagh Ports may sell the Skarnholm Deepwater Terminal in May 2026.",
    "Brennagh Ports reportedly sold the Skarnholm Deepwater Terminal in May 2026.",
    "Brennagh Ports did not sell the Skarnholm Deepwater Terminal in May 2026.",
    "Brennagh Ports plans to sell the Skarnholm Deepwater Terminal in May 2026.",
    "Brennagh Ports sold the Skarnholm Deepwater Terminal in May 2026, according to two people.",
    "Brennagh Ports sold the Skarnholm Deepwater Terminal in May 2026, the company said.",
    "Brennagh Ports will sell the Skarnholm Deepwater Terminal in May 2026 if the regulator agrees.",
    "Brennagh Ports was expected to sell the Skarnholm Deepwater Terminal in May 2026.",
    "Analysts said that Brennagh Ports sold the Skarnholm Deepwater Terminal in May 2026.",
    "Brennagh Ports called the sale in May 2026 “a triumph of hope”.",
    "Brennagh Ports | 12 May 2026 | €240 million | Skarnholm Terminal.",
    "Vallestrom expanded in 2026 for the better.",
    "Harbour Lines was bought by the company in 2024.",
    "The Prime Minister signed the accord in May 2019.",
    "Acme Solutions made a significant move in October 2020.",
    "Will Brennagh Ports sell the Skarnholm Deepwater Terminal in May 2026?",
    "- sold in May 2026 by Brennagh Ports to Lodestrand.",
]
PORTS = "Lodestrand Infrastructure bought the Skarnholm Deepwater Terminal from Brennagh Ports."
OFFICE = "Lodestrand Infrastructure will open a new office in Copenhagen on 3 May 2027."


@pytest.mark.parametrize(("sentence", "question"), FORMS)
def test_a_plain_statement_gives_a_question_of_its_own_words(sentence: str, question: str):
    assert question in [found.text for found in questions(sentence)]


@pytest.mark.parametrize("sentence", NONE)
def test_what_is_doubted_denied_reported_vague_or_broken_gives_none(sentence: str):
    assert questions(sentence) == []


def test_questions_are_short_and_say_what_they_speak_of():
    made = [question.text for sentence, _ in FORMS for question in questions(sentence)]
    assert len(made) > len(FORMS)
    for text in made:
        assert text.endswith("?")
        assert len(text.split()) <= 14
        assert not {"the company", "it", "this", "they"} & set(text.lower().rstrip("?").split())


@pytest.fixture
def sample(settings: Settings, open_engine: OpenEngine) -> Assistant:
    shutil.copytree(SAMPLE_CORPUS, settings.corpus_dir, dirs_exist_ok=True)
    return Assistant(open_engine(), settings)


Opened = Callable[..., Assistant]


@pytest.fixture
def ports(settings: Settings, open_engine: OpenEngine) -> Opened:
    """An article of two facts, asked with the model that is given."""
    article(settings.corpus_dir, "a.md", f"{PORTS}\n\n{OFFICE}", title="Lodestrand", published="2026-05-20")

    def on(model: ChatModel | None = None, embedder: WordEmbedder | None = None) -> Assistant:
        chosen = settings.model_copy(update={"llm": "embedded"}) if model else settings
        return Assistant(open_engine(model, embedder, settings=chosen), chosen)

    return on


def test_every_suggestion_on_the_sample_corpus_is_answered_and_one_comes_of_an_article(sample: Assistant):
    suggested = sample.suggest(6)
    assert len(suggested) >= 4
    answers = [sample.ask(question) for question in suggested]
    assert all(answer.kind == "claims" for answer in answers)
    assert len({answer.citations[0].document_id for answer in answers}) == len(suggested)
    assert len({question.split()[0] for question in suggested}) >= 3
    text_of = {document.document_id: sample.document(document.document_id).text for document in sample.documents()}
    for question, answer in zip(suggested, answers, strict=True):
        quotes = [c.quote for c in answer.citations if c.quote in text_of[c.document_id]]
        assert any(question in [q.text for q in questions(" ".join(quote.split()))] for quote in quotes)


def test_a_follow_up_asks_what_the_answer_does_not_say(ports: Opened):
    assistant = ports()
    answer = assistant.ask("Who bought the Skarnholm Deepwater Terminal?")
    assert [c.quote for c in answer.citations] == [PORTS]
    followed = assistant.suggest(3, answer)
    assert followed
    for question in followed:
        quotes = [c.quote for c in assistant.ask(question).citations]
        assert quotes == [OFFICE]


def test_a_follow_up_is_not_what_was_just_asked(ports: Opened):
    assistant = ports()
    first = assistant.ask("When will Lodestrand Infrastructure open a new office in Copenhagen?")
    assert [c.quote for c in first.citations] == [OFFICE]
    assert "When will Lodestrand Infrastructure open a new office in Copenhagen?" not in assistant.suggest(3, first)
    unsaid = replace(first, citations=[], text="")
    again = [question for question in assistant.suggest(3, unsaid) if question.startswith(("When", "Where"))]
    assert not any("open" in question for question in again)


def test_news_of_a_name_are_suggested_where_an_article_tells_something_new(ports: Opened, settings: Settings):
    assistant = ports()
    news = "What is new on Lodestrand Infrastructure?"
    asked = "Who bought the Skarnholm Deepwater Terminal?"
    assert news not in assistant.suggest(5, assistant.ask(asked))  # its main sentence is the answer
    article(
        settings.corpus_dir, "b.md", "Lodestrand Infrastructure is in talks.", title="Talks", published="2026-06-01"
    )
    answer = assistant.ask(asked)
    assert news in assistant.suggest(5, answer)
    quotes = {citation.quote for citation in assistant.ask(news).citations}
    assert quotes - {citation.quote for citation in answer.citations}


def test_the_rest_of_a_cited_article_is_asked_of_too(ports: Opened):
    assistant = ports()
    answer = assistant.ask("Who bought the Skarnholm Deepwater Terminal?")
    nearest = [passage for passage in answer.passages if OFFICE not in passage.text]
    followed = assistant.suggest(3, replace(answer, passages=nearest))
    assert any("office" in question for question in followed)


def test_an_empty_corpus_suggests_nothing(settings: Settings, open_engine: OpenEngine):
    assert Assistant(open_engine(), settings).suggest() == []


def test_none_or_fewer_questions_than_one_cannot_be_asked_for(ports: Opened):
    with pytest.raises(UsageError, match="k is 0"):
        ports().suggest(0)


def test_filters_hold_for_suggestions_too(ports: Opened):
    assistant = ports()
    assert assistant.suggest(filters=Filters(publishers=("Nobody",))) == []
    assert assistant.suggest() != []


def test_a_question_that_several_articles_answer_otherwise_is_not_suggested(ports: Opened, settings: Settings):
    other = OFFICE.replace("3 May 2027", "9 June 2028")
    article(settings.corpus_dir, "b.md", other, title="Lodestrand again", published="2026-05-20")
    asked = ports().suggest()
    assert asked
    assert not any(question.startswith("When will") for question in asked)


def test_a_model_that_refuses_makes_the_suggestion_go(ports: Opened, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assistant.answers.answering._SURE", 0.7)  # sentences as near as these outweigh a model's doubt
    assert ports(judging(1.0)).suggest() != []
    assert ports(judging(0.0)).suggest() == []


def test_a_provider_is_asked_nothing(ports: Opened, settings: Settings, open_engine: OpenEngine):
    ports()
    chosen = settings.model_copy(update={"llm": "openai:some"})
    model = judging(0.0)
    assert Assistant(open_engine(model, settings=chosen), chosen).suggest() != []


def test_a_busy_model_is_not_waited_for(ports: Opened):
    model = judging(1.0)
    assistant = ports(model)
    assistant.sync()
    with model.queue.join():
        assert assistant.suggest() == []
    assert assistant.suggest() != []


def test_a_suggestion_under_way_makes_room_for_a_person(ports: Opened):
    model = held()
    assistant = ports(model)
    assistant.sync()
    found: list[list[str]] = []
    looking = threading.Thread(target=lambda: found.append(assistant.suggest()))
    looking.start()
    wait_for(lambda: bool(model.queue.line))
    with model.queue.join() as place:
        wait_for(lambda: place.ahead == 0)
    looking.join(DEADLINE)
    assert found == [[]]
    wait_for(lambda: model.chat.cancelled == 1)  # type: ignore[attr-defined]


def test_without_a_model_too_a_search_pauses_while_somebody_is_served(ports: Opened):
    assistant = ports()
    assistant.sync()
    found: list[list[str]] = []
    looking = threading.Thread(target=lambda: found.append(assistant.suggest()))
    served = assistant.stream("Who bought the Skarnholm Deepwater Terminal?")
    assert isinstance(next(served), Retrieved)
    looking.start()
    looking.join(0.5)
    assert not found
    list(served)
    looking.join(DEADLINE)
    assert found[0] != []


class Listening(WordEmbedder):
    """Keeps the questions that are asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_questions(self, questions: Sequence[str]) -> list[Vector]:
        self.asked += questions
        return super().embed_questions(questions)


def test_what_was_found_is_not_looked_for_again(ports: Opened):
    embedder = Listening()
    assistant = ports(embedder=embedder)
    first = assistant.suggest()
    assert embedder.asked
    embedder.asked.clear()
    assert assistant.suggest() == first
    assert embedder.asked == []


def test_an_article_that_comes_is_asked_about(ports: Opened):
    assistant = ports()
    assistant.suggest()
    assistant.add(Document("Tarnquist", "Tarnquist Foods has named Ingrid Vallestrom as its new chief executive."))
    assert "Who has Tarnquist Foods named as its new chief executive?" in assistant.suggest()


def test_an_article_with_nothing_to_ask_does_not_hide_the_others(ports: Opened, settings: Settings):
    article(settings.corpus_dir, "z.md", "Nothing is said here, they say.", title="Z", published="2027-01-01")
    assert ports().suggest(1) != []


@pytest.mark.processes
def test_suggestions_cross_the_line(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("assistant.service.owner_process.owner_module", fake_owner.__name__)
    article(settings.corpus_dir, "a.md", f"{PORTS}\n\n{OFFICE}", title="Lodestrand", published="2026-05-20")
    with Assistant.open(settings) as assistant:
        assert assistant.suggest(2)
        answer = assistant.ask("Who bought the Skarnholm Deepwater Terminal?")
        followed = assistant.suggest(3, answer, Filters())
    assert followed
    assert all("office" in question for question in followed)
    stop(settings)


@pytest.mark.model
def test_the_model_answers_what_is_suggested_on_the_sample_corpus(tmp_path: Path):
    settings = Settings(
        corpus_dir=SAMPLE_CORPUS, data_dir=tmp_path / "index", state_dir=tmp_path / "state", llm="embedded"
    )
    with Assistant.open(settings) as assistant:
        suggested = assistant.suggest()
        assert len(suggested) == 4
        for question in suggested:
            assert assistant.ask(question).kind == "claims"
    stop(settings)
