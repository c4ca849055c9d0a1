"""Every order of a list is read off an index that begins with what a caller sees, the deepest page as the first."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import event

from provisioning.desk import Desk
from store import customers, numbers, services
from store.customers import CustomerFilter
from store.database import Database, Reading
from store.migrate import as_application
from store.numbers import NumberFilter
from store.paging import Order, Window
from store.scope import Scope
from store.services import ServiceFilter
from store.tables import Customer, Number, Service
from store.vocabulary import Level, ServiceStatus
from tests.arrange import seen_by

Listing = Callable[[Reading, Window], Awaitable[Any]]
SOMEBODY = UUID(int=7)
LEVELS = {"": Level.SYSTEM, "_of_provider": Level.PROVIDER, "_of_channel": Level.CHANNEL}

SERVICES = [
    (services.BY_NAME, "service_by_name"),
    (services.BY_CHANGE, "service_by_change"),
    (services.BY_CONSENT, "service_by_consent"),
    (services.BY_STATUS, "service_by_status"),
    (services.BY_CUSTOMER, "customer_by_name"),
    (services.BY_FULL_NAME, "customer_by_full_name"),
]
CUSTOMERS = [(customers.BY_NAME, "customer_by_name"), (customers.BY_FULL_NAME, "customer_by_full_name")]
NUMBERS = [
    (NumberFilter(), "number_e164", "number_pkey"),
    (NumberFilter(customer_id=SOMEBODY), "number_customer_e164", "number_customer"),
    (NumberFilter(service_id=SOMEBODY), "number_service_e164", "number_service"),
]


@pytest.fixture
def plan(database: Database, owner_url: str) -> Callable[[Desk, Listing, Window], Awaitable[str]]:
    """Return how PostgreSQL answers a listing when it may neither sort nor read a whole table.

    As the application it is asked, for row-level security keeps some conditions away from indexes.
    """
    sent: list[tuple[str, Any]] = []
    reading = database._reading.sync_engine  # the statement itself is what is looked at
    event.listen(reading, "before_cursor_execute", lambda _c, _r, sql, given, *_: sent.append((sql, given)))

    async def explained(desk: Desk, listing: Listing, window: Window) -> str:
        async with desk.read() as reading:
            await listing(reading, window)
        async with await psycopg.AsyncConnection.connect(as_application(owner_url)) as connection:
            for setting in ("enable_seqscan", "enable_sort", "enable_hashjoin"):
                await connection.execute(f"SET {setting} = off")  # type: ignore[arg-type]  # our own words
            await connection.execute("SELECT set_config('numberline.scope', %s, true)", [desk.scope.principal])
            sql, given = sent[-1]
            lines = await (await connection.execute("EXPLAIN " + sql, given)).fetchall()  # type: ignore[arg-type]
        return "\n".join(line[0] for line in lines)

    return explained


@pytest.mark.parametrize("suffix", LEVELS)
@pytest.mark.parametrize(("order", "index"), SERVICES, ids=lambda given: getattr(given, "name", None))
async def test_services_are_read_in_the_order_of_an_index(
    desk: Desk, plan: Any, order: Order, index: str, suffix: str
) -> None:
    """At every level that lists them, from the start and from a place."""
    for window in (Window(50), Window(50, _cursor(order, _service()))):
        found = await plan(_at(desk, suffix), lambda r, w: services.listing(r, ServiceFilter(), order, w), window)
        assert f"{index}{suffix} " in found
        # A customer has a few services: those are sorted ("Incremental Sort"), the customers come from the index.
        assert "->  Sort" not in found
    # The place itself is found in the index.
    assert re.search(rf"{index}{suffix} .*\n +Index Cond: .*[<>]", found)


@pytest.mark.parametrize("suffix", LEVELS)
@pytest.mark.parametrize(("order", "index"), CUSTOMERS, ids=lambda given: getattr(given, "name", None))
async def test_customers_are_read_in_the_order_of_an_index(
    desk: Desk, plan: Any, order: Order, index: str, suffix: str
) -> None:
    """Likewise, and the place itself is found in the index."""
    window = Window(50, _cursor(order, (Customer(id=SOMEBODY, name="n", full_name="n"),)))
    found = await plan(_at(desk, suffix), lambda r, w: customers.listing(r, CustomerFilter(), order, w), window)
    assert f"{index}{suffix} " in found
    assert "Index Cond: " in found
    assert not re.search("Filter: .*name", found)


@pytest.mark.parametrize(("wanted", "by_number", "by_acquisition"), NUMBERS)
async def test_numbers_are_read_in_the_order_of_an_index(
    desk: Desk, plan: Any, wanted: NumberFilter, by_number: str, by_acquisition: str
) -> None:
    """Of whatever they are narrowed to; a place is found in the index, not by walking there."""
    place = (Number(id=SOMEBODY, e164="+12125550100"),)
    for order, index in ((numbers.BY_NUMBER, by_number), (numbers.BY_ACQUISITION, by_acquisition)):
        window = Window(50, _cursor(order, place))
        found = await plan(desk, lambda r, w, o=order: numbers.listing(r, wanted, o, w), window)
        assert re.search(rf"{index} .*\n +Index Cond: .*[<>]", found)
        assert "Sort" not in found


@pytest.mark.parametrize("level", ["provider", "channel"])
async def test_numbers_of_a_tenant_are_read_in_the_order_of_an_index(desk: Desk, plan: Any, level: str) -> None:
    """Its scope is the beginning of the index."""
    bound = _at(desk, f"_of_{level}")
    for order, index in ((numbers.BY_NUMBER, f"number_{level}_e164"), (numbers.BY_ACQUISITION, f"number_{level}")):
        found = await plan(bound, lambda r, w, o=order: numbers.listing(r, NumberFilter(), o, w), Window(50))
        assert f"{index} " in found
        assert "Sort" not in found


@pytest.mark.parametrize(
    ("found", "indexes"),
    [
        (lambda r, _: services.named(r, "Acme"), {"service_by_name"}),
        (lambda r, _: customers.named(r, "Acme"), {"customer_by_name", "customer_by_full_name"}),
        (lambda r, w: numbers.listing(r, NumberFilter(starts_with="+1212"), numbers.BY_NUMBER, w), {"number_e164"}),
    ],
    ids=["services", "customers", "numbers"],
)
async def test_a_beginning_is_found_in_an_index(desk: Desk, plan: Any, found: Listing, indexes: set[str]) -> None:
    """As a range, each name in its own."""
    explained = await plan(desk, found, Window(50))
    assert {name for name in indexes if re.search(rf"\b{name}\b", explained)} == indexes
    assert len(re.findall(r"Index Cond: .* >= ", explained)) == len(indexes)


def _at(desk: Desk, suffix: str) -> Desk:
    level = LEVELS[suffix]
    return seen_by(desk, Scope(level, None if level is Level.SYSTEM else SOMEBODY, "tester"))


def _service() -> Any:
    now = Service(id=SOMEBODY, name="n", status=ServiceStatus.READY)
    return now, Customer(name="n", full_name="n")


def _cursor(order: Order, row: Any) -> tuple[str, ...]:
    if order.name == "LAST_MODIFIED_AT":
        return ("2026-11-01T12:00:00+00:00", str(SOMEBODY))
    return order.cursor(row)
