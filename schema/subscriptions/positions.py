"""Event cursors: where a subscriber stands in the history."""

import base64
import binascii
from typing import Annotated

import strawberry

from store.paging import CursorInvalid
from store.tables import Event
from store.vocabulary import EventKind

AfterEvent = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last event you saw: you get what you missed since, then what happens. "
        "Left out: the current state first."
    ),
]

CURSOR = "Where this stands in the history: pass the last one you saw as `after` when you come back."
"""The description of an event's cursor."""


def encode_position(event_id: int) -> str:
    """Return an event id as an opaque cursor."""
    return base64.urlsafe_b64encode(f"event:{event_id}".encode()).decode().rstrip("=")


def decode_position(cursor: str) -> int:
    """Return the event id of a cursor.

    Raises CursorInvalid.
    """
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        kind, _, event_id = text.partition(":")
        if kind == "event" and event_id.isascii() and event_id.isdigit():
            return int(event_id)
    except (ValueError, binascii.Error) as error:
        raise CursorInvalid from error
    raise CursorInvalid


def is_end(event: Event) -> bool:
    """Return whether a service is gone with this event; nothing more comes of it."""
    return event.kind is EventKind.SERVICE_STATUS and event.after is None
