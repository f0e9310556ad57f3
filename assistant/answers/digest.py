"""What is new, by date: the main sentence of each article of a time, the newest first. Made by code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..checking.grounding import plain
from ..finding.evidence import Evidence
from ..finding.relevance import Relevance
from ..finding.retrieval import FoundSentence
from ..finding.surroundings import Surroundings
from ..indexing.index import Index
from ..language.asides import is_aside
from ..language.sentences import Span, sentences
from ..language.terms import content
from ..records import Document, Filters
from .draft import Draft

_ARTICLES = 8
_OPENING = 6
"""The main sentence of an article is one of its first six."""
_LONGEST = 600
_NEWS = (
    r"(?:so |and )?what(?:['’]s| is| are|s)?(?: the)? (?:new|latest|newest|recent)(?: (?:news|updates?|development))?",
    (
        r"(?:is there |are there |do we have |give me |show me )?(?:any |the |some |what |latest |recent |new )*"
        r"(?:news|updates?|developments)"
    ),
    r"what (?:did|do|have|has) (?:we|i|you) (?:learn(?:ed|t)?|hear(?:d)?|read|find out|got|get)",
    r"(?:please )?(?:catch me up|bring me up to date|brief me|update me)",
    r"(?:give me )?(?:(?:a|the) )?(?:digest|round-?up)",
)
"""Questions for news, with what they are about behind "on" or the like."""
_NEWS_OF_A_TIME = (
    r"what(?:['’]s| has| have| is|s)? (?:been )?(?:happen(?:ed|ing)|going on|changed|reported|published|announced)",
    r"what (?:came|has come|have come) out",
    r"what (?:was|were|has been|have been) (?:reported|published|announced|said|in the news)",
    r"(?:which|what) articles (?:came out|were published|are there|appeared)",
)
"""Questions that are for news where they name a time as well."""
_ABOUT = r"(?:\s+(?:on|about|of|from|at|with|for|regarding|concerning|to)\s+(?P<topic>.+?))?[\s?.!]*"
_DOER = re.compile(
    r"what (?:did|has|have|does) (?P<topic>.+?) (?:announced?|sa(?:y|id)|report(?:ed)?|publish(?:ed)?|do|done"
    r"|disclosed?|reveal(?:ed)?|decided?)[\s?.!]*",
    re.IGNORECASE,
)
_STANDS = re.compile(
    r"(?:so |and )?where (?:does|do) (?P<topic>.+?) (?:now |currently )?stand(?P<now> now| today| at present)?[\s?.!]*",
    re.IGNORECASE,
)
_STANDING = (
    re.compile(
        r"(?:so |and )?where do things (?:now )?stand (?:with|on|in|over) (?P<topic>.+?)[\s?.!]*", re.IGNORECASE
    ),
    re.compile(
        r"(?:so |and )?what(?:['’]s| is) the (?:current |latest |present )?(?:status|state of play|state of affairs) "
        r"(?:of|with|on|in) (?P<topic>.+?)[\s?.!]*",
        re.IGNORECASE,
    ),
    _STANDS,
)
"""Questions for how far something has come: told by what each article on it says, the newest first."""
_UNDER_WAY = frozenset(
    """merger takeover acquisition purchase sale deal talks negotiation negotiations bid offer plan plans project
    projects programme case trial dispute strike review investigation inquiry probe application vote bill reform launch
    recall appeal process matter matters""".split()
)
"""What stands somewhere without being a place."""


def _asks(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(forms)}){_ABOUT}", re.IGNORECASE)


_FOR_NEWS, _FOR_NEWS_OF_A_TIME = _asks(_NEWS), _asks(_NEWS_OF_A_TIME)


def topic(question: str, *, of_a_time: bool) -> str | None:
    """What a question for news is about, empty where it is about everything; None for any other question.

    "What happened to X?" asks for news only where it names a time as well (`of_a_time`), less the words for that.
    """
    forms = (_FOR_NEWS, *_STANDING, *((_FOR_NEWS_OF_A_TIME, _DOER) if of_a_time else ()))
    found = next((f for form in forms if (f := form.fullmatch(question.strip()))), None)
    if not found:
        return None
    about = (found["topic"] or "").strip()
    if found.re is _STANDS and not (found["now"] or _UNDER_WAY & set(about.lower().split())):
        return None  # "where does the castle stand?"
    return None if found.re in _STANDING and not content(about) else about


def digest(draft: Draft, index: Index, about: str, filters: Filters | None) -> Iterator[str]:
    """The pieces of a digest: for each article its date and the sentence that tells most of it."""
    documents = articles(index, about, filters)
    for document in documents[:_ARTICLES]:
        item = _main_sentence(index.catalogue.document(document.document_id), about)
        if item is not None:
            yield from draft.show(plain(item.text), item, label=f"{document.published or 'Undated'}: ", apart=True)
    if more := max(0, len(documents) - _ARTICLES):
        draft.notes.append(f"{more} earlier article{'s' * (more > 1)} not shown")


def articles(index: Index, about: str, filters: Filters | None) -> list[Document]:
    """The articles that may be used and mention what it is about, newest first."""
    mentioning = index.catalogue.words.mentioning(content(about)) if content(about) else None
    return [d for d in index.catalogue.documents(filters) if mentioning is None or d.document_id in mentioning]


def _paragraph_before(text: str, span: Span) -> str:
    return text[text.rfind("\n", 0, span.start) + 1 : span.start]


def _main_sentence(document: Document, about: str) -> Evidence | None:
    """Of the first sentences the one with most words of the title, or of what it is to be about."""
    wanted = set(content(f"{document.title} {about}"))
    first = [
        span
        for span in sentences(document.text)
        if not span.heading and span.end - span.start <= _LONGEST and document.text[span.start] not in ">|!<"
    ][:_OPENING]
    first = [span for span in first if not is_aside(span.of(document.text), _paragraph_before(document.text, span))]
    if not first:
        return None
    best = max(first, key=lambda span: len(wanted & set(content(span.of(document.text)))))
    text = best.of(document.text)
    found = FoundSentence(document, "", best.start, best.end, text, 1.0)
    return Evidence(found, Surroundings(document.title, published=document.published), Relevance(1.0))
