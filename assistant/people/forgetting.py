"""Taking the text of articles out of what is kept of conversations. Pure.

An answer is made of what it quotes, so one that quotes such an article goes as a whole. What people asked stays theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from unicodedata import combining, normalize

from ..records import Answer
from .exchanges import Exchange

DELETED = "the answer quoted an article that was deleted for good, and was deleted with it"
_WORD = re.compile(r"\w+")
WITHHELD = "the answer quotes an article that you may not see any more"


def documents(exchange: Exchange) -> set[str]:
    """The ids of the articles that something is kept of."""
    said = exchange.answer
    if said is None:
        return set(exchange.found)
    return {
        *(citation.document_id for citation in said.citations),
        *(passage.document_id for passage in said.passages),
        *(said.receipt.documents if said.receipt else ()),
    }


def without(exchanges: Iterable[Exchange], document_ids: AbstractSet[str], why: str) -> list[Exchange]:
    """The exchanges of a conversation, in order, less all that is of these articles.

    A follow-up may have been understood from such an answer: how it was is left out, too.
    """
    found, told = [], False
    for exchange in exchanges:
        said = exchange.answer
        if said is None:
            of_them = told or not document_ids.isdisjoint(exchange.found)
            found.append(replace(exchange, text="") if of_them else exchange)
            continue
        if told:
            said = replace(said, understood=exchange.question)
        if any(citation.document_id in document_ids for citation in said.citations):
            told = True
            found.append(replace(exchange, text="", answer=None, failure=why))
        else:
            found.append(replace(exchange, answer=_less(said, document_ids)))
    return found


def says(words: str, name: str, exchanges: Iterable[Exchange], document_ids: AbstractSet[str]) -> bool:
    """Whether a conversation has each of the words, or its beginning, in what is not of these articles."""
    seen = without(exchanges, document_ids, "")
    text = _plain(" ".join([name, *(part for exchange in seen for part in (exchange.question, exchange.text))]))
    there = _WORD.findall(text)
    return all(any(word.startswith(wanted) for word in there) for wanted in _WORD.findall(_plain(words)))


def _plain(text: str) -> str:
    """As words are compared: neither capitals nor accents count."""
    return "".join(one for one in normalize("NFKD", text.casefold()) if not combining(one))


def _less(said: Answer, document_ids: AbstractSet[str]) -> Answer:
    """An answer that quotes none of them, less what else it holds of them. Notes may name articles by their titles."""
    titles = [passage.title for passage in said.passages if passage.document_id in document_ids]
    if not titles:
        return said
    return replace(
        said,
        passages=[passage for passage in said.passages if passage.document_id not in document_ids],
        notes=[note for note in said.notes if not any(title in note for title in titles)],
    )
