"""Putting numbers into an upload: typed in, or read from a file."""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from provisioning.desk import Desk
from provisioning.errors import NothingToAdd, RuleBroken, TextInvalid, TooManyEntries
from provisioning.files.faults import FileRefused
from provisioning.files.reading import FileLimits, read_rows
from provisioning.journal import audit
from provisioning.repeating import once
from provisioning.states import UploadEvent, upload_next
from provisioning.uploads.stage import Filling, note_edit, rules_for, stage
from store import entries
from store.actions import AuditAction
from store.database import Transaction
from store.entries import Entry, as_entry
from store.lookup import Name, one
from store.tables import Upload
from store.vocabulary import EntryKind

MOST_ENTRIES = 10_000
"""How many entries one request may name one by one; files hold more."""


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry as it was typed: a single number (no `last`) or a range."""

    kind: EntryKind
    first: str
    last: str | None = None


@dataclass(frozen=True, slots=True)
class NewEntries:
    """Entries typed into an upload, in order; with `guess`, what is damaged is repaired where it can be."""

    upload: Name
    entries: tuple[RawEntry, ...]
    guess: bool = False


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file, or pasted text: seekable bytes, known by their digest; with `guess`, as for `NewEntries`."""

    upload: Name
    sha256: str
    guess: bool = False


async def add_entries(desk: Desk, new: NewEntries, key: str | None = None) -> Upload:
    """Append entries to the upload; each gets the verdict that it deserves by itself.

    Raises NothingToAdd, TooManyEntries, NotFound, TextInvalid, TransitionRefused, UploadTooLarge,
    IdempotencyKeyReused.
    """
    async with desk.begin() as transaction:

        async def make() -> Upload:
            upload = await one(transaction, Upload, new.upload, lock=True)
            await append_entries(desk, transaction, upload, new)
            return upload

        return await once(transaction, new, key, Upload, make)


async def import_file(desk: Desk, name: Name, file: BinaryIO, key: str | None = None, *, guess: bool = False) -> Upload:
    """Append the rows of a CSV file, a workbook or pasted text; all of them or, where it cannot be read, none.

    Raises RuleBroken with the code of what is wrong with the file, and what `add_entries` raises.
    """
    new = NewFile(name, await digest(file), guess)
    async with desk.begin() as transaction:

        async def make() -> Upload:
            upload = await one(transaction, Upload, name, lock=True)
            await append_file(desk, transaction, upload, file, guess=guess)
            return upload

        return await once(transaction, new, key, Upload, make)


async def append_entries(desk: Desk, transaction: Transaction, upload: Upload, new: NewEntries) -> None:
    """Append entries to a locked upload. Raises what `add_entries` raises."""
    if not new.entries:
        raise NothingToAdd(path=("entries",))
    if len(new.entries) > MOST_ENTRIES:
        raise TooManyEntries(MOST_ENTRIES, path=("entries",))
    position = await entries.following(transaction, upload.id)
    numbered = enumerate(new.entries, start=position)
    rows = (Entry(at, entry.kind, entry.first, entry.last, None, new.guess) for at, entry in numbered)
    await _append(desk, transaction, upload, rows, "entries")


async def append_file(desk: Desk, transaction: Transaction, upload: Upload, file: BinaryIO, *, guess: bool) -> None:
    """Append the rows of a file to a locked upload. Raises what `import_file` raises."""
    position = await entries.following(transaction, upload.id)
    limits = FileLimits(max_bytes=desk.limits.file_bytes, max_rows=desk.limits.file_rows)
    try:
        await _append(desk, transaction, upload, _rows(file, limits, position, guess), "source")
    except FileRefused as error:
        raise RuleBroken(error.code.value, str(error), path=("source",)) from error


async def _append(desk: Desk, transaction: Transaction, upload: Upload, new: Iterator[Entry], field: str) -> None:
    upload_next(upload.status, UploadEvent.EDIT)
    rules = await rules_for(desk, transaction, upload)
    try:
        tally = await stage(desk, transaction, Filling(upload, rules, field), new)
    except TextInvalid as error:
        raise TextInvalid(path=(field,)) from error
    audit(transaction, AuditAction.ENTRIES_ADDED, upload, after={"entries": tally.entries, "total": tally.total})
    await note_edit(desk, transaction, upload)


async def digest(file: BinaryIO) -> str:
    """Return what tells the bytes of a file from others: SHA-256."""
    return await asyncio.to_thread(_digest, file)


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # it reads, and nothing more is used


def _rows(file: BinaryIO, limits: FileLimits, position: int, guess: bool) -> Iterator[Entry]:  # noqa: FBT001  # the caller's wish
    """Read the rows of a file as entries; the whole row is kept where it holds more than its numbers."""
    for at, (line, first, last, overrides, cells) in enumerate(read_rows(file, limits), start=position):
        has_more = len(cells) > 1 and len(cells) - cells.count("") > (1 if last is None else 2)
        kept = cells if has_more else None
        yield as_entry((at, EntryKind.FILE_ROW, first, last, line, guess, overrides, kept))
