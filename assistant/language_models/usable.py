"""Which language models can be used here, and what keeps the others from it."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from urllib.parse import urlsplit

from ..records import Record
from ..settings import EMBEDDED, EXTRACTIVE, Settings
from .langsmith_switch import traced_by
from .models import address, answering, outside
from .providers import PROVIDERS, Provider, install
from .weights import model_file

_LISTENS_WITHIN = 1.0


@dataclass(frozen=True, slots=True)
class Usable(Record):
    """A value of `llm`, and what keeps it from being used here."""

    llm: str
    usable: bool
    why: str
    """What is missing and how to get it; for one that is usable, where questions go."""
    chosen: bool = False
    """Whether the settings name it."""


def usable(settings: Settings) -> list[Usable]:
    """The local model, none at all, and a model of each provider: for the one that the settings name, that one."""
    file = model_file(settings)
    here = file.is_file()
    traced = traced_by(settings)
    leaves = f", and questions and passages go to {traced}" if traced else ""
    embedded = f"on this machine, {file}{leaves}" if here else f"{file} is missing: run 'assistant models pull'"
    found = [
        Usable(EMBEDDED, here, embedded, settings.llm == EMBEDDED),
        Usable(EXTRACTIVE, True, "no model: the best sentences, word for word", settings.llm == EXTRACTIVE),
    ]
    chosen = settings.llm.partition(":")[0]
    known = {**PROVIDERS}
    if ":" in settings.llm:
        known.setdefault(chosen, Provider(chosen, extra="", key="", example=""))
    for provider in known.values():
        named = provider.name == chosen
        llm = settings.llm if named else f"{provider.name}:{provider.example}"
        url = settings.llm_base_url if named else None
        why, goes = _missing(provider, settings.model_copy(update={"llm": llm, "llm_base_url": url}))
        found.append(Usable(llm, not why, why or goes, named))
    return found


def _missing(provider: Provider, settings: Settings) -> tuple[str, str]:
    """What keeps a provider from being used, empty for nothing, and where questions go."""
    leaves, sent = answering(settings), outside(settings)
    goes = f"questions and passages go to {sent}" if sent else "on this machine"
    if find_spec(provider.module) is None:
        return f"run {install(provider.name)}", goes
    if provider.key and not settings.llm_base_url and not os.environ.get(provider.key):
        return f"set {provider.key}", goes
    if leaves:
        return "offline is set" if settings.offline else "", goes
    return _silent(address(settings)), goes


def _silent(url: str) -> str:
    """What is wrong with a server of this machine; empty where it takes connections. No other one is ever tried."""
    parts = urlsplit(url)
    host = parts.hostname or "127.0.0.1"
    try:
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 11434)
        with socket.create_connection((host, port), timeout=_LISTENS_WITHIN):
            return ""
    except OSError:
        return f"no server listens at {host}:{port}; start it"
    except ValueError:
        return f"{url} is no address of a server; mend its port"
