"""Providers of language models: which package each needs, and which key. Pure."""

from __future__ import annotations

from dataclasses import dataclass


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


def key_of(provider: str) -> str:
    """The environment variable that holds a provider's key."""
    known = PROVIDERS.get(provider)
    return known.key if known else f"{provider.upper()}_API_KEY"


def install(provider: str) -> str:
    """The command that brings what a provider needs."""
    known = PROVIDERS.get(provider)
    if known and known.extra:
        return f"pip install 'briefing-assistant[{known.extra}]'"
    return f"pip install langchain-{provider.replace('_', '-')}"
