"""The only module that knows language models and their providers."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .errors import ModelError, ModelMissing, SettingsError
from .providers import install
from .queueing import FairQueue
from .records import Progress
from .redaction import RedactingFilter, never_show, never_show_those_of, without_credentials
from .settings import Settings
from .weights import DEFAULT_WEIGHTS, checked_model_file, sha256

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

EXTRACTIVE, EMBEDDED = "extractive", "embedded"
_MAX_ANSWER_TOKENS = 400
_TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")
_LOGGERS = ("httpx", "openai", "openai._base_client")
_PROVIDER_AT_ONCE = 8
"""Questions that a provider is asked at a time: what a small plan allows."""


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A language model ready to be asked, and what to do when it is no longer needed."""

    name: str
    chat: BaseChatModel = field(repr=False)
    json_schema: bool = False
    """Whether it can be held to a JSON schema by `response_format`, as OpenAI-compatible servers can."""
    judges: bool = False
    """Whether it is asked first if the sentences state the answer, and tells by token probabilities how sure it is."""
    queue: FairQueue = field(default_factory=FairQueue)
    """Where questions wait for it, a local model taking one at a time."""
    digest: str = ""
    """The SHA-256 of its file, where it is one of this machine."""
    close: Callable[[], None] = field(default=lambda: None)


def outside(settings: Settings) -> str:
    """Who is sent questions and passages, with the server where the settings name it; empty when it is this machine."""
    if settings.llm in (EMBEDDED, EXTRACTIVE):
        return ""
    provider = settings.llm.partition(":")[0]
    named = settings.llm_base_url or ""
    if provider == "ollama" and not named:
        named = os.environ.get("OLLAMA_HOST", "").strip() or "127.0.0.1"
        named = f"127.0.0.1{named}" if named.startswith(":") else named
    try:
        host = urlsplit(named if "//" in named else f"//{named}").hostname
    except ValueError:  # the question will tell what is wrong with it
        return provider
    if _is_here(host):
        return ""
    return f"{provider} ({host})" if host else provider


def _is_here(host: str | None) -> bool:
    """Whether a name or an address is this machine's own; to connect to no address in particular is to stay here."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_unspecified


def open_chat_model(settings: Settings, progress: Callable[[Progress], None]) -> ChatModel | None:
    """The language model that the settings name; None for `extractive`, which uses none.

    Raises ModelMissing, ModelDamaged, ModelError or SettingsError, each saying what to do.
    """
    for switch in _TRACING:  # would send questions and passages to a third party
        os.environ[switch] = "false"
    if settings.llm == EXTRACTIVE:
        return None
    return _embedded(settings, progress) if settings.llm == EMBEDDED else _provider(settings)


def _embedded(settings: Settings, progress: Callable[[Progress], None]) -> ChatModel:
    from .local_model import LocalModel

    path = checked_model_file(settings, progress=progress)
    digest = DEFAULT_WEIGHTS.sha256 if settings.gguf is None else sha256(path, progress)
    progress(Progress("loading the language model"))
    server = LocalModel(path, threads=settings.threads)
    chat = _openai_chat("local", server.base_url, server.key, settings, trust_env=False)
    queue = FairQueue(1, settings.max_waiting)
    return ChatModel(
        f"embedded:{path.name}", chat, json_schema=True, judges=True, queue=queue, digest=digest, close=server.close
    )


def _provider(settings: Settings) -> ChatModel:
    provider, _, model = settings.llm.partition(":")
    host = _host(settings.llm_base_url or "")
    queue = FairQueue(_PROVIDER_AT_ONCE, settings.max_waiting)
    if settings.offline and not _is_here(host):
        raise SettingsError(f"llm={settings.llm} would send questions off this machine; unset offline to allow that")
    if settings.llm_base_url and provider == "openai":
        key = os.environ.get("OPENAI_API_KEY") or "none"
        chat = _openai_chat(model, settings.llm_base_url, key, settings, trust_env=not _is_here(host))
        return ChatModel(settings.llm, chat, json_schema=True, queue=queue)
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"base_url": settings.llm_base_url} if settings.llm_base_url else {}
    never_show_those_of(settings.llm_base_url or "")
    try:
        return ChatModel(settings.llm, init_chat_model(model, model_provider=provider, **options), queue=queue)
    except ImportError as error:
        told = f"llm={settings.llm} needs a package ({error.name}): run {install(provider)}"
        raise ModelMissing(told) from None
    except Exception as error:  # noqa: BLE001 - each provider raises its own kind for a missing key or an unknown name
        reason = str(error).strip().splitlines()[0]
        raise ModelError(f"llm={settings.llm} cannot be used: {reason}") from None


def _host(base_url: str) -> str | None:
    """The host of a server that the settings name. Raises SettingsError where that is no web address."""
    import httpx

    try:
        httpx.URL(base_url)
        return urlsplit(base_url).hostname
    except (httpx.InvalidURL, ValueError):  # what they say may quote a part of a password, as a port
        shown = without_credentials(base_url)
        raise SettingsError(
            f"setting llm_base_url = {shown!r} is no web address; write it as http://127.0.0.1:8000/v1, and what is"
            " not plain in a password as %2F and the like"
        ) from None


def _openai_chat(model: str, base_url: str, key: str, settings: Settings, *, trust_env: bool) -> BaseChatModel:
    import httpx
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    never_show(key)
    never_show_those_of(base_url)
    _redact_logs()
    # What stands in the URL goes to the connection alone: the libraries' errors and logs repeat the URL.
    whole = httpx.URL(base_url)
    auth = (whole.username, whole.password) if whole.userinfo else None
    options: dict[str, Any] = {"auth": auth, "params": whole.params, "trust_env": trust_env}
    options["timeout"] = settings.llm_timeout
    return ChatOpenAI(
        model=model,
        base_url=str(whole.copy_with(userinfo=b"", query=None, fragment=None)),
        api_key=SecretStr(key),
        temperature=0,
        max_retries=1,
        timeout=settings.llm_timeout,
        max_completion_tokens=_MAX_ANSWER_TOKENS,
        stream_usage=True,
        # Proxies of the environment are for other hosts: a loopback server behind one is not reached.
        http_client=httpx.Client(**options),
        http_async_client=httpx.AsyncClient(**options),
    )


def _redact_logs() -> None:
    """The clients tell a program that logs everything which URLs they ask, and what came back."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, RedactingFilter) for each in logger.filters):
            logger.addFilter(RedactingFilter())
