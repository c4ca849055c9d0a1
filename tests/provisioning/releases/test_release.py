"""Releasing numbers: what cools at once, what leaves Control Hub first, and what is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from provisioning.choosing import Chosen
from provisioning.desk import Desk
from provisioning.releases import release, restore
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from provisioning.uploads.after import retry_failed
from store.lookup import Name
from store.spans import spans_of
from store.tables import AuditEvent, Location, Upload
from store.vocabulary import ServiceStatus, SyncState, SyncTask
from tests.arrange import (
    Dialog,
    announced,
    at,
    fetch,
    jobs,
    numbers_of,
    provider,
    refused,
    removing,
    rows,
    scope_of,
    seen_by,
    span,
    submitted,
)
from tests.provisioning.administrator import assign, hub_id, order, organization_of, reckoned
from tests.provisioning.releases.choices import (
    ACTIVE,
    COOLING,
    RELEASED,
    REQUESTED,
    A,
    B,
    C,
    all_of,
    failed_number,
    let,
    listed,
    stands,
)

Fresh = Callable[[int], list[str]]


async def test_by_hand_numbers_cool_at_once_and_the_customer_takes_them_off(desk: Desk, dialog: Dialog) -> None:
    """The last one takes the service back to Pending Provisioning."""
    await submitted(desk, dialog, A, B)
    one = await release(desk, listed(dialog, A))
    ready = (await fetch(desk, dialog.service)).status
    await release(desk, listed(dialog, B))
    assert (one.numbers, one.leaving, ready) == (1, 0, ServiceStatus.READY)
    assert await stands(desk, dialog) == [(COOLING, SyncState.MANUAL_PENDING, SyncTask.ADD)] * 2
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.PENDING_PROVISIONING
    assert (await announced(desk, dialog.service))[-1][1:] == ("READY", "PENDING_PROVISIONING")


async def test_numbers_cool_for_as_long_as_the_setting_says(desk: Desk, dialog: Dialog) -> None:
    """From the moment they are off."""
    await submitted(desk, dialog, A)
    await release(desk, listed(dialog, A))
    assert (await numbers_of(desk, dialog.service))[A].cooling_until == desk.clock() + desk.limits.cooling


async def test_who_released_what_is_on_record_and_the_service_is_modified(desk: Desk, dialog: Dialog) -> None:
    """The numbers by name."""
    await submitted(desk, dialog, A, B)
    later = at(desk, desk.clock() + timedelta(hours=1))
    await release(later, listed(dialog, B, A))
    (record,) = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "NUMBERS_RELEASED")
    assert (record.entity_id, record.after) == (dialog.service.id, {"numbers": 2, "leaving": 0})
    assert record.numbers == spans_of([A, B])
    assert (await fetch(desk, dialog.service)).last_modified_at == later.clock()


async def test_released_numbers_leave_control_hub_and_cool(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, synced: tuple[Upload, list[str]]
) -> None:
    """First requested, and still the service's; then off, and cooling from then on."""
    upload, numbers = synced
    done = await release(desk, listed(integrated, *numbers[:6]))
    waiting = await stands(desk, integrated)
    await sync_service(desk, outbound, integrated.service.id)
    assert (done.numbers, done.leaving) == (6, 6)
    assert waiting == [
        *[(REQUESTED, SyncState.REMOVE_PENDING, SyncTask.REMOVE)] * 6,
        (ACTIVE, SyncState.SYNCED, SyncTask.ADD),
    ]
    assert await control_hub.held(await organization_of(desk, integrated)) == numbers[6:]
    cooled = list((await numbers_of(desk, integrated.service)).values())[:6]
    assert {(n.status, n.sync_state, n.cooling_until) for n in cooled} == {
        (COOLING, SyncState.REMOVED, desk.clock() + desk.limits.cooling)
    }
    assert (await fetch(desk, integrated.service)).status is ServiceStatus.READY
    assert await reckoned(desk, upload) == ("COMPLETED", 7, 0, 0)


async def test_the_sync_is_called_with_the_release(
    desk: Desk, integrated: Dialog, synced: tuple[Upload, list[str]]
) -> None:
    """In the organization's turn."""
    await release(desk, listed(integrated, synced[1][0]))
    assert (await jobs(desk))[-1][:2] == (
        "sync_service",
        f"organization:{await organization_of(desk, integrated)}",
    )


async def test_all_that_an_upload_made_goes_at_once_and_takes_the_service_back(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, synced: tuple[Upload, list[str]]
) -> None:
    """No number is left on the account."""
    await release(desk, all_of(synced[0]))
    requested = (await fetch(desk, integrated.service)).status
    await sync_service(desk, outbound, integrated.service.id)
    assert requested is ServiceStatus.READY
    assert await control_hub.held(await organization_of(desk, integrated)) == []
    assert (await fetch(desk, integrated.service)).status is ServiceStatus.PENDING_PROVISIONING


async def test_a_number_that_control_hub_keeps_is_in_use_again_and_says_why(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, synced: tuple[Upload, list[str]]
) -> None:
    """Assigned there since, or a main number there since; another release asks again."""
    busy, main = synced[1][:2]
    await assign(control_hub, busy)
    await order(control_hub, "/_locations/main_number", location=await hub_id(desk, integrated), number=main)
    await release(desk, all_of(synced[0]))
    await sync_service(desk, outbound, integrated.service.id)
    found = await numbers_of(desk, integrated.service)
    kept = [(found[e164].status, found[e164].sync_state, found[e164].error_code) for e164 in (busy, main)]
    again = await release(desk, listed(integrated, busy))
    assert kept == [(ACTIVE, SyncState.FAILED, "25002"), (ACTIVE, SyncState.FAILED, "25001")]
    assert {n.status for e164, n in found.items() if e164 not in {busy, main}} == {COOLING}
    assert (again.leaving, (await numbers_of(desk, integrated.service))[busy].error_code) == (1, None)


async def test_a_number_that_never_came_to_control_hub_cools_at_once(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, fresh: Fresh
) -> None:
    """There is nothing to take off; its failure still counts for its upload, and is not tried again."""
    (e164,) = fresh(1)
    upload = await failed_number(desk, outbound, control_hub, integrated, e164)
    done = await release(desk, listed(integrated, e164))
    assert (done.numbers, done.leaving) == (1, 0)
    assert await stands(desk, integrated) == [(COOLING, SyncState.REMOVED, SyncTask.ADD)]
    assert await reckoned(desk, upload) == ("FAILED", 0, 1, 0)
    assert await refused(desk, retry_failed(desk, Name(id=upload.id))) == [("NOTHING_TO_RETRY", ("upload",))]


@pytest.mark.parametrize(
    ("be", "code"),
    [
        ({"assignment": "Ada"}, "NUMBER_ASSIGNED"),
        ({"status": COOLING}, "NUMBER_COOLING"),
        ({"status": REQUESTED}, "NUMBER_BUSY"),
        ({"sync_state": SyncState.ADD_PENDING}, "NUMBER_BUSY"),
        ({"sync_state": SyncState.UPDATE_PENDING}, "NUMBER_BUSY"),
        ({"sync_state": SyncState.REMOVE_PENDING}, "NUMBER_BUSY"),
        ({"sync_state": SyncState.IN_PROGRESS}, "NUMBER_BUSY"),
        ({"sync_state": SyncState.UNCERTAIN}, "NUMBER_BUSY"),
        ({"status": RELEASED}, "NOT_FOUND"),
    ],
    ids=str,
)
async def test_one_number_that_cannot_be_released_keeps_all(
    desk: Desk, dialog: Dialog, be: dict[str, Any], code: str
) -> None:
    """The refusal names it."""
    await submitted(desk, dialog, A, B, C)
    await let(desk, B, **be)
    with pytest.raises(Exception, match=r"\+12125550101"):
        await release(desk, listed(dialog, A, B, C))
    assert await refused(desk, release(desk, listed(dialog, span(A, C)))) == [(code, ("numbers",))]
    assert (await numbers_of(desk, dialog.service))[A].status is ACTIVE


async def test_the_main_number_of_a_location_is_not_released(desk: Desk, dialog: Dialog) -> None:
    """Control Hub would refuse; so do we, before anything is sent."""
    await submitted(desk, dialog, A, B)
    async with desk.begin() as transaction:
        location = Location(**{**dialog.location.model_dump(), "main_number": B})
        await transaction.session.merge(location)
    assert await refused(desk, release(desk, listed(dialog, A, B))) == [("NUMBER_IS_MAIN", ("numbers",))]


@pytest.mark.parametrize("act", [release, restore])
async def test_a_service_in_removal_takes_no_release_and_no_restoration(
    desk: Desk, dialog: Dialog, act: Callable[[Desk, Chosen], Any]
) -> None:
    """Its numbers go in another way."""
    await submitted(desk, dialog, A)
    await removing(desk, dialog.service)
    assert await refused(desk, act(desk, listed(dialog, A))) == [("SERVICE_REMOVING", ("numbers",))]


@pytest.mark.parametrize("act", [release, restore])
async def test_somebody_elses_numbers_are_not_there(
    desk: Desk, dialog: Dialog, act: Callable[[Desk, Chosen], Any]
) -> None:
    """Neither by service nor by upload."""
    upload = await submitted(desk, dialog, A)
    other = seen_by(desk, scope_of(await provider(desk, "Other")))
    assert await refused(desk, act(other, listed(dialog, A))) == [("NOT_FOUND", ("numbers",))]
    assert await refused(desk, act(other, all_of(upload))) == [("NOT_FOUND", ("numbers",))]


async def test_a_request_that_comes_again_with_its_key_answers_the_same_and_does_nothing(
    desk: Desk, dialog: Dialog
) -> None:
    """A release that is sent again after the restoration does not undo it; nor the other way round."""
    await submitted(desk, dialog, A, B)
    chosen = listed(dialog, A, B)
    first = await release(desk, chosen, "key")
    restored = await restore(desk, chosen, "key")
    again = await release(desk, chosen, "key")
    after = await stands(desk, dialog)
    assert (first.numbers, first.leaving) == (again.numbers, again.leaving) == (2, 0)
    assert restored.numbers == (await restore(desk, chosen, "key")).numbers == 2
    assert {stand[0] for stand in after} == {ACTIVE}
    assert await refused(desk, release(desk, listed(dialog, A), "key")) == [
        ("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))
    ]
