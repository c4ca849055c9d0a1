"""Repairing drifts: Control Hub is told what stands here."""

from collections.abc import Awaitable, Callable

import pytest

from provisioning.consent import give_up
from provisioning.errors import AboutNumber, Refused
from provisioning.reconciliation.choice import Chosen
from provisioning.reconciliation.repair import Repair, repair
from store.lookup import Name
from store.vocabulary import DriftEnd, DriftKind, NumberStatus, SyncState, SyncTask
from tests.arrange import audited, jobs, put, refresh, refused
from tests.provisioning.administrator import assign, unassign, usages
from tests.provisioning.reconciliation.grounds import Ground

Make = Callable[..., Awaitable[Ground]]


def of(ground: Ground, kind: DriftKind) -> Repair:
    """Repair all of a kind."""
    return Repair(Chosen(Name(id=ground.service.id), kind=kind))


@pytest.mark.parametrize(
    ("how", "kind", "state", "task"),
    [
        (None, DriftKind.MISSING_REMOTELY, SyncState.ADD_PENDING, SyncTask.RESTORE),
        ({"site": "Munich"}, DriftKind.OTHER_LOCATION, SyncState.UPDATE_PENDING, SyncTask.MOVE),
        ({"usage": "SERVICE"}, DriftKind.OTHER_USAGE, SyncState.UPDATE_PENDING, SyncTask.UPDATE),
        ({"state": "INACTIVE"}, DriftKind.INACTIVE_REMOTELY, SyncState.UPDATE_PENDING, SyncTask.UPDATE),
    ],
)
async def test_a_sync_is_told_what_to_do(
    two: Ground, how: dict[str, str] | None, kind: DriftKind, state: SyncState, task: SyncTask
) -> None:
    """What was said against the number before is forgotten, so that it is sent as often as any other."""
    await (two.order("/_numbers/remove", numbers=two.numbers) if how is None else two.change(*two.numbers, **how))
    await two.reconcile()
    first = await two.number(two.numbers[0])
    first.attempts, first.error_code, first.error_retryable = 8, "NOT_TAKEN", True
    await put(two.desk, first)
    before = len(await jobs(two.desk))

    await repair(two.desk, of(two, kind))

    numbers = [await two.number(number) for number in two.numbers]
    found = {(n.sync_state, n.task, n.attempts, n.error_code, n.error_retryable, n.status) for n in numbers}
    assert found == {(state, task, 0, None, False, NumberStatus.ACTIVE)}
    assert {drift.ending for drift in await two.drifts()} == {DriftEnd.REPAIRED}
    assert [name for name, _, _ in (await jobs(two.desk))[before:]] == ["sync_service"]
    assert (await audited(two.desk, two.service.id))[-1] == "DRIFTS_REPAIRED"


async def test_nothing_is_repaired_without_consent(two: Ground) -> None:
    """The drift stays open: nobody could tell Control Hub."""
    await two.order("/_numbers/remove", numbers=two.numbers)
    await two.reconcile()
    await give_up(two.desk, Name(id=two.service.id))
    asked = repair(two.desk, of(two, DriftKind.MISSING_REMOTELY))
    assert await refused(two.desk, asked) == [("CONSENT_WITHDRAWN", ("service",))]
    assert len(await two.open()) == 2


async def test_a_lost_number_is_added_again(two: Ground) -> None:
    """And nothing drifts any more."""
    await two.order("/_numbers/remove", numbers=two.numbers)
    await two.reconcile()
    await repair(two.desk, of(two, DriftKind.MISSING_REMOTELY))
    await two.sync()
    await two.reconcile()

    assert await two.control_hub.held(two.organization) == two.numbers
    assert {(await two.number(number)).sync_state for number in two.numbers} == {SyncState.SYNCED}
    assert await two.open() == []


async def test_a_usage_is_set_right(two: Ground) -> None:
    """And nothing drifts any more."""
    await two.change(*two.numbers, usage="SERVICE")
    await two.reconcile()
    await repair(two.desk, of(two, DriftKind.OTHER_USAGE))
    await two.sync()
    await two.reconcile()

    assert set((await usages(two.control_hub, two.organization)).values()) == {"NONE"}
    assert {(await two.number(number)).sync_state for number in two.numbers} == {SyncState.SYNCED}
    assert await two.open() == []


async def test_a_number_that_sleeps_is_woken(two: Ground) -> None:
    """And nothing drifts any more."""
    await two.change(*two.numbers, state="INACTIVE")
    await two.reconcile()
    await repair(two.desk, of(two, DriftKind.INACTIVE_REMOTELY))
    await two.sync()
    await two.reconcile()

    assert {(await two.number(number)).sync_state for number in two.numbers} == {SyncState.SYNCED}
    assert await two.open() == []


async def test_a_number_is_moved_back(two: Ground) -> None:
    """And nothing drifts any more."""
    await two.order("/_locations/add", organization=two.organization, name="Boston", country="US")
    await refresh(two.desk, two.side, two.service)
    await two.change(*two.numbers, site="Boston")
    await two.reconcile()
    await repair(two.desk, of(two, DriftKind.OTHER_LOCATION))
    await two.sync()
    await two.reconcile()

    assert {(await two.number(number)).sync_state for number in two.numbers} == {SyncState.SYNCED}
    assert await two.open() == []


async def test_a_number_that_differs_in_two_ways_is_queued_once(two: Ground) -> None:
    """Its usage and that it is active are one task."""
    first, _ = two.numbers
    await two.change(first, usage="SERVICE", state="INACTIVE")
    await two.reconcile()
    both = tuple(drift.id for drift in await two.drifts())

    await repair(two.desk, Repair(Chosen(Name(id=two.service.id), both)))

    assert (len(both), {drift.ending for drift in await two.drifts()}) == (2, {DriftEnd.REPAIRED})
    assert (await two.number(first)).task is SyncTask.UPDATE


async def test_a_number_is_moved_before_anything_else(two: Ground) -> None:
    """A usage is changed at the location where the number should be."""
    await two.change(two.numbers[0], site="Munich", usage="SERVICE")
    await two.reconcile()

    refusal = await refused(two.desk, repair(two.desk, of(two, DriftKind.OTHER_USAGE)))
    await repair(two.desk, of(two, DriftKind.OTHER_LOCATION))

    assert refusal == [("LOCATION_FIRST", ("drifts",))]
    assert (await two.number(two.numbers[0])).task is SyncTask.MOVE


async def test_what_stands_nowhere_here_is_not_repaired(two: Ground, fresh: Callable[[int], list[str]]) -> None:
    """There is nothing to tell Control Hub."""
    await two.add(*fresh(1))
    await two.reconcile()
    assert set(await refused(two.desk, repair(two.desk, of(two, DriftKind.UNKNOWN_HERE)))) == {
        ("UNKNOWN_NOT_REPAIRED", ("drifts",))
    }


async def test_whom_a_number_is_assigned_to_is_not_repaired(two: Ground) -> None:
    """Control Hub decides that."""
    await assign(two.control_hub, *two.numbers)
    await two.reconcile()
    await unassign(two.control_hub, *two.numbers)
    await two.reconcile()
    assert set(await refused(two.desk, repair(two.desk, of(two, DriftKind.OTHER_ASSIGNMENT)))) == {
        ("ASSIGNMENT_NOT_REPAIRED", ("drifts",))
    }


async def test_a_number_whose_location_is_gone_cannot_be_brought_there(two: Ground) -> None:
    """Only accepted."""
    await two.order("/_locations/vanish", location=(await two.place("New York")).hub_id)
    await refresh(two.desk, two.side, two.service)
    await two.reconcile()
    assert set(await refused(two.desk, repair(two.desk, of(two, DriftKind.MISSING_REMOTELY)))) == {
        ("DRIFT_LOCATION_GONE", ("drifts",))
    }


@pytest.mark.parametrize("kind", [DriftKind.MISSING_REMOTELY, DriftKind.OTHER_LOCATION])
async def test_no_number_is_brought_to_a_location_that_takes_none(two: Ground, kind: DriftKind) -> None:
    """On some PSTN connections the call damages what is there; one may have changed since the upload."""
    lost, moved = two.numbers
    await two.order("/_numbers/remove", numbers=[lost])
    await two.change(moved, site="Munich")
    await two.order("/_locations/change", location=(await two.place("New York")).hub_id, connection_type="CISCO_PSTN")
    await refresh(two.desk, two.side, two.service)
    await two.reconcile()
    assert await refused(two.desk, repair(two.desk, of(two, kind))) == [("PSTN_CONNECTION_UNFIT", ("drifts",))]


async def test_repairing_again_is_refused_unless_it_is_the_same_request(two: Ground) -> None:
    """Which does nothing."""
    await two.order("/_numbers/remove", numbers=two.numbers)
    await two.reconcile()
    asked = Repair(Chosen(Name(id=two.service.id), tuple(drift.id for drift in await two.drifts())))
    await repair(two.desk, asked, "once")
    queued = len(await jobs(two.desk))

    await repair(two.desk, asked, "once")

    assert len(await jobs(two.desk)) == queued
    with pytest.raises(Refused) as raised:
        await repair(two.desk, asked)
    assert [(error.code, error.index) for error in raised.value.errors if isinstance(error, AboutNumber)] == [
        ("DRIFT_ENDED", 0),
        ("DRIFT_ENDED", 1),
    ]
