"""What an answer was made of, sealed, and whether its quotes still stand.

The seal is a SHA-256 of the answer as JSON: it tells that a file was changed by accident or in passing. It is no
signature: who means to forge an answer can seal it again. The quotes are looked up in the corpus in any case.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from ..errors import UnknownDocument, UsageError
from ..indexing.catalogue import Catalogue
from ..language_models import prompts
from ..language_models.models import ChatModel
from ..records import Answer, Citation, Filters, QuoteCheck, QuoteState, Receipt, Verification, seal
from ..settings import Settings

_SHAPING = ("llm", "embedding_model", "reranker_model")
"""The settings that an answer depends on; none of them holds a secret."""


def receipt(
    answer: Answer,
    settings: Settings,
    filters: Filters | None,
    model: ChatModel | None,
    embedder: str,
    text_of: Callable[[str], str],
) -> Receipt:
    """The receipt of an answer that has just been given. `text_of` gives a document's text by its id.

    A document that was edited or removed while the answer was made has no hash in it.
    """
    return Receipt(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        documents=_hashes(answer.citations, text_of),
        model_hash=model.digest if model and answer.model == model.name else "",
        prompts_hash=prompts.fingerprint(),
        embedder=embedder,
        settings={name: str(getattr(settings, name) or "") for name in _SHAPING},
        filters=filters,
    )


def _hashes(citations: Sequence[Citation], text_of: Callable[[str], str]) -> dict[str, str]:
    """The hashes of the documents of which every quote stands where it is said to."""
    found = {}
    for document_id in dict.fromkeys(citation.document_id for citation in citations):
        with suppress(UnknownDocument):
            text = text_of(document_id)
            if all(text[c.start : c.end] == c.quote for c in citations if c.document_id == document_id):
                found[document_id] = hashed(text)
    return found


def verify(said: str, catalogue: Catalogue) -> Verification:
    """Look an answer's JSON, as `Answer.to_dict` made it, up in the corpus. Raises UsageError on what is none."""
    answer, intact = _read(said)
    notes = list[str]()
    made_of = answer.receipt.documents if answer.receipt else {}
    for document_id, before in made_of.items():
        try:
            document = catalogue.document(document_id)
        except UnknownDocument:
            notes.append(f"the article {document_id} is no longer in the corpus")
        else:
            if hashed(document.text) != before:
                notes.append(f"“{document.title}” was edited after the answer was given")
    return Verification(intact, [_looked_up(citation, catalogue) for citation in answer.citations], notes)


def hashed(text: str) -> str:
    """The SHA-256 of a document's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _read(said: str) -> tuple[Answer, bool]:
    try:
        return Answer.from_dict(json.loads(said)), json.loads(said).get("seal") == seal(said)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise UsageError("this is no answer: give a file that 'assistant ask --json' wrote") from None


def _looked_up(citation: Citation, catalogue: Catalogue) -> QuoteCheck:
    state, found = _state(citation, catalogue)
    return QuoteCheck(citation.number, citation.quote, citation.title, state, found)


def _state(citation: Citation, catalogue: Catalogue) -> tuple[QuoteState, str]:
    if not citation.quote.strip():
        return "gone", "it quotes nothing"
    try:
        document = catalogue.document(citation.document_id)
    except UnknownDocument:
        pass
    else:
        if document.text[citation.start : citation.end] == citation.quote:
            return "stands", "where it was"
        if (place := document.text.find(citation.quote)) >= 0:
            return "moved", f"now at character {place:,} of the same article"
    elsewhere = catalogue.holding(citation.quote)
    if elsewhere:
        return "moved", f"now in “{elsewhere[0].title}” ({elsewhere[0].sources[0]})"
    return "gone", "no article of the corpus says this any more"
