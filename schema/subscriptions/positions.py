"""Event cursors: where a subscriber stands in the history, and the history from there."""

import base64
import binascii
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import strawberry

from schema.context import Info
from store import events
from store.database import Reading
from store.paging import CursorInvalid
from store.tables import Event
from store.vocabulary import EventKind

AfterEvent = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last event you saw: you get what you missed since, then what happens. "
        "Left out: the current state first. CURSOR_INVALID where it is not of this server: begin anew without it."
    ),
]

CURSOR = "Where this stands in the history: pass the last one you saw as `after` when you come back."
"""The description of an event's cursor."""

BEGINNING = base64.urlsafe_b64encode(b"beginning").decode()
"""The cursor of a present that others follow: who was cut off between them begins anew, for they are one moment."""


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


async def resumed(reading: Reading, after: str | None) -> int | None:
    """Return the event id from which somebody goes on; None for who begins, or begins anew.

    Raises CursorInvalid, also where no such event has happened yet: it is of another database, or of this one before
    it was restored. What is asked is the table, for this process may be behind the one that gave the cursor.
    """
    if after is None or after == BEGINNING:
        return None
    position = decode_position(after)
    if position > await events.head(reading):
        raise CursorInvalid
    return position


async def since(info: Info, position: int, services: list[UUID]) -> AsyncIterator[list[Event]]:
    """Yield what happens to the services after an event id, to the end of the last of them."""
    async with info.context.desk.read() as reading:
        ends = await events.service_ends(reading, services)
    left = {service for service in services if ends.get(service, position + 1) > position}
    if not left:
        return
    async for found in info.context.services.feed.follow(info.context.scope, position, services):
        yield found
        left.difference_update(event.service_id for event in found if _is_end(event))
        if not left:
            return


def _is_end(event: Event) -> bool:
    """Return whether a service is gone with this event; nothing more comes of it."""
    return event.kind is EventKind.SERVICE_STATUS and event.after is None
