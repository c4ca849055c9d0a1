"""Global ids."""

import base64
from uuid import UUID

import pytest

from schema.ids import decode, encode, key_of
from store.errors import NotFound

KEY = UUID("01a20665-c398-79af-a066-fb6b2987dbdc")


def test_an_id_comes_back_as_it_went() -> None:
    """Kind and key."""
    assert decode(encode("Service", KEY)) == ("Service", KEY)


def test_an_id_needs_no_quoting() -> None:
    """It goes into an address as it is."""
    assert encode("SipConnection", KEY).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "x",
        "=",
        "garbage",
        "ünïcode",
        "a" * 100_000,
        str(KEY),
        "\x00",
        base64.urlsafe_b64encode(b"Service").decode(),
        base64.urlsafe_b64encode(b"Service:").decode(),
        base64.urlsafe_b64encode(b"Service:not-a-key").decode(),
        base64.urlsafe_b64encode("Sërvice:".encode() + KEY.hex.encode()).decode(),
        encode("Service", KEY)[:-3],
    ],
)
def test_what_is_no_id_names_nothing(garbage: str) -> None:
    """Nobody learns how ids are made: no "Incorrect padding"."""
    with pytest.raises(NotFound) as caught:
        key_of(garbage, "Service", "service")

    assert str(caught.value) == "There is no such service here."
    assert caught.value.path == ("service",)


def test_an_id_of_another_kind_names_nothing() -> None:
    """A customer is no service, whatever its key."""
    with pytest.raises(NotFound, match="no such sip connection"):
        key_of(encode("Customer", KEY), "SipConnection")
