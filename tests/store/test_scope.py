"""Whose rows a scope shows: what lies outside of it does not exist."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from provisioning.desk import Desk
from store import consents, customers, entries, events, locations, lookup, numbers, routing, services, tenants, uploads
from store.customers import CustomerFilter
from store.database import Reading
from store.errors import NotFound
from store.lookup import Name
from store.paging import Window
from store.scope import Scope
from store.tables import (
    AuditEvent,
    Customer,
    Drift,
    Event,
    Grant,
    Invitation,
    Location,
    Number,
    Service,
    SipConnection,
    Tenant,
    Upload,
    UploadEntry,
)
from store.tenants import TenantFilter
from store.vocabulary import Level
from tests.arrange import fetch
from tests.store.families import Family, family

MANY = Window(100)
NAMED = (Customer, Service, Location, SipConnection, Upload, Number, Invitation)
OWNED = (Drift, *NAMED, UploadEntry, Grant, Event, AuditEvent)
LEVELS = ("provider", "channel", "customer")


@pytest.fixture
async def ours(desk: Desk) -> Family:
    """One family."""
    return await family(desk, "ours", "+12125550100")


@pytest.fixture
async def theirs(desk: Desk) -> Family:
    """Another family."""
    return await family(desk, "theirs", "+12125550101")


async def hidden(reading: Reading, row: Any) -> bool:
    """Say whether a row cannot be found by its id."""
    try:
        await lookup.one(reading, type(row), Name(id=row.id))
    except NotFound:
        return True
    return False


@pytest.mark.parametrize("level", LEVELS)
async def test_a_row_of_somebody_else_cannot_be_named(desk: Desk, ours: Family, theirs: Family, level: str) -> None:
    """Every one of our rows is found, none of theirs, by one and by many."""
    async with desk.database.read(ours.scope(level)) as reading:
        own = {table for table, row in ours.made.items() if not await hidden(reading, row)}
        other = {table for table, row in theirs.made.items() if not await hidden(reading, row)}
        both = [await lookup.many(reading, table, [theirs.made[table].id, ours.made[table].id]) for table in NAMED]
    assert (own, other) == (set(NAMED), set())
    assert [(row, own and own.id) for row, own in both] == [(None, ours.made[table].id) for table in NAMED]


@pytest.mark.parametrize("level", LEVELS)
async def test_a_scope_covers_its_own_rows_of_every_table(desk: Desk, ours: Family, theirs: Family, level: str) -> None:
    """And no other row."""
    async with desk.database.read(ours.scope(level)) as reading:
        seen = {
            table: {row.provider_id for row in await reading.session.scalars(select(table).where(condition))}
            for table, condition in ((table, reading.scope.covers(table)) for table in OWNED)
        }
    assert seen == {table: {ours.provider.id} for table in OWNED}
    assert theirs.provider.id != ours.provider.id


def test_the_list_of_owned_tables_is_complete() -> None:
    """A table with owners that no test here looks at would go unnoticed."""
    owned = {name for name, table in SQLModel.metadata.tables.items() if "provider_id" in table.columns}
    assert owned == {str(table.__tablename__) for table in (*OWNED, Tenant)}


async def listed(reading: Reading, family: Family) -> dict[str, set[UUID]]:
    """Ask every listing for what belongs to a family, and return the ids of the rows that came."""
    service, upload = family.service.id, family.upload.id
    pages = {
        "customers": await customers.listing(reading, CustomerFilter(), customers.BY_NAME, MANY),
        "services": await services.listing(reading, services.ServiceFilter(), services.BY_CREATION, MANY),
        "numbers": await numbers.listing(reading, numbers.NumberFilter(), numbers.BY_NUMBER, MANY),
        "uploads": await uploads.listing(reading, uploads.UploadFilter(), uploads.BY_CREATION, MANY),
        "locations": await locations.listing(reading, service, attached=None, window=MANY),
        "connections": await routing.connections(reading, service, MANY),
    }
    found = {name: {row[0].id for row in page.rows} for name, page in pages.items()}
    parts = await entries.listing(reading, upload, None, MANY)
    told = await events.after(reading, 0, [service])
    return {**found, "entries": {row[0].upload_id for row in parts.rows}, "events": {e.service_id for e in told}}


@pytest.mark.parametrize("level", LEVELS)
async def test_listings_show_our_own_rows(desk: Desk, ours: Family, theirs: Family, level: str) -> None:
    """Each exactly those of our family, though theirs are there."""
    async with desk.database.read(ours.scope(level)) as reading:
        found = await listed(reading, ours)
    assert theirs.service.id != ours.service.id
    assert found == {
        "customers": {ours.customer.id},
        "services": {ours.service.id},
        "numbers": {ours.made[Number].id},
        "uploads": {ours.upload.id},
        "locations": {ours.made[Location].id},
        "connections": {ours.made[SipConnection].id},
        "entries": {ours.upload.id},
        "events": {ours.service.id},
    }


@pytest.mark.parametrize("level", LEVELS)
async def test_listings_of_somebody_elses_service_are_empty(
    desk: Desk, ours: Family, theirs: Family, level: str
) -> None:
    """Knowing an id opens nothing."""
    async with desk.database.read(ours.scope(level)) as reading:
        found = await listed(reading, theirs)
        grant = await consents.grant(reading, theirs.service.id)
        heads = await uploads.with_event_head(reading, theirs.upload.id)
        watched, _ = await services.with_event_head(reading, [theirs.service.id])
        with pytest.raises(NotFound):
            await consents.invitation(reading, b"theirs")
    assert [found[name] for name in ("locations", "connections", "entries", "events")] == [set()] * 4
    assert (grant, heads, watched) == (None, None, [])


@pytest.mark.parametrize("level", LEVELS)
async def test_totals_count_our_own_rows(desk: Desk, ours: Family, theirs: Family, level: str) -> None:
    """A total would tell how much others have."""
    async with desk.database.read(ours.scope(level)) as reading:
        totals = [
            await customers.total(reading, CustomerFilter()),
            await services.total(reading, services.ServiceFilter()),
            await numbers.total(reading, numbers.NumberFilter()),
            await uploads.total(reading, uploads.UploadFilter()),
            await locations.total(reading, theirs.service.id, attached=None),
            await routing.connections_total(reading, theirs.service.id),
            await entries.total(reading, theirs.upload.id, None),
        ]
    assert totals == [1, 1, 1, 1, 0, 0, 0]


async def test_each_level_sees_the_tenants_of_its_subtree(desk: Desk, ours: Family, theirs: Family) -> None:
    """A provider itself and its channels, a channel itself, a customer none."""
    seen = []
    for level in LEVELS:
        async with desk.database.read(ours.scope(level)) as reading:
            page = await tenants.listing(reading, TenantFilter(), tenants.BY_NAME, MANY)
            seen.append({row[0].id for row in page.rows})
    assert seen == [{ours.provider.id, ours.channel.id}, {ours.channel.id}, set()]
    assert theirs.provider.id not in seen[0]


async def test_a_provider_does_not_find_another_ones_tenants(desk: Desk, ours: Family, theirs: Family) -> None:
    """Nor its channels."""
    async with desk.database.read(ours.scope("provider")) as reading:
        for tenant in (theirs.provider, theirs.channel):
            with pytest.raises(NotFound):
                await tenants.find(reading, tenant.id)


async def test_the_system_sees_everything(desk: Desk, ours: Family, theirs: Family) -> None:
    """Its scope is no restriction at all."""
    assert (await fetch(desk, ours.service)).id == ours.service.id
    assert (await fetch(desk, theirs.service)).id == theirs.service.id


async def test_choosing_a_tenant_narrows_a_list_to_its_subtree(desk: Desk, ours: Family, theirs: Family) -> None:
    """The tenant drop-down: a provider's, a channel's and the system's view."""
    async with desk.read() as reading:
        system = await tenants.system(reading)
        pages = [
            await uploads.listing(reading, uploads.UploadFilter(below=below), uploads.BY_CREATION, MANY)
            for below in (ours.provider, ours.channel, system)
        ]
    found = [{row[0].id for row in page.rows} for page in pages]
    assert found == [{ours.upload.id}, {ours.upload.id}, {ours.upload.id, theirs.upload.id}]


def test_callers_of_one_customer_share_their_idempotency_keys() -> None:
    """The principal is the scope, not the person."""
    customer = UUID(int=1)
    assert Scope(Level.CUSTOMER, customer, "ann").principal == Scope(Level.CUSTOMER, customer, "bob").principal
    assert Scope(Level.CUSTOMER, customer, "ann").principal != Scope(Level.CHANNEL, customer, "ann").principal
