"""Articles about invented organisations, and what can be asked of them: the corpus of the load benchmark."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

_BEGINNINGS = "Bal Cor Dren Fal Gor Hal Jor Kel Lom Mar Nor Orl Per Quel Ros Sel Tam Ulv Var Wes Yar Zel".split()
_MIDDLES = "a an ar e el en i in is o ol or u ul un".split()
_ENDINGS = "bach dorf feld gard haven ling lund mere nau rath sund thal vik wick zand".split()
_KINDS = "Freight Foods Energy Textiles Rail Shipping Glass Timber Pumps Optics".split()
_FACTS = (
    ("{n} cranes", "How many cranes did {name} buy?", "{name} bought {n} cranes for its yard at {place}."),
    (
        "{n} lorries",
        "How many lorries did {name} lease?",
        "In {month} {name} leased {n} lorries from a dealer in {place}.",
    ),
    ("{n} apprentices", "How many apprentices did {name} hire?", "{name} hired {n} apprentices after the summer fair."),
    ("{n} complaints", "How many complaints did {name} receive?", "Over the winter {name} received {n} complaints."),
    ("{n} depots", "How many depots did {name} close?", "To save rent, {name} closed {n} depots near {place}."),
    ("€{n} million", "How much debt did {name} repay?", "{name} repaid debt of €{n} million in {month}."),
    ("{n} turbines", "How many turbines did {name} order?", "{name} ordered {n} turbines, the first of which stand."),
    ("{n} kilometres", "How many kilometres of cable did {name} lay?", "Crews of {name} laid {n} kilometres of cable."),
    ("{n} permits", "How many permits did {name} apply for?", "{name} applied for {n} permits with the county."),
    ("{n} greenhouses", "How many greenhouses did {name} build?", "{name} built {n} greenhouses outside {place}."),
    ("{n} patents", "How many patents did {name} file?", "Its engineers were busy: {name} filed {n} patents."),
    ("{n} stores", "How many stores did {name} open?", "{name} opened {n} stores between {place} and the coast."),
)
"""What an answer must hold, a question, and the sentence that answers it."""
_OF_ARTICLE = 6
_TOKEN = re.compile(r"\(((?:[a-z]-){11}[a-z])\)")
_LETTERS = "bcdfghjklmnpqrstvwxz"
_MONTHS = "January February March April May June July August September".split()


@dataclass(frozen=True, slots=True)
class Fact:
    """A question that the corpus answers, the same asked of whom the question before was about, and the answer."""

    question: str
    follow_up: str
    answer: str


def write(folder: Path, articles: int) -> list[list[dict[str, Any]]]:
    """Write so many articles as Markdown, and return the facts of each, plain."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number, (name, text, facts) in enumerate(_articles(random.Random(7), articles)):
        day = date(2026, 11, 1) - timedelta(days=number % 300)
        head = f"---\ntitle: {name} this season\npublished: {day}\nsource: Load Gazette\n---\n\n"
        (folder / f"{number:04}.md").write_text(head + text, encoding="utf-8")
        found.append([asdict(fact) for fact in facts])
    return found


def token(chance: random.Random) -> str:
    """A new token, as it stands in a question. Its letters stand apart: the question is understood as without it."""
    return f"({'-'.join(chance.choices(_LETTERS, k=12))})"


def strangers(html: str, own: Collection[str]) -> set[str]:
    """The tokens of a page that are none of one's own."""
    return {f"({found})" for found in _TOKEN.findall(html)} - set(own)


def _articles(chance: random.Random, count: int) -> Iterator[tuple[str, str, list[Fact]]]:
    """Name, text and facts of each; no name is used twice."""
    stems = _names(chance, 2 * count)
    for stem, place in zip(stems[:count], stems[count:], strict=True):
        name = f"{stem} {chance.choice(_KINDS)}"
        facts, said = [], []
        for answer, question, sentence in chance.sample(_FACTS, _OF_ARTICLE):
            values = {"name": name, "place": place, "month": chance.choice(_MONTHS), "n": chance.randrange(12, 980)}
            said.append(sentence.format(**values))
            asked = question.format(**values)
            facts.append(Fact(asked, f"And {asked[0].lower()}{asked[1:].replace(name, 'it')}", answer.format(**values)))
        half = len(said) // 2
        text = f"## At {place}\n\n{' '.join(said[:half])}\n\n## Elsewhere\n\n{' '.join(said[half:])}\n"
        yield name, text, facts


def _names(chance: random.Random, count: int) -> Sequence[str]:
    every = [f"{a}{b}{c}" for a in _BEGINNINGS for b in _MIDDLES for c in _ENDINGS]
    return chance.sample(every, count)
