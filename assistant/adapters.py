"""The assistant as parts of LangChain chains: a retriever, and a Runnable that answers. Imported only by who uses them.

from assistant.adapters import AssistantRetriever, AssistantRunnable
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    MessageLikeRepresentation,
    convert_to_messages,
)
from langchain_core.prompt_values import PromptValue
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ConfigDict

from .api import Assistant
from .errors import UsageError
from .questions.conversation import History
from .records import Answer, Done, Event, Filters, Passage, Text

Asked = str | BaseMessage | Sequence[MessageLikeRepresentation] | PromptValue | dict[str, Any]
_ROLES = {"human": "user", "ai": "assistant"}


class AssistantRetriever(BaseRetriever):
    """Passages as LangChain documents; all but the text is in `metadata`, the date as an ISO string."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    assistant: Assistant
    k: int = 5
    filters: Filters | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[LangChainDocument]:
        return list(map(_document, self.assistant.search(query, self.k, self.filters)))

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[LangChainDocument]:
        return list(map(_document, await self.assistant.asearch(query, self.k, self.filters)))


class AssistantRunnable(Runnable[Asked, AIMessage]):
    """Answers a question as a chat model would: its text as an AIMessage, the whole answer in `response_metadata`.

    The input is what a chat model takes, a question last, or `{"question": …, "history": …, "filters": …}`.
    """

    def __init__(self, assistant: Assistant, filters: Filters | None = None) -> None:
        self._assistant = assistant
        self._filters = filters

    def invoke(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> AIMessage:  # noqa: A002
        """The answer. Raises AssistantError."""
        return self._call_with_config(self._answered, input, config, run_type="chain", **kwargs)

    async def ainvoke(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> AIMessage:  # noqa: A002
        """The answer, awaited."""
        return await self._acall_with_config(self._awaited, input, config, run_type="chain", **kwargs)

    def stream(self, input: Asked, config: RunnableConfig | None = None, **_: Any) -> Iterator[AIMessage]:  # noqa: A002
        """The answer in pieces, the last of which has the metadata."""
        yield from self._transform_stream_with_config(iter([input]), self._pieces, config, run_type="chain")

    async def astream(
        self,
        input: Asked,  # noqa: A002
        config: RunnableConfig | None = None,
        **_: Any,
    ) -> AsyncIterator[AIMessage]:
        """The pieces, awaited one by one."""

        async def given() -> AsyncIterator[Asked]:
            yield input

        pieces = self._atransform_stream_with_config(given(), self._apieces, config, run_type="chain")
        async for piece in pieces:
            yield piece

    def _pieces(self, given: Iterator[Asked]) -> Iterator[AIMessage]:
        for each in given:
            with self._assistant.stream(*self._asked(each)) as events:
                for event in events:
                    yield from _chunk(event)

    async def _apieces(self, given: AsyncIterator[Asked]) -> AsyncIterator[AIMessage]:
        async for each in given:
            async for event in self._assistant.astream(*self._asked(each)):
                for chunk in _chunk(event):
                    yield chunk

    def _answered(self, given: Asked) -> AIMessage:
        return _message(self._assistant.ask(*self._asked(given)))

    async def _awaited(self, given: Asked) -> AIMessage:
        return _message(await self._assistant.aask(*self._asked(given)))

    def _asked(self, given: Asked) -> tuple[str, History, Filters | None]:
        """The question, what was said before it, and the filters."""
        if isinstance(given, dict):
            if not isinstance(given.get("question"), str):
                raise UsageError("the input has no question; give it as 'question'")
            return given["question"], list(_said(given.get("history", ()))), given.get("filters", self._filters)
        try:
            messages = convert_to_messages([given] if isinstance(given, str | BaseMessage) else given)
        except (ValueError, TypeError, NotImplementedError):
            raise UsageError("the input is no question; give a text, messages, a prompt or a dict") from None
        if not messages or messages[-1].type != "human":
            raise UsageError("the last message is not a person's; it has to be the question")
        return messages[-1].text, list(_said(messages[:-1])), self._filters


def _said(history: Iterable[Any]) -> Iterator[Any]:
    """What people and answers said: of LangChain's messages theirs alone, as the assistant takes them."""
    for turn in history:
        if not isinstance(turn, BaseMessage):
            yield turn
        elif role := _ROLES.get(turn.type):
            yield {"role": role, "content": turn.text}


def _document(passage: Passage) -> LangChainDocument:
    plain = passage.to_dict()
    return LangChainDocument(
        page_content=plain.pop("text"), metadata=plain, id=f"{passage.document_id}:{passage.start}"
    )


def _message(answer: Answer) -> AIMessage:
    return AIMessage(answer.text, response_metadata=answer.to_dict())


def _chunk(event: Event) -> Iterator[AIMessageChunk]:
    if isinstance(event, Text):
        yield AIMessageChunk(content=event.piece)
    elif isinstance(event, Done):
        yield AIMessageChunk(content="", response_metadata=event.answer.to_dict(), chunk_position="last")
