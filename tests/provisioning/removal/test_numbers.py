"""Numbers of a service that is removed: what leaves Control Hub, what stays there, and what holds the removal up."""

from collections.abc import Callable
from typing import Any

import pytest

from provisioning.choosing import Chosen
from provisioning.desk import Desk
from provisioning.releases import release, restore
from provisioning.removal import Progress, finish, remove
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from store import syncing
from store.tables import Grant, Invitation, Number
from store.vocabulary import NumberStatus, SyncState, SyncTask, UploadStatus
from tests.arrange import Dialog, count, fetch, jobs, numbers_of, single, submitted
from tests.provisioning.administrator import assign, hub_id, order, organization_of, unassign
from tests.provisioning.removal.watching import is_there, left, named

Fresh = Callable[[int], list[str]]


async def test_uploads_under_way_are_stopped_and_nothing_more_is_sent(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, fresh: Fresh
) -> None:
    """What waits is withdrawn; then nothing is left."""
    numbers = fresh(3)
    made = await submitted(desk, integrated, *numbers)
    await remove(desk, named(integrated.service))
    assert {n.status for n in (await numbers_of(desk, integrated.service)).values()} == {NumberStatus.RELEASED}
    stopped = await fetch(desk, made)
    assert (stopped.status, stopped.withdrawn) == (UploadStatus.PARTIAL, 3)
    organization = await organization_of(desk, integrated)
    await sync_service(desk, outbound, integrated.service.id)
    assert await control_hub.held(organization) == []
    assert not await is_there(desk, integrated.service)


@pytest.mark.usefixtures("synced")
async def test_numbers_leave_control_hub_without_cooling_and_then_the_service_is_gone(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog
) -> None:
    """By one sync."""
    organization = await organization_of(desk, integrated)
    await remove(desk, named(integrated.service))
    assert not await finish(desk, integrated.service.id)
    waiting = (await numbers_of(desk, integrated.service)).values()
    how_far, called = await left(desk, integrated.service), (await jobs(desk))[-1][0]
    await sync_service(desk, outbound, integrated.service.id)
    assert {(n.status, n.sync_state, n.task) for n in waiting} == {
        (NumberStatus.RELEASE_REQUESTED, SyncState.REMOVE_PENDING, SyncTask.TAKE_BACK)
    }
    assert (how_far, called) == (Progress(7, 0, None), "sync_service")
    assert await control_hub.held(organization) == []
    assert not await is_there(desk, integrated.service)
    assert await count(desk, Number) == await count(desk, Grant) == await count(desk, Invitation) == 0


async def test_a_restored_number_that_waits_is_withdrawn_too(
    desk: Desk, outbound: Outbound, integrated: Dialog, synced: list[str]
) -> None:
    """Nothing more is added to a service that is being removed."""
    chosen = Chosen(service=named(integrated.service), entries=(single(synced[0]),))
    await release(desk, chosen)
    await sync_service(desk, outbound, integrated.service.id)
    await restore(desk, chosen)
    await remove(desk, named(integrated.service))
    assert (await numbers_of(desk, integrated.service))[synced[0]].status is NumberStatus.RELEASED


async def test_what_control_hub_had_before_stays_there(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, fresh: Fresh
) -> None:
    """We did not put it there."""
    ours, theirs = fresh(2)
    await order(control_hub, "/_numbers/add", location=await hub_id(desk, integrated), numbers=[theirs])
    await submitted(desk, integrated, ours, theirs)
    await sync_service(desk, outbound, integrated.service.id)
    organization = await organization_of(desk, integrated)
    await remove(desk, named(integrated.service))
    await finish(desk, integrated.service.id)
    await sync_service(desk, outbound, integrated.service.id)
    assert await control_hub.held(organization) == [theirs]
    assert not await is_there(desk, integrated.service)


async def test_numbers_that_cool_or_are_about_to_are_let_go(
    desk: Desk, outbound: Outbound, integrated: Dialog, synced: list[str]
) -> None:
    """Nobody has to wait for them any more."""
    chosen = [Chosen(service=named(integrated.service), entries=(single(e164),)) for e164 in synced[:2]]
    await release(desk, chosen[0])
    await sync_service(desk, outbound, integrated.service.id)
    await release(desk, chosen[1])
    await remove(desk, named(integrated.service))
    assert not await finish(desk, integrated.service.id)
    found = await numbers_of(desk, integrated.service)
    assert [found[e164].status for e164 in synced[:2]] == [NumberStatus.RELEASED, NumberStatus.RELEASE_REQUESTED]
    assert {found[e164].task for e164 in synced[1:]} == {SyncTask.TAKE_BACK}
    await sync_service(desk, outbound, integrated.service.id)
    assert not await is_there(desk, integrated.service)


async def test_what_control_hub_keeps_holds_the_removal_up_and_goes_when_asked_again(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, synced: list[str]
) -> None:
    """It says which number, and why; it is not asked again by itself."""
    busy, organization = synced[2], await organization_of(desk, integrated)
    await assign(control_hub, busy)
    await remove(desk, named(integrated.service))
    await finish(desk, integrated.service.id)
    await sync_service(desk, outbound, integrated.service.id)
    kept = await left(desk, integrated.service)
    await sync_service(desk, outbound, integrated.service.id)
    deletions = len(await control_hub.asked(organization, "DELETE", "/numbers"))
    await sync_service(desk, outbound, integrated.service.id)
    quiet = len(await control_hub.asked(organization, "DELETE", "/numbers")) == deletions
    await unassign(control_hub, busy)
    await remove(desk, named(integrated.service))
    again = (await jobs(desk))[-1][0]
    await sync_service(desk, outbound, integrated.service.id)
    assert (kept.left, kept.kept) == (1, 1)
    assert (kept.problem or "").startswith(busy)
    assert (quiet, again) == (True, "sync_service")
    assert await control_hub.held(organization) == []
    assert not await is_there(desk, integrated.service)


async def test_what_was_on_its_way_when_the_removal_began_leaves_afterwards(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, fresh: Fresh
) -> None:
    """It is looked for, taken off, and only then is the service gone."""
    numbers = fresh(3)
    await submitted(desk, integrated, *numbers)
    organization = await organization_of(desk, integrated)
    async with desk.begin() as transaction:
        await syncing.claim(transaction, integrated.service.id, SyncState.ADD_PENDING, 2, desk.clock())
    await order(control_hub, "/_numbers/add", location=await hub_id(desk, integrated), numbers=numbers[:2])
    await remove(desk, named(integrated.service))
    await finish(desk, integrated.service.id)
    for _ in range(2):
        await sync_service(desk, outbound, integrated.service.id)
    assert await control_hub.held(organization) == []
    assert not await is_there(desk, integrated.service)


async def test_a_removal_waits_for_consent_that_was_withdrawn_and_says_so(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, synced: list[str]
) -> None:
    """Nothing is said to be off that is not."""
    await control_hub.revoke(await organization_of(desk, integrated))
    await remove(desk, named(integrated.service))
    await finish(desk, integrated.service.id)
    await sync_service(desk, outbound, integrated.service.id)
    how_far = await left(desk, integrated.service)
    assert (how_far.left, how_far.kept) == (len(synced), 0)
    assert "consent is no longer in force" in (how_far.problem or "")


async def test_what_a_removal_without_consent_says_can_be_done(
    desk: Desk, outbound: Outbound, control_hub: Any, integrated: Dialog, synced: list[str]
) -> None:
    """No new invitation, which a service in removal is refused."""
    await control_hub.revoke(await organization_of(desk, integrated))
    await remove(desk, named(integrated.service))
    await finish(desk, integrated.service.id)
    await sync_service(desk, outbound, integrated.service.id)
    how_far = await left(desk, integrated.service)
    problem = how_far.problem or ""
    assert how_far.left == len(synced)
    assert "force" in problem
    assert "invitation" not in problem
