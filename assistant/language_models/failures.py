"""Why a language model failed, in a line that says what to do. Providers have statuses of HTTP in common, no errors."""

from __future__ import annotations

import math

from ..errors import ModelUnavailable
from ..redaction import redacted
from .providers import key_of

_REASON = 200
"""Characters of what a provider says."""
_LONGEST_WAIT = 86_400
"""Seconds. A provider that asks for more has run out of a quota, or says nonsense."""


def failure(llm: str, error: Exception) -> ModelUnavailable:
    """The error that a caller gets. `llm` as the settings name it. What it quotes has no key in it."""
    said = redacted(" ".join(str(error).split()))[:_REASON] or type(error).__name__  # cut in two, a key is not seen
    return ModelUnavailable(f"the model {llm} {_reason(llm, error, said)}")


def _reason(llm: str, error: Exception, said: str) -> str:
    provider, _, model = llm.partition(":")
    code = status(error)
    if code in {401, 403}:
        key = key_of(provider)
        mend = f"set {key} to one that is valid" if key else "look at what its server lets you use"
        return f"refused the key, or this use of it ({code}); {mend}"
    if code == 404:
        return f"is not there ({said}); ask its provider what {model!r} is called now, and set llm"
    if code == 429:
        wait = _wait(error)
        return f"was asked too often, or a quota is used up (429); try again{f' in {wait} s' if wait else ' later'}"
    if code is not None and code >= 500:
        return f"has trouble of its own ({said}); try again in a while, or choose another llm"
    if "timeout" in type(error).__name__.lower():
        return "did not say a word for as long as llm_timeout allows; try again, raise it, or choose another llm"
    return f"failed ({said}); try again or choose another llm"


def status(error: Exception) -> int | None:
    """The status of HTTP that a provider answered with, where there is one."""
    told = (getattr(error, "status_code", None), getattr(error, "code", None))
    found = (*told, getattr(getattr(error, "response", None), "status_code", None))
    return next((code for code in found if isinstance(code, int) and code >= 100), None)


def _wait(error: Exception) -> int:
    """The seconds that a provider asks to wait for; 0 where it does not say, or nothing that anybody waits for."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        wait = float(headers.get("retry-after", ""))
    except ValueError:
        return 0
    return math.ceil(wait) if 0 < wait <= _LONGEST_WAIT else 0
