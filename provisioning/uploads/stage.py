"""Staging: entries are judged by themselves and stored in chunks, however many there are."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice

from provisioning.ahead import ahead
from provisioning.desk import Desk
from provisioning.errors import UploadTooLarge
from provisioning.judging import Judge, Rules, Tally
from provisioning.numbering.e164 import LocationCountry
from provisioning.states import UploadEvent, upload_next
from provisioning.terms import Header
from store import entries, staging, uploads
from store.database import Reading, Transaction
from store.entries import Entry, Judged
from store.lookup import Name, many, one
from store.tables import Location, Service, Upload

CHUNK_ENTRIES = 2_000
"""How many entries are judged and stored at a time: it bounds the memory, and how long other threads wait."""

PROGRESS_ENTRIES = 20_000
"""After how many entries subscribers hear how far it has come."""

RENEWED_ENTRIES = 20_000
"""How many entries are taken out and put back at a time when they are judged again."""

_MIXED = ""
"""What an upload was judged by whose entries were judged by different rules."""


@dataclass(frozen=True, slots=True)
class Filling:
    """Entries on their way into a locked upload. `field` is the input that they came in."""

    upload: Upload
    rules: Rules
    field: str


async def rules_for(desk: Desk, reading: Reading, upload: Upload) -> Rules:
    """Return what the entries of the upload are judged by now."""
    location = await one(reading, Location, Name(id=upload.location_id))
    service = await one(reading, Service, Name(id=upload.service_id))
    header = Header(service.kind, service.mode, upload.number_type, upload.phone_type, upload.cac, desk.limits.cac)
    country = LocationCountry(location.country, location.calling_code)
    return Rules(country, desk.policy, header, desk.limits.range_numbers)


async def stage(desk: Desk, transaction: Transaction, filling: Filling, new: Iterable[Entry]) -> Tally:
    """Judge and store entries as they are read, and add them to the counts of the upload.

    Reading and judging run in a thread, so that other requests are answered meanwhile. Raises UploadTooLarge as soon
    as it is known, and whatever reading raises.
    """
    upload = filling.upload
    tally, told = Tally(), 0
    before = uploads.counts(upload)
    chunks = _chunks(filling, new, tally, desk.limits.upload_numbers - upload.total)
    try:
        async with staging.opened(transaction) as copy, aclosing(ahead(chunks)) as encoded:
            async for chunk in encoded:
                await copy.write(chunk)
                if tally.entries - told >= PROGRESS_ENTRIES:
                    told = tally.entries
                    await _tell(desk, upload, _together(before, tally))
    except BaseException:
        if told:
            await _tell(desk, upload, before)
        raise
    _note(upload, filling.rules, tally)
    transaction.session.add(upload)
    return tally


def _chunks(filling: Filling, new: Iterable[Entry], tally: Tally, room: int) -> Iterator[bytes]:
    judged = _judged(filling, new, tally, room)
    while encoded := staging.encode(filling.upload, islice(judged, CHUNK_ENTRIES)):
        yield encoded


def _judged(filling: Filling, new: Iterable[Entry], tally: Tally, room: int) -> Iterator[Judged]:
    judge = Judge(filling.rules)
    for entry in new:
        parts = judge.parts(entry)
        tally.add(entry, parts)
        if tally.total > room:
            raise UploadTooLarge(room + filling.upload.total, path=(filling.field,))
        yield entry, parts


async def _tell(desk: Desk, upload: Upload, counts: dict[str, int]) -> None:
    """Announce counts at once, in a transaction of their own: where the staging fails, the old ones are told again.

    An upload that is not committed yet has no subscribers, and may never be there.
    """
    async with desk.aside() as transaction:
        if await many(transaction, Upload, [upload.id]) != [None]:
            uploads.announce_progress(transaction, upload, counts, desk.clock())


def _together(before: dict[str, int], tally: Tally) -> dict[str, int]:
    return {name: figure + getattr(tally, name, 0) for name, figure in before.items()}


def _note(upload: Upload, rules: Rules, tally: Tally) -> None:
    judged_alike = not upload.total or upload.judged_by == rules.digest
    upload.judged_by = rules.digest if judged_alike else _MIXED
    upload.rows += tally.rows
    upload.total += tally.total
    upload.valid += tally.valid
    upload.invalid += tally.invalid
    upload.warnings += tally.warnings


async def note_edit(desk: Desk, transaction: Transaction, upload: Upload) -> None:
    """Make an edited upload a draft again, if it is none, and tell subscribers what it holds now."""
    status = upload_next(upload.status, UploadEvent.EDIT)
    if status is upload.status:
        uploads.announce_counts(transaction, upload, desk.clock())
    else:
        await uploads.change_status(transaction, upload, status, desk.clock())


async def judge_again(transaction: Transaction, upload: Upload, rules: Rules, codes: Sequence[str] = ()) -> None:
    """Judge stored entries anew, each by itself: all, or those of which some part has one of the codes."""
    judge, after = Judge(rules), -1
    while old := await entries.originals(transaction, upload.id, after, RENEWED_ENTRIES, codes):
        after = old[-1].position
        await replace(transaction, upload, await asyncio.to_thread(_renewed, judge, old))
    if not codes:
        upload.judged_by = rules.digest


def _renewed(judge: Judge, old: Sequence[Entry]) -> list[Judged]:
    return [(entry, judge.parts(entry)) for entry in old]


async def replace(transaction: Transaction, upload: Upload, judged: Sequence[Judged]) -> None:
    """Store entries in place of those that have their positions."""
    await entries.remove(transaction, upload.id, [entry.position for entry, _ in judged])
    await staging.append(transaction, upload, judged)
