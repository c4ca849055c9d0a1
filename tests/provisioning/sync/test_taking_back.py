"""Taking numbers off Control Hub again, whatever happens there meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from provisioning.uploads.after import roll_back
from store import syncing
from store.lookup import Name
from store.tables import Upload
from store.vocabulary import NumberStatus, ServiceStatus, SyncState
from tests.arrange import Dialog, Hubside, accept, consented, fetch, invite, jobs, numbers_of, submitted
from tests.provisioning.administrator import (
    SILENT,
    assign,
    hub_id,
    order,
    organization_of,
    reckoned,
    turn,
    unassign,
    usages,
)

Fresh = Callable[[int], list[str]]
DELETE = {"method": "DELETE", "path_contains": "/numbers", "times": 1}


@dataclass(frozen=True, slots=True)
class Synced:
    """An upload that Control Hub has taken."""

    dialog: Dialog
    upload: Upload
    numbers: list[str]
    organization: str


@pytest.fixture
async def synced(desk: Desk, side: Hubside, outbound: Outbound, fresh: Fresh) -> Synced:
    """Seven numbers: a full request of a removal, and two more."""
    dialog, numbers = await consented(desk, side), fresh(7)
    made = await submitted(desk, dialog, *numbers)
    await sync_service(desk, outbound, dialog.service.id)
    return Synced(dialog, made, numbers, await organization_of(desk, dialog))


async def taken_back(desk: Desk, outbound: Outbound, synced: Synced) -> tuple[str, int, int, int]:
    """Roll the upload back and sync; return how it ended."""
    await roll_back(desk, Name(id=synced.upload.id))
    await sync_service(desk, outbound, synced.dialog.service.id)
    return await reckoned(desk, synced.upload)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502, "when": "before"},
        {"status": 502, "when": "after"},
        {"status": None, "drop": True, "when": "before"},
        {"status": None, "drop": True, "when": "after"},
        {"status": 503, "when": "after"},
        {"status": 429, "retry_after": 1},
    ],
    ids=["502 before", "502 after", "dropped before", "dropped after", "503 after", "429"],
)
async def test_a_removal_that_is_disturbed_comes_to_its_end(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced, fault: dict[str, Any]
) -> None:
    """Read back, and sent again only where it was not done."""
    await control_hub.fail({**DELETE, **fault})
    assert await taken_back(desk, outbound, synced) == ("ROLLED_BACK", 0, 0, 7)
    assert await control_hub.held(synced.organization) == []
    removals = await control_hub.asked(synced.organization, "DELETE", "/numbers")
    removed = [e164 for request in removals if request["applied"] for e164 in request["numbers"]]
    assert sorted(removed) == synced.numbers


@pytest.mark.parametrize("as_502", [False, True], ids=["400", "502"])
async def test_a_number_that_is_gone_already_is_gone(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced, *, as_502: bool
) -> None:
    """Control Hub says "unknown number" in its two ways and removes none of the request: the others go alone."""
    await turn(control_hub, synced.organization, unknown_number_as_502=as_502)
    await order(control_hub, "/_numbers/remove", numbers=synced.numbers[1:2])
    assert await taken_back(desk, outbound, synced) == ("ROLLED_BACK", 0, 0, 7)
    assert await control_hub.held(synced.organization) == []


async def test_a_number_that_is_assigned_stays_with_the_reason_and_goes_another_time(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced
) -> None:
    """PARTIAL, and only that number is still in use; once nobody has it, a second roll back ends it."""
    busy = synced.numbers[2]
    await assign(control_hub, busy)
    first = await taken_back(desk, outbound, synced)
    kept = (await numbers_of(desk, synced.dialog.service))[busy]
    held = await control_hub.held(synced.organization)
    await unassign(control_hub, busy)
    assert first == ("PARTIAL", 1, 0, 6)
    assert (kept.status, kept.sync_state, kept.error_code) == (NumberStatus.ACTIVE, SyncState.FAILED, "25002")
    assert kept.error_message
    assert kept.error_tracking_id
    assert held == [busy]
    assert await taken_back(desk, outbound, synced) == ("ROLLED_BACK", 0, 0, 7)
    assert await control_hub.held(synced.organization) == []


async def test_the_main_number_of_a_location_stays_and_says_why(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced
) -> None:
    """The others of its request are off."""
    location = await hub_id(desk, synced.dialog)
    await order(control_hub, "/_locations/main_number", location=location, number=synced.numbers[0])
    assert await taken_back(desk, outbound, synced) == ("PARTIAL", 1, 0, 6)
    kept = (await numbers_of(desk, synced.dialog.service))[synced.numbers[0]]
    assert (kept.status, kept.error_code) == (NumberStatus.ACTIVE, "25001")
    assert list(await usages(control_hub, synced.organization)) == [synced.numbers[0]]
    assert (await fetch(desk, synced.dialog.service)).status is ServiceStatus.READY


@pytest.mark.parametrize("arrived", [True, False], ids=["done before the end", "not done"])
async def test_a_process_that_died_between_sending_and_recording_repeats_nothing(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced, *, arrived: bool
) -> None:
    """Numbers left IN_PROGRESS are looked for before anything is sent."""
    service = synced.dialog.service
    await roll_back(desk, Name(id=synced.upload.id))
    async with desk.begin() as transaction:
        claimed = await syncing.claim(transaction, service.id, SyncState.REMOVE_PENDING, 5, desk.clock())
    if arrived:
        await order(control_hub, "/_numbers/remove", numbers=[number.e164 for number in claimed])
    await sync_service(desk, outbound, service.id)
    removals = await control_hub.asked(synced.organization, "DELETE", "/numbers")
    sent = sorted(e164 for request in removals for e164 in request["numbers"])
    assert sent == (synced.numbers[5:] if arrived else synced.numbers)
    assert await reckoned(desk, synced.upload) == ("ROLLED_BACK", 0, 0, 7)


async def test_what_left_with_its_location_is_gone(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced
) -> None:
    """The administrator deleted the location with its numbers: there is nothing left to take off."""
    await order(control_hub, "/_locations/vanish", location=await hub_id(desk, synced.dialog))
    assert await taken_back(desk, outbound, synced) == ("ROLLED_BACK", 0, 0, 7)
    assert (await fetch(desk, synced.dialog.service)).status is ServiceStatus.PENDING_PROVISIONING


async def test_a_number_that_was_moved_to_another_location_is_not_said_to_be_gone(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced
) -> None:
    """The organization still has it, so that nobody else can: it stays, with the reason."""
    moved = synced.numbers[0]
    elsewhere = await hub_id(desk, synced.dialog, "Munich")
    await order(control_hub, "/_numbers/remove", numbers=[moved])
    await order(control_hub, "/_numbers/add", numbers=[moved], location=elsewhere)
    assert await taken_back(desk, outbound, synced) == ("PARTIAL", 1, 0, 6)
    kept = (await numbers_of(desk, synced.dialog.service))[moved]
    assert (kept.status, kept.error_code) == (NumberStatus.ACTIVE, "IN_OTHER_LOCATION")


async def test_a_removal_that_is_forbidden_leaves_all_in_use(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced
) -> None:
    """403 for the location: nothing came off, the upload says PARTIAL, and another time it works."""
    await control_hub.fail({**DELETE, "status": 403, "times": None})
    assert await taken_back(desk, outbound, synced) == ("PARTIAL", 7, 0, 0)
    await control_hub.heal()
    assert await taken_back(desk, outbound, synced) == ("ROLLED_BACK", 0, 0, 7)


async def test_a_busy_control_hub_is_asked_again_later(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced
) -> None:
    """The upload says why it waits, and the job comes back."""
    await control_hub.fail({**DELETE, "status": 429, "retry_after": 0, "times": None})
    waiting = await taken_back(desk, outbound, synced)
    why, comes_back = (await fetch(desk, synced.upload)).waiting_code, (await jobs(desk))[-1]
    await control_hub.heal()
    await sync_service(desk, outbound, synced.dialog.service.id)
    assert (waiting, why) == (("ROLLING_BACK", 7, 0, 0), "CONTROL_HUB_BUSY")
    assert comes_back[0] == "resume_sync"
    assert await reckoned(desk, synced.upload) == ("ROLLED_BACK", 0, 0, 7)
    assert (await fetch(desk, synced.upload)).waiting_code is None


async def test_a_removal_whose_answer_and_read_back_are_lost_stays_uncertain(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced
) -> None:
    """Nothing is said to be gone before Control Hub says so."""
    await control_hub.fail({**DELETE, "status": 502, "when": "after", "times": None}, SILENT)
    unclear = await taken_back(desk, outbound, synced)
    await control_hub.heal()
    await sync_service(desk, outbound, synced.dialog.service.id)
    assert unclear == ("ROLLING_BACK", 7, 0, 0)
    assert await reckoned(desk, synced.upload) == ("ROLLED_BACK", 0, 0, 7)


async def test_withdrawn_consent_holds_a_roll_back_up_until_a_new_one(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """It says why it waits, and goes on when the customer has consented again."""
    dialog = await consented(desk, side, organization="Withdraws and returns")
    made, organization = await submitted(desk, dialog, *fresh(2)), await organization_of(desk, dialog)
    await sync_service(desk, outbound, dialog.service.id)
    await control_hub.revoke(organization)
    await roll_back(desk, Name(id=made.id))
    await sync_service(desk, outbound, dialog.service.id)
    waiting, why = await reckoned(desk, made), (await fetch(desk, made)).waiting_code
    await accept(desk, side, await invite(desk, side, dialog.service), "Withdraws and returns")
    await sync_service(desk, outbound, dialog.service.id)
    assert (waiting, why) == (("ROLLING_BACK", 2, 0, 0), "CONSENT_WITHDRAWN")
    assert await reckoned(desk, made) == ("ROLLED_BACK", 0, 0, 2)
    assert (await fetch(desk, made)).waiting_code is None
    assert await control_hub.held(organization) == []


async def test_what_control_hub_had_before_stays_there(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The upload did not add it: it is only let go here, and free for anybody."""
    dialog, (ours, theirs) = await consented(desk, side), fresh(2)
    await order(control_hub, "/_numbers/add", location=await hub_id(desk, dialog), numbers=[theirs])
    made = await submitted(desk, dialog, ours, theirs)
    await sync_service(desk, outbound, dialog.service.id)

    await roll_back(desk, Name(id=made.id))
    await sync_service(desk, outbound, dialog.service.id)

    known = await numbers_of(desk, dialog.service)
    assert await control_hub.held(await organization_of(desk, dialog)) == [theirs]
    assert {number.status for number in known.values()} == {NumberStatus.RELEASED}
    assert await reckoned(desk, made) == ("ROLLED_BACK", 0, 0, 2)


async def test_a_removal_is_not_read_back_while_others_shift_the_pages(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages are counted from the first number: one that is removed meanwhile would let another one be passed over."""
    monkeypatch.setattr("controlhub.client.PAGE_SIZE", 5)
    dialog, numbers = await consented(desk, side), fresh(25)
    made = await submitted(desk, dialog, *numbers)
    await sync_service(desk, outbound, dialog.service.id)
    await control_hub.fail(
        {**DELETE, "body_contains": numbers[10], "status": 502},
        {"method": "GET", "path_contains": "/telephony/config/numbers", "hang_s": 0.3, "when": "after", "times": 1},
        {"method": "DELETE", "path_contains": "/numbers", "hang_s": 0.1, "times": None},
    )
    await roll_back(desk, Name(id=made.id))
    await sync_service(desk, outbound, dialog.service.id)
    assert await control_hub.held(await organization_of(desk, dialog)) == []
    assert await reckoned(desk, made) == ("ROLLED_BACK", 0, 0, 25)


async def test_a_number_that_strayed_is_not_taken_for_gone_when_its_removal_is_lost(
    desk: Desk, outbound: Outbound, control_hub: Any, synced: Synced
) -> None:
    """Control Hub still has it, at another location: free here, it would be anybody's and still reach the customer."""
    strayed, munich = synced.numbers[0], await hub_id(desk, synced.dialog, "Munich")
    await order(control_hub, "/_numbers/remove", numbers=[strayed])
    await order(control_hub, "/_numbers/add", numbers=[strayed], location=munich)
    await control_hub.fail({**DELETE, "body_contains": strayed, "status": 502})
    assert await taken_back(desk, outbound, synced) == ("PARTIAL", 1, 0, 6)
    kept = (await numbers_of(desk, synced.dialog.service))[strayed]
    assert await control_hub.held(synced.organization) == [strayed]
    assert (kept.status, kept.sync_state, kept.error_code) == (
        NumberStatus.ACTIVE,
        SyncState.FAILED,
        "IN_OTHER_LOCATION",
    )
