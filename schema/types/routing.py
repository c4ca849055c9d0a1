"""Calling profiles and SIP connections."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import described
from schema.ids import encode
from schema.types.nodes import Node
from store import tables

if TYPE_CHECKING:
    from schema.types.services import Service


@strawberry.type(description="An SBC device that routes calls.")
class SbcDevice:
    """A device of a calling profile."""

    name: str = described("The name of the device.")
    trunks: list[str] = described("The trunks of the calling profile on this device.")


@strawberry.type(
    description="A container of trunks and emergency strings, mapped to SBC devices. Made by the platform's operator."
)
class CallingProfile(Node):
    """A calling profile."""

    name: str = described("The name of the profile.")
    carrier: str = described("The carrier behind the trunks.")
    region: str = described("The region it serves.")
    sbc_devices: list[SbcDevice] = described("The SBC devices that route its calls, with their trunks.")
    emergency_strings: list[str] = described("The strings that reach emergency services.")
    created_at: datetime = described("When it was created.")

    @classmethod
    def of(cls, row: tables.CallingProfile) -> Self:
        """Convert a row."""
        return cls(
            id=strawberry.ID(encode("CallingProfile", row.id)),
            name=row.name,
            carrier=row.carrier,
            region=row.region,
            sbc_devices=[SbcDevice(name=device["name"], trunks=device["trunks"]) for device in row.sbc_devices],
            emergency_strings=row.emergency_strings,
            created_at=row.created_at,
        )


@strawberry.type(description="A PSTN SIP connection of a service; numbers hang on it and take its calling profile.")
class SipConnection(Node):
    """A SIP connection."""

    name: str = described("The name, unique in the service: uploads may name it.")
    created_at: datetime = described("When it was created.")
    deleted_at: datetime | None = described(
        "When it was deleted; null while it is in use or may be used. Uploads and numbers of before still show it."
    )
    profile_id: strawberry.Private[UUID]
    service_key: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: tables.SipConnection) -> Self:
        """Convert a row."""
        return cls(
            id=strawberry.ID(encode("SipConnection", row.id)),
            name=row.name,
            created_at=row.created_at,
            deleted_at=row.deleted_at,
            profile_id=row.calling_profile_id,
            service_key=row.service_id,
        )

    @strawberry.field(description="The service it belongs to.")
    async def service(self, info: Info) -> Annotated["Service", strawberry.lazy("schema.types.services")]:
        """Load the service."""
        from schema.types.services import load_service  # noqa: PLC0415  # a service has connections has a service

        return await load_service(info, self.service_key)

    @strawberry.field(description="The calling profile that routes the numbers of this connection.")
    async def calling_profile(self, info: Info) -> CallingProfile:
        """Load the profile."""
        row = await info.context.loaders.calling_profiles.load(self.profile_id)
        assert row is not None  # noqa: S101  # a foreign key promises it
        return CallingProfile.of(row)
