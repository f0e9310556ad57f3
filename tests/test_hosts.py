"""Which hosts are this machine itself."""

import pytest

from assistant.hosts import host_of, is_here


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "::1", "0.0.0.0", "::"])  # noqa: S104 - an address to ask about
def test_this_machine_has_several_names(host: str):
    assert is_here(host)


@pytest.mark.parametrize("host", ["example.com", "localhost.example.com", "10.0.0.1", "169.254.1.1", "", None])
def test_any_other_host_is_somewhere_else(host: str | None):
    assert not is_here(host)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.com:8000/v1", "example.com"),
        ("example.com:8000/v1", "example.com"),
        ("http://[::1]:8000", "::1"),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_an_address_names_its_host_with_or_without_a_scheme(url: str, host: str):
    assert host_of(url) == host
