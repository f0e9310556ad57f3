"""Providers of language models: which package each needs, which key, and whether it can be used here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec

from .records import Record
from .settings import Settings
from .weights import model_file


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as LangChain's `init_chat_model` names it."""

    name: str
    extra: str
    """The extra of this package that brings what it needs; empty where that is always here."""
    key: str
    """The environment variable that holds its key; empty for one that takes none."""
    example: str

    @property
    def module(self) -> str:
        """What LangChain imports for it."""
        return f"langchain_{self.name}"


PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider("openai", "", "OPENAI_API_KEY", "gpt-4o-mini"),
        Provider("anthropic", "anthropic", "ANTHROPIC_API_KEY", "claude-haiku-4-5"),
        Provider("google_genai", "google-genai", "GOOGLE_API_KEY", "gemini-2.5-flash"),
        Provider("mistralai", "mistralai", "MISTRAL_API_KEY", "mistral-small-latest"),
        Provider("groq", "groq", "GROQ_API_KEY", "llama-3.3-70b-versatile"),
        Provider("ollama", "ollama", "", "qwen3:8b"),
    )
}


@dataclass(frozen=True, slots=True)
class Usable(Record):
    """A value of `llm`, and what keeps it from being used here."""

    llm: str
    usable: bool
    why: str
    """What is missing and how to get it; for one that is usable, what it is."""
    chosen: bool = False
    """Whether the settings name it."""


def key_of(provider: str) -> str:
    """The environment variable that holds a provider's key."""
    known = PROVIDERS.get(provider)
    return known.key if known else f"{provider.upper()}_API_KEY"


def install(provider: str) -> str:
    """The command that brings what a provider needs."""
    known = PROVIDERS.get(provider)
    package = (
        f"briefing-assistant[{known.extra}]" if known and known.extra else f"langchain-{provider}".replace("_", "-")
    )
    return f"pip install '{package}'"


def usable(settings: Settings) -> list[Usable]:
    """The language models that can be used here, and why the others cannot."""
    file = model_file(settings)
    here = file.is_file()
    embedded = f"on this machine, {file}" if here else f"{file} is missing: run 'assistant models pull'"
    found = [
        Usable("embedded", here, embedded, settings.llm == "embedded"),
        Usable(
            "extractive", True, "no language model: the best sentences, word for word", settings.llm == "extractive"
        ),
    ]
    for provider in PROVIDERS.values():
        why = _missing(provider, settings)
        chosen = settings.llm.startswith(f"{provider.name}:")
        llm = settings.llm if chosen else f"{provider.name}:{provider.example}"
        found.append(Usable(llm, not why, why or "questions and passages leave this machine", chosen))
    return found


def _missing(provider: Provider, settings: Settings) -> str:
    if find_spec(provider.module) is None:
        return f"run {install(provider.name)}"
    served = settings.llm.startswith(f"{provider.name}:") and bool(settings.llm_base_url)
    if provider.key and not os.environ.get(provider.key) and not served:
        return f"set {provider.key}"
    return "offline is set" if settings.offline and not served else ""
