"""Putting numbers into an upload: typed in, or read from a file."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from provisioning.desk import Desk
from provisioning.errors import ColumnsNotTaken, NothingToAdd, RuleBroken, UploadTooLarge
from provisioning.file_faults import FileRefused
from provisioning.files import FileLimits, FileRow, read_rows
from provisioning.journal import audit
from provisioning.judging import Entry
from provisioning.ranges import NumberRange, parse_range
from provisioning.repeating import once
from provisioning.states import UploadEvent, upload_next
from store import uploads
from store.database import Transaction
from store.lookup import Name, one
from store.tables import Upload, UploadEntry
from store.vocabulary import EntryKind, EntryVerdict


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry as it came: a single number (no `last`), a range, or a row of a file with its line."""

    kind: EntryKind
    first: str
    last: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class NewEntries:
    """Entries typed into an upload, in order."""

    upload: Name
    entries: tuple[RawEntry, ...]


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file imported into an upload; the digest stands for its bytes."""

    upload: Name
    sha256: str


async def add_entries(desk: Desk, new: NewEntries, key: str | None = None) -> Upload:
    """Append entries to the upload; what is wrong with one of them is found by validating.

    Raises NothingToAdd, NotFound, TransitionRefused, UploadTooLarge, IdempotencyKeyReused.
    """
    if not new.entries:
        raise NothingToAdd(path=("entries",))
    return await _append(desk, new, new.upload, new.entries, "entries", key)


async def import_file(desk: Desk, upload: Name, file: BinaryIO, key: str | None = None) -> Upload:
    """Append the rows of a CSV file or of pasted text; all of them or, where it cannot be read as a whole, none.

    Raises RuleBroken with the code of what is wrong with the file, and what `add_entries` raises.
    """
    # In a thread, because other requests are waiting while a large file is read.
    entries = [_entry(row) for row in await asyncio.to_thread(_rows, desk, file)]
    file.seek(0)
    request = ImportedFile(upload, hashlib.sha256(file.read()).hexdigest())
    return await _append(desk, request, upload, entries, "source", key)


def _rows(desk: Desk, file: BinaryIO) -> list[FileRow]:
    limits = FileLimits(max_bytes=desk.limits.file_bytes, max_rows=desk.limits.file_rows)
    try:
        return list(read_rows(file, limits))
    except FileRefused as error:
        raise RuleBroken(error.code.value, str(error), path=("source",)) from error


def _entry(row: FileRow) -> RawEntry:
    if row.overrides:
        # Silence would store a number with another type or CAC value than its row says.
        raise ColumnsNotTaken(row.line, ", ".join(column.value for column in row.overrides), path=("source",))
    return RawEntry(EntryKind.FILE_ROW, row.raw_first, row.raw_last, row.line)


async def _append(
    desk: Desk, request: object, name: Name, entries: Sequence[RawEntry], field: str, key: str | None
) -> Upload:
    async with desk.begin() as transaction:

        async def make() -> Upload:
            upload = await one(transaction, Upload, name, lock=True)
            status = upload_next(upload.status, UploadEvent.EDIT)
            await _place(desk, transaction, upload, entries, field)
            audit(transaction, "entries added", upload, after={"entries": len(entries)})
            if status is not upload.status:
                await uploads.change_status(transaction, upload, status, desk.clock())
            return upload

        return await once(transaction, request, key, Upload, make)


async def _place(desk: Desk, transaction: Transaction, upload: Upload, entries: Sequence[RawEntry], field: str) -> None:
    """Give the entries their places behind those that are there, unless together they are too many."""
    size, position = await uploads.extent(transaction, upload.id)
    rows = [_row(desk, upload, position + index, entry) for index, entry in enumerate(entries)]
    if size + sum(row.size for row in rows) > desk.limits.upload_numbers:
        raise UploadTooLarge(desk.limits.upload_numbers, path=(field,))
    await uploads.append_entries(transaction, rows)


def _row(desk: Desk, upload: Upload, position: int, entry: RawEntry) -> UploadEntry:
    return UploadEntry(
        upload_id=upload.id,
        position=position,
        part=0,
        kind=entry.kind,
        line=entry.line,
        raw=entry.first,
        raw_last=entry.last,
        size=_size(entry, desk.limits.range_numbers),
        verdict=EntryVerdict.PENDING,
        **upload.ownership(),
    )


def _size(entry: RawEntry, most: int) -> int:
    """Return how many numbers an entry holds, as far as it can be read; the verdict comes later."""
    found = parse_range(entry.first, entry.last, most) if entry.last is not None else None
    return found.size if isinstance(found, NumberRange) else 1


def as_entry(row: UploadEntry) -> Entry:
    """Return what the rules need to know of a stored entry."""
    return Entry(row.position, row.kind, row.raw, row.raw_last)
