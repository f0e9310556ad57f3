import pytest

from assistant.questions.within import is_title, named_article, within


@pytest.mark.parametrize("title", ["Acme cuts jobs", "“We are sorry,” says Acme", "Acme, Orlo and others: a year on"])
def test_a_question_within_an_article_comes_apart_into_question_and_title(title: str):
    question, named = named_article(within("how many?", title))
    assert question == "how many?"
    assert is_title(title, named)


@pytest.mark.parametrize(
    "question", ["Who said “we are sorry”?", "what is in “A”?", "In “Acme cuts jobs” who is named?"]
)
def test_a_quotation_that_names_no_article_stays_in_the_question(question: str):
    assert named_article(question) == (question, "")


def test_another_title_is_not_the_one_named():
    assert not is_title("Acme cuts jobs", "Acme cuts more jobs")
