"""Giving the entries of an upload their verdicts."""

from dataclasses import replace
from uuid import uuid4

import pytest

from provisioning.desk import Desk, Limits
from provisioning.uploads.fill import NewEntries, add_entries
from provisioning.uploads.judge import validate
from provisioning.uploads.submit import submit
from store.lookup import Name
from store.tables import Upload
from store.vocabulary import EntryVerdict, UploadStatus
from tests.arrange import (
    Dialog,
    announced,
    audited,
    by_hand,
    entries_of,
    fetch,
    provider,
    refused,
    scope_of,
    seen_by,
    single,
    span,
    submitted,
    upload,
)

VALID, WARNING, INVALID = EntryVerdict.VALID, EntryVerdict.WARNING, EntryVerdict.INVALID


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service in New York."""
    return await by_hand(desk)


async def judged(desk: Desk, dialog: Dialog, *entries: object) -> Upload:
    """Fill an upload and have it judged."""
    filled = await upload(desk, dialog, *entries)
    return await validate(desk, Name(id=filled.id))


async def parts(desk: Desk, of: Upload) -> list[tuple[int, int, str | None, str | None, EntryVerdict, str | None]]:
    """Return the judged parts."""
    found = await entries_of(desk, of)
    return [(e.position, e.part, e.first, e.last, e.verdict, e.code) for e in found]


async def test_every_entry_gets_its_verdict(desk: Desk, dialog: Dialog) -> None:
    """With code and message where there is something to say."""
    made = await judged(desk, dialog, "+12125550100", "nonsense", "+390612345678", "+14165550100")
    kept = await entries_of(desk, made)
    assert [(e.verdict, e.code) for e in kept] == [
        (VALID, None),
        (INVALID, "NOT_E164"),
        (INVALID, "COUNTRY_MISMATCH"),
        (WARNING, "OTHER_COUNTRY"),
    ]
    assert [bool(e.message) for e in kept] == [False, True, True, True]


async def test_counts_are_numbers_not_entries(desk: Desk, dialog: Dialog) -> None:
    """Warnings are among the valid."""
    made = await judged(desk, dialog, span("+12125550100", "+12125550109"), "nonsense", "+14165550100")
    assert (made.status, made.total, made.valid, made.invalid, made.warnings) == (UploadStatus.VALIDATED, 12, 11, 1, 1)
    assert made.validated_at == desk.clock()
    assert await fetch(desk, made) == made


async def test_a_range_of_which_others_hold_a_part_is_cut(desk: Desk, dialog: Dialog) -> None:
    """Only the held numbers are refused, and it is not said by whom they are held."""
    other = await by_hand(desk)
    await submitted(desk, other, span("+12125550103", "+12125550104"))
    made = await judged(desk, dialog, span("+12125550100", "+12125550109"))
    assert await parts(desk, made) == [
        (0, 0, "+12125550100", "+12125550102", VALID, None),
        (0, 1, "+12125550103", "+12125550104", INVALID, "TAKEN"),
        (0, 2, "+12125550105", "+12125550109", VALID, None),
    ]
    assert (made.valid, made.invalid) == (8, 2)


async def test_a_number_that_is_here_already_is_told_from_one_that_is_elsewhere(desk: Desk, dialog: Dialog) -> None:
    """There is nothing to do about the first."""
    await submitted(desk, dialog, "+12125550100")
    made = await judged(desk, dialog, "+12125550100")
    assert [entry.code for entry in await entries_of(desk, made)] == ["ALREADY_ON_SERVICE"]


async def test_a_range_across_area_codes_is_cut_where_they_change(desk: Desk) -> None:
    """So that each part is taken apart by one rule."""
    milan = await by_hand(desk, country="IT")
    made = await judged(desk, milan, span("+390299999998", "+390300000001"))
    kept = await entries_of(desk, made)
    assert [(e.first, e.last, e.area_code) for e in kept if e.verdict is VALID] == [
        ("+390299999998", "+390299999999", "02"),
        ("+390300000000", "+390300000001", "030"),
    ]


async def test_a_number_twice_in_one_upload_counts_once(desk: Desk, dialog: Dialog) -> None:
    """The first of them."""
    made = await judged(desk, dialog, span("+12125550100", "+12125550102"), "+12125550101")
    assert [code for *_, code in await parts(desk, made)] == [None, "DUPLICATE_IN_UPLOAD"]


async def test_judging_again_after_an_edit_begins_from_what_was_typed(desk: Desk, dialog: Dialog) -> None:
    """Parts are not cut into parts again, and what others took meanwhile is seen."""
    other = await by_hand(desk)
    await submitted(desk, other, "+12125550105")
    made = await judged(desk, dialog, span("+12125550100", "+12125550109"))
    await submitted(desk, other, "+12125550106")
    await add_entries(desk, NewEntries(Name(id=made.id), (single("+12125550199"),)))
    again = await validate(desk, Name(id=made.id))
    assert await parts(desk, made) == [
        (0, 0, "+12125550100", "+12125550104", VALID, None),
        (0, 1, "+12125550105", "+12125550106", INVALID, "TAKEN"),
        (0, 2, "+12125550107", "+12125550109", VALID, None),
        (1, 0, "+12125550199", "+12125550199", VALID, None),
    ]
    assert (again.total, again.valid, again.invalid) == (11, 9, 2)


async def test_a_range_beyond_its_cap_is_invalid(desk: Desk, dialog: Dialog) -> None:
    """And counts as one."""
    small = replace(desk, limits=Limits(range_numbers=10))
    made = await judged(small, dialog, span("+12125550100", "+12125550110"))
    assert [code for *_, code in await parts(desk, made)] == ["RANGE_TOO_LARGE"]
    assert (made.total, made.invalid) == (1, 1)


async def test_subscribers_see_the_judging_and_its_figures(desk: Desk, dialog: Dialog) -> None:
    """And it is on record."""
    made = await judged(desk, dialog, "+12125550100")
    assert (await announced(desk, dialog.service))[-2:] == [
        ("UPLOAD_STATUS", "DRAFT", "VALIDATING"),
        ("UPLOAD_STATUS", "VALIDATING", "VALIDATED"),
    ]
    assert (await audited(desk, made.id))[-1] == "upload validated"


async def test_there_has_to_be_something_to_judge(desk: Desk, dialog: Dialog) -> None:
    """An empty upload stays a draft."""
    empty = await upload(desk, dialog)
    assert await refused(desk, validate(desk, Name(id=empty.id))) == [("NOTHING_TO_ADD", ("upload",))]
    assert (await fetch(desk, empty)).status is UploadStatus.DRAFT


async def test_a_submitted_upload_is_not_judged_again(desk: Desk, dialog: Dialog) -> None:
    """Its verdicts have been acted upon."""
    made = await judged(desk, dialog, "+12125550100")
    await submit(desk, Name(id=made.id))
    assert await refused(desk, validate(desk, Name(id=made.id))) == [("STATE_FORBIDS", ("upload",))]


async def test_a_validated_upload_can_be_judged_again(desk: Desk, dialog: Dialog) -> None:
    """Its numbers may have been taken since, and nothing else would show which."""
    made = await judged(desk, dialog, "+12125550100")
    await submit(desk, Name(id=(await judged(desk, await by_hand(desk), "+12125550100")).id))
    again = await validate(desk, Name(id=made.id))
    assert (made.valid, again.valid, again.invalid) == (1, 0, 1)
    assert [entry.code for entry in await entries_of(desk, again)] == ["TAKEN"]


async def test_an_upload_out_of_sight_is_not_judged(desk: Desk, dialog: Dialog) -> None:
    """Nor one that is not there."""
    made = await upload(desk, dialog, "+12125550100")
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    missing = [("NOT_FOUND", ("upload",))]
    assert await refused(desk, validate(stranger, Name(id=made.id, path=("upload",)))) == missing
    assert await refused(desk, validate(desk, Name(id=uuid4(), path=("upload",)))) == missing


async def test_an_upload_that_outgrew_a_lowered_cap_is_refused_with_a_code(desk: Desk, dialog: Dialog) -> None:
    """The setting was lowered between filling and judging."""
    made = await upload(desk, dialog, span("+12125550100", "+12125550109"))
    small = replace(desk, limits=Limits(upload_numbers=5))
    assert await refused(desk, validate(small, Name(id=made.id))) == [("UPLOAD_TOO_LARGE", ("upload",))]
