"""LangSmith, which LangChain sends questions and passages to where variables of the environment say so.

Those are often left over from another program, so that they count only where the setting `langsmith` lets them.
"""

from __future__ import annotations

import os

from ..errors import SettingsError
from ..hosts import host_of, is_here
from ..settings import Settings

_SWITCHES = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")
_ENDPOINTS = ("LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT")
_SEVERAL = "LANGSMITH_RUNS_ENDPOINTS"
_THEIRS = "api.smith.langchain.com"


def set_switches(settings: Settings) -> None:
    """Switch it off, unless the settings leave that to the environment. Raises SettingsError where it may not be."""
    if not settings.langsmith:
        for switch in _SWITCHES:
            os.environ[switch] = "false"
    elif settings.offline and (receiver := traced_by(settings)):
        raise SettingsError(f"langsmith = true would send questions to {receiver}; unset offline to allow that")


def traced_by(settings: Settings) -> str:
    """LangSmith, with its host, where it may be sent questions and passages; empty where it is this machine, or off."""
    if not settings.langsmith:
        return ""
    if os.environ.get(_SEVERAL):
        return "LangSmith"
    host = host_of(next(filter(None, map(os.environ.get, _ENDPOINTS)), "").strip("\"' ")) or _THEIRS
    return "" if is_here(host) else f"LangSmith ({host})"
