"""What the browser sends of a form. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def picked(form: Mapping[str, object]) -> dict[str, list[str]]:
    """What a form holds: for each field its values, none of which is empty."""
    found: dict[str, list[str]] = {}
    for name, values in form.items():
        given = values if isinstance(values, list) else [values]
        found[name] = [str(value).strip() for value in given if str(value).strip()]
    return found
