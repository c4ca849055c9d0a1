"""Reconciling with the real simulator."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import col

from controlhub.errors import HubUnanswered
from provisioning.changes import NumberChanges, update
from provisioning.choosing import Chosen
from provisioning.consent import give_up
from provisioning.reconciliation.run import reconcile
from provisioning.releases import release
from store.lookup import Name
from store.tables import AuditEvent, Drift
from store.vocabulary import DriftEnd, DriftKind, NumberStatus, NumberType, SyncState, SyncTask
from tests.arrange import at, by_hand, count, everything, put, removing, rows, single, span, submitted
from tests.provisioning.administrator import SILENT, assign, hub_id, unassign
from tests.provisioning.reconciliation.grounds import Ground

Make = Callable[..., Awaitable[Ground]]
MISSING, UNKNOWN, ELSEWHERE = DriftKind.MISSING_REMOTELY, DriftKind.UNKNOWN_HERE, DriftKind.OTHER_LOCATION
USAGE, INACTIVE, ASSIGNMENT = DriftKind.OTHER_USAGE, DriftKind.INACTIVE_REMOTELY, DriftKind.OTHER_ASSIGNMENT


async def test_a_service_in_step_has_no_drift(two: Ground) -> None:
    """But for the main numbers of the locations, which no service here has; when it was compared is told."""
    await two.reconcile()

    service = await two.now()
    kinds = {(drift.kind, drift.there) for drift in await rows(two.desk, Drift, col(Drift.e164))}
    assert await two.open() == []
    assert kinds == {(UNKNOWN, "Main number")}
    assert service.reconciled_at == two.desk.clock()
    assert {(await two.number(number)).sync_state for number in two.numbers} == {SyncState.SYNCED}


async def test_each_difference_is_found_and_gone_when_it_is_gone(make: Make) -> None:
    """The numbers are DRIFTED as long as they stray, and SYNCED again then."""
    five = await make(5)
    missing, moved, used, asleep, fine = five.numbers
    await five.order("/_numbers/remove", numbers=[missing])
    await five.change(moved, site="Munich")
    await five.change(used, usage="SERVICE")
    await five.change(asleep, state="INACTIVE")

    await five.reconcile()
    found, states = await five.open(), [(await five.number(number)).sync_state for number in five.numbers]
    await five.add(missing)
    await five.change(moved, used, asleep)
    await five.reconcile()

    assert found == [(missing, MISSING), (moved, ELSEWHERE), (used, USAGE), (asleep, INACTIVE)]
    assert states == [SyncState.DRIFTED] * 4 + [SyncState.SYNCED]
    assert await five.open() == []
    assert {drift.ending for drift in await five.drifts()} == {DriftEnd.GONE}
    assert {(await five.number(number)).sync_state for number in five.numbers} == {SyncState.SYNCED}
    assert fine not in {drift.e164 for drift in await five.drifts()}


async def test_a_number_that_one_look_passes_over_is_not_said_to_be_missing(two: Ground) -> None:
    """A list that is read page by page may miss one while others are taken off."""
    nothing = {"path_contains": "/telephony/config/numbers", "method": "GET", "status": 200, "times": 1}
    await two.control_hub.fail({**nothing, "body": {"phoneNumbers": []}})
    await two.reconcile()
    assert await two.open() == []
    assert {(await two.number(number)).sync_state for number in two.numbers} == {SyncState.SYNCED}


async def test_a_drift_says_what_differs_and_about_which_number(two: Ground) -> None:
    """The location at which Control Hub has it by its id there."""
    first, _ = two.numbers
    await two.change(first, site="Munich")

    await two.reconcile()

    (drift,) = await two.drifts()
    munich = await hub_id(two.desk, two.dialog, "Munich")
    assert (drift.here, drift.there, drift.hub_location_id) == ("New York", munich, munich)
    assert drift.number_id == (await two.number(first)).id
    assert (drift.provider_id, drift.customer_id) == (two.service.provider_id, two.service.customer_id)


async def test_finding_it_again_changes_nothing(two: Ground) -> None:
    """A job may run twice, and the next one comes tomorrow."""
    await two.order("/_numbers/remove", numbers=two.numbers[:1])
    await two.reconcile()
    before = await everything(two.desk), await two.drifts()

    await two.reconcile(at(two.desk, two.desk.clock() + timedelta(days=1)))

    tables, drifts = await everything(two.desk), await two.drifts()
    assert tables == before[0] | {"audit_event": before[0]["audit_event"] + 1}
    assert [(d.id, d.found_at) for d in drifts] == [(d.id, d.found_at) for d in before[1]]


async def test_a_drift_that_goes_on_changing_stays_one_drift(two: Ground) -> None:
    """It says what is so now."""
    first, _ = two.numbers
    await two.change(first, site="Munich")
    await two.reconcile()
    await two.change(first, site="Milan")
    await two.reconcile()

    (drift,) = await two.drifts()
    assert drift.there == drift.hub_location_id == await hub_id(two.desk, two.dialog, "Milan")
    assert drift.ended_at is None


async def test_a_number_that_no_service_has_is_reported_with_who_uses_it(
    two: Ground, fresh: Callable[[int], list[str]]
) -> None:
    """Until somebody uploads it here."""
    (stray,) = fresh(1)
    await two.add(stray)
    await assign(two.control_hub, stray)
    await two.reconcile()
    (found,) = await two.drifts()
    await submitted(two.desk, two.dialog, single(stray))
    await two.reconcile()

    assert (found.kind, found.there, found.number_id) == (UNKNOWN, "Ada Byron", None)
    assert found.hub_location_id == await hub_id(two.desk, two.dialog)
    assert await two.open() == []


async def test_a_number_that_cools_and_is_still_there_is_reported(two: Ground) -> None:
    """It should have left; the drift leads to it."""
    first = await two.number(two.numbers[0])
    first.status, first.sync_state = NumberStatus.COOLING, SyncState.REMOVED
    await put(two.desk, first)

    await two.reconcile()

    (drift,) = await two.drifts()
    assert (drift.kind, drift.number_id) == (UNKNOWN, first.id)


async def test_numbers_under_way_are_left_alone(two: Ground) -> None:
    """And so are the drifts about them: what becomes of the number is not known yet."""
    first, second = two.numbers
    await two.order("/_numbers/remove", numbers=[first])
    await two.reconcile()
    await two.order("/_numbers/remove", numbers=[second])
    under_way = [await two.number(number) for number in two.numbers]
    for number in under_way:
        number.sync_state = SyncState.UPDATE_PENDING
    await put(two.desk, *under_way)

    await two.reconcile()

    assert await two.open() == [(first, MISSING)]
    assert {(await two.number(number)).sync_state for number in two.numbers} == {SyncState.UPDATE_PENDING}


async def test_a_change_that_failed_for_want_of_the_number_is_a_drift(two: Ground) -> None:
    """The problem says to reconcile: what Control Hub does not have, or has elsewhere, can then be settled."""
    lost, moved = two.numbers
    await two.order("/_numbers/remove", numbers=[lost])
    await two.change(moved, site="Munich")
    changes = NumberChanges(number_type=NumberType.SERVICE, cac=5)
    await update(two.desk, Chosen(service=Name(id=two.service.id), entries=(single(lost),)), changes)
    await release(two.desk, Chosen(service=Name(id=two.service.id), entries=(single(moved),)))
    await two.sync()
    failed = [await two.number(number) for number in two.numbers]

    await two.reconcile()

    now = [await two.number(number) for number in two.numbers]
    assert [(n.sync_state, n.error_code) for n in failed] == [
        (SyncState.FAILED, "NOT_THERE"),
        (SyncState.FAILED, "IN_OTHER_LOCATION"),
    ]
    assert (lost, MISSING) in await two.open()
    assert (moved, ELSEWHERE) in await two.open()
    assert [n.sync_state for n in now] == [SyncState.DRIFTED] * 2


async def test_a_removal_that_was_refused_keeps_its_reason(two: Ground) -> None:
    """The number is where it belongs: nothing has to be settled."""
    await assign(two.control_hub, two.numbers[0])
    await release(two.desk, Chosen(service=Name(id=two.service.id), entries=(single(two.numbers[0]),)))
    await two.sync()
    before = await two.number(two.numbers[0])

    await two.reconcile()

    now = await two.number(two.numbers[0])
    assert await two.open() == []
    assert (now.sync_state, now.error_code) == (before.sync_state, before.error_code) == (SyncState.FAILED, "25002")


@pytest.mark.parametrize(("lost", "state"), [([0], SyncState.DRIFTED), ([], SyncState.SYNCED)])
async def test_a_repair_that_failed_is_looked_at_again(two: Ground, lost: list[int], state: SyncState) -> None:
    """It drifts again, or is found to be in order; what Control Hub said against it is forgotten then."""
    first = await two.number(two.numbers[0])
    first.sync_state, first.task, first.error_code = SyncState.FAILED, SyncTask.RESTORE, "403"
    await put(two.desk, first)
    for place in lost:
        await two.order("/_numbers/remove", numbers=[two.numbers[place]])

    await two.reconcile()

    now = await two.number(two.numbers[0])
    assert (now.sync_state, now.error_code) == (state, None)
    assert await two.open() == [(two.numbers[place], MISSING) for place in lost]


@pytest.mark.parametrize("moment", ["sent_at", "synced_at"])
async def test_what_moved_while_control_hub_was_read_is_left_alone(two: Ground, moment: str) -> None:
    """The reading may be from before."""
    await two.order("/_numbers/remove", numbers=two.numbers)
    moved = [await two.number(number) for number in two.numbers]
    for number in moved:
        number.sent_at = number.synced_at = two.desk.clock() - timedelta(days=1)
        setattr(number, moment, two.desk.clock() + timedelta(seconds=1))
    await put(two.desk, *moved)

    await two.reconcile()

    assert await two.open() == []


async def test_what_left_while_control_hub_was_read_is_not_unknown(two: Ground) -> None:
    """It was still there when its page was read: here it was given back a moment later, for good or to cool."""
    left = [await two.number(number) for number in two.numbers]
    for number, status in zip(left, (NumberStatus.RELEASED, NumberStatus.COOLING), strict=True):
        number.status, number.sync_state = status, SyncState.REMOVED
        number.sent_at = two.desk.clock() + timedelta(seconds=1)
    await put(two.desk, *left)

    await two.reconcile()

    assert await two.open() == []


async def test_an_assignment_is_learnt_and_another_one_is_a_drift(two: Ground) -> None:
    """The number stays SYNCED and says at once who has it; the drift lasts until somebody has looked."""
    first, second = two.numbers
    await assign(two.control_hub, *two.numbers)
    await two.reconcile()
    learnt = await two.open(), (await two.number(first)).assignment
    await two.order("/_numbers/assign", numbers=[first], first_name="Grace", last_name="Hopper")
    await unassign(two.control_hub, second)
    for _ in range(2):
        await two.reconcile()

    told = [(drift.e164, drift.kind, drift.here, drift.there) for drift in await two.drifts()]
    assert learnt == ([], "Ada Byron")
    assert told == [
        (first, ASSIGNMENT, "Ada Byron", "Grace Hopper"),
        (second, ASSIGNMENT, "Ada Byron", None),
    ]
    assert len(await two.open()) == 2
    assert [(await two.number(number)).assignment for number in two.numbers] == ["Grace Hopper", None]
    assert {(await two.number(number)).sync_state for number in two.numbers} == {SyncState.SYNCED}


async def test_an_assignment_that_is_taken_back_is_gone(two: Ground) -> None:
    """As if nothing had been."""
    first, _ = two.numbers
    await assign(two.control_hub, first)
    await two.reconcile()
    await unassign(two.control_hub, first)
    await two.reconcile()
    await assign(two.control_hub, first)
    await two.reconcile()

    (drift,) = await two.drifts()
    assert drift.ending is DriftEnd.GONE
    assert (await two.number(first)).assignment == "Ada Byron"


async def test_the_licences_are_counted(make: Make, fresh: Callable[[int], list[str]]) -> None:
    """By type, and those that nobody has; a number that strays is counted when that is settled."""
    two = await make(2, number_type=NumberType.SERVICE, cac=30)
    users = fresh(2)
    await submitted(two.desk, two.dialog, span(users[0], users[1]))
    await two.sync()
    await assign(two.control_hub, two.numbers[0])
    await two.order("/_numbers/remove", numbers=users[:1])

    await two.reconcile()

    service = await two.now()
    counted = (service.unused_dids, service.user_dids, service.contact_center_dids, service.service_dids)
    assert counted == (2, 1, 0, 2)
    assert service.service_cac == 60
    assert service.counted_at == two.desk.clock()


async def test_the_audit_trail_keeps_how_much_differed(two: Ground) -> None:
    """By kind."""
    await two.order("/_numbers/remove", numbers=two.numbers)
    await two.reconcile()

    found = await rows(two.desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "SERVICE_RECONCILED")
    (told,) = [record.after for record in found]
    assert told["differences"]["MISSING_REMOTELY"] == 2
    assert told["ended"] == 0


async def test_another_tenants_service_of_the_organization_is_neither_reported_nor_shown(make: Make) -> None:
    """Its numbers are known, and nothing of them is told here; what nobody has is told to both."""
    shared = f"Shared {uuid4()}"
    ours, theirs = await make(2, shared), await make(2, shared)
    assert (ours.service.provider_id != theirs.service.provider_id, ours.organization) == (True, theirs.organization)
    await theirs.order("/_numbers/remove", numbers=theirs.numbers[:1])
    await theirs.change(theirs.numbers[1], site="Munich", usage="SERVICE", state="INACTIVE")

    await ours.reconcile()
    before = await ours.open(), await theirs.drifts()
    await theirs.reconcile()

    assert before == ([], [])
    assert [kind for _, kind in await theirs.open()] == [MISSING, INACTIVE, ELSEWHERE, USAGE]
    assert await ours.drifts() == []


@pytest.mark.parametrize(
    ("status", "seconds", "unknown"),
    [
        (NumberStatus.COOLING, -1, 0),
        (NumberStatus.RELEASED, 1, 0),
        (NumberStatus.RELEASED, -1, 1),
        (NumberStatus.REJECTED, -1, 1),
    ],
)
async def test_what_another_service_has_or_had_a_moment_ago_is_not_unknown(
    make: Make, status: NumberStatus, seconds: int, unknown: int
) -> None:
    """It cools there, or left there while Control Hub was read; what was let go before is nobody's."""
    shared = f"Shared {uuid4()}"
    ours, theirs = await make(1, shared), await make(1, shared)
    number = await theirs.number(theirs.numbers[0])
    number.status, number.sync_state = status, SyncState.REMOVED
    number.sent_at = theirs.desk.clock() + timedelta(seconds=seconds)
    await put(theirs.desk, number)

    await ours.reconcile()

    assert await ours.open() == [(theirs.numbers[0], UNKNOWN)] * unknown


@pytest.mark.parametrize("stays", ["consent", "silence"])
async def test_without_an_answer_everything_stays_as_it_was(two: Ground, stays: str) -> None:
    """A service without consent waits for it; a Control Hub that is silent is asked again by the job."""
    await two.order("/_numbers/remove", numbers=two.numbers)
    if stays == "consent":
        await give_up(two.desk, Name(id=two.service.id))
        await two.reconcile()
    else:
        await two.control_hub.fail(SILENT)
        with pytest.raises(HubUnanswered):
            await two.reconcile()

    assert await count(two.desk, Drift) == 0
    assert (await two.now()).reconciled_at is None


async def test_a_consent_that_control_hub_no_longer_accepts_is_noted(two: Ground) -> None:
    """As a sync would."""
    await two.control_hub.revoke(two.organization)

    await two.reconcile()

    actions = {record.action for record in await rows(two.desk, AuditEvent, col(AuditEvent.id))}
    assert "CONSENT_WITHDRAWN" in actions
    assert (await two.now()).reconciled_at is None


async def test_a_service_that_is_removed_gone_or_by_hand_is_not_compared(two: Ground) -> None:
    """A job may come late."""
    await removing(two.desk, two.service)
    plain = await by_hand(two.desk)

    await two.reconcile()
    for service_id in (plain.service.id, uuid4()):
        await reconcile(two.desk, two.side.hub, two.side.vault, service_id)

    assert await count(two.desk, Drift) == 0


async def test_a_changed_type_is_compared_once_control_hub_knows(two: Ground) -> None:
    """Nothing drifts because of what we do ourselves."""
    listed = Chosen(service=Name(id=two.service.id), entries=tuple(single(number) for number in two.numbers))
    await update(two.desk, listed, NumberChanges(NumberType.SERVICE, 30))

    await two.reconcile()

    assert await two.open() == []
