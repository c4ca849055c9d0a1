"""Listing drifts: what is narrowed, and what is not shown to others."""

from uuid import UUID

import pytest
from sqlmodel import col

from provisioning.desk import Desk
from store import drifts
from store.drifts import DriftFilter
from store.paging import Window
from store.tables import Drift, Location
from store.vocabulary import DriftEnd, DriftKind
from tests.arrange import Dialog, by_hand, provider, put, rows, scope_of, seen_by

MISSING, UNKNOWN = DriftKind.MISSING_REMOTELY, DriftKind.UNKNOWN_HERE
MANY = Window(100)


async def found(desk: Desk, dialog: Dialog, *kinds: DriftKind, **columns: object) -> list[UUID]:
    """Let a service have a drift of each of these kinds; return their ids, those found last first."""
    of = dialog.service
    made = [
        Drift(service_id=of.id, kind=kind, e164=f"+121255501{place:02}", **of.ownership(), **columns)
        for place, kind in enumerate(kinds)
    ]
    await put(desk, *made)
    ids = {drift.id for drift in made}
    return [drift.id for drift in await rows(desk, Drift, col(Drift.id).desc()) if drift.id in ids]


@pytest.fixture
async def dialog(desk: Desk) -> Dialog:
    """A service."""
    return await by_hand(desk)


async def test_drifts_are_narrowed_by_kind_and_by_whether_they_are_open(desk: Desk, dialog: Dialog) -> None:
    """Those found last come first; totals say the same."""
    ended = await found(desk, dialog, MISSING, ended_at=desk.clock(), ending=DriftEnd.GONE)
    first, second, third = await found(desk, dialog, MISSING, UNKNOWN, UNKNOWN)
    of = dialog.service.id
    wanted = {
        DriftFilter(of, is_open=True): [first, second, third],
        DriftFilter(of, is_open=False): ended,
        DriftFilter(of): [first, second, third, *ended],
        DriftFilter(of, UNKNOWN, is_open=True): [first, second],
        DriftFilter(of, MISSING): [third, *ended],
    }

    async with desk.read() as reading:
        listed = {one: await drifts.listing(reading, one, MANY) for one in wanted}
        totals = [await drifts.total(reading, one) for one in wanted]
        counts = await drifts.open_counts(reading, of)

    assert {one: [row[0].id for row in page.rows] for one, page in listed.items()} == wanted
    assert totals == [len(ids) for ids in wanted.values()]
    assert counts == {MISSING: 1, UNKNOWN: 2}


async def test_a_drift_comes_with_the_location_of_its_own_service(desk: Desk, dialog: Dialog) -> None:
    """Another service has the same place for itself."""
    places = [dialog.location, (await by_hand(desk)).location]
    for place in places:
        place.hub_id = "the-place"
    await put(desk, *places)
    there, nowhere = [
        (await found(desk, dialog, kind, hub_location_id=place))[0]
        for kind, place in ((DriftKind.OTHER_LOCATION, "the-place"), (UNKNOWN, "another"))
    ]

    async with desk.read() as reading:
        loaded = await drifts.rows(reading, [there, UUID(int=1), nowhere])

    place_ids = [row and (row.location.id if row.location else "unknown") for row in loaded]
    assert place_ids == [dialog.location.id, None, "unknown"]
    assert len(await rows(desk, Location, col(Location.id), col(Location.hub_id) == "the-place")) == 2


async def test_the_drifts_of_somebody_elses_service_do_not_exist(desk: Desk, dialog: Dialog) -> None:
    """However they are asked for; their owner sees them."""
    ids = await found(desk, dialog, UNKNOWN)
    (own,) = await rows(desk, type(dialog.service), col(type(dialog.service).id))
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))

    async with stranger.read() as reading:
        page = await drifts.listing(reading, DriftFilter(own.id), MANY)
        hidden = (
            page.rows,
            await drifts.total(reading, DriftFilter(own.id)),
            await drifts.rows(reading, ids),
            await drifts.open_counts(reading, own.id),
        )
    async with desk.read() as reading:
        shown = await drifts.total(reading, DriftFilter(own.id))

    assert hidden == ([], 0, [None], {})
    assert shown == 1
