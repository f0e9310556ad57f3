"""Language models ready to be asked: the local one, none at all, or one of a provider."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..hosts import is_here
from ..records import OnProgress, Progress
from ..settings import EMBEDDED, EXTRACTIVE, Settings
from .langsmith_switch import set_switches, traced_by
from .provider_models import open_provider, openai_chat, speaks_openai
from .queueing import FairQueue
from .weights import DEFAULT_WEIGHTS, checked_model_file, sha256

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_MAX_ANSWER_TOKENS = 400
_TIMES = 5
"""An answer may take so many times as long as a provider may be silent."""


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A language model ready to be asked, and what to do when it is no longer needed."""

    name: str
    chat: BaseChatModel = field(repr=False)
    json_schema: bool = False
    """Whether its server takes a whole JSON schema as `response_format`, as OpenAI-compatible ones do."""
    judges: bool = False
    """Whether it is asked first if the sentences state the answer, and tells by token probabilities how sure it is."""
    queue: FairQueue = field(default_factory=FairQueue)
    """Where questions wait for it, a local model taking one at a time."""
    seconds: float = math.inf
    """What one answer may take in all, however often a word of it comes."""
    unstructured: threading.Event = field(default_factory=threading.Event, repr=False)
    """Set once it has refused to be held to any structure; it writes lines then."""
    digest: str = ""
    """The SHA-256 of its file, where it is one of this machine."""
    close: Callable[[], None] = field(default=lambda: None)


def outside(settings: Settings) -> str:
    """Who is sent questions and passages, with the server where the settings name it; empty when it is this machine."""
    if settings.llm == EXTRACTIVE:
        return ""
    return " and ".join(filter(None, [answering(settings), traced_by(settings)]))


def answering(settings: Settings) -> str:
    """The provider that is asked, with its server where the settings name it; empty when it is this machine."""
    if settings.llm in (EMBEDDED, EXTRACTIVE):
        return ""
    provider = settings.llm.partition(":")[0]
    try:
        host = urlsplit(address(settings)).hostname
    except ValueError:  # the question will tell what is wrong with it
        return provider
    if is_here(host):
        return ""
    return f"{provider} ({host})" if host else provider


def address(settings: Settings) -> str:
    """The URL of the model's server; empty where its provider's package alone knows it."""
    named = settings.llm_base_url or ""
    if settings.llm.startswith("ollama:") and not named:
        named = os.environ.get("OLLAMA_HOST", "").strip() or "127.0.0.1:11434"
        named = f"127.0.0.1{named}" if named.startswith(":") else named
    return named if "//" in named or not named else f"http://{named}"


def open_chat_model(settings: Settings, progress: OnProgress) -> ChatModel | None:
    """The language model that the settings name; None for `extractive`, which uses none.

    Raises ModelMissing, ModelDamaged, ModelError or SettingsError, each saying what to do.
    """
    set_switches(settings)
    if settings.llm == EXTRACTIVE:
        return None
    if settings.llm == EMBEDDED:
        return _embedded(settings, progress)
    queue = FairQueue(settings.llm_at_once, settings.max_waiting)
    chat = open_provider(settings, here=not answering(settings))
    seconds = _TIMES * settings.llm_timeout
    return ChatModel(settings.llm, chat, json_schema=speaks_openai(settings), queue=queue, seconds=seconds)


def _embedded(settings: Settings, progress: OnProgress) -> ChatModel:
    from .local_model import LocalModel

    path = checked_model_file(settings, progress=progress)
    digest = DEFAULT_WEIGHTS.sha256 if settings.gguf is None else sha256(path, progress)
    progress(Progress("loading the language model"))
    server = LocalModel(path, threads=settings.threads)
    chat = openai_chat(
        "local", server.base_url, server.key, settings, trust_env=False, answer_tokens=_MAX_ANSWER_TOKENS
    )
    queue = FairQueue(1, settings.max_waiting)
    return ChatModel(
        f"embedded:{path.name}", chat, json_schema=True, judges=True, queue=queue, digest=digest, close=server.close
    )
