"""Statements of a reconciliation: what stands here, what was found before, and writing down what is different now."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlmodel import col

from store.database import Reading, Transaction
from store.tables import Drift, Location, Number, Service
from store.vocabulary import DriftKind, NumberStatus, NumberType, SyncState, SyncTask

Item = TypeVar("Item")

_LIVE = (NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED, NumberStatus.COOLING)

_ROWS_AT_ONCE = 5_000
"""How many numbers are read, or written, together: few enough to be held beside all that Control Hub has."""


class Held(NamedTuple):
    """A number of the service, as far as Control Hub can differ from it; the location by its id and name there."""

    id: UUID
    e164: str
    type: NumberType
    status: NumberStatus
    sync_state: SyncState
    task: SyncTask
    assignment: str | None
    hub_location_id: str | None
    location_name: str
    moved_at: datetime | None
    """When it was last sent, answered or given back."""


class Standing(NamedTuple):
    """A difference that was found before and lasts as far as is known; `tolerated` says that it was accepted so."""

    id: UUID
    kind: DriftKind
    e164: str
    number_id: UUID | None
    hub_location_id: str | None
    here: str | None
    there: str | None
    tolerated: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs about one number, in the words of the API; the location is the one at which Control Hub has it."""

    kind: DriftKind
    e164: str
    number_id: UUID | None = None
    hub_location_id: str | None = None
    here: str | None = None
    there: str | None = None


async def held(transaction: Transaction, service_id: UUID, begun: datetime) -> AsyncIterator[Held]:
    """Yield the live numbers of the service, and those that moved after `begun`, unordered."""
    moved_at = func.greatest(col(Number.sent_at), col(Number.synced_at), col(Number.released_at))
    query = (
        select(
            col(Number.id),
            col(Number.e164),
            col(Number.type),
            col(Number.status),
            col(Number.sync_state),
            col(Number.task),
            col(Number.assignment),
            col(Location.hub_id),
            col(Location.name),
            moved_at,
        )
        .join(Location, col(Location.id) == col(Number.location_id))
        .where(
            transaction.scope.covers(Number),
            col(Number.service_id) == service_id,
            or_(col(Number.status).in_(_LIVE), moved_at > begun),
        )
    )
    found = await transaction.session.stream(query.execution_options(yield_per=_ROWS_AT_ONCE))
    async for some in found.partitions():
        for row in some:
            yield Held(*row)


async def expected(reading: Reading, service_id: UUID) -> set[str]:
    """Return the numbers of the service that Control Hub should have, as far as is known."""
    query = select(col(Number.e164)).where(
        reading.scope.covers(Number),
        col(Number.service_id) == service_id,
        col(Number.status) == NumberStatus.ACTIVE,
        col(Number.sync_state) == SyncState.SYNCED,
    )
    return set((await reading.session.scalars(query)).all())


_ELSEWHERE = text("""
SELECT DISTINCT n.e164 FROM number AS n JOIN service AS s ON s.id = n.service_id
WHERE s.organization_id = :organization AND s.id <> :service AND n.e164 = ANY(:numbers)
  AND (n.status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING') OR greatest(n.sent_at, n.released_at) > :begun)
""")


async def held_elsewhere(
    transaction: Transaction, service: Service, numbers: Collection[str], begun: datetime
) -> set[str]:
    """Return those of the numbers that another service of the organization has, or had after `begun`.

    Whoever owns that service: for a reconciliation to leave them out, not to be shown.
    """
    parameters = {"organization": service.organization_id, "service": service.id, "begun": begun}
    found = await transaction.session.execute(_ELSEWHERE, {**parameters, "numbers": list(numbers)})
    return set(found.scalars().all())


async def standing(transaction: Transaction, service_id: UUID) -> list[Standing]:
    """Return what differs as far as is known: the open drifts of the service, and those accepted as they are."""
    columns = [getattr(Drift, name) for name in Standing._fields]
    query = select(*columns).where(
        transaction.scope.covers(Drift),
        col(Drift.service_id) == service_id,
        or_(col(Drift.ended_at).is_(None), col(Drift.tolerated)),
    )
    return [Standing(*row) for row in (await transaction.session.execute(query)).all()]


_OPEN = text("""
INSERT INTO drift (provider_id, channel_id, customer_id, service_id, kind, e164, number_id, hub_location_id, here,
                   there, found_at)
SELECT s.provider_id, s.channel_id, s.customer_id, s.id, d.*, CAST(:at AS timestamptz)
FROM service AS s, unnest(CAST(:kinds AS text[]), CAST(:numbers AS text[]), CAST(:ids AS uuid[]),
                          CAST(:locations AS text[]), CAST(:heres AS text[]), CAST(:theres AS text[])) AS d
WHERE s.id = :service
""")


async def open_drifts(transaction: Transaction, service_id: UUID, found: Sequence[Difference], at: datetime) -> None:
    """Store differences that do not stand yet."""
    for some in _portions(found):
        columns = {
            "kinds": [one.kind.value for one in some],
            "numbers": [one.e164 for one in some],
            "ids": [one.number_id for one in some],
            "locations": [one.hub_location_id for one in some],
            "heres": [one.here for one in some],
            "theres": [one.there for one in some],
        }
        await transaction.session.execute(_OPEN, {**columns, "service": service_id, "at": at})


_RENEW = text("""
UPDATE drift SET number_id = d.number_id, hub_location_id = d.location, here = d.here, there = d.there
FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS uuid[]), CAST(:locations AS text[]), CAST(:heres AS text[]),
            CAST(:theres AS text[])) AS d (id, number_id, location, here, there)
WHERE drift.id = d.id
""")


async def renew_drifts(transaction: Transaction, found: Mapping[UUID, Difference]) -> None:
    """Bring standing drifts up to date, by their ids: Control Hub still differs, but in another way."""
    columns = {
        "ids": list(found),
        "numbers": [one.number_id for one in found.values()],
        "locations": [one.hub_location_id for one in found.values()],
        "heres": [one.here for one in found.values()],
        "theres": [one.there for one in found.values()],
    }
    await transaction.session.execute(_RENEW, columns)


_END = text("""
UPDATE drift SET tolerated = false, ended_at = coalesce(ended_at, :at), ending = coalesce(ending, 'GONE')
WHERE id = ANY(:ids)
""")


async def end_drifts(transaction: Transaction, ids: Sequence[UUID], at: datetime) -> None:
    """End what no longer differs; what had been accepted stays so."""
    await transaction.session.execute(_END, {"ids": list(ids), "at": at})


_SET_STATES = text("""
UPDATE number SET sync_state = n.state, synced_at = CASE WHEN n.state = 'SYNCED' THEN :at ELSE synced_at END,
                  error_code = NULL, error_message = NULL, error_tracking_id = NULL, error_retryable = false
FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[])) AS n (id, state)
WHERE number.id = n.id
""")


async def set_states(transaction: Transaction, states: Mapping[UUID, SyncState], at: datetime) -> None:
    """Write where numbers stand, by their ids; what Control Hub said against them before is forgotten."""
    for some in _portions(list(states.items())):
        columns = {"ids": [number for number, _ in some], "states": [state.value for _, state in some], "at": at}
        await transaction.session.execute(_SET_STATES, columns)


_ASSIGN = text("""
UPDATE number SET assignment = n.assignment
FROM unnest(CAST(:ids AS uuid[]), CAST(:assignments AS text[])) AS n (id, assignment)
WHERE number.id = n.id
""")


async def assign(transaction: Transaction, assignments: Mapping[UUID, str | None]) -> None:
    """Write whom numbers are assigned to, by their ids."""
    for some in _portions(list(assignments.items())):
        columns = {"ids": [number for number, _ in some], "assignments": [assignment for _, assignment in some]}
        await transaction.session.execute(_ASSIGN, columns)


_COUNT = text("""
UPDATE service SET counted_at = :at, unused_dids = n.unused, user_dids = n.users, contact_center_dids = n.agents,
                   service_dids = n.services, service_cac = least(n.cac, 2147483647)
FROM (
    SELECT count(*) FILTER (WHERE assignment IS NULL) AS unused,
           count(*) FILTER (WHERE type = 'USER') AS users,
           count(*) FILTER (WHERE type = 'CONTACT_CENTER') AS agents,
           count(*) FILTER (WHERE type = 'SERVICE') AS services,
           coalesce(sum(cac) FILTER (WHERE type = 'SERVICE'), 0) AS cac
    FROM number WHERE service_id = :service AND status = 'ACTIVE' AND sync_state = 'SYNCED'
) AS n
WHERE id = :service
""")
"""The sum stops at the largest number that the API can say."""


async def count_licences(transaction: Transaction, service_id: UUID, at: datetime) -> None:
    """Count what Control Hub has of the service as it stands here: by type, and those assigned to nobody."""
    await transaction.session.execute(_COUNT, {"service": service_id, "at": at})


def _portions(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + _ROWS_AT_ONCE] for start in range(0, len(items), _ROWS_AT_ONCE))
