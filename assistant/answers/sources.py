"""How many independent sources tell what an answer says: copies of one text are one source, and so is one publisher."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..finding.evidence import Evidence
from ..records import Document


def told_by(items: Sequence[Evidence]) -> str | None:
    """Who reports what these sentences say, in words; None where it is one article alone.

    "reported by 2 sources (5 articles, 4 of them the same text)"
    """
    texts = [_articles(item) for item in items]
    articles = {document.document_id: document for text in texts for document in text}
    if len(articles) < 2:
        return None
    sources = _joined([*(frozenset(d.document_id for d in text) for text in texts), *_publishers(articles.values())])
    held = f"{len(articles)} articles"
    same = max(map(len, texts))
    if same > 1:
        held += ", all the same text" if same == len(articles) else f", {same} of them the same text"
    return f"reported by {len(sources)} source{'s' * (len(sources) != 1)} ({held})"


def _articles(item: Evidence) -> list[Document]:
    """The article of a sentence and those that carry a copy of it."""
    documents = [item.sentence.document, *item.sentence.copies]
    return list({document.document_id: document for document in documents}.values())


def _publishers(articles: Iterable[Document]) -> list[frozenset[str]]:
    """The articles of each publisher that is known."""
    found: dict[str, set[str]] = {}
    for document in articles:
        if document.publisher:
            found.setdefault(document.publisher.casefold(), set()).add(document.document_id)
    return [frozenset(ids) for ids in found.values()]


def _joined(groups: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Groups that share a member, as one."""
    joined: list[frozenset[str]] = []
    for group in groups:
        apart = [other for other in joined if not other & group]
        joined = [*apart, group.union(*(other for other in joined if other & group))]
    return joined
