"""Changes that Control Hub does not make, and numbers that are taken back with or after one."""

from typing import Any

from provisioning.changes import update
from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.plan import MOST_ATTEMPTS
from provisioning.sync.run import sync_service
from provisioning.uploads.after import roll_back
from store.lookup import Name
from store.vocabulary import NumberStatus, SyncState
from tests.arrange import numbers_of
from tests.provisioning.administrator import assign, hub_id, order, orders, reckoned, turn, unassign, usages
from tests.provisioning.sync.updating.changing import JOBS, TO_SERVICE, Synced, stand, starts, told


async def test_a_number_that_is_assigned_keeps_its_usage_and_says_why(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """The others have changed; once nobody has it, the same update sends it again."""
    busy = three.numbers[1]
    await assign(control_hub, busy)
    await told(desk, outbound, three)
    found, first = await numbers_of(desk, three.dialog.service), await usages(control_hub, three.organization)
    await unassign(control_hub, busy)
    assert [found[e164].sync_state for e164 in three.numbers] == [SyncState.SYNCED, SyncState.FAILED, SyncState.SYNCED]
    assert (found[busy].status, found[busy].error_code) == (NumberStatus.ACTIVE, "BATCH-1017023")
    assert found[busy].error_message
    assert list(first.values()) == ["SERVICE", "NONE", "SERVICE"]
    assert await told(desk, outbound, three) == {SyncState.SYNCED}
    assert (await orders(control_hub, three.organization, "POST", JOBS))[1:] == [[busy]]
    assert set((await usages(control_hub, three.organization)).values()) == {"SERVICE"}


async def test_a_main_number_keeps_its_usage_and_says_why(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """Control Hub does not change it; it stays in use."""
    location, main = await hub_id(desk, three.dialog), three.numbers[0]
    await order(control_hub, "/_locations/main_number", location=location, number=main)
    await told(desk, outbound, three)
    found = await numbers_of(desk, three.dialog.service)
    assert (found[main].status, found[main].error_code) == (NumberStatus.ACTIVE, "BATCH-1017024")
    assert {found[e164].sync_state for e164 in three.numbers[1:]} == {SyncState.SYNCED}


async def test_a_number_that_control_hub_no_longer_has_says_so(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """It was taken away there: the change fails, and only that of this number."""
    await order(control_hub, "/_numbers/remove", numbers=three.numbers[:1])
    await told(desk, outbound, three)
    found = await numbers_of(desk, three.dialog.service)
    assert (found[three.numbers[0]].sync_state, found[three.numbers[0]].error_code) == (SyncState.FAILED, "NOT_THERE")
    assert {found[e164].sync_state for e164 in three.numbers[1:]} == {SyncState.SYNCED}


async def test_a_job_that_fails_as_a_whole_is_given_up_in_the_end(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """After so many jobs people decide; the numbers stay in use, and the same update tries again."""
    await turn(control_hub, three.organization, job_fails=True)
    await told(desk, outbound, three)
    for _ in range(MOST_ATTEMPTS):
        await sync_service(desk, outbound, three.dialog.service.id)
    failed = await stand(desk, three)
    found = await numbers_of(desk, three.dialog.service)
    await turn(control_hub, three.organization, job_fails=False)
    assert failed == {SyncState.FAILED}
    assert {(n.status, n.error_code, n.error_retryable) for n in found.values()} == {
        (NumberStatus.ACTIVE, "NOT_TAKEN", True)
    }
    assert await told(desk, outbound, three) == {SyncState.SYNCED}


async def test_a_change_at_a_location_that_vanished_fails_with_the_reason(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """There is nothing to change any more; the numbers can be taken back."""
    await order(control_hub, "/_locations/vanish", location=await hub_id(desk, three.dialog))
    failed = await told(desk, outbound, three)
    found = await numbers_of(desk, three.dialog.service)
    assert failed == {SyncState.FAILED}
    assert {(n.status, n.error_code) for n in found.values()} == {(NumberStatus.ACTIVE, "404")}
    await roll_back(desk, Name(id=three.upload.id))
    await sync_service(desk, outbound, three.dialog.service.id)
    assert await reckoned(desk, three.upload) == ("ROLLED_BACK", 0, 0, 3)


async def test_numbers_that_were_changed_can_be_taken_back(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """They are the upload's, whatever they are for now."""
    await told(desk, outbound, three)
    await roll_back(desk, Name(id=three.upload.id))
    await sync_service(desk, outbound, three.dialog.service.id)
    assert await reckoned(desk, three.upload) == ("ROLLED_BACK", 0, 0, 3)
    assert await control_hub.held(three.organization) == []


async def test_numbers_that_wait_for_a_change_are_taken_back_without_it(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """No job for numbers that are leaving."""
    await update(desk, three.all, TO_SERVICE)
    await roll_back(desk, Name(id=three.upload.id))
    await sync_service(desk, outbound, three.dialog.service.id)
    assert await reckoned(desk, three.upload) == ("ROLLED_BACK", 0, 0, 3)
    assert await starts(control_hub, three) == 0


async def test_numbers_whose_change_failed_are_taken_back_or_changed_after_that_failed_too(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """An assigned number refuses the change and then the removal; unassigned, it takes the change."""
    await assign(control_hub, three.numbers[0])
    await told(desk, outbound, three)
    await roll_back(desk, Name(id=three.upload.id))
    await sync_service(desk, outbound, three.dialog.service.id)
    kept = await reckoned(desk, three.upload)
    await unassign(control_hub, three.numbers[0])
    again = await update(desk, three.all, TO_SERVICE)
    await sync_service(desk, outbound, three.dialog.service.id)
    usage = await usages(control_hub, three.organization)
    await roll_back(desk, Name(id=three.upload.id))
    await sync_service(desk, outbound, three.dialog.service.id)
    assert (kept, again.numbers) == (("PARTIAL", 1, 0, 2), 1)
    assert usage == {three.numbers[0]: "SERVICE"}
    assert await reckoned(desk, three.upload) == ("ROLLED_BACK", 0, 0, 3)
