"""Services and their locations."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self
from uuid import UUID

import strawberry

from provisioning.removal import progress
from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.describing import described
from schema.downloads import hand_over_path
from schema.ids import encode
from schema.scalars import CallingCode, CountryCode, PhoneNumber
from schema.types.consents import Consent, Invitation
from schema.types.nodes import Node
from schema.types.removals import ServiceRemoval
from schema.types.routing import SipConnection
from schema.types.tenancy import Customer
from schema.types.waiting import Waiting
from store import drifts, locations, routing, tables
from store.drifts import DriftFilter
from store.errors import NotFound
from store.services import ServiceRow
from store.vocabulary import DriftKind, LocationSource, PstnConnection, ServiceKind, ServiceMode, ServiceStatus

Attached = Annotated[
    bool | None, strawberry.argument(description="Only locations that are attached, or only those that are not.")
]

OfKind = Annotated[DriftKind | None, strawberry.argument(description="Only drifts of this kind.")]
Open = Annotated[
    bool | None,
    strawberry.argument(description="Only drifts that are open, or only those that have ended; null: both."),
]

if TYPE_CHECKING:
    # Drifts are made of numbers, and those of services.
    from schema.types.drifts import Drift


@strawberry.type(description="A site of the customer. Numbers are uploaded to a location that is attached.")
class Location(Node):
    """A location."""

    name: str = described("The name of the location.")
    reference: str | None = described("The caller's own name for it, unique in the service; null where none was given.")
    country: CountryCode | None = described("The country; null where Control Hub gives none.")
    calling_code: CallingCode | None = described(
        "Every number uploaded to this location begins with + and this code; null where the country is not known."
    )
    source: LocationSource = described("Whether Control Hub gave it or it was entered by hand.")
    attached: bool = described("Whether it is attached to the service, so that numbers can be uploaded to it.")
    attached_at: datetime | None = described("When it was attached; null while it is not.")
    hub_id: str | None = described("Its id in Control Hub; null when entered by hand.")
    pstn_connection: PstnConnection | None = described("How it reaches the PSTN; null when entered by hand.")
    main_number: PhoneNumber | None = described(
        "Its main number in Control Hub; null where it has none, and when entered by hand."
    )
    service_key: strawberry.Private[UUID]
    missing_since: datetime | None = described("Since when Control Hub no longer has it; null while it does.")

    @classmethod
    def of(cls, row: tables.Location) -> Self:
        """Convert a row."""
        return cls(
            id=strawberry.ID(encode("Location", row.id)),
            name=row.name,
            reference=row.reference,
            country=CountryCode(row.country) if row.country else None,
            calling_code=CallingCode(row.calling_code) if row.calling_code else None,
            source=row.source,
            attached=row.attached_at is not None,
            attached_at=row.attached_at,
            hub_id=row.hub_id,
            pstn_connection=row.pstn_connection,
            main_number=PhoneNumber(row.main_number) if row.main_number else None,
            missing_since=row.missing_since,
            service_key=row.service_id,
        )

    @strawberry.field(description="The service it belongs to.")
    async def service(self, info: Info) -> Annotated["Service", strawberry.lazy("schema.types.services")]:
        """Load the service."""
        return await load_service(info, self.service_key)


@strawberry.type(
    description="The licence counters of an Integrated service: of the numbers that are SYNCED, counted by every "
    "reconciliation, once a day at least."
)
class LicenceCounters:
    """What was counted, and when."""

    counted_at: datetime = described("When they were counted.")
    unused_dids: int = described("Numbers of any type that are assigned to nobody.")
    user_dids: int = described("Numbers of calling users.")
    contact_center_dids: int = described("Contact Center numbers.")
    service_dids: int = described("Service numbers.")
    service_cac: int = described("The CAC values of the service numbers, summed.")


@strawberry.type(description="How many drifts of a kind are open.")
class DriftCount:
    """A count."""

    kind: DriftKind = described("The kind.")
    count: int = described("How many of them are open.")


@strawberry.type(description="A Webex Cloud Connect or CX service: a line of the Customer Leads page.")
class Service(Node):
    """A service."""

    key: strawberry.Private[UUID]
    preloaded: strawberry.Private[tables.Customer | None]
    full_name: str = described("The full name of the customer.")
    name: str = described("The name of the service.")
    channel_name: str | None = described("The name of the channel; null where the customer has none.")
    reference: str | None = described(
        "The caller's own name for it, unique in the customer; null where none was given."
    )
    kind: ServiceKind = described("What is sold to the customer.")
    mode: ServiceMode = described("Whether Control Hub is synced or the customer adds numbers by hand.")
    status: ServiceStatus = described("The deployment status; subscribe to serviceStatusChanged to follow it.")
    organization_id: str | None = described("The Webex organization; null until consent, or where not entered.")
    consented_at: datetime | None = described(
        "When the customer consented, null until then; Non-Integrated: when it was deployed."
    )
    last_modified_at: datetime = described("When the service was last changed, for example by an upload.")
    created_at: datetime = described("When it was onboarded.")
    locations_refreshed_at: datetime | None = described(
        "When its locations were last read from Control Hub; null until the first time."
    )
    waiting: Waiting | None = described(
        "Why its sync waits: numbers that are to come, go or change wait with it. Null while nothing is in the way."
    )
    reconciled_at: datetime | None = described(
        "When its numbers were last compared with Control Hub; null until the first time."
    )
    licence_counters: LicenceCounters | None = described(
        "The licence counters; null until they are counted for the first time."
    )

    @classmethod
    def of(cls, row: ServiceRow) -> Self:
        """Convert a row."""
        service, customer, channel_name = row
        return cls(
            id=strawberry.ID(encode("Service", service.id)),
            key=service.id,
            preloaded=customer,
            full_name=customer.full_name,
            name=service.name,
            channel_name=channel_name,
            reference=service.reference,
            kind=service.kind,
            mode=service.mode,
            status=service.status,
            organization_id=service.organization_id,
            consented_at=service.consented_at,
            last_modified_at=service.last_modified_at,
            created_at=service.created_at,
            locations_refreshed_at=service.locations_refreshed_at,
            waiting=Waiting.of(service.waiting_code, service.waiting_message, service.sync_resumes_at),
            reconciled_at=service.reconciled_at,
            licence_counters=_counters(service),
        )

    @strawberry.field(description="The customer attached to the service.")
    def customer(self) -> Customer:
        """Return the customer that came with the row."""
        assert self.preloaded is not None  # noqa: S101  # a service is always read with its customer
        return Customer.of(self.preloaded)

    @strawberry.field(
        description="Where the list of the numbers is that the customer adds to Control Hub by hand: a path on this "
        "server, to be read with the same token; null when Integrated. `?all=true`: those already added, too."
    )
    def hand_over_url(self) -> str | None:
        """Return the path of the hand-over list."""
        return None if self.mode is ServiceMode.INTEGRATED else hand_over_path(self.id)

    @strawberry.field(description="The newest invitation to consent; null when Non-Integrated.")
    async def invitation(self, info: Info) -> Invitation | None:
        """Load the invitation."""
        row = await info.context.loaders.invitations.load(self.key)
        return Invitation.of(row, info.context.desk.clock()) if row else None

    @strawberry.field(description="What the customer granted; null before the first consent, and when Non-Integrated.")
    async def consent(self, info: Info) -> Consent | None:
        """Load the grant."""
        row = await info.context.loaders.grants.load(self.key)
        return Consent.of(row) if row else None

    @strawberry.field(description="How far its removal is; null where it is not being removed.")
    async def removal(self, info: Info) -> ServiceRemoval | None:
        """Count what is left."""
        if self.status is not ServiceStatus.REMOVING:
            return None
        async with info.context.desk.read() as reading:
            return ServiceRemoval.of(await progress(reading, self.key))

    @strawberry.field(description="Its locations by name.")
    async def locations(
        self,
        info: Info,
        attached: Attached = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Location]:
        """Read a page of locations."""
        return await listed(
            info,
            locations.BY_NAME,
            (first, after, last, before),
            lambda reading, wanted: locations.listing(reading, self.key, attached=attached, window=wanted),
            lambda reading: locations.total(reading, self.key, attached=attached),
            lambda row: Location.of(row[0]),
        )

    @strawberry.field(description="Its SIP connections by name.")
    async def sip_connections(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[SipConnection]:
        """Read a page of SIP connections."""
        return await listed(
            info,
            routing.CONNECTIONS_BY_NAME,
            (first, after, last, before),
            lambda reading, wanted: routing.connections(reading, self.key, wanted),
            lambda reading: routing.connections_total(reading, self.key),
            lambda row: SipConnection.of(row[0]),
        )

    @strawberry.field(description="Where Control Hub was found to differ from what stands here, found last first.")
    async def drifts(
        self,
        info: Info,
        kind: OfKind = None,
        open: Open = True,  # noqa: A002, FBT002  # the name that clients expect; given by name
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Annotated["Drift", strawberry.lazy("schema.types.drifts")]]:
        """Read a page of drifts."""
        from schema.types.drifts import Drift  # noqa: PLC0415  # as above

        wanted = DriftFilter(self.key, kind, open)
        return await listed(
            info,
            drifts.BY_FINDING,
            (first, after, last, before),
            lambda reading, window: drifts.listing(reading, wanted, window),
            lambda reading: drifts.total(reading, wanted),
            Drift.of,
        )

    @strawberry.field(description="How many drifts are open, by kind; a kind that has none is left out.")
    async def drift_counts(self, info: Info) -> list[DriftCount]:
        """Count the drifts."""
        async with info.context.desk.read() as reading:
            found = await drifts.open_counts(reading, self.key)
        return [DriftCount(kind=kind, count=found[kind]) for kind in DriftKind if kind in found]


def _counters(service: tables.Service) -> LicenceCounters | None:
    if service.counted_at is None:
        return None
    return LicenceCounters(
        counted_at=service.counted_at,
        unused_dids=service.unused_dids or 0,
        user_dids=service.user_dids or 0,
        contact_center_dids=service.contact_center_dids or 0,
        service_dids=service.service_dids or 0,
        service_cac=service.service_cac or 0,
    )


async def load_service(info: Info, key: UUID) -> Service:
    """Load a service that was there a moment ago, with its customer. Raises NotFound where it is gone since."""
    row = await info.context.loaders.services.load(key)
    if row is None:
        raise NotFound("service")
    return Service.of(row)
