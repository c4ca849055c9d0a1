"""Changing and deleting SIP connections."""

import asyncio
from uuid import uuid4

import pytest

from provisioning.desk import Desk
from provisioning.routing import SipConnectionChange, delete_sip_connection, update_sip_connection
from provisioning.uploads.edit import HeaderChanges, cancel
from provisioning.uploads.edit import update as update_header
from provisioning.uploads.start import ConnectionName, start
from store import routing
from store.lookup import Name, one
from store.paging import Window
from store.tables import SipConnection
from store.vocabulary import NumberStatus
from tests.arrange import (
    Dialog,
    audited,
    blocked,
    by_hand,
    connection,
    fetch,
    header,
    let_be,
    profile,
    provider,
    refused,
    removing,
    scope_of,
    seen_by,
    submitted,
    upload,
)

NUMBER = "+12125550100"
NOT_FOUND = [("NOT_FOUND", ("sipConnectionId",))]
IN_USE = [("SIP_CONNECTION_IN_USE", ("sipConnectionId",))]


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A service with a SIP connection."""
    return await by_hand(desk)


async def listed(desk: Desk, dialog: Dialog) -> list[str]:
    """Return the names of the SIP connections of the service."""
    async with desk.read() as reading:
        page = await routing.connections(reading, dialog.service.id, Window(10))
        return [row[0].name for row in page.rows]


async def test_a_connection_gets_another_name_and_profile(desk: Desk, dialog: Dialog) -> None:
    """Each alone; what is not named stays."""
    other = await profile(desk, "Other")
    made = dialog.connection
    renamed = await update_sip_connection(desk, SipConnectionChange(made.id, " Trunk two "))
    assert (renamed.name, renamed.calling_profile_id) == ("Trunk two", made.calling_profile_id)
    rerouted = await update_sip_connection(desk, SipConnectionChange(made.id, calling_profile=Name(id=other.id)))
    assert (rerouted.name, rerouted.calling_profile_id) == ("Trunk two", other.id)
    assert await audited(desk, made.id) == ["SIP_CONNECTION_CREATED", *["SIP_CONNECTION_UPDATED"] * 2]


async def test_a_change_that_changes_nothing_leaves_no_trail(desk: Desk, dialog: Dialog) -> None:
    """Sent again, it does nothing."""
    change = SipConnectionChange(dialog.connection.id, dialog.connection.name)
    await update_sip_connection(desk, change)
    assert await audited(desk, dialog.connection.id) == ["SIP_CONNECTION_CREATED"]


async def test_a_change_is_refused_with_its_reason(desk: Desk, dialog: Dialog) -> None:
    """A name that is blank or taken, a profile or connection that is not there, one of somebody else."""
    made = dialog.connection.id
    await connection(desk, dialog.service, "Taken")
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    assert await refused(desk, update_sip_connection(desk, SipConnectionChange(made, " "))) == [("BLANK", ("name",))]
    assert await refused(desk, update_sip_connection(desk, SipConnectionChange(made, "TAKEN"))) == [
        ("NAME_TAKEN", ("name",))
    ]
    no_profile = SipConnectionChange(made, calling_profile=Name(id=uuid4(), path=("callingProfile",)))
    assert await refused(desk, update_sip_connection(desk, no_profile)) == [("NOT_FOUND", ("callingProfile",))]
    assert await refused(desk, update_sip_connection(stranger, SipConnectionChange(made, "n"))) == NOT_FOUND
    assert await refused(desk, update_sip_connection(desk, SipConnectionChange(uuid4(), "n"))) == NOT_FOUND


async def test_a_connection_that_nothing_uses_is_deleted(desk: Desk, dialog: Dialog) -> None:
    """It is listed no more, its name is free, and a second deletion changes nothing."""
    deleted = await delete_sip_connection(desk, dialog.connection.id)
    assert deleted.deleted_at == desk.clock()
    assert await listed(desk, dialog) == []
    await delete_sip_connection(desk, dialog.connection.id)
    assert await audited(desk, dialog.connection.id) == ["SIP_CONNECTION_CREATED", "SIP_CONNECTION_DELETED"]
    again = await connection(desk, dialog.service, dialog.connection.name.upper())
    assert again.id != dialog.connection.id


async def test_a_deleted_connection_takes_nothing_new(desk: Desk, dialog: Dialog) -> None:
    """No upload by name or id, no header, no change."""
    await connection(desk, dialog.service, "Other")
    filled = await upload(desk, dialog, NUMBER, sip_connection=ConnectionName(name="Other"))
    await delete_sip_connection(desk, dialog.connection.id)
    gone = [("NOT_FOUND", ("sipConnection",))]
    by_name = ConnectionName(name=dialog.connection.name)
    assert await refused(desk, start(desk, header(dialog))) == gone
    assert await refused(desk, start(desk, header(dialog, sip_connection=by_name))) == gone
    change = HeaderChanges(sip_connection=ConnectionName(id=dialog.connection.id))
    assert await refused(desk, update_header(desk, Name(id=filled.id), change)) == gone
    assert await refused(desk, update_sip_connection(desk, SipConnectionChange(dialog.connection.id, "n"))) == NOT_FOUND


@pytest.mark.parametrize("status", [NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED, NumberStatus.COOLING])
async def test_a_connection_of_live_numbers_is_kept(desk: Desk, dialog: Dialog, status: NumberStatus) -> None:
    """Calls of theirs go over it, or may again."""
    await submitted(desk, dialog, NUMBER)
    await let_be(desk, NUMBER, status)
    assert await refused(desk, delete_sip_connection(desk, dialog.connection.id)) == IN_USE


async def test_an_upload_that_ended_keeps_its_connection_in_memory(desk: Desk, dialog: Dialog) -> None:
    """Its numbers are gone; it still shows what they hung on."""
    ended = await submitted(desk, dialog, NUMBER)
    await let_be(desk, NUMBER, NumberStatus.RELEASED)
    await delete_sip_connection(desk, dialog.connection.id)
    assert (await fetch(desk, ended)).sip_connection_id == dialog.connection.id
    assert (await fetch(desk, dialog.connection)).deleted_at == desk.clock()


async def test_a_connection_of_an_unfinished_upload_is_kept(desk: Desk, dialog: Dialog) -> None:
    """Until it is cancelled."""
    filled = await upload(desk, dialog, NUMBER)
    assert await refused(desk, delete_sip_connection(desk, dialog.connection.id)) == IN_USE
    await cancel(desk, Name(id=filled.id))
    assert (await delete_sip_connection(desk, dialog.connection.id)).deleted_at is not None


async def test_an_upload_that_starts_during_a_deletion_is_refused(desk: Desk, dialog: Dialog) -> None:
    """It waits for the deletion, and then there is no such connection."""
    async with desk.begin() as transaction:
        found = await one(transaction, SipConnection, Name(id=dialog.connection.id), lock=True)
        starting = asyncio.create_task(start(desk, header(dialog)))
        await blocked(desk)
        found.deleted_at = desk.clock()
        transaction.session.add(found)
    with pytest.raises(Exception, match="no such sip connection"):
        await starting


async def test_a_connection_out_of_sight_or_of_a_service_in_removal_is_not_deleted(desk: Desk, dialog: Dialog) -> None:
    """Nor changed."""
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    made = dialog.connection.id
    assert await refused(desk, delete_sip_connection(stranger, made)) == NOT_FOUND
    assert await refused(desk, delete_sip_connection(desk, uuid4())) == NOT_FOUND
    await removing(desk, dialog.service)
    leaving = [("SERVICE_REMOVING", ("sipConnectionId",))]
    assert await refused(desk, delete_sip_connection(desk, made)) == leaving
    assert await refused(desk, update_sip_connection(desk, SipConnectionChange(made, "n"))) == leaving
