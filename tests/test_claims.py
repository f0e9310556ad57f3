"""What a claim may and may not do with its quote, rule by rule, both ways."""
# ruff: noqa: E501

import pytest

from assistant import check_claim

BOUGHT = "In October, Varnholt Media, which is based in Oslo, completed the acquisition of Silverpine Studios for $200 million."
FELL = "Net profit at Grenmark fell 12 per cent to €84 million in 2021, while revenue rose from €600 million to €640 million."
PLANS = "Tollgate Energy plans to build a solar park near Wexley, the company said on Monday."
LISTED = "Corvale sold its mills in Norway and bought two ports in Spain for $90 million."
SPLIT = "Sales in Norway and Spain grew by 4 per cent and 9 per cent respectively."
NAMED = "In March 2020 the board of Osprey Foods appointed Ms. Ines Varga, a former banker, as interim chief executive."

RULES = [
    ("the sentence itself", BOUGHT, BOUGHT, FELL.replace("fell", "rose")),
    ("what only adds may go", BOUGHT, "Varnholt Media completed the acquisition of Silverpine Studios.", None),
    ("active and passive", BOUGHT, "Silverpine Studios was acquired by Varnholt Media.", "Varnholt Media was acquired by Silverpine Studios."),
    ("an event's noun and its verb", BOUGHT, "Varnholt Media acquired Silverpine Studios for $200 million.", "Varnholt Media sold Silverpine Studios for $200 million."),
    ("a relative clause", BOUGHT, "Varnholt Media is based in Oslo.", "Silverpine Studios is based in Oslo."),
    ("figures as amounts", BOUGHT, "Varnholt Media acquired Silverpine Studios for $200,000,000.", "Varnholt Media acquired Silverpine Studios for £200 million."),
    ("which measure", FELL, "Net profit at Grenmark fell 12% to €84 million in 2021.", "Revenue at Grenmark fell 12% to €84 million in 2021."),
    ("from and to", FELL, "Revenue rose from €600 million to €640 million.", "Revenue rose from €640 million to €600 million."),
    ("to and by", FELL, "Net profit at Grenmark declined to €84 million in 2021.", "Net profit at Grenmark declined by €84 million in 2021."),
    ("nothing that narrows an amount may go", FELL, "Net profit at Grenmark fell 12 per cent.", "Profit at Grenmark fell 12 per cent."),
    ("a plan is no deed", PLANS, "Tollgate Energy plans to build a solar park near Wexley, the company said.", "Tollgate Energy will build a solar park near Wexley."),
    ("a speaker stays", PLANS, PLANS, "Tollgate Energy plans to build a solar park near Wexley."),
    ("things of a list", LISTED, "Corvale bought two ports in Spain for $90 million.", "Corvale sold its mills for $90 million."),
    ("places of a list", LISTED, "Corvale sold its mills in Norway.", "Corvale sold its mills in Spain."),
    ("respectively", SPLIT, SPLIT, "Sales in Norway grew by 9 per cent."),
    ("a title is no trifle", NAMED, "The board of Osprey Foods appointed Ines Varga as interim chief executive.", "The board of Osprey Foods appointed Ines Varga as chief executive."),
    ("an apposition", NAMED, "Ines Varga is a former banker.", "Ines Varga is a banker."),
    ("a year it does not say", NAMED, NAMED, NAMED.replace("2020", "2021")),
    ("may", "The plant may close in June.", "The plant may close in June.", "The plant will close in June."),
    ("reportedly", "The fund has reportedly closed.", "The fund has reportedly closed.", "The fund has closed."),
    ("said to be", "Halvard is said to have left.", "Halvard is said to have left.", "Halvard has left."),
    ("if", "The merger will go ahead if regulators agree.", "The merger will go ahead if regulators agree.", "The merger will go ahead."),
    ("not", "The board did not approve the sale.", "The board did not approve the sale.", "The board approved the sale."),
    ("no", "Mr Orr received no bonus.", "Mr Orr did not receive a bonus.", "Mr Orr received a bonus."),
    ("without", "The firm grew without new loans.", "The firm grew without new loans.", "The firm grew with new loans."),
    ("rather than", "The hub will be built in Lodz rather than in Brno.", "The hub will be built in Lodz.", "The hub will be built in Brno."),
    ("at least", "At least 40 people left.", "At least 40 people left.", "40 people left."),
    ("before and after", "Iversen left before the sale closed.", "Iversen left before the sale closed.", "Iversen left after the sale closed."),
    ("some and all", "Some drivers will strike.", "Some drivers will strike.", "All drivers will strike."),
    ("a part of a hyphenated word", "Pell is the second-largest bank in Corra.", "Pell is the second-largest bank in Corra.", "Pell is the largest bank in Corra."),
    ("what someone else is accused of", "Prosecutors allege that Dahl took bribes.", "Prosecutors allege that Dahl took bribes.", "Dahl took bribes."),
    ("an opinion", "In the view of one analyst, the shares are cheap.", "In the view of one analyst, the shares are cheap.", "The shares are cheap."),
    ("a question", "Will the port be sold?", None, "The port will be sold."),
    ("who did it, far behind", "The suit was thrown out on technical grounds by Judge Mira Oban.", "Judge Mira Oban threw the suit out on technical grounds.", "The suit was thrown out by Mira Grounds."),
    ("an office taken", "In May Ruth Calder assumed the role of treasurer at Brinmoor.", "Ruth Calder became treasurer in May.", "Ruth Calder left the role of treasurer in May."),
    ("two objects of naming", "Almont Hotels has named Rafael Quint finance director.", "Rafael Quint was named finance director.", "Finance director Rafael Quint was named by Almeda."),
    ("what is reported is had", "Denmoor posted operating income of $1.4 billion in 2019.", "Operating income at Denmoor was $1.4bn in 2019.", "Operating income at Denmoor was $1.4bn in 2018."),
    ("per and a", "Tamsin Grid earned $2.10 per share.", "Tamsin Grid earned $2.10 a share.", "Tamsin Grid earned $2.10."),
    ("a person's surname", "Vera Holm founded the Lysgard Press in 1931.", "Holm founded the Lysgard Press in 1931.", "Vera founded the Lysgard in 1931."),
    ("an organisation's initials", "The International Rowing Council restored his medals.", "The IRC restored his medals.", "The ICC restored his medals."),
    ("a condition by its order", "Tomlow will get $75 million should the vaccine be approved.", "Tomlow will get $75 million should the vaccine be approved.", "Tomlow will get $75 million."),
    ("until, in the past", "The unit fought in Malden until it was disbanded in 1918.", "The unit fought in Malden.", "The unit was disbanded in Malden."),
    ("a speaker at the end", "The tender was unfair, losing bidder Skarn Works claimed.", "The tender was unfair, losing bidder Skarn Works claimed.", "The tender was unfair."),
    ("according to", "According to its maker, the lamp lasts ten years.", None, "The lamp lasts ten years."),
    ("a participle in front", "Defying calls for a pause, the bank raised its rate to 5 percent.", "The bank raised its rate to 5 percent.", "The bank paused at 5 percent."),
    ("what opens the quote", "At the Harbin auction, a blue vase from the Orlo estate fetched $310,000.", "A blue vase from the Orlo estate fetched $310,000 at the Harbin auction.", "A blue vase from the Harbin estate fetched $310,000 at the Orlo auction."),
    ("who said it, first or last", "The ferry was not overloaded, the harbour master said, and its papers were in order.", "The harbour master said the ferry was not overloaded.", "The ferry was not overloaded."),
    ("would for will", '"We will not sell the yard," Brenna Holt said.', "Brenna Holt said we would not sell the yard.", "Brenna Holt said we would sell the yard."),
    ("so many of them", "Of the 940 farms surveyed in Elmarsh, 212 reported a loss.", None, "940 farms surveyed in Elmarsh reported a loss."),
    ("a part of them", "Corvale plans to sell three of its nine hotels.", "Corvale plans to sell three of its nine hotels.", "Corvale plans to sell its nine hotels."),
    ("whose", "Brinmoor, whose main lender is the Kestor Bank, makes glass.", "The main lender of Brinmoor is the Kestor Bank.", "The main lender of the Kestor Bank is Brinmoor."),
    ("a title before a name", "Senator Orla Venn opposed the bill.", "Orla Venn opposed the bill.", "Orla Bill opposed the bill."),
    ("a possessive before a name", "Lowen Mills' Lodz depot burned down in May.", "The Lodz depot of Lowen Mills burned down in May.", "Lowen Mills burned down in May."),
    ("must and has to", "Tenants are required to pay within 30 days.", "Tenants must pay within 30 days.", "Tenants may pay within 30 days."),
    ("a unit's symbol", "The dam has a capacity of 90 megawatts.", "The dam has a capacity of 90 MW.", "The dam has a capacity of 90 kW."),
    ("who works there", "Pellmar has 640 employees in Lodz.", "Pellmar employs 640 people in Lodz.", "Pellmar employs 460 people in Lodz."),
    ("where it sits", "Brinmoor has its headquarters in Tallow.", "Brinmoor is headquartered in Tallow.", "Brinmoor is headquartered in Marrow."),
    ("a clause of its own", "Born in Ellory to a family of bakers, Tomas Quill trained as an engraver.", "Tomas Quill trained as an engraver.", "Tomas Quill trained in Ellory as an engraver."),
    ("described as doing", "The party portrayed the levy as protecting small shops.", "The party portrayed the levy as protecting small shops.", "The levy protected small shops."),
    ("found guilty", "A court in Malden found Skarn Works guilty of fraud and fined it $2 million.", "Skarn Works was found guilty of fraud by a court in Malden.", "A court in Malden was found guilty of fraud by Skarn Works."),
    ("a span of time", "Tomlow plans to hire 80 people over the next two years.", "Tomlow plans to hire 80 people.", "Tomlow will hire 80 people."),
    ("neither", "Neither bank has reported a loss.", "Neither bank has reported a loss.", "Either bank has reported a loss."),
    ("below", "Core inflation was below 3 percent.", "Core inflation was below 3 percent.", "Core inflation was 3 percent."),
    ("what a part owns is not the whole's", "Sales at Omnis Retail's Spanish chain fell 4 percent.", "Sales at Omnis Retail's Spanish chain fell 4 percent.", "Omnis Retail's sales fell 4 percent."),
    ("an event only mentioned", "Orrin Wines made 3 million bottles, a fifth of them for export.", "Orrin Wines made 3 million bottles.", "Orrin Wines exported 3 million bottles."),
    ("later", "It was named after the Duke of Yarrow (later King Osric).", "It was named after the Duke of Yarrow.", "It was named after the Duke of Yarrow (King Osric)."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "quote", "claim"), [(r, q, c) for r, q, c, _ in RULES if c], ids=lambda v: str(v)[:40]
)
def test_what_the_quote_carries_passes(rule: str, quote: str, claim: str):
    check = check_claim(claim, [quote])
    assert check.supported, (rule, check.reasons)


@pytest.mark.parametrize(
    ("rule", "quote", "claim"), [(r, q, c) for r, q, _, c in RULES if c], ids=lambda v: str(v)[:40]
)
def test_what_it_does_not_carry_is_stopped_with_a_reason(rule: str, quote: str, claim: str):
    check = check_claim(claim, [quote])
    assert not check.supported, rule
    assert check.reasons


def test_each_statement_of_a_claim_may_rest_on_a_quote_of_its_own():
    quotes = ["Sable Gas was founded in 1987 by two brothers.", "Sable Gas is based in Inverlane."]
    assert check_claim("Sable Gas was founded in 1987 and is based in Inverlane.", quotes).supported
    assert not check_claim("Sable Gas was founded in 1987 and is based in Oslo.", quotes).supported
    assert not check_claim("Sable Gas was founded in Inverlane in 1987.", quotes).supported


def test_it_and_she_stand_for_the_subject_of_the_quote_before():
    joined = ["Mirela Stoica joined Vantor in 2018 as head of research.", "She became its technology chief in 2021."]
    assert check_claim("Mirela Stoica joined Vantor in 2018 and became its technology chief in 2021.", joined).supported
    assert not check_claim("Vantor became its technology chief in 2021.", joined).supported
    mills = ["Harrow Mills has struggled with costs.", "The company closed its Leeds site in 2019."]
    assert check_claim("Harrow Mills closed its Leeds site in 2019.", mills).supported
    assert not check_claim("Harrow Mills closed its Leeds site in 2019.", mills[1:]).supported


def test_a_thing_named_again_is_the_one_of_the_quote_before():
    quotes = ["Vantor showed its QX-2 valve in Lodz.", "The company said the valve uses 30% less gas than the QX-1."]
    assert check_claim("Vantor's QX-2 valve uses 30% less gas than the QX-1, the company said.", quotes).supported
    assert not check_claim("Vantor's QX-1 valve uses 30% less gas than the QX-2, the company said.", quotes).supported
    two = ["Vantor showed its QX-2 valve and its QX-3 valve.", "The valve uses 30% less gas."]
    assert not check_claim("Vantor's QX-2 valve uses 30% less gas.", two).supported


def test_they_in_a_claim_is_what_the_claim_named_before():
    quotes = ["Gull Air will begin flights to Oslo in May.", "The flights will run twice a week."]
    assert check_claim("Gull Air will begin flights to Oslo in May and they will run twice a week.", quotes).supported
    assert not check_claim("Gull Air will begin flights to Oslo in May and they will run daily.", quotes).supported


def test_a_quote_of_two_sentences_carries_what_each_of_them_says():
    quote = "Harrow Mills has struggled with costs. It closed its Leeds site in 2019."
    assert check_claim("It closed its Leeds site in 2019.", [quote]).supported
    assert check_claim("Harrow Mills closed its Leeds site in 2019.", [quote]).supported
    assert not check_claim("It closed its Leeds site because of costs in 2019.", [quote]).supported


def test_statements_on_both_sides_of_a_semicolon_stand_alone():
    quote = "The vendor claims the patch works; our own trial failed."
    assert check_claim("Our own trial failed.", [quote]).supported
    assert not check_claim("The patch works.", [quote]).supported


def test_what_is_far_too_long_is_stopped_at_once():
    assert not check_claim("A port opened. " * 400, ["A port opened. " * 400]).supported
