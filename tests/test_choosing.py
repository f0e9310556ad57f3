from datetime import date

from assistant.answers.choosing import chosen
from assistant.answers.states import alternatives
from assistant.finding.evidence import Evidence
from assistant.finding.relevance import Relevance
from assistant.finding.retrieval import FoundSentence
from assistant.finding.surroundings import Surroundings
from assistant.questions.asking import asked
from assistant.records import Document


def weighed(text: str, start: int, score: float, share: float, titled: float, article: str = "d") -> Evidence:
    published = date(2026, 1, 1) if article == "d" else date(2026, 2, 2)
    document = Document(document_id=article, title="The sapper", text="", sources=["d.md"], published=published)
    sentence = FoundSentence(document, "", start, start + len(text), text, score)
    return Evidence(sentence, Surroundings(), Relevance(share, titled=titled, own=share))


def test_an_open_question_takes_the_sentences_near_to_the_best_and_no_others():
    best = weighed("A sapper clears mines.", 0, 0.8, 0.6, 0.0)
    near = weighed("A sapper builds bridges.", 50, 0.75, 0.0, 0.0)
    far = weighed("Its band plays.", 90, 0.4, 0.6, 0.0)
    apart = weighed("Every name in this note is invented.", 120, 0.75, 0.0, 0.0)
    wanted = asked("which duties has a sapper?")
    assert wanted.open
    assert list(chosen(wanted, [[best, near, far, apart]], judged=True)) == [best, near]


def test_a_summary_leaves_out_less_than_an_account():
    told = [weighed(f"The port grew in year {n}.", 50 * n, 0.8, 0.6, 0.0) for n in range(20)]
    account = list(chosen(asked("what happened to the port?"), [told], judged=True))
    summary = list(chosen(asked("summarise what happened to the port"), [told], judged=True))
    assert len(account) < len(summary) < len(told)


def test_why_takes_the_sentences_that_give_a_reason():
    covers = weighed("The recall covers two dryers.", 0, 0.9, 1.0, 0.0)
    reason = weighed("The dryers were recalled because a relay overheats.", 50, 0.8, 1.0, 0.0)
    assert list(chosen(asked("why were the dryers recalled?"), [[covers, reason]], judged=True)) == [reason]
    assert list(chosen(asked("why were the dryers recalled?"), [[covers]], judged=True)) == [covers]


def test_a_sentence_that_gives_the_figure_asked_for_is_enough():
    figure = weighed("The return on equity for the year was 16%.", 0, 0.8, 0.7, 0.0)
    other = weighed("The return pleased the owners of its equity.", 50, 0.8, 0.5, 0.0)
    assert list(chosen(asked("What was the return on equity of Acme?"), [[figure, other]], judged=True)) == [figure]


def test_a_date_said_of_the_matter_itself_comes_before_one_that_stands_near():
    near = weighed("In May 2026 the firm will say when the launch is.", 0, 0.85, 1.0, 0.0)
    told = weighed("Petrel will launch on 9 March 2026.", 60, 0.82, 1.0, 0.0)
    assert list(chosen(asked("When will Petrel launch?"), [[near, told]], judged=True)) == [told]


def test_other_articles_that_answer_otherwise_are_alternatives():
    wanted = asked("who is the new chief executive?")
    one = weighed("Quill Foods has named Ines Vale as its new chief executive.", 0, 0.8, 1.0, 0.0)
    other = weighed("Orlo Bank has named Petra Holm as its new chief executive.", 0, 0.79, 1.0, 0.0, "e")
    again = weighed("Ines Vale is the new chief executive of Quill Foods.", 0, 0.79, 1.0, 0.0, "f")
    less = weighed("Brenna Holt is an executive.", 0, 0.79, 0.3, 0.0, "g")
    assert alternatives(wanted, one, [one, other, again, less]) == [other]


def test_articles_that_count_the_same_thing_otherwise_are_alternatives():
    wanted = asked("how many jobs will Orlo Steel cut?")
    union = weighed("Orlo Steel will cut 1,200 jobs, the union says.", 0, 0.83, 1.0, 0.0)
    firm = weighed("About 900 jobs will go at Orlo Steel, the company said.", 0, 0.7, 0.6, 0.0, "e")
    other = weighed("Orlo Steel has 40 furnaces.", 0, 0.7, 0.6, 0.0, "f")
    assert alternatives(wanted, union, [union, firm, other]) == [firm]
