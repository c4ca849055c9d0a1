"""Drifts: where Control Hub differs from what stands here."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import described
from schema.ids import encode
from schema.scalars import PhoneNumber
from schema.types.nodes import Node
from schema.types.numbers import Number
from schema.types.services import Location, Service, load_service
from store.drifts import DriftRow
from store.vocabulary import DriftEnd, DriftKind


@strawberry.type(
    description="A difference between Control Hub and what stands here, about one number. It is open until it is "
    "accepted (driftsAccept), repaired (driftsRepair), or gone at a later reconciliation."
)
class Drift(Node):
    """A drift."""

    kind: DriftKind = described("How Control Hub differs.")
    number: PhoneNumber = described("The number in E.164 format.")
    location: Location | None = described(
        "The location at which Control Hub has the number; null where it does not have it, or where that is unknown."
    )
    hub_location_id: str | None = described(
        "Control Hub's id of that location, known here or not; null where Control Hub does not say one."
    )
    here: str | None = described(
        "What stands here: the name of its location, its usage (NONE, SERVICE), ACTIVE, or whom it was assigned to; "
        "null for MISSING_REMOTELY and UNKNOWN_HERE."
    )
    there: str | None = described(
        "What Control Hub has in its place: the name of a location or its id, a usage, INACTIVE, or whom the number is "
        "assigned to; null for nobody and for MISSING_REMOTELY."
    )
    found_at: datetime = described("When it was found.")
    ended_at: datetime | None = described("When it came to its end; null while it is open.")
    ending: DriftEnd | None = described("How it came to its end; null while it is open.")
    number_key: strawberry.Private[UUID | None]
    service_key: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: DriftRow) -> Self:
        """Convert a row."""
        drift, place = row
        return cls(
            id=strawberry.ID(encode("Drift", drift.id)),
            kind=drift.kind,
            number=PhoneNumber(drift.e164),
            location=Location.of(place) if place else None,
            hub_location_id=drift.hub_location_id,
            here=drift.here,
            there=place.name if place and drift.kind is DriftKind.OTHER_LOCATION else drift.there,
            found_at=drift.found_at,
            ended_at=drift.ended_at,
            ending=drift.ending,
            number_key=drift.number_id,
            service_key=drift.service_id,
        )

    @strawberry.field(description="The number as it stands here; null where no service of the organization has it.")
    async def number_row(self, info: Info) -> Number | None:
        """Load the number."""
        row = await info.context.loaders.numbers.load(self.number_key) if self.number_key else None
        return Number.of(row) if row else None

    @strawberry.field(description="The service whose reconciliation found it.")
    async def service(self, info: Info) -> Service:
        """Load the service."""
        return await load_service(info, self.service_key)
