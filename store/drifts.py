"""Statements on drifts: listing them, and settling them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, select, text
from sqlmodel import col

from store.database import Reading, Transaction
from store.paging import Order, Page, Window, count, id_key, page
from store.tables import Drift, Grant, Location, Number, Service
from store.vocabulary import (
    DriftEnd,
    DriftKind,
    GrantStatus,
    NumberStatus,
    NumberType,
    ServiceMode,
    ServiceStatus,
    SyncState,
    SyncTask,
)


class DriftRow(NamedTuple):
    """A drift, and the location of the service at which Control Hub has the number; None where it is none of them."""

    drift: Drift
    location: Location | None


@dataclass(frozen=True, slots=True)
class DriftFilter:
    """Which drifts of a service; None leaves a criterion out."""

    service_id: UUID
    kind: DriftKind | None = None
    is_open: bool | None = None


BY_FINDING = Order("FOUND", (id_key(Drift),), descending=True)


async def listing(reading: Reading, wanted: DriftFilter, window: Window) -> Page[Any]:
    """Return a page of (Drift, Location or None), those found last first."""
    return await page(reading, _narrowed(_select(reading), wanted), BY_FINDING, window)


async def total(reading: Reading, wanted: DriftFilter) -> int:
    """Return how many drifts `listing` has."""
    return await count(reading, _narrowed(select(col(Drift.id)).where(reading.scope.covers(Drift)), wanted))


async def rows(reading: Reading, ids: list[UUID]) -> list[DriftRow | None]:
    """Return drifts with their locations in the order of the ids, None where there is none in scope."""
    found = (await reading.session.execute(_select(reading).where(col(Drift.id).in_(set(ids))))).all()
    by_id = {row[0].id: DriftRow(*row) for row in found}
    return [by_id.get(wanted) for wanted in ids]


async def open_counts(reading: Reading, service_id: UUID) -> dict[DriftKind, int]:
    """Return how many drifts of each kind are open; a kind that has none is left out."""
    query = (
        select(col(Drift.kind), func.count())
        .where(reading.scope.covers(Drift), col(Drift.service_id) == service_id, col(Drift.ended_at).is_(None))
        .group_by(col(Drift.kind))
    )
    return {kind: int(drifts) for kind, drifts in (await reading.session.execute(query)).all()}


async def reconcilable(reading: Reading) -> Sequence[Service]:
    """Return the Integrated services whose customer's consent is in force, those in removal aside."""
    query = (
        select(Service)
        .join(Grant, col(Grant.service_id) == col(Service.id))
        .where(
            reading.scope.covers(Service),
            col(Service.mode) == ServiceMode.INTEGRATED,
            col(Service.status) != ServiceStatus.REMOVING,
            col(Grant.status) == GrantStatus.ACTIVE,
        )
        .order_by(col(Service.id))
    )
    return (await reading.session.scalars(query)).all()


class Contested(NamedTuple):
    """A drift, and how the number stands that it is about: None in all its columns where there is none."""

    id: UUID
    kind: DriftKind
    e164: str
    hub_location_id: str | None
    there: str | None
    ended_at: datetime | None
    number_id: UUID | None
    status: NumberStatus | None
    sync_state: SyncState | None
    task: SyncTask | None
    type: NumberType | None
    cac: int | None
    calling_code: str | None
    location_id: UUID | None
    location_missing_since: datetime | None


async def contested(
    transaction: Transaction, service_id: UUID, ids: Sequence[UUID], kind: DriftKind | None
) -> list[Contested]:
    """Return these drifts of the service or, where a kind is given, all open ones of that kind; by E.164.

    Lock the service before: nobody else changes numbers then on which nothing is under way.
    """
    number = (Number.status, Number.sync_state, Number.task, Number.type, Number.cac, Number.calling_code)
    about: tuple[Any, ...] = (Number.id, *number, Number.location_id, Location.missing_since)
    query = (
        select(*(getattr(Drift, name) for name in Contested._fields[:6]), *about)
        .outerjoin(Number, col(Number.id) == col(Drift.number_id))
        .outerjoin(Location, col(Location.id) == col(Number.location_id))
        .where(transaction.scope.covers(Drift), col(Drift.service_id) == service_id)
    )
    if kind is None:
        query = query.where(col(Drift.id).in_(ids))
    else:
        query = query.where(col(Drift.kind) == kind, col(Drift.ended_at).is_(None))
    found = await transaction.session.execute(query.order_by(col(Drift.e164), col(Drift.id)))
    return [Contested(*row) for row in found.all()]


async def open_kinds(transaction: Transaction, service_id: UUID) -> dict[UUID, set[DriftKind]]:
    """Return the kinds of all open drifts of the service by the number they are about."""
    query = select(col(Drift.number_id), col(Drift.kind)).where(
        transaction.scope.covers(Drift), col(Drift.service_id) == service_id, col(Drift.ended_at).is_(None)
    )
    found: dict[UUID, set[DriftKind]] = {}
    for number_id, kind in (await transaction.session.execute(query)).all():
        if number_id is not None:
            found.setdefault(number_id, set()).add(kind)
    return found


_END = text("""
UPDATE drift SET ended_at = :at, ending = :ending, tolerated = kind = ANY(:tolerated)
WHERE service_id = :service AND id = ANY(:ids) AND ended_at IS NULL
""")


async def end(
    transaction: Transaction,
    service_id: UUID,
    ids: Sequence[UUID],
    ending: DriftEnd,
    at: datetime,
    tolerated: Sequence[DriftKind] = (),
) -> None:
    """End drifts; those of a `tolerated` kind are not reported again as long as they last."""
    values = {"ending": ending.value, "tolerated": [kind.value for kind in tolerated]}
    await transaction.session.execute(_END, {"service": service_id, "ids": list(ids), "at": at, **values})


@dataclass(slots=True)
class Settled:
    """What becomes of a number when drifts about it are settled."""

    number_id: UUID
    status: NumberStatus
    sync_state: SyncState
    task: SyncTask
    type: NumberType
    cac: int | None
    location_id: UUID


_SETTLE = text("""
UPDATE number SET status = n.status, sync_state = n.state, task = n.task, type = n.type, cac = n.cac,
                  location_id = n.location, attempts = 0, error_code = NULL, error_message = NULL,
                  error_tracking_id = NULL, error_retryable = false,
                  released_at = CASE WHEN n.status = 'RELEASED' THEN CAST(:at AS timestamptz) ELSE released_at END
FROM unnest(CAST(:ids AS uuid[]), CAST(:statuses AS text[]), CAST(:states AS text[]), CAST(:tasks AS text[]),
            CAST(:types AS text[]), CAST(:cacs AS integer[]), CAST(:locations AS uuid[]))
     AS n (id, status, state, task, type, cac, location)
WHERE number.id = n.id AND number.service_id = :service
""")


async def settle(transaction: Transaction, service_id: UUID, settled: Sequence[Settled], at: datetime) -> None:
    """Write what becomes of numbers of the service; what Control Hub said against them before is forgotten."""
    columns = {
        "ids": [number.number_id for number in settled],
        "statuses": [number.status.value for number in settled],
        "states": [number.sync_state.value for number in settled],
        "tasks": [number.task.value for number in settled],
        "types": [number.type.value for number in settled],
        "cacs": [number.cac for number in settled],
        "locations": [number.location_id for number in settled],
    }
    await transaction.session.execute(_SETTLE, {**columns, "service": service_id, "at": at})


def _select(reading: Reading) -> Select[Any]:
    there = and_(col(Location.service_id) == col(Drift.service_id), col(Location.hub_id) == col(Drift.hub_location_id))
    columns: tuple[Any, ...] = (Drift, Location)
    return select(*columns).outerjoin(Location, there).where(reading.scope.covers(Drift))


def _narrowed(query: Select[Any], wanted: DriftFilter) -> Select[Any]:
    query = query.where(col(Drift.service_id) == wanted.service_id)
    if wanted.kind is not None:
        query = query.where(col(Drift.kind) == wanted.kind)
    if wanted.is_open is not None:
        query = query.where(col(Drift.ended_at).is_(None) if wanted.is_open else col(Drift.ended_at).is_not(None))
    return query
