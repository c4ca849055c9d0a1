"""Letting the numbers of a service go, and deleting all that belongs to it."""

from typing import Any

import pytest
from sqlmodel import col

from provisioning.desk import Desk
from store import events, removing
from store.lookup import Name, one
from store.tables import Number, Service, UploadEntry
from store.vocabulary import NumberStatus, SyncState, SyncTask
from tests.arrange import Dialog, by_hand, count, numbers_of, provider, rows, scope_of, seen_by, span, submitted

FIRST, LAST = "+12125550100", "+12125550104"
ACTIVE, REQUESTED, COOLING = NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED, NumberStatus.COOLING
LEAVES = (5, 0, REQUESTED, SyncState.REMOVE_PENDING)
FREE = (0, 5, NumberStatus.RELEASED, SyncState.REMOVED)


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A service with five numbers; the statements do not ask how it is integrated."""
    made = await by_hand(desk)
    await submitted(desk, made, span(FIRST, LAST))
    return made


async def let_all(desk: Desk, dialog: Dialog, **be: Any) -> None:
    """Let all numbers of a service be in a state."""
    async with desk.begin() as transaction:
        for number in (await numbers_of(desk, dialog.service)).values():
            await transaction.session.merge(Number(**{**number.model_dump(), **be}))


@pytest.mark.parametrize(
    ("be", "becomes"),
    [
        ({"sync_state": SyncState.SYNCED}, LEAVES),
        ({"sync_state": SyncState.DRIFTED}, LEAVES),
        ({"sync_state": SyncState.UPDATE_PENDING, "task": SyncTask.UPDATE}, LEAVES),
        ({"sync_state": SyncState.FAILED, "task": SyncTask.UPDATE}, LEAVES),
        ({"sync_state": SyncState.FAILED, "task": SyncTask.REMOVE}, LEAVES),
        ({"status": REQUESTED, "sync_state": SyncState.REMOVE_PENDING, "task": SyncTask.REMOVE}, LEAVES),
        ({"sync_state": SyncState.FAILED, "task": SyncTask.ADD}, FREE),
        ({"sync_state": SyncState.FAILED, "task": SyncTask.RESTORE}, FREE),
        ({"sync_state": SyncState.ADD_PENDING, "task": SyncTask.RESTORE}, FREE),
        ({"status": COOLING, "sync_state": SyncState.REMOVED, "task": SyncTask.REMOVE}, FREE),
        (
            {"sync_state": SyncState.SYNCED, "was_there": True},
            (0, 5, NumberStatus.RELEASED, SyncState.SYNCED),
        ),
        ({"sync_state": SyncState.MANUAL_CONFIRMED}, (0, 5, NumberStatus.RELEASED, SyncState.MANUAL_CONFIRMED)),
        ({"sync_state": SyncState.IN_PROGRESS}, (0, 0, ACTIVE, SyncState.IN_PROGRESS)),
        ({"sync_state": SyncState.UNCERTAIN}, (0, 0, ACTIVE, SyncState.UNCERTAIN)),
        ({"sync_state": SyncState.FAILED, "task": SyncTask.TAKE_BACK}, (0, 0, ACTIVE, SyncState.FAILED)),
        ({"status": NumberStatus.REJECTED, "sync_state": SyncState.FAILED}, (0, 0, "REJECTED", SyncState.FAILED)),
    ],
    ids=str,
)
async def test_what_we_have_put_at_control_hub_leaves_and_the_rest_is_free(
    desk: Desk, dialog: Dialog, be: dict[str, Any], becomes: tuple[Any, ...]
) -> None:
    """But for what is on its way, and what Control Hub keeps; a second time finds nothing more to do."""
    await let_all(desk, dialog, **be)
    async with desk.begin() as transaction:
        gone = await removing.let_go(transaction, dialog.service.id, desk.clock())
    async with desk.begin() as transaction:
        again = await removing.let_go(transaction, dialog.service.id, desk.clock())
    found = {(n.status, n.sync_state) for n in (await numbers_of(desk, dialog.service)).values()}
    assert (*gone, *found) == (*becomes[:2], becomes[2:])
    assert tuple(again) == (0, 0)


async def test_only_what_control_hub_kept_is_asked_for_again(desk: Desk, dialog: Dialog) -> None:
    """As if it was asked for the first time; what is left tells them apart."""
    failed = {"sync_state": SyncState.FAILED, "error_code": "25001", "attempts": 3}
    await let_all(desk, dialog, task=SyncTask.UPDATE, **failed)
    async with desk.begin() as transaction:
        others = await removing.ask_again(transaction, dialog.service.id)
    await let_all(desk, dialog, task=SyncTask.TAKE_BACK, **failed)
    async with desk.begin() as transaction:
        before = await removing.left(transaction, dialog.service.id)
        asked = await removing.ask_again(transaction, dialog.service.id)
        after = await removing.left(transaction, dialog.service.id)
    assert (others, asked) == (0, 5)
    assert (tuple(before), tuple(after)) == ((5, 5), (5, 0))
    found = (await numbers_of(desk, dialog.service)).values()
    assert {(n.status, n.error_code, n.attempts) for n in found} == {(REQUESTED, None, 0)}


async def test_entries_and_numbers_of_one_service_go_a_few_at_a_time(desk: Desk, dialog: Dialog) -> None:
    """Until there are none."""
    other = await by_hand(desk)
    await submitted(desk, other, "+12125550200")
    deleted = []
    for _ in range(4):
        async with desk.begin() as transaction:
            deleted.append(await removing.delete_some(transaction, dialog.service.id, 2))
    assert deleted == [3, 2, 1, 0]
    assert (await count(desk, Number), await count(desk, UploadEntry)) == (1, 1)


async def test_the_end_of_a_service_is_told_to_those_whose_it_was(desk: Desk, dialog: Dialog) -> None:
    """Nobody else learns that there was one."""
    async with desk.begin() as transaction:
        service = await one(transaction, Service, Name(id=dialog.service.id))
        removing.announce_end(transaction, service, desk.clock())
    stranger = seen_by(desk, scope_of(await provider(desk, "Other")))
    async with desk.read() as reading, stranger.read() as theirs:
        assert list(await events.service_ends(reading, [dialog.service.id])) == [dialog.service.id]
        assert await events.service_ends(theirs, [dialog.service.id]) == {}


async def test_a_service_that_is_there_has_no_end(desk: Desk, dialog: Dialog) -> None:
    """Whatever has happened to it."""
    async with desk.read() as reading:
        assert await events.service_ends(reading, [dialog.service.id]) == {}
    assert await rows(desk, Service, col(Service.id), col(Service.id) == dialog.service.id)
