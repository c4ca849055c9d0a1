"""Statements on services."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select, union_all, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from store import customers
from store.columns import kept
from store.counts import Counts, counted
from store.database import Reading, Transaction
from store.errors import NameTaken
from store.events import newest
from store.paging import Key, Order, Page, Window, count, id_key, page, parse_moment
from store.scope import within
from store.searching import ALWAYS, Period, begins_with, folded, name_key
from store.tables import Customer, Event, Service, Tenant
from store.vocabulary import EventKind, ServiceKind, ServiceMode, ServiceStatus, Word

_Channel: Any = aliased(Tenant)


class ServiceRow(NamedTuple):
    """A line of the Customer Leads page."""

    service: Service
    customer: Customer
    channel_name: str | None


@dataclass(frozen=True, slots=True)
class ServiceFilter:
    """Which services; what is None or empty leaves a criterion out.

    `search` is the beginning of a name: of the service, of the customer, or the customer's full name.
    """

    below: Tenant | None = None
    customer_id: UUID | None = None
    kinds: Collection[ServiceKind] = ()
    modes: Collection[ServiceMode] = ()
    statuses: Collection[ServiceStatus] = ()
    organization_id: str | None = None
    consented: Period = ALWAYS
    last_modified: Period = ALWAYS
    search: str | None = None


_NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for "not yet" where services are sorted by a time that may be missing."""


def _word(kind: type[Word]) -> Callable[[str], Word]:
    """Return how to read a word of a vocabulary from a cursor."""

    def parse(raw: str) -> Word:
        if raw not in kind.__members__:
            raise ValueError(raw)
        return kind[raw]

    return parse


BY_CREATION = Order("CREATED_AT", (id_key(Service),), descending=True)
BY_NAME = Order("NAME", (name_key(kept(Service, "name_key"), lambda row: row[0].name), id_key(Service)))
BY_CUSTOMER = Order("CUSTOMER", (name_key(kept(Customer, "name_key"), lambda row: row[1].name), id_key(Service)))
BY_FULL_NAME = Order(
    "FULL_NAME", (name_key(kept(Customer, "full_name_key"), lambda row: row[1].full_name), id_key(Service))
)
BY_STATUS = Order(
    "STATUS", (Key(col(Service.status), lambda row: row[0].status, _word(ServiceStatus)), id_key(Service))
)
BY_MODE = Order("MODE", (Key(col(Service.mode), lambda row: row[0].mode, _word(ServiceMode)), id_key(Service)))
BY_CHANNEL = Order(
    "CHANNEL", (name_key(folded(func.coalesce(_Channel.name, "")), lambda row: row[2] or ""), id_key(Service))
)
BY_ORGANIZATION = Order(
    "ORGANIZATION_ID",
    (
        Key(func.coalesce(col(Service.organization_id), ""), lambda row: row[0].organization_id or ""),
        id_key(Service),
    ),
)
BY_CONSENT = Order(
    "CONSENTED_AT",
    (
        Key(kept(Service, "consent_key"), lambda row: row[0].consented_at or _NEVER, parse_moment),
        id_key(Service),
    ),
    descending=True,
)
BY_CHANGE = Order(
    "LAST_MODIFIED_AT",
    (Key(col(Service.last_modified_at), lambda row: row[0].last_modified_at, parse_moment), id_key(Service)),
    descending=True,
)


async def listing(reading: Reading, wanted: ServiceFilter, order: Order, window: Window) -> Page[ServiceRow]:
    """Return a page of services with their customers."""
    return await page(reading, _query(reading, wanted), order, window)


async def total(reading: Reading, wanted: ServiceFilter) -> int:
    """Return how many services `listing` has."""
    return await count(reading, _query(reading, wanted))


async def counts(reading: Reading, wanted: ServiceFilter) -> Counts:
    """Count services by mode, status and kind."""
    chosen = {col(Service.mode): wanted.modes, col(Service.status): wanted.statuses, col(Service.kind): wanted.kinds}
    others = _query(reading, replace(wanted, modes=(), statuses=(), kinds=()))
    return await counted(reading, others, chosen)


async def named(reading: Reading, beginning: str) -> list[UUID]:
    """Return the ids of the services of which the name begins like this, unordered."""
    query = select(col(Service.id)).where(
        reading.scope.covers(Service), begins_with(kept(Service, "name_key"), beginning)
    )
    return list((await reading.session.scalars(query)).all())


async def rows(reading: Reading, ids: list[UUID]) -> list[ServiceRow | None]:
    """Return services with their customers in the order of the ids, None where there is none in scope."""
    found = await reading.session.execute(_query(reading, ServiceFilter()).where(col(Service.id).in_(set(ids))))
    by_id = {row[0].id: ServiceRow(*row) for row in found.all()}
    return [by_id.get(wanted) for wanted in ids]


async def with_event_head(reading: Reading, service_ids: list[UUID]) -> tuple[list[ServiceRow], int]:
    """Return services and the id of the newest event, both of the same instant."""
    query = _query(reading, ServiceFilter()).add_columns(newest()).where(col(Service.id).in_(set(service_ids)))
    # Read anew: what this session has read of the services before may be older than the newest event.
    query = query.execution_options(populate_existing=True)
    found = (await reading.session.execute(query)).all()
    return [ServiceRow(*row[:3]) for row in found], found[0][3] if found else 0


async def add(transaction: Transaction, service: Service) -> None:
    """Insert the service.

    Raises NameTaken where the customer already has a service of that name or reference.
    """
    conflicts = {
        "service_name": NameTaken("service", "name", path=("name",)),
        "service_reference": NameTaken("service", "reference", path=("reference",)),
    }
    await transaction.insert(service, conflicts)


async def change_status(transaction: Transaction, service: Service, status: ServiceStatus, at: datetime) -> None:
    """Move a service to another status and tell its subscribers."""
    before, service.status, service.last_modified_at = service.status, status, at
    transaction.session.add(service)
    transaction.announce(
        Event(
            kind=EventKind.SERVICE_STATUS,
            service_id=service.id,
            before=before.value,
            after=status.value,
            at=at,
            **service.ownership(),
        )
    )


async def touch(transaction: Transaction, service_id: UUID, at: datetime) -> None:
    """Note that something of the service changed."""
    statement = update(Service).where(transaction.scope.covers(Service), col(Service.id) == service_id)
    await transaction.session.execute(statement.values(last_modified_at=at))


def _query(reading: Reading, wanted: ServiceFilter) -> Select[Any]:
    query = (
        select(Service, Customer, _Channel.name)
        .join(Customer, col(Customer.id) == col(Service.customer_id))
        .outerjoin(_Channel, col(_Channel.id) == col(Service.channel_id))
        # Both belong to the same tenant; said of the customer too, an order by its names finds its index.
        .where(reading.scope.covers(Service), reading.scope.covers(Customer))
        .where(wanted.consented.covers(col(Service.consented_at)))
        .where(wanted.last_modified.covers(col(Service.last_modified_at)))
    )
    among: dict[Any, Collection[Any]] = {
        col(Service.kind): wanted.kinds,
        col(Service.mode): wanted.modes,
        col(Service.status): wanted.statuses,
    }
    query = query.where(*(column.in_(values) for column, values in among.items() if values))
    if wanted.customer_id is not None:
        query = query.where(col(Service.customer_id) == wanted.customer_id)
    if wanted.organization_id is not None:
        query = query.where(col(Service.organization_id) == wanted.organization_id)
    if wanted.below is not None:
        query = query.where(within(wanted.below, Service), within(wanted.below, Customer))
    if wanted.search:
        query = query.where(col(Service.id).in_(_found(wanted.search)))
    return query


def _found(search: str) -> Any:
    """Select the ids of services by the beginning of a name: each part of the union on the index of its names."""
    theirs = select(col(Service.id)).join(Customer, col(Customer.id) == col(Service.customer_id))
    return union_all(
        select(col(Service.id)).where(begins_with(kept(Service, "name_key"), search)),
        theirs.where(customers.is_named(search)),
    )
