"""Finding and sorting by names, in any case; periods of time; what a search for numbers finds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from provisioning.desk import Desk
from store import customers, numbers, services
from store.customers import CustomerFilter
from store.numbers import Found, NumberFilter
from store.paging import Order, Window
from store.searching import Period
from store.services import ServiceFilter
from store.tables import Number, Service
from tests.arrange import by_hand, customer, provider, service, submitted, upload

MANY = Window(100)
NAMES = ["Zoe", "anna", "İstanbul", "Anna B", "Änne", "ΟΔΟΣ", "berta", "straße", "100%"]
SORTED = ["100%", "anna", "Anna B", "berta", "İstanbul", "straße", "Zoe", "Änne", "ΟΔΟΣ"]


@pytest.mark.parametrize("descending", [False, True])
async def test_names_are_sorted_in_any_case_page_by_page(desk: Desk, descending: bool) -> None:  # noqa: FBT001
    """Each once, letters with their own rules of case among them: a cursor stands where its row does."""
    owner = await provider(desk)
    for name in NAMES:
        await customer(desk, owner, name)
    order, seen, window = replace(customers.BY_NAME, descending=descending), [], Window(1)
    async with desk.read() as reading:
        for _ in NAMES:
            page = await customers.listing(reading, CustomerFilter(), order, window)
            seen += [row[0].name for row in page.rows]
            window = Window(1, order.cursor(page.rows[-1]))
    assert seen == (SORTED[::-1] if descending else SORTED)
    assert page.has_next is False


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("ANNA", ["anna", "Anna B"]),
        ("änn", ["Änne"]),
        ("İST", ["İstanbul"]),
        ("100%", ["100%"]),
        ("%", []),
        ("nna", []),
        ("anna inc", ["anna"]),
    ],
)
async def test_a_customer_is_found_by_the_beginning_of_a_name(desk: Desk, beginning: str, found: list[str]) -> None:
    """The short name or the full name, in any case; signs that mean something elsewhere mean themselves."""
    owner = await provider(desk)
    for name in NAMES:
        await customer(desk, owner, name)
    async with desk.read() as reading:
        page = await customers.listing(reading, CustomerFilter(search=beginning), customers.BY_NAME, MANY)
    assert [row[0].name for row in page.rows] == found


ORDERS = [
    services.BY_CREATION,
    services.BY_NAME,
    services.BY_CUSTOMER,
    services.BY_FULL_NAME,
    services.BY_STATUS,
    services.BY_MODE,
    services.BY_CHANNEL,
    services.BY_ORGANIZATION,
    services.BY_CHANGE,
    services.BY_CONSENT,
]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
async def test_services_are_paged_in_every_order_both_ways(desk: Desk, order: Order) -> None:
    """Each once, also where many are equal in the order, or have no consent yet."""
    await _services(desk)
    for descending in (False, True):
        turned = replace(order, descending=descending)
        async with desk.read() as reading:
            whole = await services.listing(reading, ServiceFilter(), turned, MANY)
            forward, window = [], Window(2)
            for _ in range(3):
                page = await services.listing(reading, ServiceFilter(), turned, window)
                forward += page.rows
                window = Window(2, turned.cursor(page.rows[-1]))
            last = await services.listing(reading, ServiceFilter(), turned, Window(4, backward=True))
            start = Window(4, turned.cursor(last.rows[0]), backward=True)
            first = await services.listing(reading, ServiceFilter(), turned, start)
        keys = [tuple(key.value(row) for key in order.keys[:-1]) for row in whole.rows]
        folded = [tuple(str(part).lower() for part in key) for key in keys]
        assert folded == sorted(folded, reverse=descending)
        assert _ids(forward) == _ids([*first.rows, *last.rows]) == _ids(whole.rows)
        assert len(whole.rows) == 6
        assert (first.has_previous, last.has_previous, page.has_next) == (False, True, False)


async def test_services_are_found_by_when_they_were_consented_to_and_changed(desk: Desk) -> None:
    """From a moment on, included, up to another, not included; what was never consented to is in no period."""
    await _services(desk)
    start = desk.clock()
    day = timedelta(days=1)
    periods = [Period(start, start + day), Period(start + day), Period(before=start), Period()]
    async with desk.read() as reading:
        consented = [await services.total(reading, ServiceFilter(consented=period)) for period in periods]
        rows = await services.listing(reading, ServiceFilter(), services.BY_CHANGE, MANY)
        moment = rows.rows[2][0].last_modified_at
        changed = [
            await services.total(reading, ServiceFilter(last_modified=period))
            for period in (Period(since=moment), Period(before=moment))
        ]
    assert consented == [2, 2, 0, 6]
    assert sum(changed) == 6
    assert changed[0] == sum(row[0].last_modified_at >= moment for row in rows.rows)


async def test_a_search_finds_numbers_by_themselves_and_by_their_owners(desk: Desk) -> None:
    """Any of the three; nothing found finds nothing, not everything."""
    ours, theirs = await by_hand(desk), await by_hand(desk)
    await submitted(desk, ours, "+12125550100")
    await submitted(desk, theirs, "+13125550100")
    founds = [
        (Found(prefix="+1212"), ["+12125550100"]),
        (Found(customers=[theirs.service.customer_id]), ["+13125550100"]),
        (Found(services=[ours.service.id]), ["+12125550100"]),
        (Found("+1212", services=[theirs.service.id]), ["+12125550100", "+13125550100"]),
        (Found(services=[ours.service.id, theirs.service.id]), ["+12125550100", "+13125550100"]),
        (Found(), []),
    ]
    async with desk.read() as reading:
        for found, expected in founds:
            page = await numbers.listing(reading, NumberFilter(found=found), numbers.BY_NUMBER, MANY)
            assert [row.number.e164 for row in page.rows] == expected


async def test_a_filter_learns_the_service_and_finds_the_same(desk: Desk) -> None:
    """Of a location, a connection or an upload; what is not there, or with another service, stays empty."""
    ours, theirs = await by_hand(desk), await by_hand(desk)
    made = await submitted(desk, ours, "+12125550100")
    empty = await upload(desk, theirs)
    named = [
        NumberFilter(location_id=ours.location.id),
        NumberFilter(sip_connection_id=ours.connection.id),
        NumberFilter(upload_id=made.id),
    ]
    contrary = NumberFilter(location_id=ours.location.id, upload_id=empty.id)
    async with desk.read() as reading:
        learnt = [await numbers.with_service(reading, wanted) for wanted in named]
        totals = [await numbers.total(reading, wanted) for wanted in learnt]
        other = await numbers.total(reading, await numbers.with_service(reading, contrary))
        nothing = await numbers.with_service(reading, NumberFilter(location_id=made.id))
        assert await numbers.total(reading, nothing) == 0
    assert {wanted.service_id for wanted in learnt} == {ours.service.id}
    assert (totals, other) == ([1, 1, 1], 0)


async def test_numbers_are_found_by_whether_somebody_has_them(desk: Desk) -> None:
    """Assigned, or not, or both."""
    await submitted(desk, await by_hand(desk), "+12125550100", "+12125550101")
    async with desk.begin() as transaction:
        row = await transaction.session.get_one(Number, (await _first(transaction)).id)
        row.assignment = "Ada Byron"
    async with desk.read() as reading:
        totals = [await numbers.total(reading, NumberFilter(assigned=assigned)) for assigned in (True, False, None)]
    assert totals == [1, 1, 2]


async def _first(reading: Any) -> Any:
    return (await numbers.listing(reading, NumberFilter(), numbers.BY_NUMBER, Window(1))).rows[0].number


async def _services(desk: Desk) -> None:
    """Make six services of two customers; four are consented to, two of them in the same instant."""
    above = await provider(desk)
    moments = [
        None,
        desk.clock(),
        desk.clock(),
        desk.clock() + timedelta(days=2),
        datetime(2027, 1, 1, tzinfo=UTC),
        None,
    ]
    owners = [await customer(desk, above, name) for name in ("beta", "Alpha")]
    for place, moment in enumerate(moments):
        made = await service(desk, owners[place % 2], name=["x", "X2", "y", "a", "B", "b2"][place])
        async with desk.begin() as transaction:
            row = await transaction.session.get_one(Service, made.id)
            row.consented_at = moment
            await services.touch(transaction, made.id, desk.clock() + timedelta(hours=place // 2))


def _ids(rows: Any) -> list[Any]:
    return [row[0].id for row in rows]
