from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import Citation, check_claim
from assistant.checking.grounding import plain
from tests.sample_sentences import SAMPLE_SENTENCES

OWNER = "Mayo Clinic, not Microsoft, will own the model."
EQUITY = "Shareholder equity reached $2.5 billion in 2020, the company said."


def citation(quote: str, title: str = "A title") -> Citation:
    return Citation(1, quote, "id", "a.md", title, 0, len(quote), published=date(2026, 6, 4))


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Mayo Clinic, not Microsoft, will own the model.", OWNER),
        ("The company said equity reached $2.5 billion.", "The company said equity reached $2,500,000,000 in 2020."),
        ("Mayo Clinic will own the model.", OWNER),
        ("Price was not disclosed", "On Monday the purchase price was not disclosed."),
        ("The purchase price was not disclosed.", "The purchase price was not disclosed."),
    ],
)
def test_what_a_quote_says_passes(claim: str, quote: str):
    assert check_claim(claim, [quote]).supported


@pytest.mark.parametrize(
    ("claim", "quote", "why"),
    [
        ("Microsoft will own the model, not Mayo Clinic.", OWNER, "turned round"),
        ("Microsoft will own the model.", OWNER, "the other owner"),
        ("Return on equity was $2.5 billion in 2020, the company said.", EQUITY, "another measure"),
        ("Shareholder equity reached $2.5 million in 2020, the company said.", EQUITY, "another scale"),
        ("Shareholder equity reached £2.5 billion in 2020, the company said.", EQUITY, "another currency"),
        ("Shareholder equity reached $2.5 billion in 2021, the company said.", EQUITY, "another year"),
        ("Shareholder equity reached $2.5 billion in 2020.", EQUITY, "the speaker left out"),
        ("The deal closed.", "The deal has reportedly closed.", "a hedge left out"),
        ("The Eiffel Tower will open.", "The gallery will open.", "another thing"),
        ("Tessaly was bought by Vorne.", "Tessaly bought Vorne.", "active made passive"),
        ("Stennick will build the reactor.", "Orvane chose Pellmar rather than Stennick to build it.", "the other one"),
        ("Stennick to build it.", "Orvane chose Pellmar rather than Stennick to build it.", "a part after rather"),
        ("Brantwick acquired Ossory.", "It is false that Brantwick acquired Ossory.", "a denial left out"),
        ("Brantwick acquired Ossory.", "Brantwick failed to acquire Ossory.", "a failure left out"),
        ("The bridge was closed.", "The bridge was nearly closed.", "a degree left out"),
        ("Profit was under 5 percent.", "Profit was over 5 percent.", "another side"),
        ("Profit was 5 percent.", "Profit was below 5 percent.", "a bound left out"),
        ("Profit fell from 3 percent to 5 percent.", "Profit fell to 3 percent from 5 percent.", "another direction"),
        ("Sales rose by 5 percent.", "Sales rose to 5 percent.", "a rise for a level"),
        ("All drivers will strike.", "Some drivers will strike.", "all for some"),
        ("It reached -5 degrees.", "It reached 5 degrees.", "another sign"),
        ("Pikeford bought Deeping Group.", "Pikeford bought Marlin Foods from Deeping Group.", "seller for sold"),
        ("", OWNER, "nothing claimed"),
        ("Mayo Clinic owns it.", "", "nothing quoted"),
    ],
)
def test_what_a_quote_does_not_say_is_stopped(claim: str, quote: str, why: str):
    check = check_claim(claim, [quote])
    assert not check.supported, why
    assert check.reasons


def test_no_quotes_at_all_support_nothing():
    assert not check_claim("Anything goes.", []).supported


def test_a_title_lends_no_statement():
    quote = citation("Revenue was $5 million.", title="Acme to own the port")
    assert check_claim("Revenue was $5 million.", [quote], question="What was the revenue of Acme?").supported
    assert not check_claim("Acme revenue was $5 million.", [quote]).supported
    assert not check_claim("Acme will own the port.", [quote]).supported


def test_a_title_that_names_both_does_not_let_them_change_places():
    quote = citation(OWNER, title="Mayo Clinic to own the model it builds with Microsoft")
    assert check_claim(OWNER, [quote]).supported
    assert not check_claim("Microsoft, not Mayo Clinic, will own the model.", [quote]).supported


def test_what_the_question_fixes_must_be_in_the_quote():
    quote = "Revenue was $5 million in 2020."
    assert check_claim(quote, [quote], question="What was revenue in 2020?").supported
    assert not check_claim(quote, [quote], question="What was revenue in 2021?").supported
    assert not check_claim(quote, [quote], question="What was the revenue of Acme?").supported


@pytest.mark.parametrize("sentence", SAMPLE_SENTENCES)
def test_every_sentence_of_the_sample_corpus_carries_itself(sentence: str):
    assert check_claim(plain(sentence), [sentence]).supported


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(SAMPLE_SENTENCES), st.sampled_from(SAMPLE_SENTENCES))
def test_no_sentence_carries_another_one_of_other_words(claim: str, quote: str):
    carried = check_claim(claim, [quote]).supported
    assert not carried or set(plain(claim).lower().split()) <= set(plain(quote).lower().split())


@settings(deadline=None, max_examples=50)
@given(st.text(), st.lists(st.text(), max_size=3), st.none() | st.text())
def test_any_input_gets_a_verdict(claim: str, quotes: list[str], question: str | None):
    check = check_claim(claim, quotes, question)
    assert check.supported == (not check.reasons)


@pytest.mark.parametrize(
    ("quoted", "shown"),
    [
        ("- a point", "a point"),
        ("See ![x](http://evil/x.png) and [this](http://evil).", "See and this."),
        ("Sales rose[3] by **5%**.", "Sales rose(3) by 5%."),
        ("<img src=x>", "‹img src=x›"),
        ("two\nlines", "two lines"),
        ("| Q1 2025 | 41.2 |", "Q1 2025; 41.2"),
    ],
)
def test_a_shown_quote_has_no_markup_and_no_markers_of_its_own(quoted: str, shown: str):
    assert plain(quoted) == shown
