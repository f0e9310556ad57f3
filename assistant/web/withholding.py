"""Conversations that were kept while somebody might see more than they may now."""

from __future__ import annotations

from dataclasses import replace

from ..api import Assistant
from ..exchanges import Conversation, Exchange

_WITHHELD = "this answer rests on articles that you may not see any more"


def kept(assistant: Assistant, conversation_id: str) -> Conversation:
    """A conversation of the person, less the answers that rest on what they may not see. Raises UnknownConversation."""
    found = assistant.conversations.get(conversation_id)
    used = {document_id for exchange in found.exchanges.values() for document_id in _used(exchange)}
    withheld = set(assistant.withheld(sorted(used)))
    if not withheld:
        return found
    shown = {
        number: replace(exchange, text="", answer=None, failure=_WITHHELD) if withheld & _used(exchange) else exchange
        for number, exchange in found.exchanges.items()
    }
    return replace(found, exchanges=shown)


def _used(exchange: Exchange) -> set[str]:
    answer = exchange.answer
    if answer is None:
        return set()
    return {each.document_id for each in answer.citations} | {each.document_id for each in answer.passages}
