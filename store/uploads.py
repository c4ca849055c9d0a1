"""Statements on uploads and their entries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Select, cast, delete, func, select
from sqlmodel import col

from store.database import Reading, Transaction
from store.errors import NameTaken
from store.paging import Key, Order, Page, Window, count, id_key, page, parse_integer
from store.scope import within
from store.tables import Event, Tenant, Upload, UploadEntry
from store.vocabulary import EntryVerdict, EventKind, UploadStatus

BY_CREATION = Order("CREATED_AT", (id_key(Upload),), descending=True)
ENTRIES_IN_ORDER = Order(
    "POSITION",
    (
        Key(col(UploadEntry.position), lambda row: row[0].position, parse_integer),
        Key(col(UploadEntry.part), lambda row: row[0].part, parse_integer),
    ),
)
GOOD = (EntryVerdict.VALID, EntryVerdict.WARNING)
"""The verdicts with which an entry is uploaded."""


@dataclass(frozen=True, slots=True)
class UploadFilter:
    """Which uploads; None leaves a criterion out."""

    below: Tenant | None = None
    service_id: UUID | None = None
    status: UploadStatus | None = None


class Span(NamedTuple):
    """Consecutive numbers, ends included."""

    first: str
    last: str
    size: int


async def listing(reading: Reading, wanted: UploadFilter, window: Window) -> Page[Any]:
    """Return a page of (Upload,), the newest first."""
    return await page(reading, _query(reading, wanted), BY_CREATION, window)


async def total(reading: Reading, wanted: UploadFilter) -> int:
    """Return how many uploads `listing` has."""
    return await count(reading, _query(reading, wanted))


async def with_event_head(reading: Reading, upload_id: UUID) -> tuple[Upload, int] | None:
    """Return the upload and the id of the newest event, both of the same instant; None where it is not in scope."""
    head = select(func.coalesce(func.max(Event.id), 0)).scalar_subquery()
    query = select(Upload, head).where(reading.scope.covers(Upload), col(Upload.id) == upload_id)
    found = (await reading.session.execute(query)).one_or_none()
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
    transaction.announce(_event(upload, EventKind.UPLOAD_COUNTS, at, upload.status.value))


async def entries(reading: Reading, upload_id: UUID, verdict: EntryVerdict | None, window: Window) -> Page[Any]:
    """Return a page of (UploadEntry,) in the order in which they were put in."""
    return await page(reading, _entries(reading, upload_id, verdict), ENTRIES_IN_ORDER, window)


async def entries_total(reading: Reading, upload_id: UUID, verdict: EntryVerdict | None) -> int:
    """Return how many entries there are."""
    return await count(reading, _entries(reading, upload_id, verdict))


async def all_entries(reading: Reading, upload_id: UUID) -> list[UploadEntry]:
    """Return every entry in order, its parts one after the other."""
    query = _entries(reading, upload_id, None).order_by(col(UploadEntry.position), col(UploadEntry.part))
    return list((await reading.session.scalars(query)).all())


async def extent(reading: Reading, upload_id: UUID) -> tuple[int, int]:
    """Return how many numbers the entries hold, and the position that the next entry takes."""
    size = func.coalesce(func.sum(UploadEntry.size), 0)
    position = func.coalesce(func.max(UploadEntry.position) + 1, 0)
    found = await reading.session.execute(_entries(reading, upload_id, None).with_only_columns(size, position))
    numbers, following = found.one()
    return int(numbers), int(following)


async def judged_otherwise(reading: Reading, upload_id: UUID, calling_code: str) -> bool:
    """Return whether entries passed for another calling code than this: their location has changed since."""
    other = _entries(reading, upload_id, None).where(
        col(UploadEntry.verdict).in_(GOOD), col(UploadEntry.calling_code) != calling_code
    )
    return (await reading.session.execute(other.limit(1))).first() is not None


async def spans(reading: Reading, upload_id: UUID, limit: int) -> list[Span]:
    """Return the valid numbers as runs of consecutive ones, ascending, at most `limit` runs."""
    first, last = _digits(UploadEntry.first), _digits(UploadEntry.last)
    valid = _entries(reading, upload_id, None).where(col(UploadEntry.verdict).in_(GOOD))
    good = valid.with_only_columns(first.label("first"), last.label("last")).cte("good")
    before = func.lag(good.c.last).over(order_by=good.c.first)
    begins = (good.c.first - 1).is_distinct_from(before)
    marked = select(good, begins.label("begins")).cte("marked")
    run = func.count().filter(marked.c.begins).over(order_by=marked.c.first)
    grouped = select(marked, run.label("run")).cte("grouped")
    lowest, highest = func.min(grouped.c.first), func.max(grouped.c.last)
    query = select(lowest, highest).group_by(grouped.c.run).order_by(lowest).limit(limit)
    found = await reading.session.execute(query)
    return [Span(f"+{low}", f"+{high}", high - low + 1) for low, high in found.all()]


def _digits(e164: Any) -> Any:
    """Return the number as an integer: its first digit is never 0, so that nothing is lost."""
    return cast(func.substr(col(e164), 2), BigInteger)


_ENTRY_COLUMNS = tuple(column.name for column in UploadEntry.__table__.columns)  # type: ignore[attr-defined]  # set by SQLModel


async def append_entries(transaction: Transaction, rows: Sequence[UploadEntry]) -> None:
    """Store entries by COPY, which is many times as fast as INSERT."""
    connection = await transaction.driver_connection()
    target = f"COPY upload_entry ({', '.join(_ENTRY_COLUMNS)}) FROM STDIN"
    async with connection.cursor() as cursor, cursor.copy(target) as copy:
        for row in rows:
            await copy.write_row([getattr(row, name) for name in _ENTRY_COLUMNS])


async def replace_entries(transaction: Transaction, upload_id: UUID, rows: Sequence[UploadEntry]) -> None:
    """Store the entries in place of those that the upload has."""
    await transaction.session.execute(
        delete(UploadEntry).where(transaction.scope.covers(UploadEntry), col(UploadEntry.upload_id) == upload_id)
    )
    await append_entries(transaction, rows)


async def remove_entries(transaction: Transaction, upload_id: UUID, positions: Collection[int]) -> int:
    """Remove the entries at these positions, with all their parts; return how many entries that were."""
    chosen = delete(UploadEntry).where(
        transaction.scope.covers(UploadEntry),
        col(UploadEntry.upload_id) == upload_id,
        col(UploadEntry.position).in_(positions),
    )
    removed = await transaction.session.scalars(chosen.returning(col(UploadEntry.position)))
    return len(set(removed.all()))


def counts(upload: Upload) -> dict[str, int]:
    """Return all counts of the upload by name; numbers, not rows."""
    names = ("total", "valid", "invalid", "warnings", "submitted", "added", "failed", "withdrawn")
    return {name: getattr(upload, name) for name in names}


def _event(upload: Upload, kind: EventKind, at: datetime, before: str) -> Event:
    return Event(
        kind=kind,
        service_id=upload.service_id,
        upload_id=upload.id,
        before=before,
        after=upload.status.value,
        counts=counts(upload),
        at=at,
        **upload.ownership(),
    )


def _query(reading: Reading, wanted: UploadFilter) -> Select[Any]:
    query = select(Upload).where(reading.scope.covers(Upload))
    if wanted.below is not None:
        query = query.where(within(wanted.below, Upload))
    if wanted.service_id is not None:
        query = query.where(col(Upload.service_id) == wanted.service_id)
    if wanted.status is not None:
        query = query.where(col(Upload.status) == wanted.status)
    return query


def _entries(reading: Reading, upload_id: UUID, verdict: EntryVerdict | None) -> Select[Any]:
    query = select(UploadEntry).where(reading.scope.covers(UploadEntry), col(UploadEntry.upload_id) == upload_id)
    return query if verdict is None else query.where(col(UploadEntry.verdict) == verdict)
