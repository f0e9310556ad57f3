"""What a text is about and which figures it names, in a form in which two texts can be compared. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_STEMMER = snowballstemmer.stemmer("english")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_UNSPOKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)(?<![\"“‘(\[])\b[A-Z][\w&.-]*\w")
_CAPITALISED = re.compile(r"\b[A-Z]\w+")
_STOP = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "below",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "herself",
        "him",
        "himself",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "let",
        "many",
        "me",
        "more",
        "most",
        "much",
        "my",
        "myself",
        "now",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "ours",
        "out",
        "over",
        "own's",
        "please",
        "same",
        "she",
        "should",
        "so",
        "some",
        "such",
        "tell",
        "than",
        "that",
        "the",
        "their",
        "theirs",
        "them",
        "themselves",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "whose",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "yours",
    ]
)
NEGATIONS = frozenset(
    """not no never none neither nor without nothing nobody cannot n't denied deny denies rather instead unlike false
    untrue failed fails fail refused refuses rejected rejects abandoned cancelled nearly almost barely hardly""".split()
)
NUMBER_WORDS = {
    word: number
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_ARTICLES = frozenset({"a", "an", "the"})

_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6}
_SCALES |= {"billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12}
_CURRENCIES = {"dollars": "$", "dollar": "$", "usd": "$", "us$": "$", "euros": "€", "euro": "€", "eur": "€"}
_CURRENCIES |= {"pounds": "£", "pound": "£", "gbp": "£", "yen": "¥", "jpy": "¥"}
_VALUE = re.compile(
    r"(?P<before>(?:US|A|C|NZ|HK|S)\$|[$€£¥]|\b(?:USD|EUR|GBP|JPY|SEK|NOK|DKK|CHF|CNY)\b)?\s?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<fraction>\.\d+)?"
    r"(?:[\s-]?(?P<scale>thousand|million|billion|trillion|mn|bn|tn)\b|(?P<letter>[kmb])\b(?!&))?"
    r"(?:\s?(?P<percent>%|percent\b|per\scent\b))?"
    r"(?:\s(?P<after>dollars?|euros?|pounds?(?!\sof\b)|yen|USD|EUR|GBP|JPY|SEK|NOK|DKK|CHF|CNY)\b)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Value:
    """A figure with its unit: `$5 million` and `$5,000,000` are the same one, `5%` and `5` are not."""

    unit: str
    number: float

    def __str__(self) -> str:
        number = f"{self.number:,.10g}"
        return f"{number}%" if self.unit == "%" else f"{self.unit}{number}"


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The English stem of a lower-case word, without a possessive ending."""
    return str(_STEMMER.stemWord(re.sub(r"['’]s?$", "", word)))


def words(text: str) -> list[str]:
    """Lower-case words in order, contractions of `not` split off."""
    return [w for found in _WORD.findall(text.lower().replace("’", "'")) for w in _split_not(found)]


def content(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order: no articles, pronouns or auxiliaries; negations stay."""
    return [stem(word) for word in words(text) if word not in _STOP and len(word) + word.isdigit() > 1]


def tokens(text: str) -> list[str]:
    """Content words by stem, and figures by value, in their order: `$5m` and `$5,000,000` are one token."""
    found: list[str] = []
    last = 0
    for part in _VALUE.finditer(text):
        found += [*content(text[last : part.start()]), str(_value(part))]
        last = part.end()
    return found + content(text[last:])


def sequence(text: str) -> list[str]:
    """All words but articles, as they are spelled, and figures by value with their sign, in their order."""
    found: list[str] = []
    last = 0
    for part in _VALUE.finditer(text):
        sign = "-" if re.search(r"(?:^|[\s(])[-−]$", text[: part.start("number")].rstrip("$€£¥")) else ""
        found += [*words(text[last : part.start()]), f"{sign}{_value(part)}"]
        last = part.end()
    return [word for word in found + words(text[last:]) if word not in _ARTICLES]


def values(text: str) -> set[Value]:
    """Every figure of a text, with its unit."""
    return {_value(part) for part in _VALUE.finditer(text)}


def figures(text: str) -> set[Value]:
    """Every figure of a text, those written as words ("nine") included."""
    return values(text) | {Value("", float(NUMBER_WORDS[word])) for word in words(text) if word in NUMBER_WORDS}


def value_spans(text: str) -> list[tuple[tuple[int, int], Value]]:
    """Every figure of a text with the characters it takes."""
    return [(part.span(), _value(part)) for part in _VALUE.finditer(text)]


def names(text: str) -> set[str]:
    """Capitalised words that do not open a sentence, so that they are names rather than grammar."""
    return set(_NAME.findall(text))


def all_names(text: str) -> set[str]:
    """Capitalised words wherever they stand, sentence openings that are no grammar included."""
    return {word for word in _CAPITALISED.findall(text) if word.lower() not in _STOP}


def spoken(text: str) -> str:
    """The text with a space for every control character but the ends of lines, and for half of a surrogate pair."""
    return _UNSPOKEN.sub(" ", text)


def printable(text: str) -> str:
    """The text with a space for every control character and half of a surrogate pair."""
    return "".join(character if character.isprintable() else " " for character in text)


def _value(part: re.Match[str]) -> Value:
    scale = _SCALES.get((part["scale"] or part["letter"] or "").lower(), 1.0)
    number = float(part["number"].replace(",", "") + (part["fraction"] or "")) * scale
    currency = (part["before"] or part["after"] or "").lower()
    unit = "%" if part["percent"] else _CURRENCIES.get(currency, currency.upper())
    return Value(unit, round(number, 6))


def _split_not(word: str) -> list[str]:
    return [word[:-3], "not"] if word.endswith("n't") and len(word) > 3 else [word]
