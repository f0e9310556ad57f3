"""Models of providers and of OpenAI-compatible servers, as LangChain has them."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..errors import ModelError, ModelMissing, SettingsError, first_line
from ..redaction import RedactingFilter, never_show, never_show_those_of, without_credentials
from ..settings import Settings
from .providers import install, key_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_ANSWER_TOKENS = 4000
"""What an answer may take: some models think first, and these tokens count."""
_TRIES_AGAIN = 1
_LOGGERS = (
    "httpx",
    "openai",
    "openai._base_client",
    "anthropic",
    "anthropic._base_client",
    "groq",
    "groq._base_client",
)


def speaks_openai(settings: Settings) -> bool:
    """Whether the settings name an OpenAI-compatible server."""
    return settings.llm.startswith("openai:") and bool(settings.llm_base_url)


def open_provider(settings: Settings, *, here: bool) -> BaseChatModel:
    """The model that `settings.llm` names as `provider:model`; `here` where it is asked on this machine.

    Nothing is sent yet. Raises ModelMissing, ModelError or SettingsError.
    """
    provider, _, model = settings.llm.partition(":")
    _check(settings.llm_base_url or "")
    if settings.offline and not here:
        raise SettingsError(f"llm={settings.llm} would send questions off this machine; unset offline to allow that")
    key = os.environ.get(key_of(provider), "")
    if speaks_openai(settings):
        base_url = settings.llm_base_url or ""
        return openai_chat(model, base_url, key or "none", settings, trust_env=not here, answer_tokens=_ANSWER_TOKENS)
    never_show(key)
    never_show_those_of(settings.llm_base_url or "")
    _redact_logs()
    from langchain.chat_models import init_chat_model

    options = _options(provider, settings, here=here)
    try:
        chat: BaseChatModel = init_chat_model(model, model_provider=provider, **options)
        if (chat.profile or {}).get("temperature"):  # some models refuse one
            chat = init_chat_model(model, model_provider=provider, temperature=0, **options)
    except ImportError as error:
        told = f"llm={settings.llm} needs a package ({error.name}): run {install(provider)}"
        raise ModelMissing(told) from None
    except Exception as error:  # noqa: BLE001 - each provider raises its own kind for a missing key or an unknown name
        reason = first_line(error)
        raise ModelError(f"llm={settings.llm} cannot be used: {reason}") from None
    _follow_nowhere(chat)
    return chat


def _follow_nowhere(chat: BaseChatModel) -> None:
    """Have a package's client follow no redirect: question, passages and, in some headers, the key would go along.

    The packages have no option for that. Their clients lie one in another, that of httpx innermost.
    """
    client: Any = getattr(chat, "_async_client", None) or getattr(chat, "async_client", None)
    while client is not None and not hasattr(client, "follow_redirects"):
        client = getattr(client, "_client", None)
    if client is not None:
        client.follow_redirects = False


def _options(provider: str, settings: Settings, *, here: bool) -> dict[str, Any]:
    """How long to wait, how often to try and how much to say, in what LangChain's classes call it."""
    options: dict[str, Any] = {"base_url": settings.llm_base_url} if settings.llm_base_url else {}
    if provider == "ollama":
        client = {"timeout": settings.llm_timeout, "trust_env": not here}
        return options | {"temperature": 0, "num_predict": _ANSWER_TOKENS, "client_kwargs": client}
    return options | {"timeout": settings.llm_timeout, "max_retries": _TRIES_AGAIN, "max_tokens": _ANSWER_TOKENS}


def _check(base_url: str) -> None:
    """Raises SettingsError where a server that the settings name is no web address."""
    import httpx

    try:
        httpx.URL(base_url)
        _ = urlsplit(base_url).port
    except (httpx.InvalidURL, ValueError):  # what they say may quote a part of a password, as a port
        shown = without_credentials(base_url)
        raise SettingsError(
            f"setting llm_base_url = {shown!r} is no web address; write it as http://127.0.0.1:8000/v1, and what is"
            " not plain in a password as %2F and the like"
        ) from None


def openai_chat(
    model: str, base_url: str, key: str, settings: Settings, *, trust_env: bool, answer_tokens: int
) -> BaseChatModel:
    """A model of an OpenAI-compatible server. `trust_env` where the environment's proxies lead to it."""
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
    # As many as are asked at a time: with httpx's own hundred, the next would wait unseen for a connection.
    options["limits"] = httpx.Limits(max_connections=None, max_keepalive_connections=settings.llm_at_once)
    return ChatOpenAI(
        model=model,
        base_url=str(whole.copy_with(userinfo=b"", query=None, fragment=None)),
        api_key=SecretStr(key),
        temperature=0,
        max_retries=_TRIES_AGAIN,
        timeout=settings.llm_timeout,
        max_completion_tokens=answer_tokens,
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
