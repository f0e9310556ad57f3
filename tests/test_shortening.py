import pytest

from assistant import check_claim
from assistant.answers.shortening import shortened
from assistant.language.syntax import key, parse
from assistant.questions.asking import asked
from tests.sample_sentences import SAMPLE_SENTENCES


def short(sentence: str, question: str) -> str:
    answers = [key(t) for t in parse(sentence) if key(t)[0] in {"date", "value", "name"}]
    return shortened(sentence, asked(question).matter, answers)


def test_clauses_that_hold_nothing_of_the_question_go():
    sentence = (
        "However, Grenmark Foods, a maker of canned fish, raised $30 million in May 2021, "
        "giving it room for the years ahead."
    )
    assert short(sentence, "How much did Grenmark Foods raise?") == "Grenmark Foods raised $30 million in May 2021."


def test_a_short_sentence_stays_as_it_is():
    assert short("Grenmark Foods raised $30 million.", "Who raised money?") == "Grenmark Foods raised $30 million."


def test_a_quotation_mark_goes_with_the_one_that_it_pairs_with():
    sentence = "Grenmark Foods raised $30 million in the quarter, which its chief executive called 'a steady state'."
    assert short(sentence, "How much did Grenmark raise?") == "Grenmark Foods raised $30 million in the quarter."


def test_a_condition_and_a_speaker_stay():
    sentence = "If both regulators agree to it, Grenmark Foods will sell its two mills in May 2021, the company said."
    assert short(sentence, "When will Grenmark sell its mills?") == sentence


@pytest.mark.parametrize("sentence", SAMPLE_SENTENCES[:80])
def test_what_is_left_of_a_sentence_is_carried_by_it(sentence: str):
    assert check_claim(short(sentence, "Who owns the model?"), [sentence]).supported


def test_what_says_where_or_when_something_holds_stays():
    sentence = (
        "On current trends, Stronsby's only secondary school, which has a new gym and a pool, will have no pupils at "
        "all by 2041."
    )
    assert short(sentence, "How many pupils will the school have?") == (
        "On current trends, Stronsby's only secondary school will have no pupils at all by 2041."
    )


def test_a_part_goes_only_where_a_comma_or_the_end_closes_it():
    sentence = (
        "The minister blocked the sale of Ironmere Ports, an official with knowledge of the decision said on condition "
        "of anonymity."
    )
    assert short(sentence, "What did the minister block?") == sentence
