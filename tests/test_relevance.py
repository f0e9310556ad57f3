import pytest

from assistant.finding.relevance import relevance
from assistant.finding.surroundings import Surroundings
from assistant.questions.asking import asked

TITLE = Surroundings(title="Grenmark Foods")


def misses(question: str, sentence: str, around: Surroundings = TITLE) -> tuple[str, ...]:
    return relevance(asked(question), sentence, around, {}).misses


def share(question: str, sentence: str, around: Surroundings = TITLE) -> float:
    return relevance(asked(question), sentence, around, {}).share


def test_a_question_for_a_figure_needs_one_that_is_not_its_own():
    question = "What was the value of the port in 2021?"
    assert not misses(question, "The port had a value of $5 million.")
    assert misses(question, "The value of the port was influenced by demand.") == ("a value",)


def test_a_question_for_a_date_needs_one_told_of_the_matter():
    question = "When did Grenmark Foods sell the port?"
    assert not misses(question, "It sold the port in May 2021.")
    assert misses(question, "It sold the port to a rival.") == ("a date",)
    assert share(question, "In May it hired a chef, and Bolt sold nothing.") < 0.5


def test_a_name_stands_in_the_sentence_its_title_or_the_sentence_it_leans_on():
    question = "Who succeeded Ines Varga at Grenmark Foods?"
    assert misses(question, "She was succeeded by Tom Reed.")
    leaning = Surroundings(title="Grenmark Foods", leans_on="Ines Varga left in May.")
    assert not misses(question, "She was succeeded by Tom Reed.", leaning)


@pytest.mark.parametrize(
    ("sentence", "before", "fits"),
    [
        ("In March 2021 it raised $5 million.", "", True),
        ("In April 2021 it raised $5 million.", "", False),
        ("In 2021 it raised $5 million.", "", False),
        ("It raised $5 million.", "March 2021 was busy. ", True),
        ("It raised $5 million.", "", False),
    ],
)
def test_the_time_asked_about_is_that_of_the_sentence_or_its_paragraph(sentence: str, before: str, fits: bool):
    around = Surroundings(title="Grenmark Foods", before=before)
    assert ("the time" not in misses("How much did it raise in March 2021?", sentence, around)) == fits


def test_a_figure_of_another_measure_is_no_answer():
    assert misses("How much was the return on equity?", "Shareholder equity reached $2 million.")
    assert misses("How much was the net profit?", "Gross profit reached $2 million.")
    assert not misses("How much was the net profit?", "The net profit, which stood at $2 million, rose.")


def test_how_much_there_is_does_not_tell_by_how_much_it_was_cut():
    question = "How much debt was reduced?"
    assert misses(question, "Total debt was $8 million.")
    assert not misses(question, "The company cut its debt by $2 million.")


def test_who_did_it_wants_somebody():
    assert misses("Who approves the deals?", "There was an approval in March 2019.") == ("a name",)
    assert not misses("Who approves the deals?", "The audit committee approves them.")


def test_who_did_it_to_something_else_is_no_answer():
    question = "Who owns the Ravnsund Terminal?"
    around = Surroundings(title="Ravnsund Terminal")
    assert misses(question, "Callowhill owns pipelines.", around) == ("what it was done to",)
    for thing in ("it", "the terminal", "the Ravnsund Terminal"):
        assert not misses(question, f"Callowhill owns {thing}.", around)
    assert share(question, "Its owner is Callowhill.", around) == 1.0


def test_a_sentence_of_mere_markup_answers_nothing():
    assert misses("Who owns the port?", "") == ("a name",)


def test_a_short_form_of_a_name_counts_where_the_article_has_the_whole():
    wanted = asked("When will Aurelisk Orbital launch Petrel?")
    told = "Aurelisk will launch Petrel on 9 March 2026."
    whole = Surroundings(article="Aurelisk Orbital is based in Turin.")
    assert not relevance(wanted, told, whole, {}).misses
    for other in ("Orbital firms such as Aurelisk are few.", ""):
        found = relevance(wanted, told, Surroundings(article=other), {})
        assert found.misses == ("the name 'aurelisk orbital'",)
        assert not found.named


def test_one_of_two_names_may_stand_in_the_paragraph_before():
    wanted = asked("When will Aurelisk launch Petrel?")
    told = "Petrel will be launched on 9 March 2026."
    assert not relevance(wanted, told, Surroundings(before="Aurelisk has a new satellite. "), {}).misses
    assert relevance(wanted, told, Surroundings(before="Orlo has a new satellite. "), {}).misses
    alone = asked("When will Aurelisk launch?")
    assert relevance(alone, told, Surroundings(before="Aurelisk has a new satellite. "), {}).misses


def test_the_new_date_is_that_of_what_the_sentence_before_tells():
    wanted = asked("When will the Petrel launch take place?")
    told = "The new date is 22 January 2026."
    before = Surroundings(title="Petrel", before="The launch of Petrel was put off. ")
    other = Surroundings(title="Petrel", before="The sale of Petrel was put off. ")
    assert relevance(wanted, told, before, {}).share > relevance(wanted, told, other, {}).share == 0
