"""Giving every entry of an upload its verdict."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from provisioning.desk import Desk
from provisioning.e164 import LocationCountry, parts
from provisioning.errors import NothingToAdd, UploadTooLarge
from provisioning.journal import audit
from provisioning.judging import Rules, Segment, TooManyNumbers, count, judge_entries, mark_held
from provisioning.ranges import NumberRange
from provisioning.states import UploadEvent, upload_next
from provisioning.uploads.fill import as_entry
from provisioning.verdicts import VerdictCode
from store import numbers, uploads
from store.database import Transaction
from store.lookup import Name, one
from store.tables import Location, Upload, UploadEntry


async def validate(desk: Desk, name: Name) -> Upload:
    """Judge every entry of an upload.

    Raises NotFound, NothingToAdd, UploadTooLarge, TransitionRefused.
    """
    async with desk.begin() as transaction:
        upload = await one(transaction, Upload, name, lock=True)
        judging = upload_next(upload.status, UploadEvent.VALIDATE)
        await uploads.change_status(transaction, upload, judging, desk.clock())
        await judge(desk, transaction, upload)
        judged = upload_next(upload.status, UploadEvent.JUDGED)
        await uploads.change_status(transaction, upload, judged, desk.clock())
        audit(transaction, "upload validated", upload, after=uploads.counts(upload))
        return upload


async def judge(desk: Desk, transaction: Transaction, upload: Upload) -> None:
    """Give the entries of a locked upload their verdicts and count them.

    Raises NothingToAdd where there are none, UploadTooLarge where a setting was changed since they were put in.
    """
    entries = [row for row in await uploads.all_entries(transaction, upload.id) if row.part == 0]
    if not entries:
        raise NothingToAdd(path=("upload",))
    location = await one(transaction, Location, Name(id=upload.location_id))
    rules = Rules(
        LocationCountry(location.country, location.calling_code),
        desk.policy,
        max_range_size=desk.limits.range_numbers,
        max_numbers=desk.limits.upload_numbers,
    )
    # In a thread, because other requests are waiting while thousands of numbers are judged.
    try:
        segments = await asyncio.to_thread(lambda: list(judge_entries(map(as_entry, entries), rules)))
    except TooManyNumbers as error:
        raise UploadTooLarge(error.max_numbers, path=("upload",)) from error
    await store_verdicts(desk, transaction, upload, entries, await _refuse_held(transaction, upload, segments))


async def _refuse_held(transaction: Transaction, upload: Upload, segments: Sequence[Segment]) -> list[Segment]:
    spans = [(passing.first, passing.last) for passing in _passing(segments)]
    held = await numbers_held(transaction, upload, spans)
    return mark_held(segments, held)


async def numbers_held(
    transaction: Transaction, upload: Upload, spans: Sequence[tuple[str, str]]
) -> dict[str, VerdictCode]:
    """Return which numbers in the spans are live already, and whether here or with somebody else."""
    found = await numbers.held(transaction, spans, upload.service_id)
    return {held.e164: VerdictCode.ALREADY_ON_SERVICE if held.here else VerdictCode.TAKEN for held in found}


async def store_verdicts(
    desk: Desk,
    transaction: Transaction,
    upload: Upload,
    entries: Sequence[UploadEntry],
    segments: Sequence[Segment],
) -> None:
    """Put the judged parts in place of the entries, and the figures on the upload."""
    originals = {entry.position: entry for entry in entries}
    rows = [
        row
        for position, group in groupby(segments, key=lambda segment: segment.position)
        for row in _rows(originals[position], list(group))
    ]
    await uploads.replace_entries(transaction, upload.id, rows)
    counts = count(segments)
    upload.total, upload.valid = counts.numbers, counts.valid
    upload.invalid, upload.warnings = counts.invalid, counts.warnings
    upload.validated_at = desk.clock()
    transaction.session.add(upload)


def _passing(segments: Iterable[Segment]) -> Iterator[NumberRange]:
    for segment in segments:
        if segment.passes and segment.numbers is not None:
            yield segment.numbers


def _rows(original: UploadEntry, segments: Sequence[Segment]) -> Iterator[UploadEntry]:
    """Make the rows of one entry: a part for each verdict and, among valid numbers, each area code."""
    pieces = ((segment, cut) for segment in segments for cut in _by_area(segment))
    for part, (segment, (piece, calling_code, area_code)) in enumerate(pieces):
        yield UploadEntry(
            upload_id=original.upload_id,
            position=original.position,
            part=part,
            kind=original.kind,
            line=original.line,
            raw=original.raw,
            raw_last=original.raw_last,
            first=piece.first if piece else None,
            last=piece.last if piece else None,
            size=piece.size if piece else 1,
            calling_code=calling_code,
            area_code=area_code,
            verdict=segment.verdict,
            code=segment.code,
            message=segment.message,
            **original.ownership(),
        )


def _by_area(segment: Segment) -> Iterator[tuple[NumberRange | None, str | None, str | None]]:
    """Cut a passing segment where the area code changes, so that one rule takes all of its numbers apart."""
    numbers = segment.numbers
    if numbers is None or not segment.passes:
        yield numbers, None, None
        return
    first, last = parts(numbers.first), parts(numbers.last)
    if first.area_code == last.area_code:
        yield numbers, first.calling_code, first.area_code
        return
    for area_code, group in groupby(numbers, key=lambda e164: parts(e164).area_code):
        members = list(group)
        yield NumberRange(members[0], members[-1]), first.calling_code, area_code
