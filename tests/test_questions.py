import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.questions.questions import parts


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        (
            "Compare the profit of Acme Ltd. in 2018 and Bolt Group in 2020. Which was higher?",
            ["Compare the profit of Acme Ltd. in 2018 and . Which was higher?",
             "Compare the profit of and Bolt Group in 2020. Which was higher?"],
        ),
        (
            "What was revenue in the first half and in June?",
            ["What was revenue in the first half and ?", "What was revenue and in June?"],
        ),
        (
            "What is the difference between Acme and Bolt in cash?",
            ["What is the difference between Acme and in cash?", "What is the difference between and Bolt in cash?"],
        ),
        (
            "Did Acme's sales beat Bolt's and Corl's?",
            ["Did Acme's sales beat Bolt's and 's?", "Did Acme's sales beat 's and Corl's?"],
        ),
    ],
)  # fmt: skip
def test_each_thing_that_is_listed_is_asked_by_itself(question: str, wanted: list[str]):
    assert parts(question) == wanted


@pytest.mark.parametrize(
    "question",
    [
        "who owns the model?",
        "What did the merger of Acme Bank and Bolt Savings cost?",
        "Why did the talks between Acme and Bolt fail?",
        "Who did the Normans team up with in Anatolia?",
        "What is the Bank of England and what does it do?",
        "How did Acme grow? Bolt shrank.",
        "",
    ],
)
def test_a_question_that_lists_nothing_stays_whole(question: str):
    assert parts(question) == [question]


def test_an_and_inside_a_name_lists_nothing():
    question = "What did the Food and Drug Administration decide?"
    assert len(parts(question)) == 2
    assert parts(question, lambda name: name == "Food and Drug Administration") == [question]


@given(st.text())
def test_any_text_has_at_least_one_part(text: str):
    assert parts(text)
