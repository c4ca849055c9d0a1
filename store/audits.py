"""Statements on the audit trail; writing it is `provisioning.journal`'s."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, and_, cast, func, literal, or_, select, text
from sqlalchemy.orm import defer
from sqlmodel import col

from store.actions import AuditAction
from store.database import Reading
from store.paging import Key, Order, Page, Window, count, id_key, page, parse_moment
from store.scope import within
from store.searching import ALWAYS, Period
from store.spans import Span, digits
from store.tables import AuditEvent, Number, Tenant

BY_TIME = Order(
    "AT", (Key(col(AuditEvent.at), lambda row: row[0].at, parse_moment), id_key(AuditEvent)), descending=True
)
"""What one transaction did has one time, and is in the order in which it was done."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A row that is there, or was: its table, and its key."""

    table: str
    id: UUID


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which events; what is None or empty leaves a criterion out. An entity that is a number: what named it."""

    below: Tenant | None = None
    customer_id: UUID | None = None
    service_id: UUID | None = None
    entity: Entity | None = None
    number: str | None = None
    actor: str | None = None
    actions: Collection[AuditAction] = ()
    at: Period = ALWAYS


async def listing(reading: Reading, wanted: AuditFilter, order: Order, window: Window) -> Page[Any]:
    """Return a page of (AuditEvent,), without the numbers: there may be many, see `numbers`."""
    return await page(reading, _query(reading, wanted), order, window)


async def total(reading: Reading, wanted: AuditFilter) -> int:
    """Return how many events `listing` has."""
    return await count(reading, _query(reading, wanted))


async def rows(reading: Reading, ids: list[UUID]) -> list[AuditEvent | None]:
    """Return the events in the order of the ids, None where there is none in scope."""
    found = await reading.session.scalars(_query(reading, AuditFilter()).where(col(AuditEvent.id).in_(set(ids))))
    by_id = {row.id: row for row in found.all()}
    return [by_id.get(wanted) for wanted in ids]


_NUMBERS = text("""
SELECT a.id, n.first, n.last
FROM audit_event AS a, LATERAL (
    SELECT lower(one) AS first, upper(one) - 1 AS last FROM unnest(a.numbers) AS one LIMIT :most
) AS n
WHERE a.id = ANY(:ids) ORDER BY a.id, n.first
""")


async def numbers(reading: Reading, ids: list[UUID], most: int) -> list[list[Span]]:
    """Return the numbers that events in scope have named, in the order of the ids: at most so many spans of each."""
    visible = await reading.session.scalars(
        select(col(AuditEvent.id)).where(reading.scope.covers(AuditEvent), col(AuditEvent.id).in_(set(ids)))
    )
    found = await reading.session.execute(_NUMBERS, {"ids": list(visible.all()), "most": most})
    spans: dict[UUID, list[Span]] = {}
    for row in found.all():
        spans.setdefault(row.id, []).append(Span.between(row.first, row.last))
    return [spans.get(wanted, []) for wanted in ids]


def _query(reading: Reading, wanted: AuditFilter) -> Select[Any]:
    conditions = [reading.scope.covers(AuditEvent), wanted.at.covers(col(AuditEvent.at))]
    if wanted.below is not None:
        conditions.append(within(wanted.below, AuditEvent))
    if wanted.customer_id is not None:
        conditions.append(col(AuditEvent.customer_id) == wanted.customer_id)
    if wanted.service_id is not None:
        conditions.append(col(AuditEvent.service_id) == wanted.service_id)
    if wanted.entity is not None:
        conditions.append(_about(reading, wanted.entity))
    if wanted.number is not None:
        conditions.append(_named(literal(digits(wanted.number), BigInteger)))
    if wanted.actor is not None:
        conditions.append(_done_by(reading, wanted.actor))
    if wanted.actions:
        conditions.append(col(AuditEvent.action).in_(wanted.actions))
    return select(AuditEvent).where(*conditions).options(defer(AuditEvent.numbers))  # type: ignore[arg-type]  # SQLModel's types


def _about(reading: Reading, entity: Entity) -> Any:
    if entity.table != Number.__tablename__:
        return and_(col(AuditEvent.entity_id) == entity.id, col(AuditEvent.entity) == entity.table)
    mine = (reading.scope.covers(Number), col(Number.id) == entity.id)
    its_service = select(col(Number.service_id)).where(*mine).scalar_subquery()
    its_digits = select(cast(func.substr(col(Number.e164), 2), BigInteger)).where(*mine).scalar_subquery()
    return and_(col(AuditEvent.service_id) == its_service, _named(its_digits))


def _named(number: Any) -> Any:
    """Return "named this number", which is an integer here."""
    numbers: Any = AuditEvent.numbers
    return and_(numbers.is_not(None), numbers.op("@>")(number))


def _done_by(reading: Reading, actor: str) -> Any:
    """Return "was done by this actor, and it may be known here that it was"."""
    level: Any = col(AuditEvent.actor_level)
    return and_(col(AuditEvent.actor) == actor, or_(level.is_(None), level.in_(reading.scope.names)))
