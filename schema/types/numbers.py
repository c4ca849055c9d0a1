"""Numbers: the lines of the Numbers Management page."""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any, Self, cast

import strawberry
from strawberry.utils.str_converters import to_snake_case

from schema.context import Info
from schema.describing import described
from schema.ids import encode
from schema.scalars import CallingCode, PhoneNumber
from schema.types.nodes import Node
from schema.types.routing import CallingProfile, SipConnection
from schema.types.services import LicenceCounters, Location, Service
from schema.types.tenancy import Customer
from schema.types.uploads import Upload
from store import tables
from store.numbers import Asked, NumberRow
from store.services import ServiceRow
from store.vocabulary import NumberSource, NumberStatus, NumberType, SyncState, WebexPhoneType


@strawberry.type(description="What Control Hub said last against a number.")
class SyncProblem:
    """An objection."""

    code: str = described("Control Hub's code, or ours: IN_OTHER_LOCATION, NOT_TAKEN.")
    message: str | None = described("What Control Hub said, in its words; null where it said nothing.")
    tracking_id: str | None = described(
        "The id under which Webex support finds the request; null where Control Hub gave none."
    )
    retryable: bool = described("Whether sending it again may help.")


_COLUMNS = {
    "number": ("e164",),
    "webexPhoneType": ("phone_type",),
    "cacValue": ("cac",),
    "problem": ("error_code", "error_message", "error_tracking_id", "error_retryable"),
    "attached": ("attached_at",),
    "handOverUrl": ("mode",),
    "licenceCounters": ("counted_at", *(field.name for field in fields(LicenceCounters))),
    "location": ("service_id",),
    "tenant": ("channel_id", "provider_id"),
}
"""The columns behind a field where they are not called like it."""


@lru_cache(maxsize=256)
def asked_of(names: frozenset[str]) -> Asked:
    """Return what to read for a selection of numbers, given the names of all fields in it."""
    columns = {column for name in names for column in _COLUMNS.get(name, (to_snake_case(name),))}
    return Asked(
        columns=frozenset(columns),
        location="location" in names,
        service=bool({"service", "customer"} & names),
    )


class Known:
    """What the rows of one page share, converted once."""

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}

    def location(self, row: NumberRow) -> Location:
        """Return the location of a row; None where it was not asked for, so that nobody misses it."""
        return cast("Location", self._once(row.location, Location.of))

    def service(self, row: NumberRow) -> Service:
        """Return the service of a row, likewise."""
        return cast("Service", self._once(row.service, lambda _: Service.of(cast("ServiceRow", row[2:]))))

    def customer(self, row: NumberRow) -> Customer:
        """Return the customer of a row, likewise."""
        return cast("Customer", self._once(row.customer, Customer.of))

    def _once(self, record: Any, convert: Callable[[Any], Any]) -> Any:
        """Convert a record that the rows share once; the rows keep it alive, so that its id stays its own."""
        if record is None:
            return None
        made = self._made.get(id(record))
        if made is None:
            made = self._made[id(record)] = convert(record)
        return made


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
    service_info: str | None = described(
        "The name of the service or related information, as entered; null where nothing was."
    )
    status: NumberStatus = described("Its life here.")
    sync_state: SyncState = described("Where it stands with Control Hub; MANUAL_PENDING: the customer has to add it.")
    assignment: str | None = described(
        "Whom Control Hub had assigned it to when the service was last reconciled; null: nobody, or not known yet."
    )
    source: NumberSource = described("How it came here.")
    acquired_at: datetime = described("When it was uploaded.")
    synced_at: datetime | None = described("When Control Hub was last seen to have it; null where it never was.")
    cooling_until: datetime | None = described("Until when it cools, once it is COOLING or was; null when in use.")
    released_at: datetime | None = described("When it became free for anybody; null until then.")
    problem: SyncProblem | None = described("What Control Hub said last against it; null where nothing.")
    location: Location = described("The location it was uploaded to.")
    service: Service = described("The service it belongs to.")
    customer: Customer = described("The customer it belongs to.")

    @classmethod
    def of(cls, row: NumberRow, known: Known | None = None) -> Self:
        """Convert a row; `known` holds what the rows of a page share. What was not asked for is not there."""
        number, known = row.number, Known() if known is None else known
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
            cooling_until=number.cooling_until,
            released_at=number.released_at,
            problem=_problem(number),
            location=known.location(row),
            service=known.service(row),
            customer=known.customer(row),
        )

    @strawberry.field(description="The SIP connection it hangs on.")
    async def sip_connection(self, info: Info) -> SipConnection:
        """Load the connection."""
        row = await info.context.loaders.sip_connections.load(self.row.number.sip_connection_id)
        assert row is not None  # noqa: S101  # a foreign key promises it
        return SipConnection.of(row)

    @strawberry.field(description="The calling profile that routes its calls, by way of its SIP connection.")
    async def calling_profile(self, info: Info) -> CallingProfile:
        """Load the profile of the connection."""
        connection = await info.context.loaders.sip_connections.load(self.row.number.sip_connection_id)
        assert connection is not None  # noqa: S101  # a foreign key promises it
        profile = await info.context.loaders.calling_profiles.load(connection.calling_profile_id)
        assert profile is not None  # noqa: S101  # a foreign key promises it
        return CallingProfile.of(profile)

    @strawberry.field(description="The upload that brought it.")
    async def upload(self, info: Info) -> Upload:
        """Load the upload."""
        row = await info.context.loaders.uploads.load(self.row.number.upload_id)
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
