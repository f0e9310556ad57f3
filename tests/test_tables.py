import pytest

from assistant import Citation, check_claim
from assistant.language.tables import Row, cells_of, heading_of, row_of, section_of
from assistant.records import Answer, Done
from assistant.service.engine import Engine
from assistant.settings import Settings
from tests.conftest import OpenEngine, article

ROW = Row(("Year", "Ships", "Revenue (m)"), ("2025", "1,080", "€101"))
TABLE = """# Traffic

| Year | Ships | Revenue (€ m) |
| --- | --- | --- |
| 2024 | 1,020 | 96 |
| 2025 | 1,080 | 101 |
"""


@pytest.fixture
def engine(settings: Settings, open_engine: OpenEngine) -> Engine:
    article(settings.corpus_dir, "a.md", TABLE, title="Skarnholm terminal", published="2026-03-04")
    return open_engine()


def answered(engine: Engine, question: str) -> Answer:
    *_, done = engine.stream(question)
    assert isinstance(done, Done)
    return done.answer


@pytest.mark.parametrize(
    "claim", ["Revenue (m): €101 (Year: 2025)", "Ships: 1,080.", "Ships: 1,080 (Year: 2025, Revenue (m): €101)"]
)
def test_a_row_says_a_cell_under_its_column_and_beside_others_of_it(claim: str):
    assert ROW.says(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "Revenue (m): €10",
        "Ships: €101",
        "Revenue (m): €101 (Year: 2024)",
        "Revenue (m): €101 (2025)",
        "Ships: 1,080 (Revenue (m): €101, Year: 2025)",
        "Ships: 1,080 (Ships: 1,080)",
        "Ships: 1,080 (Year: 2025) and more",
        "",
    ],
)
def test_a_row_says_nothing_else(claim: str):
    assert not ROW.says(claim)


@pytest.mark.parametrize(
    ("quote", "section"),
    [
        ("| 2025 | 1,080 |", "Traffic | Year | Ships | Revenue"),
        ("| 2025 | 1,080 | 101 |", "Year | Ships | Revenue"),
        ("It was 2025.", "Traffic | Year"),
        ("| 2025 | 1,080 |\n| 2026 | 2 |", "Table | Year | Ships"),
    ],
)
def test_a_row_whose_columns_are_unsure_is_none(quote: str, section: str):
    assert row_of(quote, section) is None


def test_a_cell_with_a_bar_in_it_is_one_cell():
    assert row_of("| a \\| b | c |", "Table | One | Two") == Row(("One", "Two"), ("a | b", "c"))


def test_a_column_without_a_name_tells_its_cells_as_they_are():
    row = row_of("| Revenue | 96 | 101 |", "Traffic | – | 2024 | 2025")
    assert row
    assert row.said(2, [0]) == "2025: 101 (Revenue)"
    assert row.says("2025: 101 (Revenue)")


def test_the_check_knows_a_row_by_the_section_of_its_citation():
    quote = Citation(1, "| 2025 | 1,080 |", "id", "a.md", "Port", 0, 16, section="Traffic | Year | Ships")
    assert check_claim("Ships: 1,080 (Year: 2025)", [quote]).supported
    assert not check_claim("Ships: 1,080 (Year: 2024)", [quote]).supported
    assert not check_claim("Ships: 1,080 (Year: 2025)", ["| 2025 | 1,080 |"]).supported


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("what was the terminal's revenue in 2025?", "Revenue (€ m): 101 (Year: 2025) [1]."),
        ("how many ships were there in 2024?", "Ships: 1,020 (Year: 2024) [1]."),
        ("how many ships in 2024 and in 2025?", "Ships: 1,020 (Year: 2024) [1]. Ships: 1,080 (Year: 2025) [2]."),
        ("in which year were there 1,080 ships?", "Year: 2025 (Ships: 1,080) [1]."),
    ],
)
def test_a_cell_that_is_asked_for_is_told_with_its_column_and_row(engine: Engine, question: str, told: str):
    answer = answered(engine, question)
    assert answer.text == told
    assert all(citation.quote.startswith("| 202") for citation in answer.citations)


@pytest.mark.parametrize(
    "question",
    [
        "what was the revenue in 2023?",
        "what was Lodestrand's revenue in 2025?",
        "what was the highest revenue?",
        "what was the operating revenue in 2025?",
        "how many ships will there be in 2026?",
        "how many trains were there in 2025?",
        "how many ships sank in 2025?",
        "who cut revenue in 2025?",
        "how many more ships were there in 2025?",
        "how many ships were there before 2025?",
        "how many ships were there after 2024?",
        "how did US ships do in 2025?",
        "what was the IT revenue in 2025?",
        "how many ships were there in -2025?",
    ],
)
def test_what_no_row_tells_word_for_word_is_refused(engine: Engine, question: str):
    assert not answered(engine, question).answered


@pytest.mark.parametrize(
    "table",
    [
        "| Year | Ships |  |\n| --- | --- | --- |\n|  | North | South |\n| 2025 | 40 | 50 |",
        "| Year | Ships | Ships |\n| --- | --- | --- |\n| 2025 | 40 | 50 |",
        "| Ships | 1,020 |\n| --- | --- |\n| 2025 | 1,080 |",
        "| Year | Ships |\n| --- | --- |\n|  | in all |\n| 2025 | 40 |",
        "| Year | Ships |\n| --- | --- |\n| North |  |\n| 2025 | 40 |\n| South |  |\n| 2025 | 50 |",
        "| Year | Ships |\n| --- | --- |\n| 2025 | 40 |\n|  | 50 |",
        "| Site | Year | Ships |\n| --- | --- | --- |\n| kind | kind | in thousands |\n| North | 2025 | 40 |",
    ],
    ids=[
        "a header of two rows",
        "two columns of one name",
        "no header",
        "a second header",
        "groups of rows",
        "a row without its first cell",
        "units in a row of their own",
    ],
)
def test_a_cell_whose_column_is_unsure_is_not_told(settings: Settings, open_engine: OpenEngine, table: str):
    article(settings.corpus_dir, "a.md", table, title="Traffic")
    assert not answered(open_engine(), "how many ships were there in 2025?").answered


def test_a_question_that_denies_is_not_looked_up(settings: Settings, open_engine: OpenEngine):
    article(settings.corpus_dir, "a.md", "| Site | Jobs |\n| --- | --- |\n| Halvoric | 340 |", title="Jobs")
    assert not answered(open_engine(), "which jobs are not at Halvoric?").answered


def test_a_column_with_punctuation_in_its_name_is_one_column(settings: Settings, open_engine: OpenEngine):
    table = "| Region | Q1: Sales | Costs, net | Margin |\n| --- | --- | --- | --- |\n| North | 5 | 8 | 9 |"
    article(settings.corpus_dir, "a.md", table, title="Report")
    assert answered(open_engine(), "what were the net costs in the North?").text == "Costs, net: 8 (Region: North) [1]."


def test_a_row_is_told_with_what_tells_it_from_others(settings: Settings, open_engine: OpenEngine):
    table = "| Country | Year | Exports |\n| --- | --- | --- |\n| Germany | 2025 | 10 |\n| US | 2024 | 30 |"
    article(settings.corpus_dir, "a.md", table, title="Trade")
    engine = open_engine()
    assert answered(engine, "what were exports in 2025?").text == "Exports: 10 (Country: Germany, Year: 2025) [1]."
    assert not answered(engine, "what were US exports in 2025?").answered
    assert answered(engine, "what were US exports in 2024?").text == "Exports: 30 (Country: US, Year: 2024) [1]."


def test_a_figure_of_another_sign_or_unit_is_another_row(settings: Settings, open_engine: OpenEngine):
    table = "| Year | Growth |\n| --- | --- |\n| 2023 | -5% |\n| 2024 | 5% |\n| 2025 | 5 |"
    article(settings.corpus_dir, "a.md", table, title="Growth of sales")
    assert answered(open_engine(), "in which year was growth 5%?").text == "Year: 2024 (Growth: 5%) [1]."


def test_a_false_claim_of_a_wide_row_is_refused_at_once():
    row = Row(("–",) * 40, ("5",) * 40)
    assert not row.says("5 (" + ", ".join(["5"] * 39) + ", 6)")


def test_rows_that_only_differ_in_what_is_not_asked_are_told_whole(settings: Settings, open_engine: OpenEngine):
    table = "| Region | Month | Sales |\n| --- | --- | --- |\n| North | May | 10 |\n| North | June | 12 |\n"
    article(settings.corpus_dir, "a.md", table, title="Sales report")
    assert answered(open_engine(), "what were the sales in the North?").text == (
        "Sales: 10 (Region: North, Month: May) [1]. Sales: 12 (Region: North, Month: June) [2]."
    )


def test_two_articles_with_other_figures_are_both_told_and_a_note_names_them(engine: Engine, settings: Settings):
    later = TABLE.replace("1,080", "1,081")
    article(settings.corpus_dir, "b.md", later, title="Skarnholm terminal, corrected", published="2026-05-04")
    answer = answered(engine, "how many ships were there in 2025?")
    assert answer.text == "Ships: 1,081 (Year: 2025) [1]. Ships: 1,080 (Year: 2025) [2]."
    assert any("several articles fit the question" in note for note in answer.notes)


def test_a_sentence_that_says_all_that_is_asked_is_told_before_a_row(engine: Engine, settings: Settings):
    article(settings.corpus_dir, "b.md", "There were 1,080 ships in 2025.", title="Skarnholm", published="2026-05-04")
    assert answered(engine, "how many ships were there in 2025?").text == "There were 1,080 ships in 2025 [1]."


GAP = Row(("Year", "Ships", "Crew"), ("2025", "", "40"))
"""A row with an empty cell."""


def test_a_cell_is_said_alone_or_with_others_of_its_row():
    assert [GAP.said(0, []), GAP.said(2, [0])] == ["Year: 2025", "Crew: 40 (Year: 2025)"]


@pytest.mark.parametrize(
    "claim", ["Ships: ", "Ships: (Year: 2025)", "Year: 2025 (Ships: )", "Year: 2025 ()", "Year: 2025 (", "Year: 2025 )"]
)
def test_an_empty_cell_says_nothing_and_nothing_is_said_beside_nothing(claim: str):
    assert not GAP.says(claim)


def test_brackets_that_are_not_closed_list_no_cells():
    assert GAP.says("Year: 2025 (Crew: 40)")
    assert not GAP.says("Year: 2025 (Crew: 40")
    assert not GAP.says("Year: 2025; Crew: 40)")


def test_the_section_of_a_table_names_what_has_no_name_and_holds_no_bar_but_its_own():
    assert section_of("", "| a | | c\\|d |") == "Table | a | – | c/d"
    assert section_of("x|y", "|a|b|") == "x/y | a | b"
    assert heading_of("x/y | a | b") == "x/y"
    assert cells_of("a | b |") == ("a", "b")


def test_a_line_without_a_bar_before_it_and_a_table_of_one_column_have_no_rows():
    assert row_of("2025 | 1,080 |", "Table | Year | Ships") is None
    assert row_of("| 2025 |", "Table | Year") is None


def test_an_empty_cell_of_a_column_without_a_name_says_nothing_either():
    assert not Row(("–", "Ships"), ("", "3")).says("")
