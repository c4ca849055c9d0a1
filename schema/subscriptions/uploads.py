"""Following the progress of an upload."""

from collections.abc import AsyncIterator
from datetime import datetime
from itertools import zip_longest
from typing import Annotated

import strawberry

from schema.context import Info
from schema.describing import described
from schema.inputs.naming import UploadBy
from schema.subscriptions.positions import CURSOR, AfterEvent, decode_position, encode_position, is_end
from schema.types.uploads import Upload, UploadCounts
from store import tables, uploads
from store.lookup import one
from store.tables import Event
from store.vocabulary import EventKind, UploadStatus


@strawberry.type(description="An upload moved on; the first event without `after` is the present.")
class UploadProgress:
    """A step, or the present."""

    cursor: str = described(CURSOR)
    status: UploadStatus = described("The status it went to, or is in.")
    counts: UploadCounts = described("The counts at that moment.")
    at: datetime = described("When.")
    upload: Upload | None = described("The upload as it is now; null once it is gone.")


Followed = Annotated[UploadBy, strawberry.argument(description="The upload to follow.")]


@strawberry.type
class UploadSubscriptions:
    """Uploads."""

    @strawberry.subscription(
        description="Every status that an upload goes through, and its counts as they move: of several counts in a row "
        "only the newest may come. It completes when the service of the upload is gone."
    )
    async def upload_progressed(
        self, info: Info, upload: Followed, after: AfterEvent = None
    ) -> AsyncIterator[UploadProgress]:
        """Yield the present or what was missed, then steps as they happen."""
        async with info.context.desk.read() as reading:
            row = await one(reading, tables.Upload, upload.name("upload"))
            present = await uploads.with_event_head(reading, row.id)
        position = decode_position(after) if after is not None else 0
        if after is None and present is not None:
            row, position = present
            yield _now(row, position)
        async for step in _steps(info, row, position):
            yield step


def _now(row: tables.Upload, head: int) -> UploadProgress:
    return UploadProgress(
        cursor=encode_position(head),
        status=row.status,
        counts=UploadCounts.of(row),
        at=row.ended_at or row.submitted_at or row.validated_at or row.created_at,
        upload=Upload.of(row),
    )


async def _steps(info: Info, upload: tables.Upload, position: int) -> AsyncIterator[UploadProgress]:
    async for events in info.context.services.feed.follow(info.context.scope, position, [upload.service_id]):
        for event in newest_counts([event for event in events if event.upload_id == upload.id]):
            row = await info.context.loaders.uploads.load(upload.id)
            yield UploadProgress(
                cursor=encode_position(event.id),
                status=UploadStatus[event.after or ""],
                counts=UploadCounts.from_figures(event.counts or {}),
                at=event.at,
                upload=Upload.of(row) if row else None,
            )
        if any(map(is_end, events)):
            return


def newest_counts(events: list[Event]) -> list[Event]:
    """Leave out counts that the next event has overtaken; every change of status stays."""
    return [
        event
        for event, after in zip_longest(events, events[1:])
        if after is None or event.kind is not EventKind.UPLOAD_COUNTS
    ]
