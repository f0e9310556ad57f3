"""Small, deterministic stand-ins that are real subclasses and enter by the constructor."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from assistant.indexing.embedding import Embedder, Embedding, Spans, Vector
from assistant.language.terms import content
from assistant.language_models.models import ChatModel
from assistant.language_models.queueing import FairQueue
from assistant.records import Progress
from assistant.settings import Settings


class WordEmbedder(Embedder):
    """A vector of which words a text has. Two texts with the same words are near each other."""

    def __init__(self, window: int = 64, name: str = "words", dimensions: int = 64) -> None:
        self._window, self._name, self._dimensions = window, name, dimensions
        self.embedded: list[str] = []

    @property
    def fingerprint(self) -> str:
        return self._name

    @property
    def window(self) -> int:
        return self._window

    @property
    def opener(self) -> Callable[[Settings], Embedder]:
        return words

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [sum(1 + len(word) // 8 for word in text.split()) + 2 for text in texts]

    def embed(
        self, texts: Sequence[str], spans: Sequence[Spans] = (), progress: Callable[[Progress], None] = lambda _: None
    ) -> list[Embedding]:
        assert all(count <= self._window for count in self.count_tokens(texts)), "a text over the window"
        if spans:
            self.embedded += texts
            progress(Progress("embedding", len(texts), len(texts)))
        return [
            Embedding(self._vector(text), np.array([self._vector(text[start:end]) for start, end in within]))
            for text, within in zip(texts, spans or [()] * len(texts), strict=True)
        ]

    def _vector(self, text: str) -> Vector:
        vector = np.full(self._dimensions, 1e-3, dtype=np.float32)
        for term in content(text):
            vector[int(hashlib.sha256(term.encode()).hexdigest(), 16) % self._dimensions] += 1.0
        return vector / np.linalg.norm(vector)


def words(_: Settings) -> WordEmbedder:
    """What other processes open."""
    return WordEmbedder()


class ScriptedModel(BaseChatModel):
    """Says what it is told to, in pieces, and remembers what it was asked."""

    says: str
    asked: list[list[BaseMessage]] = []  # noqa: RUF012 - a pydantic field, copied for each instance
    breaks_after: int | None = None

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.says))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        for number, begin in enumerate(range(0, len(self.says), 7)):
            if number == self.breaks_after:
                raise ConnectionError("the line went dead")
            yield ChatGenerationChunk(message=AIMessageChunk(self.says[begin : begin + 7]))


class JudgingModel(ScriptedModel):
    """Points at the first sentence with a probability when it is asked for one token, at none with the rest of it."""

    sure: float

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        shares = {"1": self.sure, " 0": 1 - self.sure}
        top = [{"token": word, "logprob": math.log(share)} for word, share in shares.items() if share]
        message = AIMessage("1", response_metadata={"logprobs": {"content": [{"top_logprobs": top}]}})
        return ChatResult(generations=[ChatGeneration(message=message)])


def proposing(*claims: tuple[int, str]) -> str:
    """What a model says that proposes these claims."""
    return json.dumps({"claims": [{"sentence": number, "claim": claim} for number, claim in claims]})


def judging(sure: float, *claims: tuple[int, str]) -> ChatModel:
    """A model that is so sure that a sentence answers the question, and proposes these claims."""
    return ChatModel("judging", JudgingModel(says=proposing(*claims), sure=sure), judges=True)


def scripted(*claims: tuple[int, str]) -> ChatModel:
    """A model that proposes these claims."""
    return saying(proposing(*claims))


def saying(words: str, breaks_after: int | None = None) -> ChatModel:
    """A model that says these words, whatever it is asked."""
    return ChatModel("scripted", ScriptedModel(says=words, breaks_after=breaks_after))


class HeldModel(ScriptedModel):
    """Answers asynchronously once it is let go, and counts who asks at once and whose call was cancelled."""

    under_way: int = 0
    most_at_once: int = 0
    cancelled: int = 0
    replies: int = 0
    _free: bool = PrivateAttr(default=False)
    _waiting: list[Callable[[], object]] = PrivateAttr(default_factory=list)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            await self._let_go_of()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.under_way -= 1
        self.replies += 1
        top = [{"token": "1", "logprob": 0.0}]
        message = AIMessage("1", response_metadata={"logprobs": {"content": [{"top_logprobs": top}]}})
        return ChatResult(generations=[ChatGeneration(message=message)])

    def let_go(self) -> None:
        """Let it answer what it is asked, and what it was."""
        self._free = True
        for free in self._waiting:
            free()

    async def _let_go_of(self) -> None:
        freed, loop = asyncio.Event(), asyncio.get_running_loop()
        self._waiting.append(lambda: loop.call_soon_threadsafe(freed.set))
        if not self._free:  # looked at after the place in line was taken: who lets go sets it before they look there
            await freed.wait()


def held(bound: int = 32) -> ChatModel:
    """A model that is sure once it is let go, and takes one question at a time."""
    return ChatModel("held", HeldModel(says=""), judges=True, queue=FairQueue(1, bound))
