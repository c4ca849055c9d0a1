"""Statements on numbers: the Numbers Management page, and who holds which number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import aliased
from sqlmodel import col

from store.database import Reading, Transaction
from store.paging import Key, Order, Page, Window, count, id_key, page
from store.scope import within
from store.searching import within_prefix
from store.tables import Customer, Location, Number, Service, Tenant, Upload
from store.vocabulary import NumberSource, NumberStatus, NumberType, SyncState

_Channel: Any = aliased(Tenant)


class NumberRow(NamedTuple):
    """A line of the Numbers Management page."""

    number: Number
    location: Location
    service: Service
    customer: Customer
    channel_name: str | None


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


BY_ACQUISITION = Order("ACQUIRED_AT", (id_key(Number),), descending=True)
BY_NUMBER = Order("NUMBER", (Key(col(Number.e164), lambda row: row[0].e164), id_key(Number)))


async def listing(reading: Reading, wanted: NumberFilter, order: Order, window: Window) -> Page[NumberRow]:
    """Return a page of numbers with their locations, services and customers."""
    return await page(reading, _narrowed(_rows(), reading, wanted), order, window)


async def rows(reading: Reading, ids: list[UUID]) -> list[NumberRow | None]:
    """Return numbers with what belongs to them in the order of the ids, None where there is none in scope."""
    query = _narrowed(_rows(), reading, NumberFilter()).where(col(Number.id).in_(set(ids)))
    found = {row[0].id: NumberRow(*row) for row in (await reading.session.execute(query)).all()}
    return [found.get(wanted) for wanted in ids]


async def total(reading: Reading, wanted: NumberFilter) -> int:
    """Return how many numbers `listing` has."""
    return await count(reading, _narrowed(select(col(Number.id)), reading, wanted))


@dataclass(frozen=True, slots=True)
class Held:
    """A number that somebody has already: this service, or somebody else (never said who)."""

    e164: str
    here: bool


async def held(reading: Reading, spans: Sequence[tuple[str, str]], service_id: UUID) -> list[Held]:
    """Return which live numbers of the whole platform lie in the spans (first, last), ends included."""
    if not spans:
        return []
    found = await reading.session.execute(
        text("SELECT e164, here FROM numbers_held(:firsts, :lasts, :service)"),
        {"firsts": [first for first, _ in spans], "lasts": [last for _, last in spans], "service": service_id},
    )
    return [Held(*row) for row in found.all()]


_TAKE = text("""
INSERT INTO number (provider_id, channel_id, customer_id, service_id, location_id, sip_connection_id, upload_id,
                    e164, calling_code, area_code, subscriber_number, type, phone_type, cac, service_info,
                    status, sync_state, source)
SELECT u.provider_id, u.channel_id, u.customer_id, u.service_id, u.location_id, u.sip_connection_id, u.id,
       '+' || n, e.calling_code, e.area_code, substr(n::text, 1 + length(e.calling_code || e.area_code)),
       u.number_type, u.phone_type, u.cac, u.service_info,
       'ACTIVE', :sync_state, CASE e.kind WHEN 'FILE_ROW' THEN 'FILE' ELSE 'ENTRY' END
FROM upload u
JOIN upload_entry e ON e.upload_id = u.id AND e.verdict IN ('VALID', 'WARNING')
CROSS JOIN LATERAL generate_series(substr(e.first, 2)::bigint, substr(e.last, 2)::bigint) AS n
WHERE u.id = :upload
ORDER BY n
ON CONFLICT (e164) WHERE status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING') DO NOTHING
""")
"""Every upload takes numbers in ascending order, so that two that race for the same ones cannot deadlock."""


async def take(transaction: Transaction, upload: Upload, sync_state: SyncState) -> int:
    """Make numbers of all valid entries of the upload; return how many.

    A number that somebody else took a moment ago is left out: compare with the entries.
    """
    result: Any = await transaction.session.execute(_TAKE, {"upload": upload.id, "sync_state": sync_state.value})
    taken: int = result.rowcount
    return taken


async def of_upload(reading: Reading, upload_id: UUID) -> set[str]:
    """Return the E.164 numbers that the upload made."""
    query = select(col(Number.e164)).where(reading.scope.covers(Number), col(Number.upload_id) == upload_id)
    return set((await reading.session.scalars(query)).all())


def _rows() -> Any:
    return (
        select(Number, Location, Service, Customer, _Channel.name)
        .join(Location, col(Location.id) == col(Number.location_id))
        .join(Service, col(Service.id) == col(Number.service_id))
        .join(Customer, col(Customer.id) == col(Number.customer_id))
        .outerjoin(_Channel, col(_Channel.id) == col(Number.channel_id))
    )


def _narrowed(query: Select[Any], reading: Reading, wanted: NumberFilter) -> Select[Any]:
    exact = {
        col(Number.customer_id): wanted.customer_id,
        col(Number.service_id): wanted.service_id,
        col(Number.location_id): wanted.location_id,
        col(Number.upload_id): wanted.upload_id,
        col(Number.e164): wanted.e164,
        col(Number.type): wanted.type,
        col(Number.status): wanted.status,
        col(Number.sync_state): wanted.sync_state,
        col(Number.source): wanted.source,
    }
    query = query.where(
        reading.scope.covers(Number), *(column == value for column, value in exact.items() if value is not None)
    )
    if wanted.below is not None:
        query = query.where(within(wanted.below, Number))
    if wanted.starts_with:
        query = query.where(within_prefix(col(Number.e164), wanted.starts_with))
    return query
