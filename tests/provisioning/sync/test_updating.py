"""Telling Control Hub what numbers are for now."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from provisioning.changes import NumberChanges, update
from provisioning.choosing import Chosen
from provisioning.desk import Desk
from provisioning.releases import release, restore
from provisioning.sync.hub_jobs import BETWEEN_LOOKS_S, MOST_LOOKS
from provisioning.sync.outbound import Outbound
from provisioning.sync.plan import MOST_ATTEMPTS
from provisioning.sync.run import sync_service
from provisioning.uploads.after import roll_back
from store import changing, syncing
from store.lookup import Name, one
from store.tables import Service, Upload
from store.vocabulary import NumberStatus, NumberType, SyncState, SyncTask
from tests.arrange import (
    Dialog,
    Hubside,
    accept,
    blocked,
    consented,
    fetch,
    invite,
    jobs,
    numbers_of,
    put,
    span,
    submitted,
)
from tests.provisioning.administrator import (
    SILENT,
    assign,
    hub_id,
    order,
    orders,
    organization_of,
    reckoned,
    turn,
    unassign,
    usages,
)

Fresh = Callable[[int], list[str]]
JOBS = "/manageNumbers"
START = {"method": "POST", "path_contains": JOBS, "times": 1}
LOOK = {"method": "GET", "path_contains": JOBS}
TO_SERVICE = NumberChanges(NumberType.SERVICE, 30)


@dataclass(frozen=True, slots=True)
class Synced:
    """User numbers that Control Hub has."""

    dialog: Dialog
    upload: Upload
    numbers: list[str]
    organization: str

    @property
    def all(self) -> Chosen:
        """All numbers of the upload."""
        return Chosen(upload=Name(id=self.upload.id))


@pytest.fixture
def naps() -> list[float]:
    """The seconds that the sync would have slept between two looks at a job."""
    return []


@pytest.fixture
def outbound(outbound: Outbound, naps: list[float]) -> Outbound:
    """What it takes to sync, without waiting."""

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    return replace(outbound, sleep=nap)


@pytest.fixture
def synced(desk: Desk, side: Hubside, outbound: Outbound, fresh: Fresh) -> Callable[[int], Awaitable[Synced]]:
    """Have so many numbers of a new service synced."""

    async def make(how_many: int) -> Synced:
        dialog, numbers = await consented(desk, side), fresh(how_many)
        made = await submitted(desk, dialog, span(numbers[0], numbers[-1]))
        await sync_service(desk, outbound, dialog.service.id)
        assert (await reckoned(desk, made))[0] == "COMPLETED"
        return Synced(dialog, made, numbers, await organization_of(desk, dialog))

    return make


@pytest.fixture
async def three(synced: Callable[[int], Awaitable[Synced]]) -> Synced:
    """Three such numbers."""
    return await synced(3)


async def told(desk: Desk, outbound: Outbound, changed: Synced, changes: NumberChanges = TO_SERVICE) -> set[SyncState]:
    """Change all numbers and sync; return where they stand."""
    await update(desk, changed.all, changes)
    await sync_service(desk, outbound, changed.dialog.service.id)
    return await stand(desk, changed)


async def stand(desk: Desk, changed: Synced) -> set[SyncState]:
    """Return where the numbers stand with Control Hub."""
    return {number.sync_state for number in (await numbers_of(desk, changed.dialog.service)).values()}


async def starts(control_hub: Any, changed: Synced) -> int:
    """Return how often a job was asked for."""
    return len(await control_hub.asked(changed.organization, "POST", JOBS))


async def happen(desk: Desk, control_hub: Any, changed: Synced, usage: str = "SERVICE") -> None:
    """Let the numbers have a usage in Control Hub, as a job of which we see nothing brings about."""
    location = await hub_id(desk, changed.dialog)
    await order(control_hub, "/_numbers/remove", numbers=changed.numbers)
    await order(control_hub, "/_numbers/add", numbers=changed.numbers, location=location, usage=usage)


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


LOST = pytest.mark.parametrize("fault", [{"status": 502}, {"drop": True}], ids=["502", "dropped"])


@LOST
async def test_a_start_that_was_not_done_is_done_again_after_a_look(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, fault: dict[str, Any]
) -> None:
    """No answer, and the read-back shows the old usage."""
    await control_hub.fail({**START, **fault, "when": "before"})
    assert await told(desk, outbound, three) == {SyncState.SYNCED}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers]


@LOST
async def test_a_start_that_was_done_without_an_answer_is_not_done_again(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, fault: dict[str, Any]
) -> None:
    """While the job that got lost runs there is no other; when it has ended, the read-back shows what it did."""
    await control_hub.fail({**START, **fault, "when": "after"})
    meanwhile = await told(desk, outbound, three)
    await happen(desk, control_hub, three)
    await sync_service(desk, outbound, three.dialog.service.id)
    assert meanwhile == {SyncState.UPDATE_PENDING}
    assert await stand(desk, three) == {SyncState.SYNCED}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers]


@pytest.mark.parametrize(
    "fault",
    [{"status": 502}, {"status": 429, "retry_after": 0}, {"status": 404}, {"status": 403}],
    ids=["502", "429", "404", "403"],
)
async def test_a_job_that_cannot_be_looked_at_is_not_started_again_once_it_is_done(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, fault: dict[str, Any]
) -> None:
    """It was started: what it did is read back."""
    await turn(control_hub, three.organization, job_polls=5)
    await control_hub.fail({**LOOK, **fault})
    meanwhile = await told(desk, outbound, three)
    await control_hub.heal()
    await happen(desk, control_hub, three)
    await sync_service(desk, outbound, three.dialog.service.id)
    assert meanwhile == {SyncState.UPDATE_PENDING}
    assert await stand(desk, three) == {SyncState.SYNCED}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers]


async def test_a_job_that_takes_long_is_looked_at_within_bounds_and_found_at_its_end(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, naps: list[float]
) -> None:
    """The sync does not wait for ever, and does not start it a second time."""
    await turn(control_hub, three.organization, job_polls=MOST_LOOKS + 5)
    meanwhile = await told(desk, outbound, three)
    looked = naps.count(BETWEEN_LOOKS_S)
    await happen(desk, control_hub, three)
    await sync_service(desk, outbound, three.dialog.service.id)
    assert (meanwhile, looked) == ({SyncState.UPDATE_PENDING}, MOST_LOOKS)
    assert await stand(desk, three) == {SyncState.SYNCED}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers]


@pytest.mark.parametrize("changed", [True, False], ids=["changed before the end", "not changed"])
async def test_a_process_that_died_over_a_change_finds_out_what_became_of_it(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced, *, changed: bool
) -> None:
    """Numbers left IN_PROGRESS are looked for; a job is started only where Control Hub has the old usage."""
    await update(desk, three.all, TO_SERVICE)
    async with desk.begin() as transaction:
        service = three.dialog.service.id
        await syncing.claim(transaction, service, SyncState.UPDATE_PENDING, 1000, desk.clock())
    await happen(desk, control_hub, three, "SERVICE" if changed else "NONE")
    await sync_service(desk, outbound, three.dialog.service.id)
    assert await stand(desk, three) == {SyncState.SYNCED}
    assert await starts(control_hub, three) == (0 if changed else 1)
    assert set((await usages(control_hub, three.organization)).values()) == {"SERVICE"}


async def test_a_change_whose_read_back_fails_is_looked_for_before_it_is_sent_again(
    desk: Desk, outbound: Outbound, control_hub: Any, three: Synced
) -> None:
    """Nothing is guessed."""
    await turn(control_hub, three.organization, job_polls=MOST_LOOKS + 5)

    async def fall_silent(_: float) -> None:
        await control_hub.fail({**LOOK, "status": 503}, SILENT)

    unclear = await told(desk, replace(outbound, sleep=fall_silent), three)
    await control_hub.heal()
    await happen(desk, control_hub, three)
    await sync_service(desk, outbound, three.dialog.service.id)
    assert unclear == {SyncState.UNCERTAIN}
    assert await stand(desk, three) == {SyncState.SYNCED}
    assert await orders(control_hub, three.organization, "POST", JOBS) == [three.numbers]


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
