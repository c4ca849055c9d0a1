"""Addresses of this machine."""

import pytest

from api.addresses import is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.255.0.9", "::1"])
def test_a_loopback_address_is_this_machine_alone(host: str) -> None:
    """By name or by number."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", [None, "", "0.0.0.0", "::", "10.0.0.1", "localhost.example", "127.0.0.1.example", "["])  # noqa: S104  # nothing listens there
def test_others_reach_any_other_address(host: str | None) -> None:
    """Or might, where it is none at all."""
    assert not is_loopback(host)
