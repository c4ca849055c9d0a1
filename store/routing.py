"""Statements on calling profiles and SIP connections."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import col

from store.database import Reading, Transaction
from store.errors import NameTaken, NotFound
from store.lookup import Name, named
from store.paging import Order, Page, Window, count, id_key, page
from store.searching import begins_with, folded, name_key
from store.tables import CallingProfile, SipConnection

PROFILES_BY_NAME = Order(
    "NAME", (name_key(folded(col(CallingProfile.name)), lambda row: row[0].name), id_key(CallingProfile))
)
PROFILES_BY_CREATION = Order("CREATED_AT", (id_key(CallingProfile),), descending=True)
CONNECTIONS_BY_NAME = Order(
    "NAME", (name_key(folded(col(SipConnection.name)), lambda row: row[0].name), id_key(SipConnection))
)


async def profiles(reading: Reading, search: str | None, order: Order, window: Window) -> Page[Any]:
    """Return a page of (CallingProfile,), of those whose names begin with `search`.

    They belong to the platform, and everybody reads them.
    """
    return await page(reading, _profiles(search), order, window)


async def profiles_total(reading: Reading, search: str | None) -> int:
    """Return how many calling profiles `profiles` has."""
    return await count(reading, _profiles(search))


async def profiles_by_id(reading: Reading, ids: list[UUID]) -> list[CallingProfile | None]:
    """Return the profiles in the order of the ids, None where there is none."""
    rows = await reading.session.scalars(select(CallingProfile).where(col(CallingProfile.id).in_(set(ids))))
    found = {profile.id: profile for profile in rows.all()}
    return [found.get(wanted) for wanted in ids]


async def profile(reading: Reading, name: Name) -> CallingProfile:
    """Return one calling profile, by its id or by what it is called.

    Raises NotFound.
    """
    found = (await reading.session.scalars(select(CallingProfile).where(named(CallingProfile, name)))).one_or_none()
    if found is None:
        raise NotFound("calling profile", path=name.path)
    return found


async def add_profile(transaction: Transaction, profile: CallingProfile) -> None:
    """Insert the profile.

    Raises NameTaken.
    """
    await transaction.insert(profile, {"calling_profile_name": NameTaken("calling profile", "name", path=("name",))})


async def connections(reading: Reading, service_id: UUID, window: Window) -> Page[Any]:
    """Return a page of (SipConnection,) of the service by name."""
    return await page(reading, _connections(reading, service_id), CONNECTIONS_BY_NAME, window)


async def connections_total(reading: Reading, service_id: UUID) -> int:
    """Return how many SIP connections the service has."""
    return await count(reading, _connections(reading, service_id))


async def connection_named(reading: Reading, service_id: UUID, name: str, *path: str) -> SipConnection:
    """Return the SIP connection of the service by name, in any case; `path` is where in the input that stands.

    It cannot be deleted before the transaction ends. Raises NotFound.
    """
    return await _connection(reading, service_id, func.lower(SipConnection.name) == name.lower(), *path)


async def connection_by_id(reading: Reading, service_id: UUID, connection_id: UUID, *path: str) -> SipConnection:
    """Return the SIP connection of the service by id; see `connection_named`.

    Raises NotFound.
    """
    return await _connection(reading, service_id, col(SipConnection.id) == connection_id, *path)


async def _connection(reading: Reading, service_id: UUID, named: ColumnElement[bool], *path: str) -> SipConnection:
    # FOR SHARE: who deletes it waits, and then sees what hangs on it.
    query = _connections(reading, service_id).where(named).with_for_update(read=True)
    connection: SipConnection | None = (await reading.session.scalars(query)).one_or_none()
    if connection is None:
        raise NotFound("sip connection", path=path)
    return connection


async def add_connection(transaction: Transaction, connection: SipConnection) -> None:
    """Insert the SIP connection.

    Raises NameTaken where the service already has one of that name.
    """
    await transaction.insert(connection, {"sip_connection_name": _name_taken()})


async def change_connection(transaction: Transaction, connection: SipConnection) -> None:
    """Write what has changed of the SIP connection.

    Raises NameTaken where the service already has one of that name.
    """
    transaction.session.add(connection)
    await transaction.flush({"sip_connection_name": _name_taken()})


def _name_taken() -> NameTaken:
    return NameTaken("SIP connection", "name", path=("name",))


def _profiles(search: str | None) -> Select[Any]:
    query: Select[Any] = select(CallingProfile)
    return query.where(begins_with(folded(col(CallingProfile.name)), search)) if search else query


def _connections(reading: Reading, service_id: UUID) -> Select[Any]:
    """Select those of the service that are not deleted."""
    return select(SipConnection).where(
        reading.scope.covers(SipConnection),
        col(SipConnection.service_id) == service_id,
        col(SipConnection.deleted_at).is_(None),
    )
