"""Statements on tenants."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import col

from store.database import Reading, Transaction
from store.errors import NameTaken, NotFound
from store.paging import Order, Page, Window, count, id_key, page
from store.scope import within
from store.searching import begins_with, folded, name_key
from store.tables import Tenant
from store.vocabulary import TenantKind

BY_NAME = Order("NAME", (name_key(folded(col(Tenant.name)), lambda row: row[0].name), id_key(Tenant)))
BY_CREATION = Order("CREATED_AT", (id_key(Tenant),), descending=True)


@dataclass(frozen=True, slots=True)
class TenantFilter:
    """Which tenants; what is None or empty leaves a criterion out. `search` is the beginning of a name."""

    below: Tenant | None = None
    kinds: Collection[TenantKind] = ()
    search: str | None = None


async def find(reading: Reading, tenant_id: UUID, *path: str) -> Tenant:
    """Return the tenant; `path` is where in the input its id stands.

    Raises NotFound.
    """
    query = select(Tenant).where(reading.scope.covers(Tenant), col(Tenant.id) == tenant_id)
    tenant = (await reading.session.scalars(query)).one_or_none()
    if tenant is None:
        raise NotFound("tenant", path=path)
    return tenant


async def system(reading: Reading) -> Tenant:
    """Return the tenant above all others; the first migration makes it."""
    query = select(Tenant).where(reading.scope.covers(Tenant), col(Tenant.parent_id).is_(None))
    return (await reading.session.scalars(query)).one()


async def listing(reading: Reading, wanted: TenantFilter, order: Order, window: Window) -> Page[tuple[Tenant]]:
    """Return a page of tenants."""
    return await page(reading, _query(reading, wanted), order, window)


async def total(reading: Reading, wanted: TenantFilter) -> int:
    """Return how many tenants `listing` has."""
    return await count(reading, _query(reading, wanted))


async def add(transaction: Transaction, kind: TenantKind, name: str, parent: Tenant) -> Tenant:
    """Insert a provider below the system or a channel below a provider.

    Raises NameTaken where the parent already has a tenant of that name.
    """
    new_id = (await transaction.session.execute(select(func.uuidv7()))).scalar_one()
    provider_id, channel_id = (new_id, None) if kind is TenantKind.SERVICE_PROVIDER else (parent.id, new_id)
    tenant = Tenant(
        id=new_id, kind=kind, name=name, parent_id=parent.id, provider_id=provider_id, channel_id=channel_id
    )
    await transaction.insert(tenant, {"tenant_name": NameTaken("tenant", "name", path=("name",))})
    return tenant


def _query(reading: Reading, wanted: TenantFilter) -> Select[Any]:
    query = select(Tenant).where(reading.scope.covers(Tenant))
    if wanted.below is not None:
        query = query.where(within(wanted.below, Tenant))
    if wanted.kinds:
        query = query.where(col(Tenant.kind).in_(wanted.kinds))
    if wanted.search:
        query = query.where(begins_with(folded(col(Tenant.name)), wanted.search))
    return query
