"""Taking entries out of an upload, and giving it up."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import col

from provisioning.desk import Desk, Limits
from provisioning.errors import ItemNotFound
from provisioning.uploads.edit import HeaderChanges, cancel, remove_entries, update
from provisioning.uploads.fill import MOST_ENTRIES
from provisioning.uploads.judge import validate
from provisioning.uploads.start import ConnectionName
from provisioning.uploads.submit import submit
from store.lookup import Name
from store.tables import AuditEvent, Number, Upload
from store.vocabulary import NumberType, UploadStatus, WebexPhoneType
from tests.arrange import (
    Dialog,
    announced,
    audited,
    by_hand,
    connection,
    count,
    counted,
    counts_told,
    entries_of,
    fetch,
    figures,
    imported,
    judged,
    location,
    numbers_of,
    refused,
    rows,
    span,
    submitted,
    upload,
)


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service in New York."""
    return await by_hand(desk)


async def test_an_entry_is_taken_out_with_all_its_parts(desk: Desk, dialog: Dialog) -> None:
    """A range whose numbers differ in verdict has several; the others keep their places."""
    await submitted(desk, dialog, "+12125550101")
    made = await upload(desk, dialog, "+12125550110", span("+12125550100", "+12125550102"), "+12125550111")
    await validate(desk, Name(id=made.id))
    changed = await remove_entries(desk, Name(id=made.id), [1])
    assert [(entry.position, entry.raw) for entry in await entries_of(desk, made)] == [
        (0, "+12125550110"),
        (2, "+12125550111"),
    ]
    assert changed.status is UploadStatus.DRAFT
    assert (await announced(desk, dialog.service))[-1] == ("UPLOAD_STATUS", "VALIDATED", "DRAFT")
    (told,) = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "ENTRIES_REMOVED")
    assert told.before == {"entries": 1, "raw": ["+12125550100 - +12125550102"]}


async def test_what_is_left_can_be_submitted(desk: Desk, dialog: Dialog) -> None:
    """And only that."""
    made = await upload(desk, dialog, "+12125550110", "+12125550111")
    await remove_entries(desk, Name(id=made.id), [0])
    assert (await submit(desk, Name(id=made.id))).submitted == 1
    assert await count(desk, Number) == 1


async def test_nothing_is_taken_out_unless_all_is_there(desk: Desk, dialog: Dialog) -> None:
    """A position that is wrong may not be the only one."""
    made = await upload(desk, dialog, "+12125550110")
    name = Name(id=made.id)
    assert await refused(desk, remove_entries(desk, name, [0, 7])) == [("NOT_FOUND", ("positions",))]
    with pytest.raises(ItemNotFound) as raised:
        await remove_entries(desk, name, [0, 7])
    assert raised.value.index == 1
    assert await refused(desk, remove_entries(desk, name, [])) == [("NOTHING_TO_REMOVE", ("positions",))]


async def test_so_many_positions_are_named_at_once(desk: Desk, dialog: Dialog) -> None:
    """And no more."""
    draft = await upload(desk, dialog, "+12125550100")
    assert await refused(desk, remove_entries(desk, Name(id=draft.id), range(MOST_ENTRIES + 1))) == [
        ("TOO_MANY_ENTRIES", ("positions",))
    ]


async def test_an_upload_that_is_given_up_takes_nothing_more(desk: Desk, dialog: Dialog) -> None:
    """It can neither be edited nor submitted nor given up again."""
    made = await upload(desk, dialog, "+12125550110")
    name = Name(id=made.id, path=("upload",))
    ended = await cancel(desk, name)
    forbidden = [("STATE_FORBIDS", ("upload",))]
    assert (ended.status, ended.ended_at) == (UploadStatus.CANCELLED, desk.clock())
    assert (await audited(desk, made.id))[-1] == "UPLOAD_CANCELLED"
    assert await refused(desk, remove_entries(desk, name, [0])) == forbidden
    assert await refused(desk, submit(desk, name)) == forbidden
    assert await refused(desk, cancel(desk, name)) == forbidden


async def test_a_submitted_upload_is_not_given_up(desk: Desk, dialog: Dialog) -> None:
    """Its numbers are the service's already."""
    made = await submitted(desk, dialog, "+12125550110")
    name = Name(id=made.id, path=("upload",))
    assert await refused(desk, cancel(desk, name)) == [("STATE_FORBIDS", ("upload",))]
    assert (await fetch(desk, made)).status is UploadStatus.COMPLETED
    assert await refused(desk, cancel(desk, Name(id=uuid4(), path=("upload",)))) == [("NOT_FOUND", ("upload",))]


async def test_counts_follow_what_is_taken_out(desk: Desk, dialog: Dialog) -> None:
    """Numbers and rows, and subscribers hear of it."""
    made = await upload(desk, dialog, "+12125550110", "nonsense", span("+12125550100", "+12125550102"))
    await imported(desk, made, "+12125550120\n+14165550100\n")
    changed = await remove_entries(desk, Name(id=made.id), [1, 2, 4])
    assert figures(changed) == await counted(desk, made) == (1, 2, 2, 0, 0)
    assert await counts_told(desk, made) == [5, 7, 2]


async def test_an_upload_can_be_emptied_and_filled_again(desk: Desk, dialog: Dialog) -> None:
    """By whatever rules are in force then."""
    made = await upload(desk, dialog, "+12125550110")
    empty = await remove_entries(desk, Name(id=made.id), [0])
    assert figures(empty) == (0, 0, 0, 0, 0)
    other = replace(desk, limits=Limits(range_numbers=5))
    filled = await imported(other, made, "+12125550111\n")
    assert (await validate(other, Name(id=made.id))).judged_by == filled.judged_by
    assert [entry.position for entry in await entries_of(desk, made)] == [0]


async def change(desk: Desk, made: Upload, **changes: Any) -> Upload:
    """Change the header."""
    return await update(desk, Name(id=made.id, path=("upload",)), HeaderChanges(**changes))


async def test_entries_are_judged_by_the_new_header(desk: Desk, dialog: Dialog) -> None:
    """A location in another country."""
    made = await upload(desk, dialog, "+12125550100", "+390612345678", span("+390612345600", "+390612345609"))
    rome = await location(desk, dialog.service, "Rome", "IT")
    changed = await change(desk, made, location=Name(id=rome.id))
    assert figures(made) == (0, 12, 1, 11, 0)
    assert figures(changed) == await counted(desk, made) == (0, 12, 11, 1, 0)
    assert (await submit(desk, Name(id=made.id))).submitted == 11
    assert {number.location_id for number in (await numbers_of(desk, dialog.service)).values()} == {rome.id}


async def test_rows_are_judged_by_the_new_header_where_they_lean_on_it(desk: Desk, dialog: Dialog) -> None:
    """A row without a CAC value takes the header's, as long as the type is the header's."""
    made = await upload(desk, dialog)
    await imported(desk, made, "Number,Number Type\n+12125550100,Service\n+12125550101,\n")
    changed = await change(desk, made, number_type=NumberType.SERVICE, cac=30)
    assert [(e.code, e.cac) for e in await entries_of(desk, made)] == [(None, 30), (None, None)]
    assert figures(changed) == (2, 2, 2, 0, 0)
    back = await change(desk, made, number_type=NumberType.USER)
    assert (back.cac, [e.code for e in await entries_of(desk, made)]) == (2, ["CAC_REQUIRED", None])
    assert figures(back) == (2, 2, 1, 1, 0)


async def test_a_change_that_no_verdict_depends_on_leaves_the_verdicts(desk: Desk, dialog: Dialog) -> None:
    """Service info and SIP connection; a validated upload is a draft again all the same."""
    made = await judged(desk, dialog, "+12125550100", "+12125550100")
    trunk = await connection(desk, dialog.service, "Other trunk")
    changed = await change(desk, made, service_info="Desk", sip_connection=ConnectionName(id=trunk.id))
    assert (changed.status, changed.judged_by) == (UploadStatus.DRAFT, made.judged_by)
    assert [e.code for e in await entries_of(desk, made)] == [None, "DUPLICATE_IN_UPLOAD"]
    assert (changed.service_info, changed.sip_connection_id) == ("Desk", trunk.id)
    assert (await audited(desk, made.id))[-1] == "UPLOAD_HEADER_CHANGED"


async def test_a_change_of_nothing_leaves_no_mark(desk: Desk, dialog: Dialog) -> None:
    """Nobody did anything; the next change is told again."""
    made = await upload(desk, dialog)
    before = await audited(desk, made.id)
    await change(desk, made)
    await change(desk, made, number_type=made.number_type)
    assert await audited(desk, made.id) == before
    await change(desk, made, service_info="Desk")
    assert await audited(desk, made.id) == [*before, "UPLOAD_HEADER_CHANGED"]


async def test_a_text_is_cleared_by_none_and_left_by_silence(desk: Desk, dialog: Dialog) -> None:
    """They are told apart."""
    made = await upload(desk, dialog, service_info="Desk")
    assert (await change(desk, made)).service_info == "Desk"
    assert (await change(desk, made, service_info=None)).service_info is None


async def test_a_change_can_be_repeated(desk: Desk, dialog: Dialog) -> None:
    """The second one finds everything done."""
    made = await upload(desk, dialog, "+12125550100")
    once, twice = [await change(desk, made, number_type=NumberType.SERVICE, cac=30) for _ in range(2)]
    assert (once.cac, once.judged_by, figures(once)) == (twice.cac, twice.judged_by, figures(twice))


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"cac": 3}, "CAC_FIXED", "cacValue"),
        ({"number_type": NumberType.SERVICE}, "CAC_REQUIRED", "cacValue"),
        ({"phone_type": WebexPhoneType.DID}, "PHONE_TYPE_NOT_OFFERED", "webexPhoneType"),
        ({"service_info": "x" * 201}, "TEXT_TOO_LONG", "serviceInfo"),
        ({"service_info": "\x00"}, "TEXT_INVALID", "serviceInfo"),
        ({"location": Name(id=uuid4(), path=("location",))}, "NOT_FOUND", "location"),
        ({"sip_connection": ConnectionName(name="nobody")}, "NOT_FOUND", "sipConnection"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_header_that_would_break_a_rule_stays(
    desk: Desk, dialog: Dialog, changes: dict[str, Any], code: str, path: str
) -> None:
    """And its entries keep their verdicts."""
    made = await upload(desk, dialog, "+12125550100")
    assert await refused(desk, change(desk, made, **changes)) == [(code, (path,))]
    kept = await fetch(desk, made)
    assert (kept.judged_by, kept.cac, figures(kept)) == (made.judged_by, 2, (0, 1, 1, 0, 0))


async def test_a_submitted_header_stays(desk: Desk, dialog: Dialog) -> None:
    """Its numbers carry it already."""
    made = await submitted(desk, dialog, "+12125550110")
    assert await refused(desk, change(desk, made, service_info="x")) == [("STATE_FORBIDS", ("upload",))]
