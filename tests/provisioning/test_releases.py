"""Releasing numbers, restoring them while they cool, and letting those go that have cooled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from provisioning import releases
from provisioning.choosing import Chosen
from provisioning.desk import Desk
from provisioning.releases import end_cooling, release, restore
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from provisioning.uploads.after import retry_failed, roll_back, stop
from provisioning.uploads.fill import RawEntry
from store import changing
from store.lookup import Name
from store.spans import spans_of
from store.tables import AuditEvent, Location, Number, Upload
from store.vocabulary import LocationSource, NumberStatus, PstnConnection, ServiceStatus, SyncState, SyncTask
from tests.arrange import (
    Dialog,
    Hubside,
    announced,
    at,
    audited,
    by_hand,
    consented,
    fetch,
    jobs,
    numbers_of,
    provider,
    refused,
    removing,
    rows,
    scope_of,
    seen_by,
    single,
    span,
    submitted,
)
from tests.provisioning.administrator import assign, hub_id, order, organization_of, reckoned

Fresh = Callable[[int], list[str]]
A, B, C = "+12125550100", "+12125550101", "+12125550102"
ACTIVE, REQUESTED, COOLING = NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED, NumberStatus.COOLING
RELEASED = NumberStatus.RELEASED


def listed(dialog: Dialog, *entries: RawEntry | str) -> Chosen:
    """Choose numbers and ranges of a service."""
    typed = tuple(single(entry) if isinstance(entry, str) else entry for entry in entries)
    return Chosen(service=Name(id=dialog.service.id, path=("numbers",)), entries=typed)


def all_of(upload: Upload) -> Chosen:
    """Choose all that an upload made."""
    return Chosen(upload=Name(id=upload.id, path=("numbers",)))


async def stands(desk: Desk, dialog: Dialog) -> list[tuple[NumberStatus, SyncState, SyncTask]]:
    """Return where each number stands, by E.164."""
    found = (await numbers_of(desk, dialog.service)).values()
    return [(number.status, number.sync_state, number.task) for number in found]


async def let(desk: Desk, e164: str, **be: Any) -> None:
    """Let a number be in a state to which only Control Hub leads."""
    async with desk.begin() as transaction:
        (found,) = await rows(desk, Number, col(Number.id), col(Number.e164) == e164)
        await transaction.session.merge(Number(**{**found.model_dump(), **be}))


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A Non-Integrated service."""
    return await by_hand(desk)


@pytest.fixture
async def integrated(desk: Desk, side: Hubside) -> Dialog:
    """An Integrated service."""
    return await consented(desk, side)


@pytest.fixture
async def synced(desk: Desk, outbound: Outbound, integrated: Dialog, fresh: Fresh) -> tuple[Upload, list[str]]:
    """Seven numbers that Control Hub has: a full request of a removal, and two more."""
    numbers = fresh(7)
    upload = await submitted(desk, integrated, *numbers)
    await sync_service(desk, outbound, integrated.service.id)
    return upload, numbers


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


async def failed_number(desk: Desk, outbound: Outbound, control_hub: Any, dialog: Dialog, e164: str) -> Upload:
    """Upload a number to a location to which Control Hub takes none."""
    await control_hub.fail({"method": "POST", "path_contains": "/numbers", "body_contains": e164, "status": 403})
    upload = await submitted(desk, dialog, e164)
    await sync_service(desk, outbound, dialog.service.id)
    await control_hub.heal()
    return upload


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


async def test_released_numbers_are_nobody_elses_while_they_cool(desk: Desk, dialog: Dialog) -> None:
    """Afterwards they are anybody's."""
    await submitted(desk, dialog, A)
    await release(desk, listed(dialog, A))
    other = await by_hand(desk)
    assert ("NOTHING_VALID", ("upload",)) in await refused(
        desk, submitted(desk, other, A), told=frozenset({"upload", "upload_entry", "audit_event", "event"})
    )
    await end_cooling(at(desk, desk.clock() + desk.limits.cooling))
    assert (await submitted(desk, other, A)).submitted == 1


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


async def cooling(desk: Desk, outbound: Outbound, dialog: Dialog, chosen: Chosen) -> None:
    """Release numbers and have them taken off."""
    await release(desk, chosen)
    await sync_service(desk, outbound, dialog.service.id)


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


async def test_what_has_cooled_is_released_and_what_has_not_stays(desk: Desk, dialog: Dialog) -> None:
    """On the moment; the audit trail counts them, once."""
    await submitted(desk, dialog, A, B, C)
    await release(desk, listed(dialog, A, B))
    due = desk.clock() + desk.limits.cooling
    await end_cooling(at(desk, due - timedelta(seconds=1)))
    early = await stands(desk, dialog)
    await end_cooling(at(desk, due))
    await end_cooling(at(desk, due))
    found = await numbers_of(desk, dialog.service)
    trail = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "COOLING_ENDED")
    assert [stand[0] for stand in early] == [COOLING, COOLING, ACTIVE]
    assert [number.status for number in found.values()] == [RELEASED, RELEASED, ACTIVE]
    assert [number.released_at for number in found.values()] == [due, due, None]
    assert [record.after for record in trail] == [{"numbers": 2}]


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


async def test_numbers_that_somebody_restores_at_the_last_moment_are_not_waited_for(desk: Desk, dialog: Dialog) -> None:
    """They are left for another time."""
    await submitted(desk, dialog, A, B)
    await release(desk, listed(dialog, A, B))
    async with desk.begin() as transaction:
        await changing.lock(transaction, dialog.service.id, [A], [COOLING])
        await end_cooling(at(desk, desk.clock() + desk.limits.cooling))
    assert [stand[0] for stand in await stands(desk, dialog)] == [COOLING, RELEASED]


async def test_many_numbers_cool_down_in_steps(desk: Desk, dialog: Dialog, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them."""
    monkeypatch.setattr(releases, "_CHUNK", 2)
    await submitted(desk, dialog, span(A, "+12125550104"))
    await release(desk, listed(dialog, span(A, "+12125550104")))
    await end_cooling(at(desk, desk.clock() + desk.limits.cooling))
    trail = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "COOLING_ENDED")
    assert [record.after for record in trail] == [{"numbers": 2}, {"numbers": 2}, {"numbers": 1}]


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
