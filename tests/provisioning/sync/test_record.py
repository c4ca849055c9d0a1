"""Writing down what became of numbers."""

import asyncio
from datetime import timedelta

import pytest

from provisioning.desk import Desk
from provisioning.sync import plan
from provisioning.sync.record import begin_uploads, conclude
from provisioning.uploads.after import roll_back
from provisioning.uploads.judge import validate
from store import numbers, syncing
from store.lookup import Name, one
from store.syncing import Outcome
from store.tables import Number, Service, Upload
from store.vocabulary import NumberStatus, ServiceStatus, SyncState, UploadStatus
from tests.arrange import Dialog, Hubside, announced, at, blocked, consented, fetch, numbers_of, span, submitted, upload

FIRST, LAST = "+12125550100", "+12125550104"


@pytest.fixture
async def dialog(desk: Desk, side: Hubside) -> Dialog:
    """An Integrated service."""
    return await consented(desk, side)


@pytest.fixture
async def made(desk: Desk, dialog: Dialog) -> Upload:
    """A submitted upload of five numbers."""
    return await submitted(desk, dialog, span(FIRST, LAST))


async def sent(desk: Desk, dialog: Dialog, limit: int = 5) -> list[Number]:
    """Claim numbers as a worker does before it sends them."""
    async with desk.begin() as transaction:
        return await syncing.claim(transaction, dialog.service.id, SyncState.ADD_PENDING, limit, desk.clock())


async def test_claimed_numbers_are_marked_and_claimed_once(desk: Desk, dialog: Dialog, made: Upload) -> None:
    """By E.164, with the time and the attempt."""
    first, second = await sent(desk, dialog, 3), await sent(desk, dialog)
    assert [number.e164 for number in [*first, *second]] == list(await numbers_of(desk, dialog.service))
    assert len(first) == 3
    assert {(n.sync_state, n.sent_at, n.attempts) for n in first} == {(SyncState.IN_PROGRESS, desk.clock(), 1)}
    assert await sent(desk, dialog) == []
    assert made.submitted == 5


async def test_workers_that_claim_at_once_never_get_the_same_number(desk: Desk, dialog: Dialog, made: Upload) -> None:
    """Each passes over what another holds."""
    claimed = await asyncio.gather(*(sent(desk, dialog, 1) for _ in range(5)))
    taken = [number.e164 for chunk in claimed for number in chunk]
    assert len(taken) == len(set(taken))
    assert made.submitted == 5


async def test_counts_move_with_the_outcomes(desk: Desk, dialog: Dialog, made: Upload) -> None:
    """Those that wait again are not counted."""
    await begin_uploads(desk, dialog.service.id)
    one_, two, three, four, five = await sent(desk, dialog)
    refused = Outcome(two.id, SyncState.FAILED, NumberStatus.ACTIVE, code="8362", message="Not valid.")
    outcomes = [*plan.done([one_]), refused, *plan.uncertain([three]), *plan.unsent([four, five])]
    await conclude(desk, dialog.service.id, outcomes)
    upload_now, found = await fetch(desk, made), await numbers_of(desk, dialog.service)
    assert (upload_now.added, upload_now.failed, upload_now.status) == (1, 1, UploadStatus.SYNCING)
    assert [(n.sync_state, n.attempts) for n in found.values()] == [
        (SyncState.SYNCED, 1),
        (SyncState.FAILED, 1),
        (SyncState.UNCERTAIN, 1),
        (SyncState.ADD_PENDING, 0),
        (SyncState.ADD_PENDING, 0),
    ]
    assert (found[FIRST].synced_at, found[LAST].synced_at) == (desk.clock(), None)
    assert (await announced(desk, dialog.service))[-1] == ("UPLOAD_COUNTS", "SYNCING", "SYNCING")


async def test_an_outcome_recorded_twice_counts_once(desk: Desk, dialog: Dialog, made: Upload) -> None:
    """As when the answer arrives after a read-back has settled it."""
    await begin_uploads(desk, dialog.service.id)
    claimed = await sent(desk, dialog)
    for _ in range(2):
        await conclude(desk, dialog.service.id, plan.done(claimed))
    ended = await fetch(desk, made)
    assert (ended.added, ended.status) == (5, UploadStatus.COMPLETED)


async def test_a_late_refusal_does_not_undo_what_is_synced(desk: Desk, dialog: Dialog, made: Upload) -> None:
    """A number that no longer waits for an outcome is left alone."""
    claimed = await sent(desk, dialog)
    await conclude(desk, dialog.service.id, plan.done(claimed))
    await conclude(
        desk, dialog.service.id, [Outcome(claimed[0].id, SyncState.FAILED, NumberStatus.ACTIVE, code="8362")]
    )
    assert (await numbers_of(desk, dialog.service))[FIRST].sync_state is SyncState.SYNCED
    assert (await fetch(desk, made)).failed == 0


async def test_the_first_number_makes_the_service_ready_and_the_next_ones_only_touch_it(
    desk: Desk, dialog: Dialog, made: Upload
) -> None:
    """One transition, however many outcomes come at once."""
    claimed, later = await sent(desk, dialog), at(desk, desk.clock() + timedelta(minutes=1))
    await asyncio.gather(*(conclude(desk, dialog.service.id, plan.done([number])) for number in claimed[:4]))
    await conclude(later, dialog.service.id, plan.done(claimed[4:]))
    service = await fetch(desk, dialog.service)
    told = await announced(desk, dialog.service)
    assert (service.status, service.last_modified_at) == (ServiceStatus.READY, later.clock())
    assert told.count(("SERVICE_STATUS", "PENDING_PROVISIONING", "READY")) == 1
    assert made.submitted == 5


async def test_nothing_recorded_changes_nothing(desk: Desk, dialog: Dialog, made: Upload) -> None:
    """No event, no touch."""
    before = await announced(desk, dialog.service)
    await conclude(desk, dialog.service.id, [])
    assert await announced(desk, dialog.service) == before
    assert made.submitted == 5


async def test_beginning_twice_tells_once(desk: Desk, dialog: Dialog, made: Upload) -> None:
    """An upload goes from SUBMITTED to SYNCING one time."""
    for _ in range(2):
        await begin_uploads(desk, dialog.service.id)
    assert [step for step in await announced(desk, dialog.service) if step[1] == "SUBMITTED"] == [
        ("UPLOAD_STATUS", "SUBMITTED", "SYNCING")
    ]
    assert (await fetch(desk, made)).status is UploadStatus.SYNCING


async def test_outcomes_and_a_submit_of_the_same_numbers_do_not_stand_in_each_others_way(
    desk: Desk, dialog: Dialog
) -> None:
    """Both lock the service first: one waits for the other, and neither has to give up."""
    second = await upload(desk, dialog, span(FIRST, LAST))
    await validate(desk, Name(id=second.id))
    first = await submitted(desk, dialog, span(FIRST, LAST))
    claimed = await sent(desk, dialog)
    async with desk.begin() as transaction:
        await one(transaction, Service, Name(id=dialog.service.id), lock=True)
        concluding = asyncio.create_task(conclude(desk, dialog.service.id, plan.done(claimed)))
        await blocked(desk)
        taken = await numbers.take(transaction, second, SyncState.ADD_PENDING)
    await concluding
    assert taken == 0
    assert (await fetch(desk, first)).added == 5


async def leaving(desk: Desk, dialog: Dialog, limit: int = 5) -> list[Number]:
    """Claim numbers as a worker does before it takes them off."""
    async with desk.begin() as transaction:
        return await syncing.claim(transaction, dialog.service.id, SyncState.REMOVE_PENDING, limit, desk.clock())


async def test_a_roll_back_ends_with_its_last_number_and_not_before(desk: Desk, dialog: Dialog, made: Upload) -> None:
    """Counts on the way, then the transition, once."""
    await begin_uploads(desk, dialog.service.id)
    await conclude(desk, dialog.service.id, plan.done(await sent(desk, dialog)))
    await roll_back(desk, Name(id=made.id))
    claimed = await leaving(desk, dialog)
    await conclude(desk, dialog.service.id, plan.done(claimed[:4]))
    under_way = await fetch(desk, made)
    for _ in range(2):
        await conclude(desk, dialog.service.id, plan.done(claimed))
    ended = await fetch(desk, made)
    told = [step for step in await announced(desk, dialog.service) if step[0].startswith("UPLOAD")]
    assert (under_way.status, under_way.added, under_way.withdrawn) == (UploadStatus.ROLLING_BACK, 1, 4)
    assert (ended.status, ended.added, ended.withdrawn) == (UploadStatus.ROLLED_BACK, 0, 5)
    assert told[-3:] == [
        ("UPLOAD_STATUS", "COMPLETED", "ROLLING_BACK"),
        ("UPLOAD_COUNTS", "ROLLING_BACK", "ROLLING_BACK"),
        ("UPLOAD_STATUS", "ROLLING_BACK", "ROLLED_BACK"),
    ]


async def test_a_roll_back_of_which_something_stays_is_partial(desk: Desk, dialog: Dialog, made: Upload) -> None:
    """And the service stays READY, for it still has a number."""
    await begin_uploads(desk, dialog.service.id)
    await conclude(desk, dialog.service.id, plan.done(await sent(desk, dialog)))
    await roll_back(desk, Name(id=made.id))
    first, *others = await leaving(desk, dialog)
    await conclude(desk, dialog.service.id, plan.done(others))
    kept = Outcome(first.id, SyncState.FAILED, NumberStatus.ACTIVE, code="25002", message="Assigned.")
    await conclude(desk, dialog.service.id, [kept])
    ended = await fetch(desk, made)
    assert (ended.status, ended.added, ended.failed, ended.withdrawn) == (UploadStatus.PARTIAL, 1, 0, 4)
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.READY
