"""Following the status of services."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import described
from schema.inputs.naming import ServiceBy
from schema.subscriptions.positions import CURSOR, AfterEvent, decode_position, encode_position
from schema.types.services import Service
from store import services, tables
from store.errors import NumberlineError
from store.lookup import one
from store.services import ServiceRow
from store.vocabulary import EventKind, ServiceStatus


@strawberry.type(
    description="A service went from one status to another; the first event without `after` is the present."
)
class ServiceStatusChange:
    """A change, or the present."""

    cursor: str = described(CURSOR)
    previous_status: ServiceStatus | None = described("The status before; null for the present and at onboarding.")
    status: ServiceStatus = described("The status it went to.")
    at: datetime = described("When.")
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

    @strawberry.subscription(description="Every status that these services go through: none is left out.")
    async def service_status_changed(
        self, info: Info, services: Followed, after: AfterEvent = None
    ) -> AsyncIterator[ServiceStatusChange]:
        """Yield the present or what was missed, then changes as they happen."""
        if not 1 <= len(services) <= MOST_SERVICES:
            raise ServicesOutOfRange
        async with info.context.desk.read() as reading:
            ids = [(await one(reading, tables.Service, by.name("services"))).id for by in services]
        if after is not None:
            position = decode_position(after)
        else:
            present, position = await _present(info, ids)
            for change in present:
                yield change
        async for change in _changes(info, ids, position):
            yield change


async def _present(info: Info, ids: list[UUID]) -> tuple[list[ServiceStatusChange], int]:
    async with info.context.desk.read() as reading:
        rows, head = await services.with_event_head(reading, ids)
    return [_now(row, head) for row in rows], head


def _now(row: ServiceRow, head: int) -> ServiceStatusChange:
    return ServiceStatusChange(
        cursor=encode_position(head),
        previous_status=None,
        status=row.service.status,
        at=row.service.last_modified_at,
        service=Service.of(row),
    )


async def _changes(info: Info, ids: list[UUID], position: int) -> AsyncIterator[ServiceStatusChange]:
    async for events in info.context.services.feed.follow(info.context.scope, position, ids):
        for event in events:
            if event.kind is EventKind.SERVICE_STATUS and event.after is not None:
                row = await info.context.loaders.services.load(event.service_id)
                yield ServiceStatusChange(
                    cursor=encode_position(event.id),
                    previous_status=ServiceStatus[event.before] if event.before else None,
                    status=ServiceStatus[event.after],
                    at=event.at,
                    service=Service.of(row) if row else None,
                )
