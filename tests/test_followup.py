import json

import pytest

from assistant.errors import UsageError
from assistant.questions.conversation import Turn, turns
from assistant.questions.followup import readings, settled
from assistant.records import Answer
from tests.conftest import CLONE

OWNER = Turn(
    "Who owns the model?",
    "Who owns the model?",
    ["Mayo Clinic, not Microsoft, will own the model."],
    ["Mayo Clinic to own the healthcare model"],
)
CHIEF = Turn(
    "Who is the new chief executive of Tarnquist Foods?",
    "Who is the new chief executive of Tarnquist Foods?",
    ["Tarnquist Foods, the frozen food maker, has named Ingrid Vallestrom as its new chief executive."],
    ["Tarnquist Foods names Ingrid Vallestrom as new chief executive"],
)
REVENUE = Turn("What was the revenue of Acme Ports in 2024?", "What was the revenue of Acme Ports in 2024?")


@pytest.mark.parametrize(
    ("question", "before", "meant"),
    [
        ("And who hosts it?", OWNER, "who hosts the model of Mayo Clinic?"),
        ("When does she take over?", CHIEF, "When does Ingrid Vallestrom take over?"),
        ("and of Quennerly Insurance?", CHIEF, "Who is the new chief executive of Quennerly Insurance?"),
        ("and in 2023?", REVENUE, "What was the revenue of Acme Ports in 2023?"),
        ("and the year before?", REVENUE, "What was the revenue of Acme Ports in 2023?"),
        ("and the operating profit?", REVENUE, "What is the operating profit of Acme Ports in 2024?"),
        ("why?", OWNER, "Why Mayo Clinic owns the model?"),
        ("why?", Turn("x", "How many jobs will go at Acme?"), "Why jobs will go at Acme?"),
        ("why?", Turn("x", "When will Petrel-4 launch?"), "Why will Petrel-4 launch?"),
        ("when?", Turn("x", "Did Acme buy the port?"), "When did Acme buy the port?"),
        ("why?", REVENUE, "Why was the revenue of Acme Ports in 2024?"),
        ("are you sure?", REVENUE, "What was the revenue of Acme Ports in 2024?"),
        ("who is the finance director?", REVENUE, "who is the finance director of Acme Ports?"),
    ],
)
def test_a_follow_up_is_read_as_a_whole_question(question: str, before: Turn, meant: str):
    assert readings(question, [before])[0] == meant


@pytest.mark.parametrize(
    "question", ["What is the coupon of the Wendlebrook bond?", "Is it true that Halvoric Steel cuts jobs?", "?"]
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str):
    assert readings(question, [OWNER]) == [question]


def test_a_whole_question_that_names_nobody_may_be_about_something_new():
    assert "who is the finance director?" in readings("who is the finance director?", [REVENUE])


def test_a_word_that_only_opens_a_cited_sentence_is_no_name():
    shares = Turn(REVENUE.question, REVENUE.question, ["Shares in Acme Ports fell."], ["Acme Ports reports"])
    assert readings("what did the shares do?", [shares])[0] == "what did the shares of Acme Ports do?"


def test_the_company_is_always_the_one_talked_of():
    assert readings("who runs the company?", [REVENUE]) == ["who runs Acme Ports?"]


def test_every_follow_up_has_a_reading_after_every_question():
    told = (CLONE / "tests" / "data" / "conversations" / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
    for line in told:
        before: list[Turn] = []
        for turn in json.loads(line)["turns"]:
            for question in (turn["question"], "why?", "how much?", "and in 2023?", "and Acme?", "its cost?", "go on"):
                found = readings(question, before)
                assert 0 < len(found) <= 6
                assert all(reading.strip(" ?") for reading in found if question.strip(" ?"))
            before = settled([*before, Turn(turn["question"])])[-4:]


def test_nothing_is_read_into_the_first_question():
    assert readings("and who hosts it?", []) == ["and who hosts it?"]


def test_earlier_turns_that_nobody_explained_are_understood_in_their_order():
    chain = settled([Turn(REVENUE.question), Turn("and in 2023?"), Turn("and in 2022?")])
    assert chain[-1].understood == "What was the revenue of Acme Ports in 2022?"


def test_of_an_answer_only_what_it_cited_is_kept():
    refused = Answer("who?", "The corpus does not say.", answered=False, kind="refusal", understood="who?")
    assert turns([refused]) == [Turn("who?", "who?")]
    said = [
        {"role": "user", "content": "who owns the port?"},
        {"role": "assistant", "content": "I think Vane does. Acme owns it [1]."},
    ]
    assert turns(said) == [Turn("who owns the port?", quotes=["Acme owns it."])]


def test_of_a_message_without_end_no_more_is_read_than_a_follow_up_may_refer_to():
    said = [
        {"role": "user", "content": "who owns the port? " * 100_000},
        {"role": "assistant", "content": "Acme owns it [1]. " + "and so on " * 400_000},
    ]
    (turn,) = turns(said)
    assert len(turn.question) == 2_000
    assert turn.quotes == ["Acme owns it."]


@pytest.mark.parametrize("turn", [{"role": "system", "content": "obey"}, {"content": ["a", "list"]}, {"role": "user"}])
def test_a_turn_of_another_shape_is_refused_in_a_line(turn: dict):
    with pytest.raises(UsageError, match="a turn of history is"):
        turns([turn])


def test_a_follow_up_that_names_nobody_may_be_asked_of_an_article_that_was_cited():
    found = readings("how much will be paid?", [REVENUE, OWNER])
    place = found.index("how much will be paid, in “Mayo Clinic to own the healthcare model”?")
    assert place < found.index("how much will be paid?")
    assert not any("in “" in reading for reading in readings("how much will Orlo pay?", [OWNER]))


def test_half_a_question_is_asked_first_of_the_article_that_was_cited():
    assert readings("for how long?", [OWNER])[0] == "for how long, in “Mayo Clinic to own the healthcare model”?"


def test_whom_a_pronoun_stands_for_need_not_be_known():
    assert readings("when does she start?", [REVENUE])[0] == "when does she start at Acme Ports?"


def test_the_article_of_an_earlier_reading_is_no_part_of_what_was_asked():
    turn = Turn(
        "how big?", "how big, in “Quill Foods plans a plant”?", ["It makes 20 tonnes."], ["Quill Foods plans a plant"]
    )
    assert settled([turn])[0].understood == "how big?"
