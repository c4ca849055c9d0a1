"""Detaching locations, and what happens to locations behind our back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from controlhub.errors import HubUnanswered
from provisioning.desk import Desk
from provisioning.locations import attach, detach
from provisioning.uploads.edit import cancel
from provisioning.uploads.start import start
from provisioning.uploads.submit import submit
from store.lookup import Name, one
from store.tables import AuditEvent, Location, Service
from store.vocabulary import NumberStatus, PstnConnection
from tests import arrange
from tests.arrange import (
    Dialog,
    Hubside,
    at,
    audited,
    blocked,
    by_hand,
    consented,
    fetch,
    header,
    let_be,
    provider,
    refused,
    removing,
    rows,
    scope_of,
    seen_by,
    submitted,
    upload,
)
from tests.provisioning.administrator import order, organization_of

NUMBER = "+12125550100"


def named(location: Location) -> Name:
    """Return the name of a location as an input has it."""
    return Name(id=location.id, path=("location",))


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service with an attached location."""
    return await by_hand(desk)


async def test_a_location_that_nothing_uses_is_detached(desk: Desk, dialog: Dialog) -> None:
    """It stays, can be attached again, and no upload may begin there meanwhile."""
    later = at(desk, desk.clock() + timedelta(hours=1))
    assert (await detach(later, named(dialog.location))).attached_at is None
    assert (await fetch(desk, dialog.service)).last_modified_at == later.clock()
    assert await refused(desk, start(desk, header(dialog))) == [("LOCATION_NOT_ATTACHED", ("location",))]
    assert (await attach(desk, named(dialog.location))).attached_at == desk.clock()
    trail = ["LOCATION_CREATED", "LOCATION_ATTACHED", "LOCATION_DETACHED", "LOCATION_ATTACHED"]
    assert await audited(desk, dialog.location.id) == trail
    (told,) = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "LOCATION_DETACHED")
    assert (told.before, told.after) == ({"attached_at": desk.clock().isoformat()}, {"attached_at": None})


async def test_detaching_twice_changes_nothing_the_second_time(desk: Desk, dialog: Dialog) -> None:
    """Neither the service nor the trail."""
    await detach(desk, named(dialog.location))
    await detach(at(desk, desk.clock() + timedelta(hours=1)), named(dialog.location))
    assert (await fetch(desk, dialog.service)).last_modified_at == desk.clock()
    assert (await audited(desk, dialog.location.id)).count("LOCATION_DETACHED") == 1


@pytest.mark.parametrize("status", [NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED, NumberStatus.COOLING])
async def test_a_location_with_live_numbers_is_kept(desk: Desk, dialog: Dialog, status: NumberStatus) -> None:
    """Those that cool may be restored to it."""
    await submitted(desk, dialog, NUMBER)
    await let_be(desk, NUMBER, status)
    assert await refused(desk, detach(desk, named(dialog.location))) == [("LOCATION_IN_USE", ("location",))]
    assert (await fetch(desk, dialog.location)).attached_at is not None


@pytest.mark.parametrize("status", [NumberStatus.RELEASED, NumberStatus.REJECTED])
async def test_numbers_that_are_gone_hold_nothing(desk: Desk, dialog: Dialog, status: NumberStatus) -> None:
    """Nor does an upload that has ended."""
    await submitted(desk, dialog, NUMBER)
    await let_be(desk, NUMBER, status)
    assert (await detach(desk, named(dialog.location))).attached_at is None


async def test_a_location_with_an_unfinished_upload_is_kept(desk: Desk, dialog: Dialog) -> None:
    """Until it is cancelled; the message says how many there are."""
    filled = await upload(desk, dialog, NUMBER)
    with pytest.raises(Exception, match="0 live or cooling numbers and 1 unfinished"):
        await detach(desk, named(dialog.location))
    await cancel(desk, Name(id=filled.id))
    assert (await detach(desk, named(dialog.location))).attached_at is None


async def test_numbers_of_another_location_hold_nothing(desk: Desk, dialog: Dialog) -> None:
    """Of the same service."""
    other = await arrange.location(desk, dialog.service, "Boston")
    await submitted(desk, dialog, NUMBER)
    assert (await detach(desk, named(other))).attached_at is None


async def test_a_location_out_of_sight_or_of_a_service_in_removal_is_not_detached(desk: Desk, dialog: Dialog) -> None:
    """As with attaching."""
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    assert await refused(desk, detach(stranger, named(dialog.location))) == [("NOT_FOUND", ("location",))]
    await removing(desk, dialog.service)
    assert await refused(desk, detach(desk, named(dialog.location))) == [("SERVICE_REMOVING", ("location",))]


async def test_a_submit_that_comes_first_keeps_the_location(desk: Desk, dialog: Dialog) -> None:
    """Both lock the service: the one that waits sees what the other has done."""
    filled = await upload(desk, dialog, NUMBER)
    async with desk.begin() as transaction:
        await one(transaction, Service, Name(id=dialog.service.id), lock=True)
        submitting = asyncio.create_task(submit(desk, Name(id=filled.id)))
        await blocked(desk)
        detaching = asyncio.create_task(detach(desk, named(dialog.location)))
    await submitting
    with pytest.raises(Exception, match="1 live or cooling numbers"):
        await detaching


@pytest.fixture
async def turin(desk: Desk, side: Hubside, control_hub: Any) -> tuple[Dialog, Location]:
    """An Integrated service, and a location of its organization that came later."""
    dialog = await consented(desk, side)
    await found_turin(desk, dialog, control_hub)
    return dialog, (await arrange.refresh(desk, side, dialog.service))["Turin"]


async def found_turin(desk: Desk, dialog: Dialog, control_hub: Any, **fields: Any) -> None:
    """Let the administrator add Turin; the same location when it was there before."""
    organization = await organization_of(desk, dialog)
    await order(control_hub, "/_locations/add", organization=organization, name="Turin", country="IT", **fields)


async def test_a_vanished_location_is_kept_and_comes_back(
    desk: Desk, side: Hubside, control_hub: Any, turin: tuple[Dialog, Location]
) -> None:
    """As the same row, attached as before."""
    dialog, location = turin
    await attach(desk, named(location))
    await order(control_hub, "/_locations/vanish", location=location.hub_id)
    gone = (await arrange.refresh(desk, side, dialog.service))["Turin"]
    assert (gone.id, gone.missing_since) == (location.id, desk.clock())
    await found_turin(desk, dialog, control_hub)
    back = (await arrange.refresh(desk, side, dialog.service))["Turin"]
    assert (back.id, back.missing_since, back.attached_at) == (location.id, None, desk.clock())


async def test_a_vanished_location_can_be_detached_and_not_attached(
    desk: Desk, side: Hubside, control_hub: Any, turin: tuple[Dialog, Location]
) -> None:
    """What is gone shall not be in the way."""
    dialog, location = turin
    await attach(desk, named(location))
    await order(control_hub, "/_locations/vanish", location=location.hub_id)
    await arrange.refresh(desk, side, dialog.service)
    assert (await detach(desk, named(location))).attached_at is None
    assert await refused(desk, attach(desk, named(location))) == [("LOCATION_MISSING", ("location",))]


async def test_a_location_is_renamed_with_control_hub(
    desk: Desk, side: Hubside, control_hub: Any, turin: tuple[Dialog, Location]
) -> None:
    """It stays the same row."""
    dialog, location = turin
    await order(control_hub, "/_locations/change", location=location.hub_id, name="Torino")
    assert (await arrange.refresh(desk, side, dialog.service))["Torino"].id == location.id


@pytest.mark.parametrize("connection", ["INTEGRATED_CCP", "CISCO_PSTN", None])
async def test_a_connection_that_changes_after_the_attachment_stops_the_submit(
    desk: Desk, side: Hubside, control_hub: Any, connection: str | None
) -> None:
    """Nothing is stored, and the reason names the connection; mended there, the upload goes."""
    dialog = await consented(desk, side)
    filled = await upload(desk, dialog, NUMBER)
    hub_id = dialog.location.hub_id
    await order(control_hub, "/_locations/change", location=hub_id, connection_type=connection)
    found = await arrange.refresh(desk, side, dialog.service)
    assert found["New York"].pstn_connection is PstnConnection(connection or "NOT_SET")
    with pytest.raises(Exception, match=connection or "NOT_SET"):
        await submit(desk, Name(id=filled.id))
    assert await refused(desk, submit(desk, Name(id=filled.id))) == [("PSTN_CONNECTION_UNFIT", ("upload",))]
    await order(control_hub, "/_locations/change", location=hub_id, connection_type="LOCAL_GATEWAY")
    await arrange.refresh(desk, side, dialog.service)
    assert (await submit(desk, Name(id=filled.id))).submitted == 1


@pytest.mark.parametrize("connection", ["INTEGRATED_CCP", "CISCO_PSTN", None])
async def test_a_location_with_another_connection_is_not_attached(
    desk: Desk, side: Hubside, control_hub: Any, connection: str | None
) -> None:
    """Nor one without any."""
    dialog = await consented(desk, side)
    await found_turin(desk, dialog, control_hub, connection_type=connection)
    location = (await arrange.refresh(desk, side, dialog.service))["Turin"]
    with pytest.raises(Exception, match=connection or "NOT_SET"):
        await attach(desk, named(location))


@pytest.mark.parametrize("path", ["/connection", "/telephony/config/locations", "/v1/locations"])
async def test_a_refresh_that_fails_for_one_location_keeps_what_was_there(
    desk: Desk, side: Hubside, control_hub: Any, path: str, turin: tuple[Dialog, Location]
) -> None:
    """Also what has changed meanwhile at the others, and who is missing."""
    dialog, location = turin
    await order(control_hub, "/_locations/vanish", location=location.hub_id)
    await order(control_hub, "/_locations/change", location=dialog.location.hub_id, name="Big Apple")
    await control_hub.fail({"path_contains": path, "status": 502})
    with pytest.raises(HubUnanswered):
        await arrange.refresh(desk, side, dialog.service)
    assert (await fetch(desk, location)).missing_since is None
    assert (await fetch(desk, dialog.location)).name == "New York"
