"""Statements on uploads; those on their entries are in `store.entries`."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from store.counts import Counts, counted
from store.database import Reading, Transaction
from store.errors import NameTaken
from store.events import newest
from store.paging import Order, Page, Window, count, id_key, page
from store.scope import within
from store.searching import ALWAYS, Period
from store.tables import Event, Tenant, Upload
from store.vocabulary import EventKind, UploadStatus

BY_CREATION = Order("CREATED_AT", (id_key(Upload),), descending=True)


@dataclass(frozen=True, slots=True)
class UploadFilter:
    """Which uploads; what is None or empty leaves a criterion out."""

    below: Tenant | None = None
    customer_id: UUID | None = None
    service_id: UUID | None = None
    location_id: UUID | None = None
    statuses: Collection[UploadStatus] = ()
    created: Period = ALWAYS


async def listing(reading: Reading, wanted: UploadFilter, order: Order, window: Window) -> Page[Any]:
    """Return a page of (Upload,)."""
    return await page(reading, _query(reading, wanted), order, window)


async def total(reading: Reading, wanted: UploadFilter) -> int:
    """Return how many uploads `listing` has."""
    return await count(reading, _query(reading, wanted))


async def counts_by_status(reading: Reading, wanted: UploadFilter) -> Counts:
    """Count uploads by status."""
    others = _query(reading, replace(wanted, statuses=()))
    return await counted(reading, others, {col(Upload.status): wanted.statuses})


async def with_event_head(reading: Reading, upload_id: UUID) -> tuple[Upload, int] | None:
    """Return the upload and the id of the newest event, both of the same instant; None where it is not in scope."""
    query = select(Upload, newest()).where(reading.scope.covers(Upload), col(Upload.id) == upload_id)
    # Read anew: what this session has read of the upload before may be older than the newest event.
    fresh = query.execution_options(populate_existing=True)
    found = (await reading.session.execute(fresh)).one_or_none()
    return None if found is None else (found[0], found[1])


async def add(transaction: Transaction, upload: Upload) -> None:
    """Insert the upload.

    Raises NameTaken where the service already has an upload with that reference.
    """
    await transaction.insert(upload, {"upload_reference": NameTaken("upload", "reference", path=("reference",))})


async def change_status(transaction: Transaction, upload: Upload, status: UploadStatus, at: datetime) -> None:
    """Move an upload to another status and tell its subscribers."""
    before, upload.status = upload.status, status
    transaction.session.add(upload)
    transaction.announce(_event(upload, EventKind.UPLOAD_STATUS, at, before.value))


def announce_counts(transaction: Transaction, upload: Upload, at: datetime) -> None:
    """Tell subscribers that the counts moved."""
    announce_progress(transaction, upload, counts(upload), at)


def announce_progress(transaction: Transaction, upload: Upload, figures: dict[str, int], at: datetime) -> None:
    """Tell subscribers counts that are on their way into the upload."""
    transaction.announce(_event(upload, EventKind.UPLOAD_COUNTS, at, upload.status.value, figures))


def counts(upload: Upload) -> dict[str, int]:
    """Return all counts of the upload by name; but for the rows of files, they are numbers."""
    names = ("rows", "total", "valid", "invalid", "warnings", "submitted", "added", "failed", "withdrawn")
    return {name: getattr(upload, name) for name in names}


def _event(upload: Upload, kind: EventKind, at: datetime, before: str, figures: dict[str, int] | None = None) -> Event:
    return Event(
        kind=kind,
        service_id=upload.service_id,
        upload_id=upload.id,
        before=before,
        after=upload.status.value,
        counts=counts(upload) if figures is None else figures,
        at=at,
        **upload.ownership(),
    )


def _query(reading: Reading, wanted: UploadFilter) -> Select[Any]:
    query = select(Upload).where(reading.scope.covers(Upload), wanted.created.covers(col(Upload.created_at)))
    if wanted.below is not None:
        query = query.where(within(wanted.below, Upload))
    exact = {
        col(Upload.customer_id): wanted.customer_id,
        col(Upload.service_id): wanted.service_id,
        col(Upload.location_id): wanted.location_id,
    }
    query = query.where(*(column == value for column, value in exact.items() if value is not None))
    return query.where(col(Upload.status).in_(wanted.statuses)) if wanted.statuses else query
