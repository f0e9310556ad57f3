"""Which of several articles tells the present state: what later ones say of the same, however they put it."""

from datetime import date
from typing import Any

import pytest

from assistant.answers.choosing import chosen
from assistant.answers.states import about_it_since, alternatives
from assistant.finding.evidence import Evidence
from assistant.finding.relevance import Relevance
from assistant.finding.retrieval import FoundSentence
from assistant.finding.surroundings import Surroundings
from assistant.questions.asking import asked
from assistant.records import Document

WHEN = asked("When will Aurelisk launch Petrel?")
FIRST = "Aurelisk will launch Petrel on 9 March 2026."


def said(text: str, on: str, score: float = 0.8, share: float = 1.0, **kept_from_it: Any) -> Evidence:
    document = Document(f"News of {on}", "", f"of {on}", published=date.fromisoformat(on), sources=[f"{on}.md"])
    found = FoundSentence(document, "", 0, len(text), text, score)
    return Evidence(found, Surroundings(), Relevance(share, own=share, **kept_from_it))


def test_a_later_day_told_in_other_words_is_a_later_state():
    first, later = (
        said(FIRST, "2025-11-25"),
        said("Petrel is now due to fly on 17 September 2026.", "2026-02-12", 0.7, 0.0),
    )
    assert alternatives(WHEN, first, [first, later]) == [later]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("Petrel has been at the site since April.", 0.8),  # says less than a day
        ("Petrel is now due to fly on 17 September 2026.", 0.5),  # far from the question
        ("Petrel will be shown to the press on 20 February 2026.", 0.8),  # nothing has changed
        ("Petrel costs €96 million.", 0.8),  # no day
    ],
)
def test_what_is_far_from_the_question_or_says_less_is_no_later_state(text: str, score: float):
    first, later = said(FIRST, "2025-11-25"), said(text, "2026-02-12", score, 0.0)
    assert alternatives(WHEN, first, [first, later]) == []


def test_a_bare_number_in_other_words_is_no_later_state():
    wanted = asked("How many jobs will Orlo Steel cut?")
    first, later = (
        said("Orlo Steel will cut 900 jobs.", "2026-01-02"),
        said("Orlo Steel has 40 furnaces.", "2026-02-02", 0.8, 0),
    )
    assert alternatives(wanted, first, [first, later]) == []


def test_what_happened_once_has_no_later_state():
    wanted = asked("When was Aurelisk founded?")
    first = said("Aurelisk was founded on 3 May 1999.", "2025-11-25")
    later = said("Aurelisk set up its charity on 4 June 2005.", "2026-02-12", 0.8, 0.0)
    assert wanted.past
    assert alternatives(wanted, first, [first, later]) == []
    assert about_it_since(wanted, first, [first, later]) == []


def test_of_sentences_that_say_as_much_the_latest_article_has_the_word():
    wanted = asked("What is the credit rating of Orlo Bank?")
    first = said("Orlo Bank has been given a credit rating.", "2024-04-23", 0.87)
    later = said("The credit rating of Orlo Bank was cut to Baa3.", "2025-06-26", 0.82)
    less = said("Orlo Bank has a rating.", "2026-01-01", 0.82, 0.4)
    far = said("The credit rating of Orlo Bank matters.", "2026-01-01", 0.6)
    assert next(chosen(wanted, [[first, later, less, far]])) == later
    assert next(chosen(asked("What was the credit rating of Orlo Bank?"), [[first, later]])) == first
    assert next(chosen(asked("What is the credit rating of a bank?"), [[first, later]])) == first


def test_a_later_article_on_the_same_is_known_whatever_it_tells():
    first = said(FIRST, "2025-11-25")
    later = said("Petrel has left for the launch site.", "2026-02-12", 0.7, 0.0, misses=("a date",))
    of_another = said("Orlo has left for the launch site.", "2026-02-12", 0.7, 0.0, misses=("a name",), named=False)
    before = said("Aurelisk speaks of Petrel.", "2025-01-01", 0.8, 0.0, misses=("a date",))
    assert about_it_since(WHEN, first, [first, later, of_another, before]) == [later]


@pytest.mark.parametrize(
    ("question", "past"),
    [
        ("When was Aurelisk founded?", True),
        ("Who designed the bridge?", True),
        ("Where did it move its office from?", False),
        ("When was the launch moved to?", False),
        ("How much was the price raised?", False),
        ("Which company that bought Petrel leads the market?", False),
        ("What is the price?", False),
    ],
)
def test_a_question_of_the_past_asks_for_what_happened_once(question: str, past: bool):
    assert asked(question).past == past


def test_a_sentence_that_looks_back_or_says_less_is_not_the_latest_word():
    wanted = asked("When will Aurelisk launch Petrel?")
    first = said(FIRST, "2025-11-25")
    vague = said("Aurelisk will launch Petrel in March 2026.", "2026-01-01")
    assert next(chosen(wanted, [[first, vague]])) == first
    boss = asked("Who is the chief executive of Orlo?")
    now = said("Ines Vale is the chief executive of Orlo.", "2025-11-25")
    former = said("Jon Vik, the former chief executive of Orlo, has died.", "2026-01-01")
    assert next(chosen(boss, [[now, former]])) == now


def test_a_later_sentence_that_looks_back_or_says_less_supersedes_nothing():
    first = said(FIRST, "2025-11-25")
    vague = said("Aurelisk will launch Petrel in March 2026.", "2026-01-01")
    assert alternatives(WHEN, first, [first, vague]) == []
    boss = asked("Who is the chief executive of Orlo?")
    now = said("Ines Vale is the chief executive of Orlo.", "2025-11-25")
    former = said("Jon Vik, the former chief executive of Orlo, has died.", "2026-01-01")
    new = said("Petra Holm is the chief executive of Orlo.", "2026-01-01")
    assert alternatives(boss, now, [now, former]) == []
    assert alternatives(boss, now, [now, new]) == [new]
