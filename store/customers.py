"""Statements on customers."""

from typing import Any

from sqlalchemy import Select, or_, select
from sqlmodel import col

from store.database import Reading, Transaction
from store.errors import NameTaken, NumberlineError
from store.paging import Key, Order, Page, Window, count, id_key, page
from store.scope import within
from store.searching import begins_with
from store.tables import Customer, Tenant

BY_NAME = Order("NAME", (Key(col(Customer.name), lambda row: row[0].name), id_key(Customer)))


async def listing(reading: Reading, below: Tenant | None, search: str | None, window: Window) -> Page[Any]:
    """Return a page of (Customer,) by name: those below a tenant, those whose names begin with `search`."""
    return await page(reading, _query(reading, below, search), BY_NAME, window)


async def total(reading: Reading, below: Tenant | None, search: str | None) -> int:
    """Return how many customers `listing` has."""
    return await count(reading, _query(reading, below, search))


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


def _query(reading: Reading, below: Tenant | None, search: str | None) -> Select[Any]:
    query = select(Customer).where(reading.scope.covers(Customer))
    if below is not None:
        query = query.where(within(below, Customer))
    if search:
        query = query.where(or_(begins_with(col(Customer.name), search), begins_with(col(Customer.full_name), search)))
    return query
