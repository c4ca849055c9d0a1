"""Accepting drifts: what Control Hub has is taken over here."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from provisioning.desk import Desk
from provisioning.reconciliation.acceptance import Acceptance, accept
from provisioning.reconciliation.choice import Chosen
from store.lookup import Name
from store.tables import Drift, Service
from store.vocabulary import DriftEnd, DriftKind, NumberStatus, NumberType, ServiceStatus, SyncState
from tests.arrange import audited, by_hand, put, refresh, refused, removing
from tests.provisioning.administrator import assign, unassign
from tests.provisioning.reconciliation.grounds import Ground

Make = Callable[..., Awaitable[Ground]]


async def chosen(ground: Ground, kind: DriftKind | None = None) -> Chosen:
    """Choose the open drifts of the service, all of a kind where one is given."""
    if kind is not None:
        return Chosen(Name(id=ground.service.id), kind=kind)
    open_ones = [drift.id for drift in await ground.drifts() if drift.ended_at is None]
    return Chosen(Name(id=ground.service.id), tuple(open_ones))


async def accepted(ground: Ground, kind: DriftKind | None = None, **how: object) -> Service:
    """Accept them."""
    return await accept(ground.desk, Acceptance(await chosen(ground, kind), **how))  # type: ignore[arg-type]  # of the test


async def refusals(ground: Ground, kind: DriftKind | None = None, **how: object) -> list[tuple[str, tuple[str, ...]]]:
    """Try in vain to accept them."""
    asked = Acceptance(await chosen(ground, kind), **how)  # type: ignore[arg-type]  # of the test
    return await refused(ground.desk, accept(ground.desk, asked))


@pytest.fixture
async def boston(two: Ground) -> Ground:
    """Two numbers that Control Hub has in Boston, which is known here."""
    await two.order("/_locations/add", organization=two.organization, name="Boston", country="US")
    await refresh(two.desk, two.side, two.service)
    await two.change(*two.numbers, site="Boston")
    await two.reconcile()
    return two


async def test_a_number_that_control_hub_lost_is_released(two: Ground) -> None:
    """At once: it is free for anybody; the service falls back when it was the last one."""
    first, second = two.numbers
    await two.order("/_numbers/remove", numbers=[first])
    await two.reconcile()
    one_left = await accepted(two)
    await two.order("/_numbers/remove", numbers=[second])
    await two.reconcile()
    none_left = await accepted(two, DriftKind.MISSING_REMOTELY)
    await two.reconcile()

    number = await two.number(first)
    assert (number.status, number.sync_state) == (NumberStatus.RELEASED, SyncState.REMOVED)
    assert number.released_at == two.desk.clock()
    assert (one_left.status, none_left.status) == (ServiceStatus.READY, ServiceStatus.PENDING_PROVISIONING)
    assert [drift.ending for drift in await two.drifts()] == [DriftEnd.ACCEPTED] * 2
    assert (await audited(two.desk, two.service.id)).count("DRIFTS_ACCEPTED") == 2


async def test_a_number_goes_with_its_location(boston: Ground) -> None:
    """To one that is known here."""
    await accepted(boston)
    await boston.reconcile()

    place = await boston.place("Boston")
    numbers = [await boston.number(number) for number in boston.numbers]
    assert {(number.location_id, number.sync_state) for number in numbers} == {(place.id, SyncState.SYNCED)}
    assert await boston.open() == []


async def test_a_location_of_another_country_is_not_taken_over(two: Ground) -> None:
    """The calling code would be wrong."""
    await two.change(two.numbers[0], site="Munich")
    await two.reconcile()
    assert await refusals(two) == [("DRIFT_LOCATION_UNFIT", ("drifts",))]


async def test_a_location_that_is_not_known_is_not_taken_over(two: Ground) -> None:
    """Until the locations are refreshed; it is reported all the same."""
    answer = await two.control_hub.http.post(
        f"{two.control_hub.address}/_locations/add",
        json={"organization": two.organization, "name": "Boston", "country": "US"},
    )
    await two.order("/_numbers/remove", numbers=two.numbers[:1])
    await two.order("/_numbers/add", numbers=two.numbers[:1], location=answer.json()["id"])
    await two.reconcile()

    assert await refusals(two) == [("DRIFT_LOCATION_UNKNOWN", ("drifts",))]
    await refresh(two.desk, two.side, two.service)
    await accepted(two)
    assert (await two.number(two.numbers[0])).location_id == (await two.place("Boston")).id


async def test_a_service_number_becomes_a_users(make: Make) -> None:
    """With the CAC value that all of those have."""
    two = await make(2, number_type=NumberType.SERVICE, cac=30)
    await two.change(*two.numbers)
    await two.reconcile()
    await accepted(two, DriftKind.OTHER_USAGE)
    await two.reconcile()

    numbers = [await two.number(number) for number in two.numbers]
    assert {(n.type, n.cac, n.sync_state) for n in numbers} == {(NumberType.USER, 2, SyncState.SYNCED)}
    assert await two.open() == []


@pytest.mark.parametrize(
    ("number_type", "cac"),
    [(NumberType.SERVICE, 30), (NumberType.CONTACT_CENTER, None), (NumberType.CONTACT_CENTER, 4)],
)
async def test_a_users_number_becomes_what_it_is_said_to_be(
    two: Ground, number_type: NumberType, cac: int | None
) -> None:
    """Control Hub does not tell which."""
    await two.change(*two.numbers, usage="SERVICE")
    await two.reconcile()
    await accepted(two, number_type=number_type, cac=cac)
    await two.reconcile()

    numbers = [await two.number(number) for number in two.numbers]
    assert {(n.type, n.cac, n.sync_state) for n in numbers} == {(number_type, cac, SyncState.SYNCED)}
    assert await two.open() == []


@pytest.mark.parametrize(
    ("number_type", "cac", "code"),
    [
        (None, None, ("NUMBER_TYPE_NEEDED", ("numberType",))),
        (NumberType.USER, None, ("NUMBER_TYPE_NEEDED", ("numberType",))),
        (NumberType.SERVICE, None, ("CAC_REQUIRED", ("cacValue",))),
        (NumberType.CONTACT_CENTER, 1, ("CAC_OUT_OF_RANGE", ("cacValue",))),
    ],
)
async def test_a_usage_that_is_not_said_rightly_is_refused(
    two: Ground, number_type: NumberType | None, cac: int | None, code: tuple[str, tuple[str, ...]]
) -> None:
    """By the rules of every number type, and of every drift."""
    await two.change(*two.numbers, usage="SERVICE")
    await two.reconcile()
    assert await refusals(two, number_type=number_type, cac=cac) == [code, code]


async def test_a_number_that_sleeps_may_sleep_on(two: Ground) -> None:
    """It is not reported again while it does, but when it falls asleep the next time."""
    first, _ = two.numbers
    await two.change(first, state="INACTIVE")
    await two.reconcile()
    await accepted(two)
    await two.reconcile()
    asleep = await two.open(), (await two.number(first)).sync_state
    await two.change(first)
    await two.reconcile()
    await two.change(first, state="INACTIVE")
    await two.reconcile()

    assert asleep == ([], SyncState.SYNCED)
    assert await two.open() == [(first, DriftKind.INACTIVE_REMOTELY)]
    assert sorted(str(drift.ending) for drift in await two.drifts()) == ["ACCEPTED", "None"]


async def test_a_number_that_nobody_has_may_stay(two: Ground, fresh: Callable[[int], list[str]]) -> None:
    """It is not reported again while Control Hub has it."""
    strays = fresh(1)
    await two.add(*strays)
    await two.reconcile()
    await accepted(two)
    await two.reconcile()
    quiet = await two.open()
    await two.order("/_numbers/remove", numbers=strays)
    await two.reconcile()
    await two.add(*strays)
    await two.reconcile()

    assert quiet == []
    assert await two.open() == [(strays[0], DriftKind.UNKNOWN_HERE)]


async def test_an_assignment_is_noted_as_seen(two: Ground) -> None:
    """The next one is a drift from there on."""
    first, _ = two.numbers
    await assign(two.control_hub, first)
    await two.reconcile()
    await two.order("/_numbers/assign", numbers=[first], first_name="Grace", last_name="Hopper")
    await two.reconcile()
    await accepted(two, DriftKind.OTHER_ASSIGNMENT)
    await two.reconcile()
    quiet = await two.open()
    await unassign(two.control_hub, first)
    await two.reconcile()

    assert quiet == []
    assert [(drift.here, drift.there) for drift in await two.drifts() if drift.ended_at is None] == [
        ("Grace Hopper", None)
    ]


async def test_a_number_that_still_strays_stays_drifted(boston: Ground) -> None:
    """Until the last of its drifts is settled; all of them can be at once."""
    first, second = boston.numbers
    await boston.change(first, second, site="Boston", usage="SERVICE")
    await boston.reconcile()
    of_second = [drift.id for drift in await boston.drifts() if drift.e164 == second]
    await accept(boston.desk, Acceptance(Chosen(Name(id=boston.service.id), tuple(of_second)), NumberType.SERVICE, 30))
    await accepted(boston, DriftKind.OTHER_LOCATION)

    place = await boston.place("Boston")
    states = {number: await boston.number(number) for number in (first, second)}
    assert [(n.sync_state, n.type) for n in states.values()] == [
        (SyncState.DRIFTED, NumberType.USER),
        (SyncState.SYNCED, NumberType.SERVICE),
    ]
    assert {number.location_id for number in states.values()} == {place.id}


async def test_all_or_none_are_accepted(two: Ground) -> None:
    """The first that cannot be is named, and nothing is done."""
    first, second = two.numbers
    await two.order("/_numbers/remove", numbers=[first])
    await two.change(second, site="Munich")
    await two.reconcile()

    assert await refusals(two) == [("DRIFT_LOCATION_UNFIT", ("drifts",))]
    assert (await two.number(first)).status is NumberStatus.ACTIVE
    assert len(await two.open()) == 2


@pytest.mark.parametrize(
    ("state", "code"), [(SyncState.ADD_PENDING, "NUMBER_BUSY"), (SyncState.SYNCED, "DRIFT_OUTDATED")]
)
async def test_a_number_that_has_changed_since_is_refused(two: Ground, state: SyncState, code: str) -> None:
    """What was found about it may no longer be so."""
    await two.order("/_numbers/remove", numbers=two.numbers[:1])
    await two.reconcile()
    number = await two.number(two.numbers[0])
    number.sync_state = state
    await put(two.desk, number)
    assert await refusals(two) == [(code, ("drifts",))]


async def test_what_has_ended_is_not_accepted_again(two: Ground) -> None:
    """Unless it is the same request, sent twice; and all of a kind may be none."""
    await two.order("/_numbers/remove", numbers=two.numbers)
    await two.reconcile()
    asked = Acceptance(await chosen(two))
    first = await accept(two.desk, asked, "once")

    assert (await accept(two.desk, asked, "once")).id == first.id
    assert set(await refused(two.desk, accept(two.desk, asked))) == {("DRIFT_ENDED", ("drifts",))}
    await accepted(two, DriftKind.MISSING_REMOTELY)


async def test_only_drifts_of_the_service_are_accepted(two: Ground, desk: Desk) -> None:
    """By its own name, and not while it is removed."""
    other = await by_hand(desk)
    foreign = Drift(
        service_id=other.service.id, kind=DriftKind.UNKNOWN_HERE, e164="+12125550100", **other.service.ownership()
    )
    await put(desk, foreign)
    name = Name(id=two.service.id)

    assert await refused(desk, accept(desk, Acceptance(Chosen(name, (foreign.id, uuid4()))))) == [
        ("NOT_FOUND", ("drifts",)),
        ("NOT_FOUND", ("drifts",)),
    ]
    assert await refused(desk, accept(desk, Acceptance(Chosen(name)))) == [("NOTHING_CHOSEN", ("drifts",))]
    many = tuple(uuid4() for _ in range(10_001))
    assert await refused(desk, accept(desk, Acceptance(Chosen(name, many)))) == [("TOO_MANY_DRIFTS", ("drifts",))]
    by_kind = Chosen(Name(id=other.service.id), kind=DriftKind.UNKNOWN_HERE)
    assert await refused(desk, accept(desk, Acceptance(by_kind))) == [("INTEGRATED_ONLY", ("service",))]
    await removing(desk, two.service)
    assert await refusals(two, DriftKind.UNKNOWN_HERE) == [("SERVICE_REMOVING", ("service",))]
