"""Statements on numbers: the Numbers Management page, and who holds which number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, any_, false, literal, or_, select, text

from store.counts import Counts, counted
from store.database import Reading, Transaction
from store.paging import Key, Order, Page, Window, count, id_key, page
from store.records import Records
from store.scope import within
from store.searching import within_prefix
from store.tables import Customer, Location, Number, Service, SipConnection, Tenant, Upload
from store.vocabulary import NumberSource, NumberStatus, NumberType, SyncState, WebexPhoneType

_NUMBER: Any = Number.__table__  # type: ignore[attr-defined]  # set by SQLModel, as below
_LOCATION: Any = Location.__table__  # type: ignore[attr-defined]
_SERVICE: Any = Service.__table__  # type: ignore[attr-defined]
_CUSTOMER: Any = Customer.__table__  # type: ignore[attr-defined]
_CHANNEL: Any = Tenant.__table__.alias("channel")  # type: ignore[attr-defined]
_N: Any = _NUMBER.c


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of each number: `columns` by name, of whichever table (None: all), and which tables beside it."""

    columns: frozenset[str] | None = None
    location: bool = True
    service: bool = True
    """The service with its customer and channel."""


EVERYTHING = Asked()
"""All there is to know."""


class NumberRow(NamedTuple):
    """A line of the Numbers Management page: records with the columns of these tables, None where not asked for."""

    number: Number
    location: Location | None = None
    service: Service | None = None
    customer: Customer | None = None
    channel_name: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: numbers that begin with `prefix` (None: no number is meant), or that belong to these."""

    prefix: str | None = None
    customers: Sequence[UUID] = ()
    services: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class NumberFilter:
    """Which numbers; what is None or empty leaves a criterion out.

    `starts_with` is the beginning of the E.164 number, with its plus. `assigned` says whether Control Hub has assigned
    it to somebody.
    """

    below: Tenant | None = None
    customer_id: UUID | None = None
    service_id: UUID | None = None
    location_id: UUID | None = None
    sip_connection_id: UUID | None = None
    upload_id: UUID | None = None
    e164: str | None = None
    starts_with: str | None = None
    found: Found | None = None
    types: Collection[NumberType] = ()
    phone_types: Collection[WebexPhoneType] = ()
    statuses: Collection[NumberStatus] = ()
    sync_states: Collection[SyncState] = ()
    sources: Collection[NumberSource] = ()
    assigned: bool | None = None


BY_ACQUISITION = Order("ACQUIRED_AT", (id_key(_N),), descending=True)
BY_NUMBER = Order("NUMBER", (Key(_N.e164, lambda row: row[0].e164), id_key(_N)))


async def listing(
    reading: Reading, wanted: NumberFilter, order: Order, window: Window, asked: Asked = EVERYTHING
) -> Page[NumberRow]:
    """Return a page of numbers with what is asked for."""
    found = await page(reading, _narrowed(_select(asked), reading, wanted), order, window)
    return Page(_rows(found.rows, asked), found.has_next, found.has_previous)


async def rows(reading: Reading, ids: list[UUID]) -> list[NumberRow | None]:
    """Return numbers with all that belongs to them in the order of the ids, None where there is none in scope."""
    query = _narrowed(_select(EVERYTHING), reading, NumberFilter()).where(_N.id.in_(set(ids)))
    found = _rows((await reading.session.execute(query)).all(), EVERYTHING)
    by_id = {row.number.id: row for row in found}
    return [by_id.get(wanted) for wanted in ids]


async def total(reading: Reading, wanted: NumberFilter) -> int:
    """Return how many numbers `listing` has."""
    return await count(reading, _narrowed(select(_N.id), reading, wanted))


async def with_service(reading: Reading, wanted: NumberFilter) -> NumberFilter:
    """Return the filter with the service of the location, SIP connection or upload that it names.

    It finds the same numbers, on the indexes that begin with the service.
    """
    owned: tuple[tuple[Any, UUID | None], ...] = (
        (Location, wanted.location_id),
        (SipConnection, wanted.sip_connection_id),
        (Upload, wanted.upload_id),
    )
    table, key = next(((table, key) for table, key in owned if key is not None), (None, None))
    if wanted.service_id is not None or table is None:
        return wanted
    query = select(table.service_id).where(reading.scope.covers(table), table.id == key)
    return replace(wanted, service_id=(await reading.session.scalars(query)).one_or_none())


async def counts(reading: Reading, wanted: NumberFilter) -> Counts:
    """Count numbers by status, type, sync state and source."""
    chosen = {
        _N.status: wanted.statuses,
        _N.type: wanted.types,
        _N.sync_state: wanted.sync_states,
        _N.source: wanted.sources,
    }
    others = replace(wanted, statuses=(), types=(), sync_states=(), sources=())
    return await counted(reading, _narrowed(select(_N.id), reading, others), chosen)


_TAKE = text("""
INSERT INTO number (provider_id, channel_id, customer_id, service_id, location_id, sip_connection_id, upload_id,
                    e164, calling_code, area_code, subscriber_number, type, phone_type, cac, service_info,
                    status, sync_state, source)
SELECT u.provider_id, u.channel_id, u.customer_id, u.service_id, u.location_id, u.sip_connection_id, u.id,
       '+' || n, e.calling_code, e.area_code, substr(n::text, 1 + length(e.calling_code || e.area_code)),
       coalesce(e.number_type, u.number_type), coalesce(e.phone_type, u.phone_type),
       CASE WHEN e.number_type IS NULL THEN u.cac ELSE e.cac END, coalesce(e.service_info, u.service_info),
       'ACTIVE', :sync_state, CASE e.kind WHEN 'FILE_ROW' THEN 'FILE' ELSE 'ENTRY' END
FROM upload u
JOIN upload_entry e ON e.upload_id = u.id AND e.verdict IN ('VALID', 'WARNING')
CROSS JOIN LATERAL generate_series(substr(e.first, 2)::bigint, substr(e.last, 2)::bigint) AS n
WHERE u.id = :upload
ORDER BY n
ON CONFLICT (e164) WHERE status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING') DO NOTHING
""")
"""Every upload takes numbers in ascending order, so that two that race for the same ones cannot deadlock."""


_ROOM_TO_SORT = text("SET LOCAL work_mem = '256MB'")
"""A million numbers are sorted in memory; with the usual room it takes a third longer."""


async def take(transaction: Transaction, upload: Upload, sync_state: SyncState) -> int:
    """Make numbers of all valid entries of the upload; return how many.

    A number that somebody else took a moment ago is left out: compare with the entries.
    """
    await transaction.session.execute(_ROOM_TO_SORT)
    result: Any = await transaction.session.execute(_TAKE, {"upload": upload.id, "sync_state": sync_state.value})
    taken: int = result.rowcount
    return taken


@lru_cache(maxsize=256)
def _select(asked: Asked) -> Select[Any]:
    """Return the SELECT without conditions. Tables, not entities: the ORM would take longer than the database."""
    tables: Any = _NUMBER
    columns = list(_records(asked).columns)
    if asked.location:
        tables = tables.join(_LOCATION, _LOCATION.c.id == _N.location_id)
    if asked.service:
        tables = tables.join(_SERVICE, _SERVICE.c.id == _N.service_id)
        tables = tables.join(_CUSTOMER, _CUSTOMER.c.id == _N.customer_id)
        tables = tables.outerjoin(_CHANNEL, _CHANNEL.c.id == _N.channel_id)
        columns.append(_CHANNEL.c.name)
    return select(*columns).select_from(tables)


@lru_cache(maxsize=256)
def _records(asked: Asked) -> Records:
    beside = [*([Location] if asked.location else ()), *([Service, Customer] if asked.service else ())]
    # What the order, and what belongs to the number but is read later, needs is read in any case.
    always = {"e164", "sip_connection_id", "upload_id"}
    return Records([Number, *beside], None if asked.columns is None else asked.columns | always)


def _rows(found: Sequence[Any], asked: Asked) -> list[NumberRow]:
    read = _records(asked).read(found)
    if asked.location:
        return [NumberRow(*row) for row in read]
    return [NumberRow(row[0], None, *row[1:]) for row in read]


def _narrowed(query: Select[Any], reading: Reading, wanted: NumberFilter) -> Select[Any]:
    exact = {
        _N.customer_id: wanted.customer_id,
        _N.service_id: wanted.service_id,
        _N.location_id: wanted.location_id,
        _N.sip_connection_id: wanted.sip_connection_id,
        _N.upload_id: wanted.upload_id,
        _N.e164: wanted.e164,
    }
    query = query.where(
        reading.scope.covers(_N),
        *(column == value for column, value in exact.items() if value is not None),
        *_being(wanted),
    )
    if wanted.below is not None:
        query = query.where(within(wanted.below, _N))
    if wanted.starts_with:
        query = query.where(within_prefix(_N.e164, wanted.starts_with))
    if wanted.found is not None:
        query = query.where(_found(wanted.found))
    return query


def _being(wanted: NumberFilter) -> list[ColumnElement[bool]]:
    among: dict[Any, Collection[Any]] = {
        _N.type: wanted.types,
        _N.phone_type: wanted.phone_types,
        _N.status: wanted.statuses,
        _N.sync_state: wanted.sync_states,
        _N.source: wanted.sources,
    }
    conditions = [column.in_(values) for column, values in among.items() if values]
    if wanted.assigned is not None:
        conditions.append(_N.assignment.is_not(None) if wanted.assigned else _N.assignment.is_(None))
    return conditions


def _found(found: Found) -> ColumnElement[bool]:
    conditions = [_among(_N.customer_id, found.customers), _among(_N.service_id, found.services)]
    if found.prefix:
        conditions.append(within_prefix(_N.e164, found.prefix))
    return or_(false(), *(condition for condition in conditions if condition is not None))


def _among(column: Any, ids: Sequence[UUID]) -> ColumnElement[bool] | None:
    """Return "the column is one of these"; None where there are none, so that the others can use their index."""
    if len(ids) < 2:  # noqa: PLR2004  # one is a case of its own: its rows lie in order in an index
        return column == ids[0] if ids else None
    among: ColumnElement[bool] = column == any_(literal(list(ids), ARRAY(column.type)))
    return among
