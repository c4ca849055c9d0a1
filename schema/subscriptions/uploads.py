"""Following the progress of an upload."""

from collections.abc import AsyncIterator
from datetime import datetime
from itertools import zip_longest
from typing import Annotated
from uuid import UUID

import strawberry

from provisioning.states import ENDS
from schema.context import Info
from schema.describing import described
from schema.inputs.naming import UploadBy
from schema.subscriptions.positions import CURSOR, AfterEvent, encode_position, resumed, since
from schema.types.uploads import ENDED, Upload, UploadCounts
from store import events, tables, uploads
from store.database import Reading
from store.errors import NotFound
from store.lookup import Name, one
from store.tables import Event
from store.vocabulary import EventKind, UploadStatus


@strawberry.type(description="An upload moved on; the first event without `after` is the present.")
class UploadProgress:
    """A step, or the present."""

    cursor: str = described(CURSOR)
    status: UploadStatus = described("The status it went to, or is in.")
    ended: bool = described(ENDED)
    counts: UploadCounts = described("The counts at that moment.")
    at: datetime = described("When it happened; of the present: when that last changed.")
    upload: Upload | None = described("The upload as it is now; null once it is gone.")


Followed = Annotated[UploadBy, strawberry.argument(description="The upload to follow.")]


@strawberry.type
class UploadSubscriptions:
    """Uploads."""

    @strawberry.subscription(
        description="Every status that an upload goes through, none left out, and its counts as they move, twice a "
        "second at most: of several in a row the newest comes. It completes when the service of the upload is gone. "
        "Who comes back with `after` still hears how it ended, where the upload is named by its id."
    )
    async def upload_progressed(
        self, info: Info, upload: Followed, after: AfterEvent = None
    ) -> AsyncIterator[UploadProgress]:
        """Yield the present or what was missed, then steps as they happen."""
        async with info.context.desk.read() as reading:
            position = await resumed(reading, after)
            upload_id, service_id = await _followed(reading, upload.name("upload"), position)
            present = await uploads.with_event_head(reading, upload_id) if position is None else None
        if position is None:
            if present is None:
                raise NotFound("upload", path=("upload",))
            row, position = present
            yield _now(row, position)
        async for step in _steps(info, upload_id, service_id, position):
            yield step


async def _followed(reading: Reading, name: Name, position: int | None) -> tuple[UUID, UUID]:
    """Return the ids of an upload and its service, or of those that are gone for somebody who comes back to them.

    Raises NotFound.
    """
    try:
        upload = await one(reading, tables.Upload, name)
    except NotFound:
        service_id = None if position is None or name.id is None else await events.service_of(reading, name.id)
        if name.id is None or service_id is None:
            raise
        return name.id, service_id
    return upload.id, upload.service_id


def _now(row: tables.Upload, head: int) -> UploadProgress:
    return UploadProgress(
        cursor=encode_position(head),
        status=row.status,
        ended=row.status in ENDS,
        counts=UploadCounts.of(row),
        at=row.ended_at or row.submitted_at or row.validated_at or row.created_at,
        upload=Upload.of(row),
    )


async def _steps(info: Info, upload_id: UUID, service_id: UUID, position: int) -> AsyncIterator[UploadProgress]:
    async for found in since(info, position, [service_id]):
        for event in newest_counts([event for event in found if event.upload_id == upload_id]):
            row = await info.context.loaders.uploads.load(upload_id)
            status = UploadStatus[event.after or ""]
            yield UploadProgress(
                cursor=encode_position(event.id),
                status=status,
                ended=status in ENDS,
                counts=UploadCounts.from_figures(event.counts or {}),
                at=event.at,
                upload=Upload.of(row) if row else None,
            )
        await info.context.services.feed.rest(found[-1].id, [service_id])


def newest_counts(steps: list[Event]) -> list[Event]:
    """Leave out counts that the next event has overtaken; every change of status stays."""
    return [
        event
        for event, after in zip_longest(steps, steps[1:])
        if after is None or event.kind is not EventKind.UPLOAD_COUNTS
    ]
