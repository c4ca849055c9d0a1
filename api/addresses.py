"""Addresses of this machine."""

from ipaddress import ip_address


def is_loopback(host: str | None) -> bool:
    """Return whether a host, by its name or its IP address, is this machine to itself alone."""
    try:
        return host == "localhost" or (host is not None and ip_address(host).is_loopback)
    except ValueError:
        return False
