"""Event cursors."""

import base64

import pytest

from schema.subscriptions.positions import decode_position, encode_position
from store.paging import CursorInvalid


@pytest.mark.parametrize("event_id", [0, 1, 2**62])
def test_a_position_comes_back_as_it_went(event_id: int) -> None:
    """From the beginning to the last."""
    assert decode_position(encode_position(event_id)) == event_id


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "x",
        "garbage",
        "ünïcode",
        "\x00",
        *(
            base64.urlsafe_b64encode(t.encode()).decode()
            for t in ("event", "event:", "event:-1", "event:1.5", "event:²", "other:1", "event:" + "9" * 5_000)
        ),
    ],
)
def test_a_bad_position_is_told_so(garbage: str) -> None:
    """Never a leak of what is behind it."""
    with pytest.raises(CursorInvalid):
        decode_position(garbage)
