"""Following the status of services."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import described
from schema.ids import encode
from schema.inputs.naming import ServiceBy
from schema.subscriptions.positions import BEGINNING, CURSOR, AfterEvent, encode_position, resumed, since
from schema.types.services import Service
from store import events, services, tables
from store.database import Reading
from store.errors import NotFound, NumberlineError
from store.lookup import Name, one
from store.services import ServiceRow
from store.vocabulary import EventKind, ServiceStatus


@strawberry.type(
    description="A service went from one status to another; the first event without `after` is the present."
)
class ServiceStatusChange:
    """A change, or the present."""

    cursor: str = described(CURSOR)
    service_id: strawberry.ID = described("The global id of the service, also once it is gone.")
    previous_status: ServiceStatus | None = described("The status before; null for the present and at onboarding.")
    status: ServiceStatus | None = described("The status it went to; null: it has been removed, and this is its end.")
    at: datetime = described("When it happened; of the present: when that last changed.")
    service: Service | None = described("The service as it is now; null once it is gone.")


MOST_SERVICES = 100
"""How many services one subscription follows."""


@dataclass(eq=False)
class ServicesOutOfRange(NumberlineError):
    """One subscription follows 1 to 100 services; use several for more."""

    code = "SERVICES_OUT_OF_RANGE"


Followed = Annotated[list[ServiceBy], strawberry.argument(description="The services to follow, 1 to 100.")]


@strawberry.type
class ServiceSubscriptions:
    """Services."""

    @strawberry.subscription(
        description="Every status that these services go through: none is left out. The last event of a service that "
        "is removed has no status; when all of them are, the subscription completes. Who comes back with `after` still "
        "hears of that end, where the service is named by its id. With the consent it goes to PENDING_PROVISIONING; "
        "its locations are read right after that, and are there when `locationsRefreshedAt` is."
    )
    async def service_status_changed(
        self, info: Info, services: Followed, after: AfterEvent = None
    ) -> AsyncIterator[ServiceStatusChange]:
        """Yield the present or what was missed, then changes as they happen."""
        if not 1 <= len(services) <= MOST_SERVICES:
            raise ServicesOutOfRange
        async with info.context.desk.read() as reading:
            position = await resumed(reading, after)
            ids = [await _followed(reading, by.name("services"), position) for by in services]
        if position is None:
            present, position = await _present(info, ids)
            for change in present:
                yield change
        async for change in _changes(info, ids, position):
            yield change


async def _followed(reading: Reading, name: Name, position: int | None) -> UUID:
    """Return the id of a service, or of one that is gone for somebody who comes back to it. Raises NotFound."""
    try:
        return (await one(reading, tables.Service, name)).id
    except NotFound:
        if position is None or name.id is None or not await events.service_ends(reading, [name.id]):
            raise
        return name.id


async def _present(info: Info, ids: list[UUID]) -> tuple[list[ServiceStatusChange], int]:
    """Return the present of each service, and the id of the newest event. Raises NotFound where one went meanwhile."""
    async with info.context.desk.read() as reading:
        rows, head = await services.with_event_head(reading, ids)
    if len(rows) < len(set(ids)):
        raise NotFound("service", path=("services",))
    *others, last = rows
    return [*(_now(row, BEGINNING) for row in others), _now(last, encode_position(head))], head


def _now(row: ServiceRow, cursor: str) -> ServiceStatusChange:
    return ServiceStatusChange(
        cursor=cursor,
        service_id=strawberry.ID(encode("Service", row.service.id)),
        previous_status=None,
        status=row.service.status,
        at=row.service.last_modified_at,
        service=Service.of(row),
    )


async def _changes(info: Info, ids: list[UUID], position: int) -> AsyncIterator[ServiceStatusChange]:
    async for found in since(info, position, ids):
        for event in found:
            if event.kind is EventKind.SERVICE_STATUS:
                row = await info.context.loaders.services.load(event.service_id)
                yield _change(event, row)


def _change(event: tables.Event, row: ServiceRow | None) -> ServiceStatusChange:
    return ServiceStatusChange(
        cursor=encode_position(event.id),
        service_id=strawberry.ID(encode("Service", event.service_id)),
        previous_status=ServiceStatus[event.before] if event.before else None,
        status=ServiceStatus[event.after] if event.after else None,
        at=event.at,
        service=Service.of(row) if row else None,
    )
