"""Whether the page may be served as the settings say: not to others than its owner meant, and not to nobody."""

from __future__ import annotations

from contextlib import closing
from ipaddress import ip_address

from ..errors import SettingsError
from ..people.users import USERS, Users
from ..settings import Settings


def check_doors(settings: Settings) -> None:
    """Raise SettingsError where the page would be open to others than its owner meant, or to nobody."""
    if settings.sign_in:
        if not _anybody(settings):
            raise SettingsError(
                "nobody can sign in yet; make the first user with 'assistant users add NAME --role admin'"
            )
        return
    if settings.open_to_anyone:
        return
    others = "" if _is_loopback(settings.host) else f"host = {settings.host}"
    if others or settings.allowed_hosts.strip():
        others = others or f"allowed_hosts = {settings.allowed_hosts}"
        raise SettingsError(
            f"with {others} whoever reaches the page may read and change everything; set sign_in = true and make users"
            " ('assistant users add'), or set open_to_anyone = true if that is meant"
        )


def _anybody(settings: Settings) -> bool:
    if not (settings.state_dir / USERS).is_file():
        return False
    with closing(Users(settings.state_dir)) as users:
        return any(not user.disabled for user in users.all())


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
