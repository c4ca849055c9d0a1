"""Restoring numbers while they cool, and what becomes of them with their upload."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from provisioning.desk import Desk
from provisioning.releases import release, restore
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from provisioning.uploads.after import retry_failed, roll_back, stop
from store.lookup import Name
from store.tables import Location, Upload
from store.vocabulary import LocationSource, PstnConnection, ServiceStatus, SyncState, SyncTask
from tests.arrange import Dialog, at, audited, fetch, jobs, numbers_of, refused, submitted
from tests.provisioning.administrator import hub_id, order, organization_of, reckoned
from tests.provisioning.releases.choices import (
    ACTIVE,
    COOLING,
    RELEASED,
    REQUESTED,
    A,
    B,
    all_of,
    cooling,
    failed_number,
    let,
    listed,
    stands,
)

Fresh = Callable[[int], list[str]]


async def test_by_hand_a_restored_number_is_what_it_was_and_the_service_ready_again(desk: Desk, dialog: Dialog) -> None:
    """Within the cooling time."""
    upload = await submitted(desk, dialog, A)
    await release(desk, listed(dialog, A))
    done = await restore(at(desk, desk.clock() + desk.limits.cooling - timedelta(seconds=1)), all_of(upload))
    assert done.numbers == 1
    assert await stands(desk, dialog) == [(ACTIVE, SyncState.MANUAL_PENDING, SyncTask.ADD)]
    assert (await numbers_of(desk, dialog.service))[A].cooling_until is None
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.READY
    assert (await audited(desk, dialog.service.id))[-2:] == ["NUMBERS_RESTORED", "SERVICE_BECAME_READY"]


async def test_a_restored_number_comes_to_control_hub_again_and_its_upload_stays_as_it_was(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, synced: tuple[Upload, list[str]]
) -> None:
    """It is not on the account before it is there."""
    upload, numbers = synced
    await cooling(desk, outbound, integrated, all_of(upload))
    await restore(desk, all_of(upload))
    waiting, pending = set(await stands(desk, integrated)), (await fetch(desk, integrated.service)).status
    counted, called = await reckoned(desk, upload), (await jobs(desk))[-1][0]
    await sync_service(desk, outbound, integrated.service.id)
    assert waiting == {(ACTIVE, SyncState.ADD_PENDING, SyncTask.RESTORE)}
    assert (pending, called) == (ServiceStatus.PENDING_PROVISIONING, "sync_service")
    assert counted == await reckoned(desk, upload) == ("COMPLETED", 7, 0, 0)
    assert await control_hub.held(await organization_of(desk, integrated)) == numbers
    assert (await fetch(desk, integrated.service)).status is ServiceStatus.READY


async def test_a_restored_number_can_be_rolled_back_with_its_upload(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, synced: tuple[Upload, list[str]]
) -> None:
    """Synced again, waiting, or failed: each is counted once; what cools is left to cool."""
    upload, numbers = synced
    await cooling(desk, outbound, integrated, listed(integrated, *numbers[:4]))
    await restore(desk, listed(integrated, numbers[0]))
    await sync_service(desk, outbound, integrated.service.id)
    await control_hub.fail({"method": "POST", "path_contains": "/numbers", "body_contains": numbers[1], "status": 403})
    await restore(desk, listed(integrated, numbers[1]))
    await sync_service(desk, outbound, integrated.service.id)
    await control_hub.heal()
    await restore(desk, listed(integrated, numbers[2]))
    before = [stand[0::2] for stand in await stands(desk, integrated)][:4]
    await roll_back(desk, Name(id=upload.id))
    await sync_service(desk, outbound, integrated.service.id)
    found = await numbers_of(desk, integrated.service)
    assert before == [*[(ACTIVE, SyncTask.RESTORE)] * 3, (COOLING, SyncTask.REMOVE)]
    assert found[numbers[3]].status is COOLING
    assert await reckoned(desk, upload) == ("ROLLED_BACK", 1, 0, 6)
    assert await control_hub.held(await organization_of(desk, integrated)) == []


async def test_a_number_that_failed_was_released_and_restored_is_counted_once_when_it_is_rolled_back(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, fresh: Fresh
) -> None:
    """As added from its restoration on."""
    (e164,) = fresh(1)
    upload = await failed_number(desk, outbound, control_hub, integrated, e164)
    await release(desk, listed(integrated, e164))
    await restore(desk, listed(integrated, e164))
    restored = await reckoned(desk, upload)
    await sync_service(desk, outbound, integrated.service.id)
    await roll_back(desk, Name(id=upload.id))
    await sync_service(desk, outbound, integrated.service.id)
    assert restored == ("FAILED", 1, 0, 0)
    assert await reckoned(desk, upload) == ("ROLLED_BACK", 0, 0, 1)


async def test_a_restored_number_that_waits_is_not_withdrawn_when_its_upload_is_stopped(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, fresh: Fresh
) -> None:
    """It is its service's by another decision than that upload."""
    first, second = fresh(2)
    await control_hub.fail({"method": "POST", "path_contains": "/numbers", "body_contains": second, "status": 403})
    upload = await submitted(desk, integrated, first, second)
    await sync_service(desk, outbound, integrated.service.id)
    await control_hub.heal()
    await cooling(desk, outbound, integrated, listed(integrated, first))
    await retry_failed(desk, Name(id=upload.id))
    await restore(desk, listed(integrated, first))
    await stop(desk, Name(id=upload.id))
    stopped = await reckoned(desk, upload)
    await sync_service(desk, outbound, integrated.service.id)
    assert stopped == await reckoned(desk, upload) == ("PARTIAL", 1, 0, 1)
    assert await control_hub.held(await organization_of(desk, integrated)) == [first]


@pytest.mark.parametrize(
    ("be", "later", "code"),
    [
        ({"status": ACTIVE}, timedelta(0), "NUMBER_NOT_COOLING"),
        ({"status": REQUESTED}, timedelta(0), "NUMBER_NOT_COOLING"),
        ({"status": RELEASED}, timedelta(0), "NOT_FOUND"),
        ({}, timedelta(days=30), "COOLING_OVER"),
    ],
)
async def test_one_number_that_cannot_be_restored_keeps_all(
    desk: Desk, dialog: Dialog, be: dict[str, Any], later: timedelta, code: str
) -> None:
    """The refusal names it."""
    await submitted(desk, dialog, A, B)
    await release(desk, listed(dialog, A, B))
    await let(desk, B, **be)
    then = at(desk, desk.clock() + later)
    assert set(await refused(desk, restore(then, listed(dialog, A, B)))) == {(code, ("numbers",))}
    assert (await numbers_of(desk, dialog.service))[A].status is COOLING


@pytest.mark.parametrize(
    ("be", "code"),
    [
        ({"missing_since": "now"}, "LOCATION_MISSING"),
        ({"attached_at": None}, "LOCATION_NOT_ATTACHED"),
        (
            {"source": LocationSource.CONTROL_HUB, "pstn_connection": PstnConnection.CISCO_PSTN},
            "PSTN_CONNECTION_UNFIT",
        ),
    ],
)
async def test_a_number_is_not_restored_to_a_location_that_takes_none(
    desk: Desk, dialog: Dialog, be: dict[str, Any], code: str
) -> None:
    """It has to be there, attached, and of a PSTN connection with which the call does no damage."""
    await submitted(desk, dialog, A)
    await release(desk, listed(dialog, A))
    changed = {name: desk.clock() if value == "now" else value for name, value in be.items()}
    async with desk.begin() as transaction:
        await transaction.session.merge(Location(**{**dialog.location.model_dump(), **changed}))
    assert await refused(desk, restore(desk, listed(dialog, A))) == [(code, ("numbers",))]


async def test_a_restored_number_that_does_not_come_to_control_hub_is_not_on_the_account(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, fresh: Fresh
) -> None:
    """When the last number that is there goes, the service is no longer Ready."""
    lost, there = fresh(2)
    await submitted(desk, integrated, lost, there)
    await sync_service(desk, outbound, integrated.service.id)
    await cooling(desk, outbound, integrated, listed(integrated, lost))
    await control_hub.fail({"method": "POST", "path_contains": "/numbers", "body_contains": lost, "status": 403})
    await restore(desk, listed(integrated, lost))
    await sync_service(desk, outbound, integrated.service.id)
    await cooling(desk, outbound, integrated, listed(integrated, there))
    assert (await fetch(desk, integrated.service)).status is ServiceStatus.PENDING_PROVISIONING


async def test_a_number_that_was_there_before_is_ours_once_it_was_released_and_restored(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, fresh: Fresh
) -> None:
    """A roll back takes it off: this time we have put it there."""
    (theirs,) = fresh(1)
    await order(control_hub, "/_numbers/add", location=await hub_id(desk, integrated), numbers=[theirs])
    upload = await submitted(desk, integrated, theirs)
    await sync_service(desk, outbound, integrated.service.id)
    await cooling(desk, outbound, integrated, all_of(upload))
    await restore(desk, all_of(upload))
    await sync_service(desk, outbound, integrated.service.id)
    await roll_back(desk, Name(id=upload.id))
    await sync_service(desk, outbound, integrated.service.id)
    assert await control_hub.held(await organization_of(desk, integrated)) == []
