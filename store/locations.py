"""Statements on locations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from store.database import Reading, Transaction
from store.errors import NameTaken
from store.paging import Order, Page, Window, count, id_key, page
from store.searching import folded, name_key
from store.tables import Location, Service

BY_NAME = Order("NAME", (name_key(folded(col(Location.name)), lambda row: row[0].name), id_key(Location)))


_FROM_HUB = ("name", "country", "calling_code", "pstn_connection", "main_number")
"""What Control Hub says of a location."""


async def listing(reading: Reading, service_id: UUID, *, attached: bool | None, window: Window) -> Page[Any]:
    """Return a page of (Location,) of the service by name: all, or only those attached, or only those not."""
    return await page(reading, _query(reading, service_id, attached=attached), BY_NAME, window)


async def total(reading: Reading, service_id: UUID, *, attached: bool | None) -> int:
    """Return how many locations `listing` has."""
    return await count(reading, _query(reading, service_id, attached=attached))


async def of_hub(reading: Reading, service_id: UUID) -> Sequence[Location]:
    """Return the locations of the service that came from Control Hub, unordered; those that are gone aside."""
    query = select(Location).where(
        reading.scope.covers(Location),
        col(Location.service_id) == service_id,
        col(Location.hub_id).is_not(None),
        col(Location.missing_since).is_(None),
    )
    return (await reading.session.scalars(query)).all()


async def known(reading: Reading, service_id: UUID) -> dict[str, tuple[Any, ...]]:
    """Return what stands here of the locations of the service that Control Hub has, by their id there, name first."""
    table: Any = Location
    query = select(*(getattr(table, name) for name in ("hub_id", *_FROM_HUB))).where(
        reading.scope.covers(Location),
        col(Location.service_id) == service_id,
        col(Location.hub_id).is_not(None),
        col(Location.missing_since).is_(None),
    )
    return {hub_id: tuple(told) for hub_id, *told in (await reading.session.execute(query)).all()}


async def add(transaction: Transaction, location: Location) -> None:
    """Insert a location entered by hand.

    Raises NameTaken where the service already has one of that name or reference.
    """
    conflicts = {
        "location_name": NameTaken("location", "name", path=("name",)),
        "location_reference": NameTaken("location", "reference", path=("reference",)),
    }
    await transaction.insert(location, conflicts)


async def refresh(transaction: Transaction, service: Service, found: Sequence[dict[str, Any]], at: datetime) -> None:
    """Store what Control Hub has: new locations, changed ones, and since when a missing one is missing.

    `found` holds, by column name, hub_id, name, country, calling_code, pstn_connection and main_number.
    """
    if found:
        statement = insert(Location).values([{**location, **_fixed(service)} for location in found])
        changing = (*_FROM_HUB, "missing_since")
        await transaction.session.execute(
            statement.on_conflict_do_update(
                index_elements=["service_id", "hub_id"],
                index_where=col(Location.hub_id).is_not(None),
                set_={name: statement.excluded[name] for name in changing},
            )
        )
    gone = update(Location).where(
        transaction.scope.covers(Location),
        col(Location.service_id) == service.id,
        col(Location.hub_id).not_in([location["hub_id"] for location in found]),
        col(Location.missing_since).is_(None),
    )
    await transaction.session.execute(gone.values(missing_since=at))
    service.locations_refreshed_at = at
    transaction.session.add(service)


def _fixed(service: Service) -> dict[str, Any]:
    return {"service_id": service.id, "source": "CONTROL_HUB", "missing_since": None, **service.ownership()}


def _query(reading: Reading, service_id: UUID, *, attached: bool | None) -> Select[Any]:
    query = select(Location).where(reading.scope.covers(Location), col(Location.service_id) == service_id)
    if attached is None:
        return query
    column = col(Location.attached_at)
    return query.where(column.is_not(None) if attached else column.is_(None))
