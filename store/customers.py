"""Statements on customers."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import col

from store.columns import kept
from store.database import Reading, Transaction
from store.errors import NameTaken, NumberlineError
from store.paging import Order, Page, Window, count, id_key, page
from store.scope import within
from store.searching import begins_with, name_key
from store.tables import Customer, Tenant

BY_NAME = Order("NAME", (name_key(kept(Customer, "name_key"), lambda row: row[0].name), id_key(Customer)))
BY_FULL_NAME = Order(
    "FULL_NAME", (name_key(kept(Customer, "full_name_key"), lambda row: row[0].full_name), id_key(Customer))
)
BY_CREATION = Order("CREATED_AT", (id_key(Customer),), descending=True)


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers; None leaves a criterion out. `search` is the beginning of the name or the full name."""

    below: Tenant | None = None
    search: str | None = None


async def listing(reading: Reading, wanted: CustomerFilter, order: Order, window: Window) -> Page[Any]:
    """Return a page of (Customer,)."""
    return await page(reading, _query(reading, wanted), order, window)


async def total(reading: Reading, wanted: CustomerFilter) -> int:
    """Return how many customers `listing` has."""
    return await count(reading, _query(reading, wanted))


async def named(reading: Reading, beginning: str) -> list[UUID]:
    """Return the ids of the customers of which a name begins like this, unordered."""
    query = select(col(Customer.id)).where(reading.scope.covers(Customer), is_named(beginning))
    return list((await reading.session.scalars(query)).all())


def is_named(beginning: str) -> ColumnElement[bool]:
    """Return "the customer's name or full name begins like this"."""
    return or_(
        begins_with(kept(Customer, "name_key"), beginning), begins_with(kept(Customer, "full_name_key"), beginning)
    )


async def add(transaction: Transaction, customer: Customer) -> None:
    """Insert the customer.

    Raises NameTaken where its tenant already has a customer of that name or reference.
    """
    await transaction.insert(customer, _conflicts())


async def change(transaction: Transaction, customer: Customer) -> None:
    """Write what has changed of the customer.

    Raises NameTaken where its tenant already has another customer of that name.
    """
    transaction.session.add(customer)
    await transaction.flush(_conflicts())


def _conflicts() -> dict[str, NumberlineError]:
    return {
        "customer_name": NameTaken("customer", "name", path=("name",)),
        "customer_reference": NameTaken("customer", "reference", path=("reference",)),
    }


def _query(reading: Reading, wanted: CustomerFilter) -> Select[Any]:
    query = select(Customer).where(reading.scope.covers(Customer))
    if wanted.below is not None:
        query = query.where(within(wanted.below, Customer))
    if wanted.search:
        query = query.where(is_named(wanted.search))
    return query
