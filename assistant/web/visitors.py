"""Whose request it is: what a page's event or route does, it does as that person."""

from __future__ import annotations

from typing import Any

from ..api import Assistant
from ..errors import NotAllowed
from ..people.people import User
from ..settings import Settings

KEY = "user"
"""Where the doorkeeper puts who is signed in, in the state of a request."""


class Visitors:
    """The assistant as each visitor may use it. Parts of the page hold this, and never the assistant itself."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    @property
    def settings(self) -> Settings:
        """The settings, which are the same for everyone."""
        return self._assistant.settings

    @property
    def outside(self) -> str:
        """Who is sent questions and passages; see `Assistant.outside`."""
        return self._assistant.outside

    def of(self, request: Any) -> Assistant:
        """The assistant as the person of a request may use it: one of Gradio's, or a route's.

        Raises NotAllowed where people sign in and this one has not, however the request came here.
        """
        if not self.settings.sign_in:
            return self._assistant
        user = signed_in(request)
        if user is None:
            raise NotAllowed("you are signed out; sign in again")
        return self._assistant.as_user(user.name, user.roles)

    def tab(self, request: Any) -> str:
        """A tab of a person: the browser chooses its name, so that another person's may be called the same."""
        tab = request.session_hash or ""
        if not self.settings.sign_in:
            return str(tab)
        user = signed_in(request)
        return f"{user.user_id if user else ''}/{tab}"


def signed_in(request: Any) -> User | None:
    """Who has signed in, by a request; None for nobody."""
    user = getattr(getattr(request, "state", None), KEY, None)
    return user if isinstance(user, User) else None
