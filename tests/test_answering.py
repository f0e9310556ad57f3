import threading
from datetime import date

import pytest

from assistant import check_claim
from assistant.errors import EmptyCorpus, ModelUnavailable, QuestionError
from assistant.language import syntax
from assistant.language_models.models import ChatModel
from assistant.records import Answer, Done, Filters, Retrieved, Text
from assistant.settings import Settings
from tests.conftest import OpenEngine, article
from tests.fakes import judging, saying, scripted

QUESTION = "who owns the port?"


@pytest.fixture
def two_articles(settings: Settings) -> None:
    article(
        settings.corpus_dir, "port.md", "Work goes on.\n\nAcme owns the port outright. It has four cranes.",
        title="Port of Skarn", published="2026-01-14", source="The Wire",
    )  # fmt: skip
    article(
        settings.corpus_dir, "mine.md", "The mine was shut, the company said. It reportedly cost $5 million.",
        title="Mine", published="2026-02-01",
    )  # fmt: skip


def answer(open_engine: OpenEngine, question: str, model: ChatModel | None = None, **options) -> Answer:
    *_, last = open_engine(model).stream(question, **options)
    assert isinstance(last, Done)
    return last.answer


@pytest.mark.usefixtures("two_articles")
def test_an_answer_quotes_the_exact_sentence_and_says_where_it_stands(open_engine: OpenEngine):
    engine = open_engine(scripted((1, "Acme owns the port outright.")))
    *_, last = engine.stream(QUESTION)
    found = last.answer
    assert found.text == "Acme owns the port outright [1]."
    (citation,) = found.citations
    assert (citation.number, citation.quote) == (1, "Acme owns the port outright.")
    assert (citation.title, citation.published, citation.publisher) == ("Port of Skarn", date(2026, 1, 14), "The Wire")
    assert engine.document(citation.document_id).text[citation.start : citation.end] == citation.quote


@pytest.mark.usefixtures("two_articles")
def test_passages_come_before_text_and_the_pieces_are_the_text(open_engine: OpenEngine):
    events = list(open_engine(scripted((1, "Acme owns the port outright."))).stream(QUESTION))
    assert isinstance(events[0], Retrieved)
    assert isinstance(events[-1], Done)
    assert "".join(event.piece for event in events if isinstance(event, Text)) == events[-1].answer.text


@pytest.mark.usefixtures("two_articles")
def test_an_invented_figure_is_no_answer(open_engine: OpenEngine):
    found = answer(open_engine, "what did the mine cost?", scripted((1, "The mine cost £500,000.")))
    assert "500,000" not in found.text
    assert (found.answered, found.citations) == (False, [])


@pytest.mark.usefixtures("two_articles")
@pytest.mark.parametrize(
    "claim", ["Acme proudly owns the port outright.", "The outright owner of the port is Acme, then."]
)
def test_a_claim_that_its_sentence_does_not_carry_though_it_adds_little_is_replaced_by_the_sentence(
    open_engine: OpenEngine, claim: str
):
    assert not check_claim(claim, ["Acme owns the port outright."]).supported
    assert answer(open_engine, QUESTION, scripted((1, claim))).text == "Acme owns the port outright [1]."


@pytest.mark.usefixtures("two_articles")
@pytest.mark.parametrize(
    "claim", ["Acme owns the port outright since 1987.", "Acme bribed ministers, judges, generals and bishops."]
)
def test_a_claim_that_adds_a_figure_or_many_words_is_not_replaced(open_engine: OpenEngine, claim: str):
    assert not answer(open_engine, QUESTION, scripted((1, claim))).answered


@pytest.mark.usefixtures("two_articles")
def test_a_claim_is_given_to_the_sentence_that_carries_it(open_engine: OpenEngine):
    engine = open_engine(scripted(*((number, "Acme owns the port outright.") for number in (1, 2, 3))))
    *_, last = engine.stream(QUESTION)
    assert last.answer.text == "Acme owns the port outright [1]."
    assert [citation.quote for citation in last.answer.citations] == ["Acme owns the port outright."]


@pytest.mark.usefixtures("two_articles")
@pytest.mark.parametrize("model", [None, scripted(), scripted((1, "Acme owns the Eiffel Tower."))])
def test_what_the_articles_do_not_say_is_refused_and_nothing_is_cited(open_engine: OpenEngine, model: ChatModel | None):
    found = answer(open_engine, "who owns the Eiffel Tower?", model)
    assert (found.answered, found.kind, found.citations) == (False, "refusal", [])
    assert found.text.startswith("The corpus does not say.")
    assert "2 articles, published from 14 January 2026 to 1 February 2026" in found.text
    assert "[" not in found.text
    assert found.passages


@pytest.mark.usefixtures("two_articles")
def test_a_model_that_doubts_that_the_answer_is_there_is_not_asked_for_claims(open_engine: OpenEngine):
    question = "who runs the cranes of the port?"
    model = judging(0.02, (1, "Acme owns the port outright."))
    assert not answer(open_engine, question, model).answered
    assert model.chat.asked == []


@pytest.mark.usefixtures("two_articles")
def test_a_model_that_is_sure_lets_the_sentence_itself_be_shown_and_writes_nothing(open_engine: OpenEngine):
    found = answer(open_engine, QUESTION, judging(0.9, (1, "Bolt owns the port.")))
    assert found.text == "Acme owns the port outright [1]."


@pytest.mark.usefixtures("two_articles")
def test_two_things_are_compared_in_code_each_with_its_quote(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "acme.md", "Net profit was $25 million in 2020.", title="Acme Works")
    article(settings.corpus_dir, "bolt.md", "Net profit was $40 million in 2021.", title="Bolt Mills")
    found = answer(
        open_engine, "Compare the net profit of Acme Works in 2020 and Bolt Mills in 2021. Which was higher?"
    )
    assert found.text == (
        "Net profit was $25 million in 2020 [1]. Net profit was $40 million in 2021 [2]. "
        "Bolt Mills is higher: $40 million, against $25 million for Acme Works [1][2]."
    )
    assert [(d.value, d.expression) for d in found.derived] == [("$15 million", "$40 million − $25 million")]


@pytest.mark.usefixtures("two_articles")
def test_a_comparison_with_one_side_missing_is_refused(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "acme.md", "Net profit was $25 million in 2020.", title="Acme Works")
    article(settings.corpus_dir, "bolt.md", "Net profit grew in 2021.", title="Bolt Mills")
    question = "Compare the net profit of Acme Works in 2020 and Bolt Mills in 2021. Which was higher?"
    assert not answer(open_engine, question).answered


@pytest.mark.usefixtures("two_articles")
def test_no_model_is_opened_for_a_question_that_no_sentence_fits(open_engine: OpenEngine):
    model = scripted((1, "x"))
    answer(open_engine, "what is the weather in Paris?", model)
    assert model.chat.asked == []


@pytest.mark.usefixtures("two_articles")
def test_extractive_answers_are_the_sentence_itself(open_engine: OpenEngine):
    found = answer(open_engine, QUESTION)
    assert (found.text, found.model) == ("Acme owns the port outright [1].", "extractive")


@pytest.mark.usefixtures("two_articles")
def test_the_model_sees_numbered_sentences_under_their_article_and_date(open_engine: OpenEngine):
    model = scripted((1, "Acme owns the port outright."))
    answer(open_engine, QUESTION, model)
    (messages,) = model.chat.asked
    assert "Port of Skarn (2026-01-14):\n[1] Acme owns the port outright." in messages[1].content
    assert f"Question: {QUESTION}" in messages[1].content


@pytest.mark.usefixtures("two_articles")
@pytest.mark.parametrize("words", ["", "I think it is Acme.", "{}", '{"claims": 7}', '{"claims": [{"sentence": 1, "cl'])
def test_a_model_that_does_not_answer_in_form_is_an_error_with_what_to_do(open_engine: OpenEngine, words: str):
    with pytest.raises(ModelUnavailable, match="choose another llm"):
        answer(open_engine, QUESTION, saying(words))


@pytest.mark.usefixtures("two_articles")
def test_a_model_whose_line_breaks_is_an_error_with_the_reason(open_engine: OpenEngine):
    with pytest.raises(ModelUnavailable, match="the line went dead"):
        answer(open_engine, QUESTION, saying("x" * 100, breaks_after=2))


@pytest.mark.usefixtures("two_articles")
def test_half_a_reply_gives_its_whole_claims_only(open_engine: OpenEngine):
    said = '{"claims": [{"sentence": 1, "claim": "Acme owns the port outright."}, {"sentence": 1, "claim": "It has fo'
    assert answer(open_engine, QUESTION, saying(said)).text == "Acme owns the port outright [1]."


@pytest.mark.usefixtures("two_articles")
@pytest.mark.parametrize("number", [0, -1, 99])
def test_a_pointer_to_no_sentence_is_dropped(open_engine: OpenEngine, number: int):
    assert not answer(open_engine, QUESTION, scripted((number, "Acme owns the port outright."))).answered


@pytest.mark.usefixtures("two_articles")
def test_as_of_a_day_nothing_later_is_used_and_undated_articles_are_counted(
    settings: Settings, open_engine: OpenEngine
):
    article(settings.corpus_dir, "undated.md", "Bolt owns the port now.", title="Port news")
    article(settings.corpus_dir, "later.md", "Corl owns the port now.", title="Port sold", published="2026-05-20")
    found = answer(open_engine, QUESTION, filters=Filters(as_of=date(2026, 3, 1)))
    assert {passage.published for passage in found.passages} <= {date(2026, 1, 14), date(2026, 2, 1)}
    assert found.text == "Acme owns the port outright [1]."
    assert found.notes == ["1 undated article left out"]


def test_an_empty_corpus_says_what_to_do(open_engine: OpenEngine):
    with pytest.raises(EmptyCorpus, match="assistant add"):
        answer(open_engine, QUESTION)


@pytest.mark.parametrize("question", ["", "  \n", "x" * 100_000])
def test_a_question_that_is_none_is_refused_before_anything_is_opened(open_engine: OpenEngine, question: str):
    with pytest.raises(QuestionError):
        answer(open_engine, question)


@pytest.mark.usefixtures("two_articles")
def test_a_sources_own_numbers_are_not_taken_for_markers(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "wiki.md", "Delta owns the lighthouse[7] alone.", title="Lighthouse")
    found = answer(open_engine, "who owns the lighthouse?")
    assert found.text == "Delta owns the lighthouse(7) alone [1]."


@pytest.mark.usefixtures("two_articles")
def test_threads_with_questions_of_their_own_get_their_own_answers(open_engine: OpenEngine):
    engine = open_engine()
    wanted = {
        QUESTION: "Acme owns the port outright [1].",
        "what did the mine cost?": "It reportedly cost $5 million [1].",
    }
    right: list[bool] = []

    def ask(question: str) -> None:
        *_, last = engine.stream(question)
        right.append(wanted[question] in last.answer.text and last.answer.question == question)

    threads = [threading.Thread(target=ask, args=(question,)) for question in list(wanted) * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 10


def test_an_account_leaves_out_what_says_nothing_of_the_question(settings: Settings, open_engine: OpenEngine):
    body = (
        "Every name in this note is invented.\n\nThe dryers were recalled because a relay overheats. "
        "This fault has burned nobody.\n\nThe firm was founded in Leeds."
    )
    article(settings.corpus_dir, "recall.md", body, title="Dunmore recalls dryers")
    text = answer(open_engine, "why were the dryers recalled?").text
    assert "a relay overheats" in text
    assert "invented" not in text
    assert "Leeds" not in text


def test_a_listed_thing_of_which_nothing_is_found_is_named(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "acme.md", "The revenue of Acme Foods was $5 million.", title="Acme Foods")
    article(settings.corpus_dir, "orlo.md", "Orlo Water raised £350 million from two bonds.", title="Orlo Water bonds")
    found = answer(open_engine, "what was the revenue of Acme Foods and Orlo Water?")
    assert "$5 million" in found.text
    assert "nothing was found on Orlo Water" in found.notes


def test_articles_that_do_not_say_the_same_are_both_told(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "union.md", "Orlo Steel will cut 1,200 jobs, the union says.", title="Orlo Steel cuts")
    article(settings.corpus_dir, "firm.md", "Orlo Steel will cut 900 jobs, it said.", title="Orlo Steel says how many")
    found = answer(open_engine, "how many jobs will Orlo Steel cut?")
    assert "1,200 jobs" in found.text
    assert "900 jobs" in found.text
    assert any(note.startswith("the articles do not say the same") for note in found.notes)


def test_what_was_prepared_has_the_parser_of_the_first_question_loaded(open_engine: OpenEngine):
    syntax._pipeline.cache_clear()
    open_engine().prepare()
    assert syntax._pipeline.cache_info().currsize == 1
