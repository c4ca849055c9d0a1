"""Telling Control Hub what numbers are for now."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from provisioning.changes import NumberChanges, update
from provisioning.choosing import Chosen
from provisioning.desk import Desk
from provisioning.releases import release, restore
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from store import changing
from store.lookup import Name, one
from store.tables import Service
from store.vocabulary import NumberStatus, NumberType, SyncState, SyncTask
from tests.arrange import Hubside, accept, blocked, consented, fetch, invite, jobs, numbers_of, put, submitted
from tests.provisioning.administrator import order, orders, organization_of, reckoned, usages
from tests.provisioning.sync.updating.changing import JOBS, START, TO_SERVICE, Synced, stand, starts, told

Fresh = Callable[[int], list[str]]


@pytest.mark.parametrize("number_type", [NumberType.SERVICE, NumberType.CONTACT_CENTER])
async def test_a_new_usage_reaches_control_hub_there_and_back(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, number_type: NumberType
) -> None:
    """By one job each way; the upload is as it was."""
    first = await told(desk, outbound, three, NumberChanges(number_type, 30))
    there = set((await usages(control_hub, three.organization)).values())
    await told(desk, outbound, three, NumberChanges(NumberType.USER))
    assert (first, there) == ({SyncState.SYNCED}, {"SERVICE"})
    assert set((await usages(control_hub, three.organization)).values()) == {"NONE"}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers] * 2
    assert await reckoned(desk, three.upload) == ("COMPLETED", 3, 0, 0)


@pytest.mark.parametrize("changes", [NumberChanges(NumberType.CONTACT_CENTER), NumberChanges(cac=40)])
async def test_there_is_no_job_where_the_usage_stays(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, changes: NumberChanges
) -> None:
    """Service and Contact Center numbers are the same to Control Hub."""
    await told(desk, outbound, three)
    assert await told(desk, outbound, three, changes) == {SyncState.SYNCED}
    assert await starts(control_hub, three) == 1


async def test_a_thousand_numbers_are_one_job(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Callable[[int], Awaitable[Synced]]
) -> None:
    """One after the other: Control Hub takes one at a time, so that none is turned away."""
    many = await synced(1_010)
    assert await told(desk, outbound, many) == {SyncState.SYNCED}
    assert await orders(control_hub, many.organization, "POST", JOBS) == [many.numbers[:1000], many.numbers[1000:]]
    assert await starts(control_hub, many) == 2
    assert set((await usages(control_hub, many.organization)).values()) == {"SERVICE"}


async def test_a_number_that_was_not_sent_yet_takes_its_new_terms_along(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """It is added as what it is now, without a job."""
    dialog, numbers = await consented(desk, side), fresh(2)
    made = await submitted(desk, dialog, *numbers)
    organization = await organization_of(desk, dialog)
    await update(desk, Chosen(upload=Name(id=made.id)), TO_SERVICE)
    await sync_service(desk, outbound, dialog.service.id)
    assert await usages(control_hub, organization) == dict.fromkeys(numbers, "SERVICE")
    assert await control_hub.asked(organization, "POST", JOBS) == []
    assert await reckoned(desk, made) == ("COMPLETED", 2, 0, 0)


async def test_a_number_that_was_restored_and_not_sent_yet_takes_its_new_terms_along(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """As one that is new: it is added as what it is now."""
    await release(desk, three.all)
    await sync_service(desk, outbound, three.dialog.service.id)
    await restore(desk, three.all)
    assert await told(desk, outbound, three) == {SyncState.SYNCED}
    assert await usages(control_hub, three.organization) == dict.fromkeys(three.numbers, "SERVICE")
    assert await starts(control_hub, three) == 0


async def test_a_number_that_is_moved_gets_the_usage_of_its_type_afterwards(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """A move takes along the usage that it had, whatever was changed here meanwhile."""
    added = {"organization": three.organization, "name": "Boston", "country": "US"}
    boston = (await control_hub.http.post(f"{control_hub.address}/_locations/add", json=added)).json()["id"]
    await order(control_hub, "/_numbers/remove", numbers=three.numbers[:1])
    await order(control_hub, "/_numbers/add", numbers=three.numbers[:1], location=boston)
    strayed = (await numbers_of(desk, three.dialog.service))[three.numbers[0]]
    strayed.sync_state, strayed.task = SyncState.UPDATE_PENDING, SyncTask.MOVE
    await put(desk, strayed)
    assert await told(desk, outbound, three) == {SyncState.SYNCED}
    assert await usages(control_hub, three.organization) == dict.fromkeys(three.numbers, "SERVICE")


async def test_a_job_of_somebody_else_is_waited_for_and_holds_up_nothing_but_changes(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, fresh: Fresh
) -> None:
    """409: the job comes back, and new numbers are added meanwhile."""
    await control_hub.fail({**START, "status": 409, "times": None})
    added = await submitted(desk, three.dialog, *fresh(2))
    await told(desk, outbound, three)
    waiting, comes_back = await stand(desk, three), (await jobs(desk))[-1]
    await control_hub.heal()
    await sync_service(desk, outbound, three.dialog.service.id)
    assert waiting == {SyncState.UPDATE_PENDING, SyncState.SYNCED}
    assert comes_back[0] == "resume_sync"
    assert await reckoned(desk, added) == ("COMPLETED", 2, 0, 0)
    assert await stand(desk, three) == {SyncState.SYNCED}


async def test_withdrawn_consent_holds_a_change_up_until_a_new_one(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The numbers wait, and go on after the customer has consented again."""
    dialog = await consented(desk, side, organization="Changes its mind")
    made, organization = await submitted(desk, dialog, *fresh(2)), await organization_of(desk, dialog)
    await sync_service(desk, outbound, dialog.service.id)
    changed = Synced(dialog, made, [], organization)
    await control_hub.revoke(organization)
    waiting = await told(desk, outbound, changed)
    await accept(desk, side, await invite(desk, side, dialog.service), "Changes its mind")
    await sync_service(desk, outbound, dialog.service.id)
    assert waiting == {SyncState.UPDATE_PENDING}
    assert await stand(desk, changed) == {SyncState.SYNCED}


async def test_a_sync_does_not_pass_over_numbers_that_a_refused_change_had_locked(
    desk: Desk, side: Hubside, outbound: Outbound, fresh: Fresh
) -> None:
    """No other job would come for them: it waits for whoever holds the service."""
    dialog, numbers = await consented(desk, side), fresh(3)
    made = await submitted(desk, dialog, *numbers)
    async with desk.begin() as transaction:
        await one(transaction, Service, Name(id=dialog.service.id), lock=True)
        await changing.lock(transaction, dialog.service.id, numbers, [NumberStatus.ACTIVE])
        run = asyncio.create_task(sync_service(desk, outbound, dialog.service.id))
        await blocked(desk)
    await run
    assert (await fetch(desk, made)).added == 3
