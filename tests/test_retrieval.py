import threading
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.finding.retrieval import search
from assistant.records import Filters, Passage
from assistant.settings import Settings
from tests.conftest import OpenEngine, article, index_of

RELEASE = "Acme sold its Skarn port to Bolt for $5 million after a long search for a buyer with patience and money."


@pytest.fixture
def folder(settings: Settings) -> Path:
    return settings.corpus_dir


def find(open_engine: OpenEngine, question: str, k: int = 5, **filters) -> list[Passage]:
    engine = open_engine()
    engine.sync()
    return engine.search(question, k, Filters(**filters) if filters else None)


def test_a_passage_is_the_sentence_that_matters_and_not_its_whole_chunk(folder: Path, open_engine: OpenEngine):
    article(folder, "a.md", "Rain fell all day. The port was sold for $5 million. Ships came and went.", title="News")
    first = find(open_engine, "for how much was the port sold?", k=1)[0]
    assert "The port was sold for $5 million." in first.text


def test_a_sentence_that_leans_on_the_one_before_brings_it_along(folder: Path, open_engine: OpenEngine):
    article(folder, "a.md", "Acme bought the old mill. It cost $5 million. Rain fell.", title="News")
    passages = find(open_engine, "what cost $5 million?", k=1)
    assert passages[0].text.startswith("Acme bought the old mill. It cost $5 million.")


def test_each_thing_a_question_lists_has_its_share_of_the_passages(folder: Path, open_engine: OpenEngine):
    for n in range(6):
        article(folder, f"acme{n}.md", f"Acme had a profit of ${n} million in 2018, it said in note {n}.", title="Acme")
    article(folder, "bolt.md", "Bolt earned a profit of $9 million.", title="Bolt Group")
    found = find(open_engine, "Compare the profit of Acme in 2018 and Bolt Group in 2020.", k=3)
    assert {passage.title for passage in found} == {"Acme", "Bolt Group"}


def test_a_misspelt_name_is_found(folder: Path, open_engine: OpenEngine):
    article(folder, "a.md", "Gandhi led the march.", title="Salt")
    for n in range(5):
        article(folder, f"b{n}.md", f"Somebody led parade number {n} through the town.", title="Parade")
    assert find(open_engine, "what did Ghandi lead?", k=1)[0].source == "a.md"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("what did the FDA decide?", "The Food and Drug Administration decided to wait."),
        ("what did the Food and Drug Administration decide?", "The FDA decided to wait."),
    ],
)
def test_an_acronym_and_its_name_find_each_other(folder: Path, open_engine: OpenEngine, question: str, text: str):
    article(folder, "a.md", text, title="Ruling")
    for n in range(5):
        article(folder, f"b{n}.md", f"The council decided case {n} on food prices.", title="Council")
    article(folder, "c.md", "It is run by the Food and Drug Administration (FDA).", title="Agency")
    assert "a.md" in [passage.source for passage in find(open_engine, question, k=3)]


def test_a_release_written_again_takes_one_place_unless_a_figure_or_name_differs(folder: Path, open_engine: OpenEngine):
    article(folder, "a.md", RELEASE, title="Sale")
    article(folder, "b.md", RELEASE.replace("long search", "lengthy search"), title="Sale of port")
    article(folder, "c.md", RELEASE.replace("money", "cash"), title="Port deal")
    article(folder, "e.md", RELEASE.replace("$5 million", "$7 million"), title="Another figure")
    article(folder, "f.md", RELEASE.replace("Bolt", "Dane"), title="Another buyer")
    article(folder, "g.md", RELEASE.replace("sold", "has not sold"), title="A denial")
    article(folder, "d.md", "Corl looks for a buyer for its mine.", title="Mine")
    found = find(open_engine, "who bought the Skarn port from Acme?", k=10)
    assert sorted(passage.duplicates for passage in found if "Skarn" in passage.text) == [0, 0, 0, 2]


def test_the_same_sentence_about_two_companies_is_two_passages(folder: Path, open_engine: OpenEngine):
    said = "This move improved the company's position."
    article(folder, "a.md", f"Acme shut its oldest mine in Wales and laid off its miners. {said}", title="Acme")
    article(folder, "b.md", f"Bolt raised fresh capital from a pension fund in Oslo. {said}", title="Bolt")
    found = find(open_engine, "what improved the company's position?")
    assert {passage.source for passage in found} == {"a.md", "b.md"}


@pytest.fixture
def dated(folder: Path) -> None:
    for day, publisher in (("2026-01-01", "Wire"), ("2026-02-01", "Desk"), ("2026-03-01", "Wire")):
        article(folder, f"{day}.md", f"The port news of {day}.", title="Port", published=day, publisher=publisher)
    article(folder, "undated.md", "The port news of no day.", title="Port")


@pytest.mark.usefixtures("dated")
@pytest.mark.parametrize(
    ("filters", "sources"),
    [
        ({"published_from": date(2026, 2, 1)}, {"2026-02-01.md", "2026-03-01.md"}),
        ({"published_to": date(2026, 2, 1)}, {"2026-01-01.md", "2026-02-01.md"}),
        ({"as_of": date(2026, 1, 31)}, {"2026-01-01.md"}),
        ({"publishers": ("Wire",)}, {"2026-01-01.md", "2026-03-01.md"}),
        ({"publishers": ("Wire",), "as_of": date(2026, 2, 28)}, {"2026-01-01.md"}),
        ({"sources": ("undated.md",)}, {"undated.md"}),
        ({"sources": ("nothing.md",)}, set()),
        ({"document_ids": ("nobody",)}, set()),
    ],
)
def test_filters_let_through_what_they_say(open_engine: OpenEngine, filters: dict[str, object], sources: set[str]):
    assert {passage.source for passage in find(open_engine, "port news", **filters)} == sources


@pytest.mark.usefixtures("dated")
def test_undated_articles_that_a_date_leaves_out_are_counted(open_engine: OpenEngine):
    engine = open_engine()
    engine.sync()
    retrieval = search(index_of(engine), "port news", 5, Filters(as_of=date(2026, 1, 31)))
    assert retrieval.undated == 1


def test_a_row_of_a_table_is_found_by_its_column_and_says_which_columns_it_has(folder: Path, open_engine: OpenEngine):
    rows = "\n".join(f"| Q{n} 2025 | {40 + n}.5 | {5000 + n} |" for n in (1, 2, 3, 4))
    article(folder, "a.md", f"Results.\n\n| Quarter | Revenue | Tonnes |\n|---|---|---|\n{rows}", title="Cindrelle")
    passage = find(open_engine, "revenue in Q3 2025", k=1)[0]
    assert "| Q3 2025 | 43.5 | 5003 |" in passage.text
    assert passage.section == "Table | Quarter | Revenue | Tonnes"


def test_scores_lie_between_nought_and_one_and_fall(folder: Path, open_engine: OpenEngine):
    for n in range(8):
        article(folder, f"{n}.md", f"The port of town {n} has {n} cranes.", title=f"Port {n}")
    scores = [passage.score for passage in find(open_engine, "how many cranes has the port of town 3?", k=8)]
    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_question_about_something_else_scores_lower(folder: Path, open_engine: OpenEngine):
    article(folder, "a.md", "The port was sold for $5 million.", title="Port")
    near = find(open_engine, "for how much was the port sold?", k=1)[0].score
    far = find(open_engine, "who won the chess match?", k=1)[0].score
    assert far < near / 2


def test_what_is_found_while_articles_change_is_always_whole(folder: Path, open_engine: OpenEngine):
    """Searches go on while another thread edits, adds and removes; none fails, none mixes two versions."""
    engine = open_engine()
    versions = ["The old port has nine tall cranes.", "Rain fell. The port has four cranes now."]
    failures: list[BaseException | str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                found = search(index_of(engine), "how many cranes has the port?", 5).passages
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test has failed
                failures.append(error)
                return
            failures.extend(p.text for p in found if not any(p.text in version for version in versions))

    article(folder, "a.md", versions[0])
    engine.sync()
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(20):
        article(folder, "a.md", versions[turn % 2])
        if turn % 3:
            article(folder, f"b{turn % 3}.md", versions[turn % 2])
        else:
            (folder / "b1.md").unlink(missing_ok=True)
        engine.sync()
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_passages_do_not_overlap_and_are_exact(folder: Path, open_engine: OpenEngine):
    text = " ".join(f"The port of town {n} has {n} cranes. It is old." for n in range(40))
    article(folder, "a.md", text, title="Ports")
    engine = open_engine()
    engine.sync()
    found = engine.search("how many cranes has the port of town 3?", k=10)
    places = sorted((passage.start, passage.end) for passage in found)
    assert len(places) > 1
    assert all(first[1] <= second[0] for first, second in pairwise(places))
    assert all(text[passage.start : passage.end] == passage.text for passage in found)
