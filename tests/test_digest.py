import pytest

from assistant.answers.digest import topic


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("Where does the merger of Orlo and Quill stand?", "the merger of Orlo and Quill"),
        ("So where do the talks stand now?", "the talks"),
        ("What is the status of the Petrel launch?", "the Petrel launch"),
        ("what's the current state of play with the sale?", "the sale"),
        ("Where do things stand with the sale of Orlo?", "the sale of Orlo"),
        ("Where does the ministry stand today?", "the ministry"),
        ("Where does the statue stand out?", None),
        ("Where does the castle stand?", None),
        ("Where did the talks stand?", None),
        ("Where do they stand now?", None),
        ("What is the marital status of the mayor?", None),
    ],
)
def test_where_something_stands_is_told_by_its_articles(question: str, about: str | None):
    assert topic(question, of_a_time=False) == about
