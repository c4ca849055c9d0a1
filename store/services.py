"""Statements on services."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from store.database import Reading, Transaction
from store.errors import NameTaken
from store.paging import Key, Order, Page, Window, count, id_key, page, parse_moment
from store.scope import within
from store.searching import begins_with
from store.tables import Customer, Event, Service, Tenant
from store.vocabulary import EventKind, ServiceKind, ServiceMode, ServiceStatus

_Channel: Any = aliased(Tenant)


class ServiceRow(NamedTuple):
    """A line of the Customer Leads page."""

    service: Service
    customer: Customer
    channel_name: str | None


@dataclass(frozen=True, slots=True)
class ServiceFilter:
    """Which services; None leaves a criterion out. `search` is the beginning of a name, of the customer or service."""

    below: Tenant | None = None
    customer_id: UUID | None = None
    kind: ServiceKind | None = None
    mode: ServiceMode | None = None
    status: ServiceStatus | None = None
    search: str | None = None


BY_CREATION = Order("CREATED_AT", (id_key(Service),), descending=True)
BY_NAME = Order("NAME", (Key(col(Service.name), lambda row: row[0].name), id_key(Service)))
BY_CUSTOMER = Order("CUSTOMER", (Key(col(Customer.name), lambda row: row[1].name), id_key(Service)))
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


async def rows(reading: Reading, ids: list[UUID]) -> list[ServiceRow | None]:
    """Return services with their customers in the order of the ids, None where there is none in scope."""
    found = await reading.session.execute(_query(reading, ServiceFilter()).where(col(Service.id).in_(set(ids))))
    by_id = {row[0].id: ServiceRow(*row) for row in found.all()}
    return [by_id.get(wanted) for wanted in ids]


async def with_event_head(reading: Reading, service_ids: list[UUID]) -> tuple[list[ServiceRow], int]:
    """Return services and the id of the newest event, both of the same instant."""
    head = select(func.coalesce(func.max(Event.id), 0)).scalar_subquery()
    query = _query(reading, ServiceFilter()).add_columns(head).where(col(Service.id).in_(set(service_ids)))
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
        .where(reading.scope.covers(Service))
    )
    exact = {
        col(Service.customer_id): wanted.customer_id,
        col(Service.kind): wanted.kind,
        col(Service.mode): wanted.mode,
        col(Service.status): wanted.status,
    }
    query = query.where(*(column == value for column, value in exact.items() if value is not None))
    if wanted.below is not None:
        query = query.where(within(wanted.below, Service))
    if wanted.search:
        texts = (col(Service.name), col(Customer.name), col(Customer.full_name))
        query = query.where(or_(*(begins_with(column, wanted.search) for column in texts)))
    return query
