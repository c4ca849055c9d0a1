"""Staging many entries: in chunks, within caps, with word of how far it has come."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlmodel import col

from provisioning.desk import Desk, Limits
from provisioning.errors import UploadTooLarge
from provisioning.numbering.e164 import LocationCountry
from provisioning.uploads import stage
from provisioning.uploads.stage import Filling, rules_for
from provisioning.uploads.start import start
from provisioning.uploads.whole import WholeUpload, try_numbers, upload_numbers
from store.entries import Entry
from store.errors import TextInvalid
from store.lookup import Name, one
from store.tables import Event, Upload
from store.vocabulary import EntryKind, ErrorPolicy
from tests.arrange import (
    Dialog,
    by_hand,
    counted,
    counts_told,
    entries_of,
    everything,
    fetch,
    figures,
    header,
    imported,
    rows,
    single,
    span,
    upload,
)


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service in New York."""
    return await by_hand(desk)


@pytest.fixture
async def draft(desk: Desk, dialog: Dialog) -> Upload:
    """An upload without entries."""
    return await upload(desk, dialog)


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 10 entries, and word after every 20."""
    monkeypatch.setattr(stage, "CHUNK_ENTRIES", 10)
    monkeypatch.setattr(stage, "PROGRESS_ENTRIES", 20)


def numbers(how_many: int, first: int = 0) -> str:
    """Make a file."""
    return "".join(f"+1212555{first + row:04}\n" for row in range(how_many))


async def fill(desk: Desk, to: Upload, new: Iterator[Entry]) -> None:
    """Stage entries and commit."""
    async with desk.begin() as transaction:
        locked = await one(transaction, Upload, Name(id=to.id), lock=True)
        await stage.stage(
            desk, transaction, Filling(locked, await rules_for(desk, transaction, locked), "entries"), new
        )


def typed(how_many: int) -> Iterator[Entry]:
    """Type in numbers."""
    return (Entry(at, EntryKind.SINGLE, f"+1212555{at:04}") for at in range(how_many))


@pytest.mark.usefixtures("small_steps")
async def test_subscribers_hear_how_far_a_large_import_has_come(desk: Desk, draft: Upload) -> None:
    """Every 20 entries here, and at the end; with what was there before."""
    await imported(desk, draft, numbers(5))
    await imported(desk, draft, numbers(52, first=5))
    assert await counts_told(desk, draft) == [5, 25, 45, 57]
    assert figures(await fetch(desk, draft)) == await counted(desk, draft) == (57, 57, 57, 0, 0)


@pytest.mark.usefixtures("small_steps")
async def test_progress_is_told_by_all_counts(desk: Desk, draft: Upload) -> None:
    """Rows, numbers and their verdicts."""
    await imported(desk, draft, f"{numbers(18)}nonsense\n+14165550100\n{numbers(10, first=100)}")
    told = [event.counts for event in await rows(desk, Event, col(Event.id), col(Event.upload_id) == draft.id)]
    sent = {"submitted": 0, "added": 0, "failed": 0, "withdrawn": 0}
    assert told == [
        {"rows": 20, "total": 20, "valid": 19, "invalid": 1, "warnings": 1, **sent},
        {"rows": 30, "total": 30, "valid": 29, "invalid": 1, "warnings": 1, **sent},
    ]


@pytest.mark.usefixtures("small_steps")
async def test_progress_is_told_while_the_rest_is_still_being_read(desk: Desk, draft: Upload) -> None:
    """Others are answered meanwhile, and see the upload as it was."""
    go_on = threading.Event()

    def slowly() -> Iterator[Entry]:
        for entry in typed(60):
            if entry.position == 45:
                go_on.wait(10)
            yield entry

    filling = asyncio.create_task(fill(desk, draft, slowly()))
    async with asyncio.timeout(5):
        while await counts_told(desk, draft) != [20, 40]:
            assert not filling.done()
    assert (await fetch(desk, draft)).total == 0
    go_on.set()
    await filling
    assert (await fetch(desk, draft)).total == 60


@pytest.mark.usefixtures("small_steps")
async def test_counts_told_too_early_are_taken_back(desk: Desk, draft: Upload) -> None:
    """The import fails behind its 40th row; subscribers see what is there."""
    await imported(desk, draft, numbers(5))
    small = replace(desk, limits=Limits(upload_numbers=50))
    before = await everything(desk)
    with pytest.raises(UploadTooLarge):
        await imported(small, draft, numbers(60, first=5))
    assert await counts_told(desk, draft) == [5, 25, 45, 5]
    assert figures(await fetch(desk, draft)) == (5, 5, 5, 0, 0)
    assert await everything(desk) == {**before, "event": before["event"] + 3}


@pytest.mark.usefixtures("small_steps")
async def test_an_import_that_is_given_up_takes_its_counts_back(desk: Desk, draft: Upload) -> None:
    """The client has gone away: nothing is kept, and the upload is free."""
    reached, go_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[Entry]:
        for entry in typed(100):
            if entry.position == 45:
                reached.set()
                go_on.wait(10)
            yield entry

    filling = asyncio.create_task(fill(desk, draft, slowly()))
    assert await asyncio.to_thread(reached.wait, 10)
    async with asyncio.timeout(5):
        while await counts_told(desk, draft) != [20, 40]:
            assert not filling.done()
    filling.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await filling
    assert await counts_told(desk, draft) == [20, 40, 0]
    assert figures(await imported(desk, draft, numbers(3))) == (3, 3, 3, 0, 0)


@pytest.mark.usefixtures("small_steps")
async def test_a_file_that_turns_out_unreadable_late_keeps_nothing(desk: Desk, draft: Upload) -> None:
    """An open quote behind 50 good rows."""
    before = await everything(desk)
    with pytest.raises(Exception, match="quot"):
        await imported(desk, draft, f'{numbers(50)}"+12125559999\n')
    after = await everything(desk)
    assert {**after, "event": 0} == {**before, "event": 0}
    assert (await counts_told(desk, draft))[-1] == 0


@pytest.mark.usefixtures("small_steps")
async def test_a_text_that_cannot_be_stored_keeps_nothing(desk: Desk, draft: Upload) -> None:
    """Found behind 50 good entries."""
    new = [*typed(50), Entry(50, EntryKind.SINGLE, "\x00")]
    with pytest.raises(TextInvalid):
        await fill(desk, draft, iter(new))
    assert await counted(desk, draft) == (0, 0, 0, 0, 0)


@pytest.mark.usefixtures("small_steps")
async def test_an_upload_that_nobody_can_see_yet_tells_no_progress(desk: Desk, dialog: Dialog) -> None:
    """In one call: there may never be such an upload."""
    small = replace(desk, limits=Limits(upload_numbers=50))
    whole = WholeUpload(header(dialog), tuple(map(single, numbers(60).split())))
    before = await everything(desk)
    with pytest.raises(UploadTooLarge):
        await upload_numbers(small, whole, None, ErrorPolicy.IGNORE_FAILED)
    await try_numbers(desk, whole, None, 10)
    assert await everything(desk) == before


async def test_reading_ends_as_soon_as_the_cap_is_passed(desk: Desk, draft: Upload) -> None:
    """2,000 ranges at their caps would take minutes to judge before the chunk is full."""
    read: list[int] = []

    def ranges() -> Iterator[Entry]:
        for at in range(1_000):
            read.append(at)
            yield Entry(at, EntryKind.RANGE, "+12125550000", "+12125559999")

    with pytest.raises(UploadTooLarge):
        await fill(replace(desk, limits=Limits(upload_numbers=25_000)), draft, ranges())
    assert read == [0, 1, 2]


async def test_a_range_of_100_000_numbers_is_one_entry(desk: Desk, dialog: Dialog) -> None:
    """The default cap; one number more is too many."""
    made = await upload(desk, dialog, span("+12125500000", "+12125599999"), span("+12124500000", "+12124600000"))
    assert figures(made) == await counted(desk, made) == (0, 100_001, 100_000, 1, 0)


async def test_entries_judged_by_different_rules_are_marked_so(desk: Desk, dialog: Dialog) -> None:
    """And by one rule alike; an upload that is empty takes the rules that come."""
    made = await start(desk, header(dialog))
    alike = [(await imported(desk, made, numbers(1, first))).judged_by for first in (0, 1)]
    other = replace(desk, limits=Limits(range_numbers=10))
    mixed = await imported(other, made, numbers(1, 2))
    assert alike[0]
    assert alike[0] == alike[1]
    assert mixed.judged_by not in (None, alike[0])
    assert (await imported(other, made, numbers(1, 3))).judged_by == mixed.judged_by


async def test_judging_again_goes_page_by_page(desk: Desk, dialog: Dialog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every entry once, in its place."""
    monkeypatch.setattr(stage, "RENEWED_ENTRIES", 3)
    made = await upload(desk, dialog, *numbers(10).split())
    async with desk.begin() as transaction:
        found = await one(transaction, Upload, Name(id=made.id), lock=True)
        rules = replace(await rules_for(desk, transaction, found), location=LocationCountry("IT", "39"))
        await stage.judge_again(transaction, found, rules)
    assert found.judged_by == rules.digest
    assert [(e.position, e.code) for e in await entries_of(desk, made)] == [
        (at, "COUNTRY_MISMATCH") for at in range(10)
    ]
