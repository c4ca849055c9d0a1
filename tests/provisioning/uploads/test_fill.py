"""Putting numbers into an upload."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from provisioning.desk import Desk, Limits
from provisioning.uploads.fill import MOST_ENTRIES, NewEntries, add_entries, import_file
from provisioning.uploads.judge import validate
from provisioning.uploads.submit import submit
from store.lookup import Name
from store.tables import Upload
from store.vocabulary import EntryKind, EntryVerdict, NumberType, UploadStatus
from tests.arrange import (
    Dialog,
    announced,
    audited,
    by_hand,
    counted,
    counts_told,
    entries_of,
    fetch,
    figures,
    imported,
    provider,
    refused,
    scope_of,
    seen_by,
    single,
    span,
    upload,
)

FILE = b"Number,Range End\r\n+12125550100,\r\n+12125550110,+12125550119\r\n"


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service with all that an upload needs."""
    return await by_hand(desk)


@pytest.fixture
async def draft(desk: Desk, dialog: Dialog) -> Upload:
    """An upload without entries."""
    return await upload(desk, dialog)


def named(of: Upload) -> Name:
    """Name it as an input does."""
    return Name(id=of.id, path=("upload",))


async def add(desk: Desk, to: Upload, *raw: Any, key: str | None = None) -> Upload:
    """Type in entries."""
    typed = tuple(single(entry) if isinstance(entry, str) else entry for entry in raw)
    return await add_entries(desk, NewEntries(named(to), typed), key)


def capped(desk: Desk, **limits: int) -> Desk:
    """Return a desk with lower limits."""
    return replace(desk, limits=Limits(**limits))


async def test_entries_stay_as_they_were_typed_in_their_order(desk: Desk, draft: Upload) -> None:
    """What is wrong with one of them is told at once."""
    await add(desk, draft, "+12125550100", span("+12125550110", "+12125550119"))
    await add(desk, draft, " nonsense ")
    kept = await entries_of(desk, draft)
    assert [(e.position, e.kind, e.raw, e.raw_last, e.size) for e in kept] == [
        (0, EntryKind.SINGLE, "+12125550100", None, 1),
        (1, EntryKind.RANGE, "+12125550110", "+12125550119", 10),
        (2, EntryKind.SINGLE, " nonsense ", None, 1),
    ]
    assert [(e.verdict, e.code) for e in kept] == [
        (EntryVerdict.VALID, None),
        (EntryVerdict.VALID, None),
        (EntryVerdict.INVALID, "NOT_E164"),
    ]


async def test_counts_are_current_after_every_request(desk: Desk, draft: Upload) -> None:
    """Numbers by their verdicts, and rows of files."""
    assert figures(await add(desk, draft, "+12125550100", "nonsense")) == (0, 2, 1, 1, 0)
    assert figures(await import_file(desk, named(draft), BytesIO(FILE))) == (2, 13, 12, 1, 0)
    assert figures(await add(desk, draft, "+14165550100", span("+12121999999", "+12122000001"))) == (2, 17, 15, 2, 1)
    assert figures(await fetch(desk, draft)) == await counted(desk, draft)


async def test_a_file_is_kept_row_by_row_with_its_lines(desk: Desk, draft: Upload) -> None:
    """The header is line 1."""
    await import_file(desk, named(draft), BytesIO(FILE))
    assert [(e.kind, e.line, e.raw, e.raw_last) for e in await entries_of(desk, draft)] == [
        (EntryKind.FILE_ROW, 2, "+12125550100", None),
        (EntryKind.FILE_ROW, 3, "+12125550110", "+12125550119"),
    ]


async def test_filling_is_on_record(desk: Desk, draft: Upload) -> None:
    """Typed in or imported."""
    await add(desk, draft, "+12125550100")
    await import_file(desk, named(draft), BytesIO(FILE))
    assert await audited(desk, draft.id) == ["UPLOAD_STARTED", "ENTRIES_ADDED", "ENTRIES_ADDED"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"\r\n \r\n", "FILE_EMPTY"),
        (b"Number,Range End\r\n", "FILE_HEADER_ONLY"),
        (b'Number\r\n"+12125550100\r\n', "FILE_MALFORMED"),
        (b"%PDF-1.7\n\x00\x01", None),
        (b"PK\x03\x04" + bytes(64), None),
    ],
    ids=["empty", "blank", "header only", "open quote", "PDF", "spreadsheet"],
)
async def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    desk: Desk, draft: Upload, content: bytes, code: str | None
) -> None:
    """Each with a code of its own, and none of its rows is kept."""
    ((found, path),) = await refused(desk, import_file(desk, named(draft), BytesIO(content)))
    assert path == ("source",)
    assert found == (code or found)
    assert found.startswith("FILE_")


async def test_kinds_of_bad_files_are_told_apart(desk: Desk, draft: Upload) -> None:
    """Malformed, empty and not CSV at all."""
    contents = (b"", b'Number\r\n"+12125550100\r\n', b"PK\x03\x04" + bytes(64))
    found = [await refused(desk, import_file(desk, named(draft), BytesIO(content))) for content in contents]
    assert len({code for ((code, _),) in found}) == 3


async def test_a_row_may_say_otherwise_than_the_header(desk: Desk, draft: Upload) -> None:
    """Its words are kept as they came, beside what they mean."""
    content = (
        "Number,Number Type,CAC Value,Service Info\r\n"
        "+12125550100,Service,30,'=Fax\r\n"
        "+12125550101,Service,,\r\n"
        "+12125550102,,,\r\n"
    )
    await imported(desk, draft, content)
    first, second, third = await entries_of(desk, draft)
    assert first.overrides == {"NUMBER_TYPE": "Service", "CAC": "30", "SERVICE_INFO": "'=Fax"}
    assert (first.number_type, first.cac, first.service_info) == (NumberType.SERVICE, 30, "=Fax")
    assert (second.verdict, second.code, second.number_type) == (EntryVerdict.INVALID, "CAC_REQUIRED", None)
    assert (third.verdict, third.overrides, third.number_type) == (EntryVerdict.VALID, None, None)


async def test_a_row_is_kept_whole_where_it_holds_more_than_its_numbers(desk: Desk, draft: Upload) -> None:
    """For the error report; a bare number needs no second copy."""
    content = "Number,Range End,Note\n+12125550100,,\n+12125550101,,mine\n+12125550110,+12125550119,\n,,lost\n"
    await imported(desk, draft, content)
    assert [(e.raw, e.cells) for e in await entries_of(desk, draft)] == [
        ("+12125550100", None),
        ("+12125550101", ["+12125550101", "", "mine"]),
        ("+12125550110", None),
        ("", None),
    ]


async def test_guesses_are_made_when_asked_for_and_kept(desk: Desk, draft: Upload) -> None:
    """Typed in or imported; what was typed stays beside what was made of it."""
    typed = (single("12125550100"), span("0012125550110", "12125550119"))
    assert (await add_entries(desk, NewEntries(named(draft), typed))).valid == 0
    assert (await add_entries(desk, NewEntries(named(draft), typed, guess=True))).valid == 11
    assert (await imported(desk, draft, "+1 (212) 555-0120\n+12125550121\n", guess=True)).valid == 13
    kept = [(e.raw, e.first, e.repairs) for e in await entries_of(desk, draft) if e.guess]
    assert kept == [
        ("12125550100", "+12125550100", ["PLUS_ADDED"]),
        ("0012125550110", "+12125550110", ["DIALLING_PREFIX_REPLACED", "PLUS_ADDED"]),
        ("+1 (212) 555-0120", "+12125550120", ["SEPARATORS_REMOVED"]),
        ("+12125550121", "+12125550121", None),
    ]


async def test_nothing_to_add_is_refused(desk: Desk, draft: Upload) -> None:
    """An empty list is a slip."""
    assert await refused(desk, add(desk, draft)) == [("NOTHING_TO_ADD", ("entries",))]


async def test_what_is_typed_in_has_a_cap_of_its_own(desk: Desk, draft: Upload) -> None:
    """Ten thousand lines of a form take long enough to read; more come as a file."""
    raw = ["+12125550100"] * (MOST_ENTRIES + 1)
    assert await refused(desk, add(desk, draft, *raw)) == [("TOO_MANY_ENTRIES", ("entries",))]
    assert (await add(desk, draft, *raw[:-1])).total == MOST_ENTRIES


async def test_an_upload_out_of_sight_is_not_found(desk: Desk, draft: Upload) -> None:
    """Nor one that is not there at all."""
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    nobody = NewEntries(Name(id=uuid4(), path=("upload",)), (single("+12125550100"),))
    missing = [("NOT_FOUND", ("upload",))]
    assert await refused(desk, add(stranger, draft, "+12125550100")) == missing
    assert await refused(desk, import_file(stranger, named(draft), BytesIO(FILE))) == missing
    assert await refused(desk, add_entries(desk, nobody)) == missing


async def test_the_cap_counts_numbers_over_all_requests(desk: Desk, draft: Upload) -> None:
    """Ranges by their size; exactly the cap is fine."""
    small = capped(desk, upload_numbers=11)
    await add(small, draft, span("+12125550100", "+12125550109"))
    assert await refused(desk, add(small, draft, "+12125550110", "+12125550111")) == [
        ("UPLOAD_TOO_LARGE", ("entries",))
    ]
    assert await refused(desk, import_file(small, named(draft), BytesIO(FILE))) == [("UPLOAD_TOO_LARGE", ("source",))]
    await add(small, draft, "+12125550110")
    assert sum(entry.size for entry in await entries_of(desk, draft)) == 11


async def test_a_file_has_caps_of_its_own(desk: Desk, draft: Upload) -> None:
    """Bytes and rows."""
    heavy = import_file(capped(desk, file_bytes=20), named(draft), BytesIO(FILE))
    long = import_file(capped(desk, file_rows=1), named(draft), BytesIO(FILE))
    assert await refused(desk, heavy) == [("FILE_TOO_LARGE", ("source",))]
    assert await refused(desk, long) == [("FILE_TOO_MANY_ROWS", ("source",))]


async def test_what_goes_beyond_the_cap_leaves_the_counts_as_they_were(desk: Desk, draft: Upload) -> None:
    """And the upload can be filled on."""
    small = capped(desk, upload_numbers=11)
    before = await add(small, draft, span("+12125550100", "+12125550109"), "nonsense")
    await refused(desk, add(small, draft, "+12125550111"))
    await refused(desk, import_file(small, named(draft), BytesIO(FILE)))
    after = await fetch(desk, draft)
    assert figures(after) == figures(before) == (0, 11, 10, 1, 0)
    assert (after.status, after.judged_by) == (UploadStatus.DRAFT, before.judged_by)


async def test_a_range_beyond_its_cap_counts_as_one(desk: Desk, draft: Upload) -> None:
    """A slip in its end must not use up the upload."""
    small = capped(desk, range_numbers=10)
    await add(small, draft, span("+12125550000", "+12125559999"))
    (kept,) = await entries_of(desk, draft)
    assert kept.size == 1


@pytest.mark.parametrize("end", ["submitted", "cancelled"])
async def test_an_upload_that_is_no_draft_takes_nothing_more(desk: Desk, dialog: Dialog, end: str) -> None:
    """Its state forbids it."""
    filled = await upload(desk, dialog, "+12125550100")
    await _end(desk, filled)[end]()
    assert await refused(desk, add(desk, filled, "+12125550101")) == [("STATE_FORBIDS", ("upload",))]
    assert await refused(desk, import_file(desk, named(filled), BytesIO(FILE))) == [("STATE_FORBIDS", ("upload",))]


def _end(desk: Desk, filled: Upload) -> dict[str, Callable[[], Any]]:
    async def cancel() -> None:
        async with desk.begin() as transaction:
            filled.status = UploadStatus.CANCELLED
            await transaction.session.merge(filled)

    return {"submitted": lambda: submit(desk, Name(id=filled.id)), "cancelled": cancel}


async def test_adding_to_a_validated_upload_makes_it_a_draft_again(desk: Desk, dialog: Dialog) -> None:
    """And subscribers hear of it."""
    filled = await upload(desk, dialog, "+12125550100")
    await validate(desk, Name(id=filled.id))
    assert (await add(desk, filled, "+12125550101")).status is UploadStatus.DRAFT
    assert (await announced(desk, dialog.service))[-1] == ("UPLOAD_STATUS", "VALIDATED", "DRAFT")


async def test_adding_to_a_draft_tells_its_counts(desk: Desk, dialog: Dialog, draft: Upload) -> None:
    """Its status has not moved."""
    before = await announced(desk, dialog.service)
    await add(desk, draft, "+12125550100", "+12125550101")
    assert await announced(desk, dialog.service) == [*before, ("UPLOAD_COUNTS", "DRAFT", "DRAFT")]
    assert await counts_told(desk, draft) == [2]


async def test_a_repeated_request_adds_once(desk: Desk, draft: Upload) -> None:
    """Typed in or imported, with the same key; another body is refused."""
    for _ in range(2):
        await add(desk, draft, "+12125550100", key="typed")
        await import_file(desk, named(draft), BytesIO(FILE), "imported")
    other_file = import_file(desk, named(draft), BytesIO(FILE + b"+12125550199,\r\n"), "imported")
    reused = [("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))]
    assert len(await entries_of(desk, draft)) == 3
    assert await refused(desk, add(desk, draft, "+12125550101", key="typed")) == reused
    assert await refused(desk, other_file) == reused
    assert await refused(desk, imported(desk, draft, FILE.decode(), "imported", guess=True)) == reused


async def test_without_a_key_a_request_is_done_again(desk: Desk, draft: Upload) -> None:
    """Whoever repeats it means it."""
    for _ in range(2):
        await add(desk, draft, "+12125550100")
        await import_file(desk, named(draft), BytesIO(FILE))
    assert [entry.position for entry in await entries_of(desk, draft)] == list(range(6))


async def test_requests_at_once_each_find_their_place(desk: Desk, draft: Upload) -> None:
    """One after the other: no position is used twice, and the cap holds for all together."""
    await asyncio.gather(*(add(desk, draft, f"+1212555010{index}", f"+1212555011{index}") for index in range(8)))
    kept = await entries_of(desk, draft)
    assert [entry.position for entry in kept] == list(range(16))
    assert len({entry.raw for entry in kept}) == 16
    assert figures(await fetch(desk, draft)) == (0, 16, 16, 0, 0)


async def test_imports_at_once_into_one_upload_keep_their_rows_together(desk: Desk, draft: Upload) -> None:
    """One waits for the other: all rows are there, counted, and told."""
    files = ["".join(f"+1212555{first + row:04}\n" for row in range(300)) for first in (0, 300, 600)]
    await asyncio.gather(*(imported(desk, draft, file) for file in files))
    kept = await entries_of(desk, draft)
    assert [entry.position for entry in kept] == list(range(900))
    assert [entry.line for entry in kept] == [*range(1, 301)] * 3
    assert figures(await fetch(desk, draft)) == (900, 900, 900, 0, 0)
    assert await counts_told(desk, draft) == [300, 600, 900]


async def test_leading_zeros_stay(desk: Desk) -> None:
    """Rome, singly and in a range."""
    draft = await upload(desk, await by_hand(desk, country="IT"))
    await imported(desk, draft, "Number,Range End\n+390612345678,\n+390612345600,+390612345609\n")
    assert [(e.first, e.last, e.size, e.area_code) for e in await entries_of(desk, draft)] == [
        ("+390612345678", "+390612345678", 1, "06"),
        ("+390612345600", "+390612345609", 10, "06"),
    ]


async def test_an_entry_that_cannot_be_stored_is_refused_where_it_stands(desk: Desk, draft: Upload) -> None:
    """Typed in, at `entries`; a NUL character is the caller's to take out."""
    typed = NewEntries(named(draft), (single("+12125550100"), single("+1212\x00")))
    assert await refused(desk, add_entries(desk, typed)) == [("TEXT_INVALID", ("entries",))]
