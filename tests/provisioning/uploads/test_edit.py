"""Taking entries out of an upload, and giving it up."""

from uuid import uuid4

import pytest

from provisioning.desk import Desk
from provisioning.uploads.edit import cancel, remove_entries
from provisioning.uploads.judge import validate
from provisioning.uploads.submit import submit
from store.lookup import Name
from store.tables import Number
from store.vocabulary import UploadStatus
from tests.arrange import (
    Dialog,
    announced,
    audited,
    by_hand,
    count,
    entries_of,
    fetch,
    refused,
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
    changed = await remove_entries(desk, Name(id=made.id), frozenset({1}))
    assert [(entry.position, entry.raw) for entry in await entries_of(desk, made)] == [
        (0, "+12125550110"),
        (2, "+12125550111"),
    ]
    assert changed.status is UploadStatus.DRAFT
    assert (await announced(desk, dialog.service))[-1] == ("UPLOAD_STATUS", "VALIDATED", "DRAFT")
    assert (await audited(desk, made.id))[-1] == "entries removed"


async def test_what_is_left_can_be_submitted(desk: Desk, dialog: Dialog) -> None:
    """And only that."""
    made = await upload(desk, dialog, "+12125550110", "+12125550111")
    await remove_entries(desk, Name(id=made.id), frozenset({0}))
    assert (await submit(desk, Name(id=made.id))).submitted == 1
    assert await count(desk, Number) == 1


async def test_nothing_is_taken_out_unless_all_is_there(desk: Desk, dialog: Dialog) -> None:
    """A position that is wrong may not be the only one."""
    made = await upload(desk, dialog, "+12125550110")
    name = Name(id=made.id)
    assert await refused(desk, remove_entries(desk, name, frozenset({0, 7}))) == [("NOT_FOUND", ("positions",))]
    assert await refused(desk, remove_entries(desk, name, frozenset())) == [("NOTHING_TO_REMOVE", ("positions",))]


async def test_an_upload_that_is_given_up_takes_nothing_more(desk: Desk, dialog: Dialog) -> None:
    """It can neither be edited nor submitted nor given up again."""
    made = await upload(desk, dialog, "+12125550110")
    name = Name(id=made.id, path=("upload",))
    ended = await cancel(desk, name)
    forbidden = [("STATE_FORBIDS", ("upload",))]
    assert (ended.status, ended.ended_at) == (UploadStatus.CANCELLED, desk.clock())
    assert (await audited(desk, made.id))[-1] == "upload cancelled"
    assert await refused(desk, remove_entries(desk, name, frozenset({0}))) == forbidden
    assert await refused(desk, submit(desk, name)) == forbidden
    assert await refused(desk, cancel(desk, name)) == forbidden


async def test_a_submitted_upload_is_not_given_up(desk: Desk, dialog: Dialog) -> None:
    """Its numbers are the service's already."""
    made = await submitted(desk, dialog, "+12125550110")
    name = Name(id=made.id, path=("upload",))
    assert await refused(desk, cancel(desk, name)) == [("STATE_FORBIDS", ("upload",))]
    assert (await fetch(desk, made)).status is UploadStatus.COMPLETED
    assert await refused(desk, cancel(desk, Name(id=uuid4(), path=("upload",)))) == [("NOT_FOUND", ("upload",))]
