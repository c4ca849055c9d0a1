"""Withdrawing numbers before they are sent, and taking back those that Control Hub has."""

import asyncio
from typing import Any

import pytest
from sqlmodel import col

from provisioning.desk import Desk
from store import syncing, taking_back
from store.lookup import Name, one
from store.tables import Number, Upload
from store.vocabulary import NumberStatus, SyncState, SyncTask
from tests.arrange import Dialog, by_hand, numbers_of, rows, span, submitted

FIRST, LAST = "+12125550100", "+12125550104"
ADD, UPDATE, RESTORE, TAKE_BACK = SyncTask.ADD, SyncTask.UPDATE, SyncTask.RESTORE, SyncTask.TAKE_BACK


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A service; the statements do not ask how it is integrated."""
    return await by_hand(desk)


@pytest.fixture
async def made(desk: Desk, dialog: Dialog) -> Upload:
    """An upload of five numbers."""
    return await submitted(desk, dialog, span(FIRST, LAST))


async def let_all(desk: Desk, of: Upload, **be: Any) -> None:
    """Let all numbers of an upload be in a state."""
    async with desk.begin() as transaction:
        for number in await rows(desk, Number, col(Number.e164), col(Number.upload_id) == of.id):
            transaction.session.add(await transaction.session.merge(Number(**{**number.model_dump(), **be})))


async def found(desk: Desk, of: Upload) -> set[tuple[NumberStatus, SyncState]]:
    """Return what has become of the numbers."""
    numbers = await rows(desk, Number, col(Number.e164), col(Number.upload_id) == of.id)
    return {(number.status, number.sync_state) for number in numbers}


async def withdrawn(desk: Desk, of: Upload) -> int:
    """Withdraw what waits."""
    async with desk.begin() as transaction:
        return await taking_back.withdraw(transaction, of, desk.clock())


async def test_only_what_waits_to_be_added_is_withdrawn_and_only_of_that_upload(
    desk: Desk, dialog: Dialog, made: Upload
) -> None:
    """Once."""
    other = await submitted(desk, dialog, "+12125550200")
    for of in (made, other):
        await let_all(desk, of, sync_state=SyncState.ADD_PENDING)
    assert [await withdrawn(desk, made) for _ in range(2)] == [5, 0]
    assert await found(desk, made) == {(NumberStatus.RELEASED, SyncState.REMOVED)}
    assert await found(desk, other) == {(NumberStatus.ACTIVE, SyncState.ADD_PENDING)}


@pytest.mark.parametrize("state", [state for state in SyncState if state is not SyncState.ADD_PENDING])
async def test_nothing_that_was_sent_is_withdrawn(desk: Desk, made: Upload, state: SyncState) -> None:
    """What became of it has to be known first."""
    await let_all(desk, made, sync_state=state)
    assert await withdrawn(desk, made) == 0


async def test_a_worker_and_a_stop_that_meet_share_the_numbers(desk: Desk, dialog: Dialog, made: Upload) -> None:
    """Each number is sent or withdrawn, never both."""
    await let_all(desk, made, sync_state=SyncState.ADD_PENDING)

    async def claimed() -> int:
        async with desk.begin() as transaction:
            service, at = dialog.service.id, desk.clock()
            return len(await syncing.claim(transaction, service, SyncState.ADD_PENDING, 3, at))

    sent, given_up = await asyncio.gather(claimed(), withdrawn(desk, made))
    left = [n.sync_state for n in (await numbers_of(desk, dialog.service)).values()]
    assert (left.count(SyncState.IN_PROGRESS), left.count(SyncState.REMOVED)) == (sent, given_up)
    assert sent + given_up == 5


THERE = (NumberStatus.RELEASE_REQUESTED, SyncState.REMOVE_PENDING)
FREE = (NumberStatus.RELEASED, SyncState.REMOVED)


@pytest.mark.parametrize(
    ("task", "state", "counted", "becomes"),
    [
        (ADD, SyncState.SYNCED, (0, 0, 0, 5), THERE),
        (ADD, SyncState.DRIFTED, (0, 0, 0, 5), THERE),
        (UPDATE, SyncState.SYNCED, (0, 0, 0, 5), THERE),
        (UPDATE, SyncState.UPDATE_PENDING, (0, 0, 0, 5), THERE),
        (UPDATE, SyncState.FAILED, (0, 0, 0, 5), THERE),
        (TAKE_BACK, SyncState.FAILED, (0, 0, 0, 5), THERE),
        (ADD, SyncState.FAILED, (0, 5, 0, 0), FREE),
        (ADD, SyncState.ADD_PENDING, (0, 0, 5, 0), FREE),
        (RESTORE, SyncState.SYNCED, (0, 0, 0, 5), THERE),
        (RESTORE, SyncState.FAILED, (5, 0, 0, 0), FREE),
        (RESTORE, SyncState.ADD_PENDING, (5, 0, 0, 0), FREE),
        (ADD, SyncState.MANUAL_PENDING, (5, 0, 0, 0), (NumberStatus.RELEASED, SyncState.MANUAL_PENDING)),
        (ADD, SyncState.MANUAL_CONFIRMED, (5, 0, 0, 0), (NumberStatus.RELEASED, SyncState.MANUAL_CONFIRMED)),
    ],
)
async def test_what_control_hub_has_is_to_leave_and_the_rest_is_free(
    desk: Desk, made: Upload, task: SyncTask, state: SyncState, counted: tuple[int, ...], becomes: tuple[Any, Any]
) -> None:
    """By where the number stands, not by what was meant."""
    await let_all(desk, made, task=task, sync_state=state)
    async with desk.begin() as transaction:
        taken = await taking_back.take_back(transaction, made, desk.clock())
    assert tuple(taken) == counted
    assert await found(desk, made) == {becomes}


@pytest.mark.parametrize("status", [status for status in NumberStatus if status is not NumberStatus.ACTIVE])
async def test_a_number_that_is_no_longer_active_is_not_taken_back(
    desk: Desk, made: Upload, status: NumberStatus
) -> None:
    """It is rejected, released, or on its way to be."""
    await let_all(desk, made, status=status, sync_state=SyncState.SYNCED)
    async with desk.begin() as transaction:
        assert sum(await taking_back.take_back(transaction, made, desk.clock())) == 0


@pytest.mark.parametrize(("retryable", "retried"), [(True, 5), (False, 0)])
async def test_only_what_may_succeed_is_tried_again(desk: Desk, made: Upload, *, retryable: bool, retried: int) -> None:
    """Without the old reason."""
    failed = {"sync_state": SyncState.FAILED, "error_code": "403", "attempts": 8, "error_retryable": retryable}
    await let_all(desk, made, **failed)
    async with desk.begin() as transaction:
        assert await taking_back.retry(transaction, made) == retried


async def test_stopped_are_numbers_to_be_added_of_an_upload_that_was_stopped(
    desk: Desk, dialog: Dialog, made: Upload
) -> None:
    """Those that change or leave go on."""
    other = await submitted(desk, dialog, "+12125550200")
    found = await numbers_of(desk, dialog.service)
    ids = [number.id for number in found.values()]
    async with desk.begin() as transaction:
        (await one(transaction, Upload, Name(id=made.id))).stopped_at = desk.clock()
    async with desk.read() as reading:
        adding = await taking_back.stopped(reading, ids)
    await let_all(desk, made, task=UPDATE)
    async with desk.read() as reading:
        changing = await taking_back.stopped(reading, ids)
    assert adding == {number.id for number in found.values() if number.upload_id != other.id}
    assert changing == set()


@pytest.mark.parametrize(
    ("be", "there"),
    [
        ({"sync_state": SyncState.MANUAL_PENDING}, True),
        ({"sync_state": SyncState.MANUAL_CONFIRMED}, True),
        ({"sync_state": SyncState.ADD_PENDING}, False),
        ({"sync_state": SyncState.FAILED, "status": NumberStatus.REJECTED}, False),
        ({"sync_state": SyncState.MANUAL_PENDING, "status": NumberStatus.RELEASED}, False),
    ],
)
async def test_what_is_on_the_customers_account(desk: Desk, made: Upload, be: dict[str, Any], *, there: bool) -> None:
    """Stored by hand, or seen at Control Hub, and not given back."""
    await let_all(desk, made, **be)
    async with desk.read() as reading:
        assert await taking_back.is_any_on_account(reading, made.service_id) is there
