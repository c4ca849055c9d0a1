"""Statements of the files that leave the house, beside the lists they are made of."""

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import col

from store.database import Reading
from store.tables import CallingProfile, Customer, Location, Number, Service, SipConnection, Tenant, UploadEntry
from store.vocabulary import EntryVerdict, NumberStatus, SyncState


class ConnectionNames(NamedTuple):
    """What a SIP connection is called, and all that it hangs on."""

    connection: str
    profile: str
    service: str
    customer: str
    channel: str | None


class Place(NamedTuple):
    """The name of a location, and its country (ISO 3166-1 alpha-2)."""

    name: str
    country: str


async def connection_names(reading: Reading, wanted: Collection[UUID]) -> dict[UUID, ConnectionNames]:
    """Return the names around SIP connections, by their ids."""
    names: tuple[Any, ...] = (SipConnection.name, CallingProfile.name, Service.name, Customer.name, Tenant.name)
    query: Select[Any] = (
        select(col(SipConnection.id), *names)
        .join(CallingProfile, col(CallingProfile.id) == col(SipConnection.calling_profile_id))
        .join(Service, col(Service.id) == col(SipConnection.service_id))
        .join(Customer, col(Customer.id) == col(SipConnection.customer_id))
        .outerjoin(Tenant, col(Tenant.id) == col(SipConnection.channel_id))
        .where(reading.scope.covers(SipConnection), col(SipConnection.id).in_(wanted))
    )
    return {row[0]: ConnectionNames(*row[1:]) for row in (await reading.session.execute(query)).all()}


async def places(reading: Reading, wanted: Collection[UUID]) -> dict[UUID, Place]:
    """Return locations by their ids."""
    query = select(col(Location.id), col(Location.name), col(Location.country)).where(
        reading.scope.covers(Location), col(Location.id).in_(wanted)
    )
    return {row[0]: Place(*row[1:]) for row in (await reading.session.execute(query)).all()}


async def widest_row(reading: Reading, upload_id: UUID, verdict: EntryVerdict) -> int:
    """Return how many cells the longest row has that is kept whole; 0 where none is."""
    query = select(func.coalesce(func.max(func.cardinality(col(UploadEntry.cells))), 0)).where(
        reading.scope.covers(UploadEntry), col(UploadEntry.upload_id) == upload_id, col(UploadEntry.verdict) == verdict
    )
    return int((await reading.session.execute(query)).scalar_one())


async def locations_with_numbers(
    reading: Reading, service_id: UUID, status: NumberStatus, sync_state: SyncState | None
) -> list[Location]:
    """Return the locations of a service that have numbers with these states (None: whatever it is), by name."""
    there = select(col(Number.location_id)).where(
        reading.scope.covers(Number), col(Number.service_id) == service_id, col(Number.status) == status
    )
    if sync_state is not None:
        there = there.where(col(Number.sync_state) == sync_state)
    query = select(Location).where(reading.scope.covers(Location), col(Location.id).in_(there))
    return list((await reading.session.scalars(query.order_by(col(Location.name), col(Location.id)))).all())
