"""What becomes of a request that was refused, got lost, or found a number there already."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from provisioning.desk import Desk
from provisioning.locations import attach
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from store.errors import Unavailable
from store.lookup import Name
from store.tables import Number
from store.vocabulary import NumberStatus, NumberType, SyncState, SyncTask
from tests.arrange import Hubside, consented, fetch, numbers_of, put, refresh, span, submitted
from tests.provisioning.administrator import hub_id, order, orders, organization_of, reckoned, turn, usages

Fresh = Callable[[int], list[str]]
ADD = {"method": "POST", "path_contains": "/numbers"}


async def sizes(control_hub: Any, organization: str) -> list[int]:
    """Return how many numbers each request to add had, in their order."""
    return [len(row["numbers"]) for row in await control_hub.asked(organization, "POST", "/numbers")]


async def test_a_request_that_is_too_large_is_sent_in_smaller_ones_and_the_next_ones_are_small_at_once(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Control Hub publishes no limit: the one it has is found out once in a sync."""
    dialog, numbers = await consented(desk, side), fresh(20)
    organization = await organization_of(desk, dialog)
    await turn(control_hub, organization, add_limit=5)
    upload = await submitted(desk, dialog, span(numbers[0], numbers[-1]))
    await sync_service(desk, replace(outbound, workers=1), dialog.service.id)
    assert await sizes(control_hub, organization) == [10, 5, 5, 5, 5]
    assert await reckoned(desk, upload) == ("COMPLETED", 20, 0, 0)


async def test_one_number_that_is_refused_is_found_in_halves_and_the_others_are_added(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A refusal of all says nothing of which, and the next request is as large as before."""
    dialog, numbers = await consented(desk, side), fresh(20)
    organization = await organization_of(desk, dialog)
    upload = await submitted(desk, dialog, span(numbers[0], numbers[-1]))
    await control_hub.fail({**ADD, "body_contains": numbers[3], "status": 400, "times": None})
    await sync_service(desk, replace(outbound, workers=1), dialog.service.id)
    found = await numbers_of(desk, dialog.service)
    assert await sizes(control_hub, organization) == [10, 5, 3, 2, 1, 1, 5, 10]
    assert (found[numbers[3]].status, found[numbers[3]].error_code) == (NumberStatus.REJECTED, "400")
    assert await reckoned(desk, upload) == ("PARTIAL", 19, 1, 0)


async def test_a_lost_request_is_followed_by_a_pause_and_several_in_a_row_by_a_rest(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A Control Hub that cannot write is not written to over and over; in the end numbers travel alone."""
    dialog, naps = await consented(desk, side), []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    await submitted(desk, dialog, *fresh(3))
    await control_hub.fail({**ADD, "status": 502, "times": None})
    await sync_service(desk, replace(outbound, sleep=nap, chance=lambda: 0.0), dialog.service.id)
    organization = await organization_of(desk, dialog)
    assert await sizes(control_hub, organization) == [3, 3, 3, 3, 1, 1]
    assert naps == [0.5, 1.0, 2.0, 4.0, 4.0]
    assert (await fetch(desk, dialog.service)).sync_resumes_at is not None


@pytest.mark.parametrize(
    ("usage", "state"), [("NONE", "ACTIVE"), ("SERVICE", "ACTIVE"), ("NONE", "INACTIVE"), ("SERVICE", "INACTIVE")]
)
async def test_a_number_that_was_there_already_gets_the_usage_of_its_type_and_is_activated(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh, usage: str, state: str
) -> None:
    """Found at its location it counts as added; what is not as it should be is changed in the same sync."""
    dialog, numbers = await consented(desk, side), fresh(3)
    organization, place = await organization_of(desk, dialog), await hub_id(desk, dialog)
    await order(control_hub, "/_numbers/add", location=place, numbers=numbers[:1], usage=usage, state=state)
    upload = await submitted(desk, dialog, *numbers)
    await sync_service(desk, replace(outbound, sleep=_nap), dialog.service.id)
    found = await numbers_of(desk, dialog.service)
    assert await usages(control_hub, organization) == dict.fromkeys(numbers, "NONE")
    assert await activity(control_hub, organization, numbers[0]) == "ACTIVE"
    assert await reckoned(desk, upload) == ("COMPLETED", 3, 0, 0)
    assert {number.sync_state for number in found.values()} == {SyncState.SYNCED}
    assert [found[e164].was_there for e164 in numbers] == [True, False, False]


async def activity(control_hub: Any, organization: str, e164: str) -> str:
    """Return whether Control Hub has the number active."""
    found = await control_hub.http.get(f"{control_hub.address}/_numbers", params={"organization": organization})
    return next(row["state"] for row in found.json() if row["phoneNumber"] == e164)


async def test_numbers_are_moved_to_the_location_at_which_they_stand_here(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """By a job for each of them, and with the usage of their type."""
    dialog, numbers = await consented(desk, side), fresh(2)
    organization = await organization_of(desk, dialog)
    boston = {"organization": organization, "name": "Boston", "country": "US"}
    opened = await control_hub.http.post(f"{control_hub.address}/_locations/add", json=boston)
    there, here = opened.json()["id"], await hub_id(desk, dialog)
    await submitted(desk, dialog, *numbers)
    await sync_service(desk, outbound, dialog.service.id)
    await order(control_hub, "/_numbers/remove", numbers=numbers)
    await order(control_hub, "/_numbers/add", location=there, numbers=numbers)
    await moving(desk, *(await numbers_of(desk, dialog.service)).values())
    await sync_service(desk, replace(outbound, sleep=_nap), dialog.service.id)
    found = (await numbers_of(desk, dialog.service)).values()
    held = await control_hub.http.get(f"{control_hub.address}/_numbers", params={"organization": organization})
    assert {row["locationId"] for row in held.json() if row["phoneNumber"] in numbers} == {here}
    assert {number.sync_state for number in found} == {SyncState.SYNCED}
    assert await orders(control_hub, organization, "POST", "/manageNumbers") == [[number] for number in numbers]


async def moving(desk: Desk, *numbers: Number) -> None:
    """Have numbers moved, as the repair of a drift has."""
    for number in numbers:
        number.sync_state, number.task, number.attempts = SyncState.UPDATE_PENDING, SyncTask.MOVE, 0
    await put(desk, *numbers)


async def test_a_restored_number_is_added_and_its_upload_counts_what_it_counted(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """It came here once, however often it goes to Control Hub."""
    dialog, numbers = await consented(desk, side), fresh(2)
    upload = await submitted(desk, dialog, *numbers)
    await sync_service(desk, outbound, dialog.service.id)
    await order(control_hub, "/_numbers/remove", numbers=numbers)
    restored = list((await numbers_of(desk, dialog.service)).values())
    for number in restored:
        number.sync_state, number.task, number.attempts = SyncState.ADD_PENDING, SyncTask.RESTORE, 0
    await put(desk, *restored)
    await sync_service(desk, outbound, dialog.service.id)
    found = (await numbers_of(desk, dialog.service)).values()
    assert set(await usages(control_hub, await organization_of(desk, dialog))) == set(numbers)
    assert {number.sync_state for number in found} == {SyncState.SYNCED}
    assert await reckoned(desk, upload) == ("COMPLETED", 2, 0, 0)


@pytest.mark.parametrize("trouble", [{"status": 423, "retry_after": 1}, {"status": 502}], ids=["423", "502"])
async def test_a_location_in_trouble_does_not_hold_up_the_others(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh, trouble: dict[str, Any]
) -> None:
    """It is set aside in this run, however many of its numbers come first; the sync rests afterwards."""
    dialog, numbers = await consented(desk, side), fresh(230)
    organization, place = await organization_of(desk, dialog), await hub_id(desk, dialog)
    boston = {"organization": organization, "name": "Boston", "country": "US"}
    (await control_hub.http.post(f"{control_hub.address}/_locations/add", json=boston)).raise_for_status()
    opened = (await refresh(desk, side, dialog.service))["Boston"]
    elsewhere = replace(dialog, location=await attach(desk, Name(id=opened.id)))
    stuck = await submitted(desk, dialog, span(numbers[0], numbers[-1]))
    upload = await submitted(desk, elsewhere, *fresh(3))
    await control_hub.fail({**ADD, "path_contains": f"{place}/numbers", "times": None, **trouble})
    await sync_service(desk, replace(outbound, sleep=_nap), dialog.service.id)
    assert await reckoned(desk, upload) == ("COMPLETED", 3, 0, 0)
    assert await reckoned(desk, stuck) == ("SYNCING", 0, 0, 0)
    assert (await fetch(desk, dialog.service)).sync_resumes_at is not None


async def test_nothing_is_asked_at_a_location_where_that_does_damage(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Its PSTN connection has become another one since; the numbers say so and can be tried again."""
    dialog = await consented(desk, side)
    organization, place = await organization_of(desk, dialog), await hub_id(desk, dialog)
    upload = await submitted(desk, dialog, *fresh(2))
    await order(control_hub, "/_locations/change", location=place, connection_type="CISCO_PSTN")
    await refresh(desk, side, dialog.service)
    await sync_service(desk, outbound, dialog.service.id)
    found = (await numbers_of(desk, dialog.service)).values()
    assert await control_hub.asked(organization, "POST", "/numbers") == []
    assert {(n.sync_state, n.error_code, n.error_retryable) for n in found} == {
        (SyncState.FAILED, "PSTN_CONNECTION_UNFIT", True)
    }
    assert await reckoned(desk, upload) == ("FAILED", 0, 2, 0)


async def test_a_run_that_has_lost_its_right_stops_before_it_claims_anything_more(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Another one may be at it by now."""
    dialog, numbers = await consented(desk, side), fresh(210)

    async def lose_the_right(_: float) -> None:
        async with desk.begin() as transaction:
            others = "locktype = 'advisory' AND pid <> pg_backend_pid()"
            await transaction.session.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE {others}"))  # noqa: S608  # a constant

    await submitted(desk, dialog, span(numbers[0], numbers[-1]))
    await control_hub.fail({**ADD, "status": 502, "times": 1})
    with pytest.raises(BaseExceptionGroup) as raised:
        await sync_service(desk, replace(outbound, workers=1, sleep=lose_the_right), dialog.service.id)
    assert raised.group_contains(Unavailable)
    waiting = [n for n in (await numbers_of(desk, dialog.service)).values() if n.sync_state is SyncState.ADD_PENDING]
    assert len(waiting) >= 110
    await sync_service(desk, outbound, dialog.service.id)
    assert {n.sync_state for n in (await numbers_of(desk, dialog.service)).values()} == {SyncState.SYNCED}


async def test_a_restored_number_that_is_refused_stays_ours(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """It was in use here before: nobody else may have it while the customer does, wherever."""
    dialog, numbers = await consented(desk, side), fresh(1)
    await submitted(desk, dialog, *numbers)
    await sync_service(desk, outbound, dialog.service.id)
    await order(control_hub, "/_numbers/remove", numbers=numbers)
    munich = await hub_id(desk, dialog, "Munich")
    await order(control_hub, "/_numbers/add", location=munich, numbers=numbers)
    restored = (await numbers_of(desk, dialog.service))[numbers[0]]
    restored.sync_state, restored.task, restored.attempts = SyncState.ADD_PENDING, SyncTask.RESTORE, 0
    await put(desk, restored)
    await sync_service(desk, outbound, dialog.service.id)
    found = (await numbers_of(desk, dialog.service))[numbers[0]]
    assert (found.status, found.sync_state, found.error_code) == (
        NumberStatus.ACTIVE,
        SyncState.FAILED,
        "IN_OTHER_LOCATION",
    )


def test_every_type_has_a_usage_that_is_told_apart() -> None:
    """The tests above change USER numbers only."""
    assert {kind.value for kind in NumberType} == {"USER", "SERVICE", "CONTACT_CENTER"}


async def _nap(_: float) -> None:
    """Do not wait."""
