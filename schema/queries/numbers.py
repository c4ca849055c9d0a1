"""Reading numbers: the Numbers Management page."""

from typing import Annotated
from uuid import UUID

import strawberry

from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.describing import described, published
from schema.ids import key_of
from schema.inputs.naming import CustomerBy, LocationBy, ServiceBy, TenantBy, UploadBy
from schema.queries.narrowing import TENANT, Direction, choices, chosen, number_beginning, ordered, searched, subtree
from schema.scalars import PhoneNumber
from schema.selections import asked_names
from schema.types.counts import NumbersCounts
from schema.types.numbers import Known, Number, asked_of
from store import customers, numbers, services, tables
from store.database import Reading
from store.errors import NotFound
from store.numbers import Found, NumberFilter
from store.paging import Window
from store.vocabulary import NumberSource, NumberStatus, NumberType, SyncState, WebexPhoneType, Word


@published
class NumberOrder(Word):
    """In which order numbers are listed."""

    ACQUIRED_AT = "ACQUIRED_AT", "When they were uploaded; the newest first unless `direction` says otherwise."
    NUMBER = "NUMBER", "The number itself, digit by digit; the lowest first unless told otherwise."


_ORDERS = {NumberOrder.ACQUIRED_AT: numbers.BY_ACQUISITION, NumberOrder.NUMBER: numbers.BY_NUMBER}


@strawberry.input(
    description="Which numbers: those that fit everything that is said here. What is left out, null or an empty list "
    "does not narrow; a single value may stand where a list is asked for."
)
class NumbersFilter:
    """A filter of the Numbers Management page."""

    tenant: TenantBy | None = described(TENANT, default=None)
    customer: CustomerBy | None = described("Only those of this customer.", default=None)
    service: ServiceBy | None = described("Only those of this service.", default=None)
    location: LocationBy | None = described("Only those of this location.", default=None)
    sip_connection: strawberry.ID | None = described(
        "Only those that hang on this SIP connection, by its id.", default=None
    )
    upload: UploadBy | None = described("Only those that this upload brought.", default=None)
    starts_with: str | None = described(
        "The beginning of the number, as people write it: the plus, spaces, brackets, hyphens, dots and slashes may be "
        "there or not, and 00 may stand for the plus. +1 (212) 555 finds +12125550100.",
        default=None,
    )
    search: str | None = described(
        "The page's search field: the beginning of the number as for `startsWith`, or of the name of the customer or "
        "service or of the customer's full name, in any case.",
        default=None,
    )
    type: list[NumberType] | None = described("Only these types.", default=None)
    webex_phone_type: list[WebexPhoneType] | None = described("Only these Webex number types.", default=None)
    status: list[NumberStatus] | None = described("Only these statuses.", default=None)
    sync_state: list[SyncState] | None = described("Only these sync states.", default=None)
    source: list[NumberSource] | None = described("Only those that came in these ways.", default=None)
    assigned: bool | None = described(
        "Only those that were assigned to somebody in Control Hub at the last reconciliation, or only the others.",
        default=None,
    )

    async def decoded(self, reading: Reading) -> NumberFilter:
        """Return the filter for the store. Raises NotFound."""
        wanted = NumberFilter(
            below=await subtree(reading, self.tenant),
            customer_id=await chosen(reading, tables.Customer, self.customer, "customer"),
            service_id=await chosen(reading, tables.Service, self.service, "service"),
            location_id=await chosen(reading, tables.Location, self.location, "location"),
            sip_connection_id=self._connection(),
            upload_id=await chosen(reading, tables.Upload, self.upload, "upload"),
            # What is no beginning of a number is looked for as it stands, and found nowhere.
            starts_with=(number_beginning(self.starts_with) or self.starts_with) if self.starts_with else None,
            found=await _found(reading, searched(self.search)),
            types=choices(self.type),
            phone_types=choices(self.webex_phone_type),
            statuses=choices(self.status),
            sync_states=choices(self.sync_state),
            sources=choices(self.source),
            assigned=self.assigned,
        )
        return await numbers.with_service(reading, wanted)

    def _connection(self) -> UUID | None:
        return key_of(self.sip_connection, "SipConnection", "filter", "sipConnection") if self.sip_connection else None


async def _found(reading: Reading, text: str | None) -> Found | None:
    if text is None:
        return None
    named = await customers.named(reading, text), await services.named(reading, text)
    return Found(number_beginning(text), *named)


@strawberry.input(one_of=True, description="Names a number by exactly one of these.")
class NumberBy:
    """A number."""

    id: strawberry.ID | None = described("The global id.", default=strawberry.UNSET)
    e164: PhoneNumber | None = described(
        "The number in E.164 format; the newest, if it came more than once.", default=strawberry.UNSET
    )


By = Annotated[NumberBy, strawberry.argument(description="Which number.")]
Filter = Annotated[NumbersFilter | None, strawberry.argument(description="Which numbers.")]
OrderBy = Annotated[NumberOrder, strawberry.argument(description="In which order.")]


@strawberry.type
class NumberQueries:
    """Numbers."""

    @strawberry.field(description="Numbers: the lines of the Numbers Management page.")
    async def numbers(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002  # the name that clients expect
        order_by: OrderBy = NumberOrder.ACQUIRED_AT,
        direction: Direction = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Number]:
        """Read a page of numbers."""
        order = ordered(_ORDERS[order_by], direction, filter)
        asked, known = asked_of(asked_names(info)), Known()
        async with info.context.desk.read() as reading:
            wanted = await (filter or NumbersFilter()).decoded(reading)
        return await listed(
            info,
            order,
            (first, after, last, before),
            lambda reading, window: numbers.listing(reading, wanted, order, window, asked),
            lambda reading: numbers.total(reading, wanted),
            lambda row: Number.of(row, known),
        )

    @strawberry.field(
        description="How many numbers there are by status, type, sync state and source: the badges of the Numbers "
        "Management page. Takes the same filter as `numbers`."
    )
    async def number_counts(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002  # as above
    ) -> NumbersCounts:
        """Count numbers."""
        async with info.context.desk.read() as reading:
            wanted = await (filter or NumbersFilter()).decoded(reading)
            return NumbersCounts.of(await numbers.counts(reading, wanted))

    @strawberry.field(description="One number; null where there is none.")
    async def number(self, info: Info, by: By) -> Number | None:
        """Read a number."""
        if by.id:
            return await _number(info, by.id)
        async with info.context.desk.read() as reading:
            wanted = NumberFilter(e164=by.e164 or "")
            found = await numbers.listing(reading, wanted, numbers.BY_ACQUISITION, Window(1))
        return Number.of(found.rows[0]) if found.rows else None


async def _number(info: Info, global_id: str) -> Number | None:
    try:
        row = await info.context.loaders.numbers.load(key_of(global_id, "Number"))
    except NotFound:
        return None
    return Number.of(row) if row else None
