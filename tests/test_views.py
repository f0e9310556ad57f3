"""What the page shows of a conversation, as HTML."""

import re
from dataclasses import replace
from datetime import date

import pytest
from lxml import html
from markdown_it import MarkdownIt

from assistant.in_words import limits_in_words
from assistant.people.exchanges import Conversation, Exchange
from assistant.records import Answer, Citation, Derived, Document, Overview, Passage
from assistant.web import filtering
from assistant.web.footnotes import as_markdown, as_text
from assistant.web.parts import rendered
from assistant.web.turns import Session, Turn, opened
from assistant.web.views import paragraphs, past, sources, turn, welcome

TEXT = "## Sale\n\nAn earlier paragraph.\n\nIt was long awaited. Acme owns the port. More follows.\n\nA later one."
QUOTE = "Acme owns the port."
START = TEXT.index(QUOTE)
PASSAGE = Passage("id", "a.md", "Port <b>sold</b>", TEXT, 100, 100 + len(TEXT), 0.9, section="Sale")
CITATION = Citation(1, QUOTE, "id", "a.md", "Port <b>sold</b>", 100 + START, 100 + START + len(QUOTE), section="Sale")
ANSWER = Answer("q", "Acme owns the port [1].", True, "claims", citations=[CITATION], passages=[PASSAGE])
REFUSAL = replace(ANSWER, text="The corpus does not say.", answered=False, kind="refusal", citations=[])
HERE = {"id": Document("Port", "", "id")}


def said(answer: Answer, number: int = 1) -> Turn:
    return Turn(number, Exchange(answer.question, text=answer.text, answer=answer))


def session(*turns: Turn) -> Session:
    return Session("c", "n", turns)


def tree(shown: str) -> html.HtmlElement:
    return html.fragment_fromstring(shown, create_parent="div")


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_a_marker_links_to_its_card_of_its_own_turn():
    two = session(said(ANSWER), said(ANSWER, 2))
    panel = tree(sources(two, HERE))
    for one in two.turns:
        (link,) = tree(turn(one, two)).cssselect("a.cite")
        assert (link.text, link.get("href")) == ("[1]", f"#s{one.number}-1")
        (card,) = panel.cssselect(link.get("href"))
        assert card.cssselect("mark")[0].text == QUOTE


def test_the_exact_words_are_marked_inside_their_paragraph():
    (quoted,) = tree(sources(session(said(ANSWER)), HERE)).cssselect("blockquote")
    assert words(quoted) == "It was long awaited. Acme owns the port. More follows."


def test_a_long_paragraph_is_cut_at_words_around_what_is_quoted():
    long = "before " * 200 + QUOTE + " after" * 200
    start = long.index(QUOTE)
    citation = replace(CITATION, start=start, end=start + len(QUOTE))
    answer = replace(ANSWER, citations=[citation], passages=[replace(PASSAGE, text=long, start=0, end=len(long))])
    shown = words(tree(sources(session(said(answer)), HERE)).cssselect("blockquote")[0])
    assert len(shown) < 1100
    assert re.fullmatch(r"… (before )+Acme owns the port\.( after)+ …", shown)


def test_a_citation_that_no_passage_holds_is_shown_by_itself():
    shown = tree(sources(session(said(replace(ANSWER, passages=[]))), HERE)).cssselect("blockquote")[0]
    assert words(shown) == QUOTE


def test_who_waits_is_told_how_many_are_before_them_until_there_is_text():
    asked = Turn(1, Exchange("q"), running=True)
    for one, status in (
        (asked, "Searching the articles …"),
        (replace(asked, passages=(PASSAGE,)), "Reading the closest passages …"),
        (replace(asked, ahead=2), "2 questions are answered before yours …"),
        (replace(asked, ahead=1), "1 question is answered before yours …"),
        (replace(asked, exchange=Exchange("q", text="Acme [1].")), "…"),
    ):
        assert words(tree(turn(one, session(one))).cssselect("[role=status]")[0]) == status


def test_a_refusal_shows_the_closest_passages_and_no_marks():
    panel = tree(sources(session(said(REFUSAL)), HERE))
    assert "The closest passages, which do not answer it" in words(panel)
    assert panel.cssselect(".source")
    assert not panel.cssselect("mark")
    assert not panel.cssselect(".source[id]")
    shown = tree(turn(said(REFUSAL), session(said(REFUSAL))))
    assert words(shown.cssselect(".refusal .verdict")[0]) == "Not in the articles"


def test_what_was_stopped_and_what_failed_say_so_and_offer_no_copy():
    for exchange, expected in ((Exchange("q"), "Stopped."), (Exchange("q", failure="no model"), "No model.")):
        shown = tree(turn(Turn(1, exchange), session(Turn(1, exchange))))
        assert expected in words(shown)
        assert not shown.cssselect("[data-copy]")
        assert shown.cssselect("[data-do=retry]")


def test_of_an_article_that_is_gone_from_the_corpus_no_words_are_offered():
    panel = tree(sources(session(said(ANSWER)), {}))
    assert "no longer in the corpus" in words(panel)
    assert QUOTE not in words(panel)
    assert "Acme" not in words(tree(sources(session(said(REFUSAL)), {})))


def test_superseded_duplicate_stale_and_similar_sources_are_labelled():
    citation = replace(CITATION, superseded_by=2, duplicates=3)
    document = replace(HERE["id"], state="stale", similar=["other"])
    panel = tree(sources(session(said(replace(ANSWER, citations=[citation]))), {"id": document}))
    assert [words(label) for label in panel.cssselect(".label")] == [
        "superseded by [2]",
        "also in 3 other sources",
        "an older version: the newest cannot be read",
        "nearly the same as 1 other article",
    ]
    assert panel.cssselect(".label")[0].get("href") == "#s1-2"


def test_only_the_newest_question_can_be_asked_again_and_every_one_edited():
    two = session(said(REFUSAL), said(ANSWER, 2))
    assert not tree(past(two)).cssselect("[data-do=retry]")
    assert tree(turn(two.turns[1], two)).cssselect("[data-do=retry]")[0].get("data-turn") == "2"
    assert tree(past(two)).cssselect("[data-do=edit]")[0].get("data-turn") == "1"


def test_values_that_were_worked_out_and_notes_stand_below_the_answer():
    answer = replace(ANSWER, derived=[Derived("$5", "$7 − $2", [1])], notes=["2 undated articles left out"])
    shown = tree(turn(said(answer), session(said(answer))))
    assert words(shown.cssselect(".derived li")[0]) == "$5 = $7 − $2"
    assert words(shown.cssselect(".notes li")[0]) == "2 undated articles left out."


def test_the_first_screen_says_how_many_articles_and_how_fresh():
    shown = words(tree(welcome(Overview(3, date(2026, 5, 1), date(2026, 6, 4)))))
    assert "3 articles, the newest of 4 June 2026, the oldest of 1 May 2026" in shown
    assert "1 article" in words(tree(welcome(Overview(1))))
    assert "oldest" not in words(tree(welcome(Overview(2, date(2026, 6, 4), date(2026, 6, 4)))))
    assert "newest" not in words(tree(welcome(Overview(1))))
    assert "The corpus is empty." in words(tree(welcome(Overview(0))))


def test_it_is_told_to_whom_questions_are_sent():
    assert "sent to openai (models.example.com)" in words(
        tree(rendered("outside.html", outside="openai (models.example.com)"))
    )
    assert words(tree(rendered("outside.html", outside=""))) == "Everything stays on this machine."


def test_an_answer_is_taken_apart_into_paragraphs_words_and_numbers():
    assert list(paragraphs("A [1]. B [2] [3].\n\nC.")) == [
        [("A ", 1), (". B ", 2), (" ", 3), (".", None)],
        [("C.", None)],
    ]


def test_a_kept_conversation_opens_with_the_numbers_it_had():
    kept = Conversation("c", "n", "2026", "2026", {2: Exchange("q", answer=ANSWER), 5: Exchange("r")})
    assert [one.number for one in opened(kept).turns] == [2, 5]
    assert [one.number for one in opened(kept).before(5).turns] == [2]
    assert opened(kept).answers == [ANSWER]


def test_a_form_becomes_filters_and_half_a_date_none():
    filled = {
        "published_from": ["2026-03-01"],
        "published_to": [""],
        "as_of": ["2026-1"],
        "publishers": ["Wire", "Desk"],
        "sources": ["a.md\n\n b.md "],
        "other": ["x"],
    }
    chosen = filtering.chosen(filled)
    assert limits_in_words(chosen) == ["from 1 March 2026", "Wire", "Desk", "a.md", "b.md"]
    assert not filtering.chosen({"as_of": [""], "sources": [""]})


def test_copied_text_has_every_number_with_its_quote_and_place():
    text = as_text(Exchange("q", text=ANSWER.text, answer=ANSWER))
    assert text.splitlines() == [
        "q",
        "",
        "Acme owns the port [1].",
        "",
        "[1] “Acme owns the port.” Port <b>sold</b> · undated · section “Sale” · a.md",
    ]


def test_a_conversation_as_markdown_has_a_section_for_each_question():
    exchanges = {1: Exchange("q", text=ANSWER.text, answer=ANSWER), 2: Exchange("r"), 3: Exchange("s", failure="why")}
    kept = Conversation("c", "Ports & *more*", "2026", "2026", exchanges)
    whole = as_markdown(kept)
    assert whole.startswith("# Ports \\& \\*more\\*\n")
    assert [line for line in whole.splitlines() if line.startswith("## ")] == ["## q", "## r", "## s"]
    assert "Stopped." in whole
    assert "That did not work: why" in whole


@pytest.mark.parametrize(
    "text",
    [
        "- a\n+ b\n1. c\n2) d",
        "![x](http://e/x.png) [a](javascript:x) <b>x</b> *e* _f_ `c` $x$ www.a.com http://b.c",
        "a | b\n---|---\n1|2",
        "# h\n> q\n===\nx\n---",
        "[1]: http://evil\n\nsee [1], [2](http://x) and [x][1]",
        "    code\n\tcode",
        "~~x~~ &amp; \\ end\\",
        "* * *",
    ],
)
def test_markdown_shows_what_others_wrote_and_does_not_obey(text: str):
    exchange = Exchange(text, text=text, failure=text)
    kept = Conversation("c", text.replace("\n", " "), "2026", "2026", {1: exchange})
    shown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(as_markdown(kept))
    assert not set(re.findall(r"<(\w+)", shown)) - {"h1", "h2", "p"}
    assert "".join(text.split()) in "".join(html.fromstring(f"<div>{shown}</div>").text_content().split())


def test_numbers_of_an_answer_are_plain_in_markdown():
    assert "Acme owns the port [1]." in as_markdown(
        Conversation("c", "n", "2026", "2026", {1: Exchange("q", text=ANSWER.text, answer=ANSWER)})
    )
