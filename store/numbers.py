"""Statements on numbers: the Numbers Management page, and who holds which number."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, text

from store.database import Reading, Transaction
from store.paging import Key, Order, Page, Window, count, id_key, page
from store.records import Records
from store.scope import within
from store.searching import within_prefix
from store.tables import Customer, Location, Number, Service, Tenant, Upload
from store.vocabulary import NumberSource, NumberStatus, NumberType, SyncState

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
class NumberFilter:
    """Which numbers; None leaves a criterion out. `starts_with` is the beginning of the E.164 number, with its plus."""

    below: Tenant | None = None
    customer_id: UUID | None = None
    service_id: UUID | None = None
    location_id: UUID | None = None
    upload_id: UUID | None = None
    e164: str | None = None
    starts_with: str | None = None
    type: NumberType | None = None
    status: NumberStatus | None = None
    sync_state: SyncState | None = None
    source: NumberSource | None = None


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
        _N.upload_id: wanted.upload_id,
        _N.e164: wanted.e164,
        _N.type: wanted.type,
        _N.status: wanted.status,
        _N.sync_state: wanted.sync_state,
        _N.source: wanted.source,
    }
    query = query.where(
        reading.scope.covers(_N), *(column == value for column, value in exact.items() if value is not None)
    )
    if wanted.below is not None:
        query = query.where(within(wanted.below, _N))
    if wanted.starts_with:
        query = query.where(within_prefix(_N.e164, wanted.starts_with))
    return query
