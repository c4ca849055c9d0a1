"""Numbers: the lines of the Numbers Management page."""

from datetime import datetime
from typing import Self

import strawberry

from schema.context import Info
from schema.describing import described
from schema.ids import encode
from schema.scalars import CallingCode, PhoneNumber
from schema.types.nodes import Node
from schema.types.routing import CallingProfile, SipConnection
from schema.types.services import Location, Service
from schema.types.tenancy import Customer
from schema.types.uploads import Upload
from store import tables
from store.numbers import NumberRow
from store.services import ServiceRow
from store.vocabulary import NumberSource, NumberStatus, NumberType, SyncState, WebexPhoneType


@strawberry.type(description="What Control Hub said last against a number.")
class SyncProblem:
    """An objection."""

    code: str = described("Control Hub's code, or ours: IN_OTHER_LOCATION, NOT_TAKEN.")
    message: str | None = described("What it said.")
    tracking_id: str | None = described("The id under which Webex support finds the request.")
    retryable: bool = described("Whether sending it again may help.")


@strawberry.type(description="A phone number of a service.")
class Number(Node):
    """A number."""

    row: strawberry.Private[NumberRow]
    number: PhoneNumber = described("The number in E.164 format.")
    calling_code: CallingCode = described("Its country calling code: 1 in +12127881500.")
    area_code: str = described("Its area code: 212 in +12127881500; empty where the plan has none.")
    subscriber_number: str = described("Its subscriber number: 7881500 in +12127881500.")
    type: NumberType = described("What it is for.")
    webex_phone_type: WebexPhoneType | None = described("The Webex number type; null when Non-Integrated.")
    cac_value: int | None = described("How many concurrent sessions it may have; null: not limited by number.")
    service_info: str | None = described("The name of the service or related information, as entered.")
    status: NumberStatus = described("Its life here.")
    sync_state: SyncState = described("Where it stands with Control Hub; MANUAL_PENDING: the customer has to add it.")
    assignment: str | None = described("Whom Control Hub has assigned it to.")
    source: NumberSource = described("How it came here.")
    acquired_at: datetime = described("When it was uploaded.")
    synced_at: datetime | None = described("When Control Hub was last seen to have it.")
    problem: SyncProblem | None = described("What Control Hub said last against it; null where nothing.")

    @classmethod
    def of(cls, row: NumberRow) -> Self:
        """Convert a row."""
        number = row[0]
        return cls(
            id=strawberry.ID(encode("Number", number.id)),
            row=row,
            number=PhoneNumber(number.e164),
            calling_code=CallingCode(number.calling_code),
            area_code=number.area_code,
            subscriber_number=number.subscriber_number,
            type=number.type,
            webex_phone_type=number.phone_type,
            cac_value=number.cac,
            service_info=number.service_info,
            status=number.status,
            sync_state=number.sync_state,
            assignment=number.assignment,
            source=number.source,
            acquired_at=number.acquired_at,
            synced_at=number.synced_at,
            problem=_problem(number),
        )

    @strawberry.field(description="The location it was uploaded to.")
    def location(self) -> Location:
        """Return what came with the row."""
        return Location.of(self.row[1])

    @strawberry.field(description="The service it belongs to.")
    def service(self) -> Service:
        """Return what came with the row."""
        return Service.of(ServiceRow(*self.row[2:]))

    @strawberry.field(description="The customer it belongs to.")
    def customer(self) -> Customer:
        """Return what came with the row."""
        return Customer.of(self.row[3])

    @strawberry.field(description="The SIP connection it hangs on.")
    async def sip_connection(self, info: Info) -> SipConnection:
        """Load the connection."""
        row = await info.context.loaders.sip_connections.load(self.row[0].sip_connection_id)
        assert row is not None  # noqa: S101  # a foreign key promises it
        return SipConnection.of(row)

    @strawberry.field(description="The calling profile that routes its calls, by way of its SIP connection.")
    async def calling_profile(self, info: Info) -> CallingProfile:
        """Load the profile of the connection."""
        connection = await info.context.loaders.sip_connections.load(self.row[0].sip_connection_id)
        assert connection is not None  # noqa: S101  # a foreign key promises it
        profile = await info.context.loaders.calling_profiles.load(connection.calling_profile_id)
        assert profile is not None  # noqa: S101  # a foreign key promises it
        return CallingProfile.of(profile)

    @strawberry.field(description="The upload that brought it.")
    async def upload(self, info: Info) -> Upload:
        """Load the upload."""
        row = await info.context.loaders.uploads.load(self.row[0].upload_id)
        assert row is not None  # noqa: S101  # a foreign key promises it
        return Upload.of(row)


def _problem(number: tables.Number) -> SyncProblem | None:
    if number.error_code is None:
        return None
    return SyncProblem(
        code=number.error_code,
        message=number.error_message,
        tracking_id=number.error_tracking_id,
        retryable=number.error_retryable,
    )
