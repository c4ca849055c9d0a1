"""Reading numbers: the Numbers Management page."""

from typing import Annotated

import strawberry

from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.describing import described, published
from schema.ids import key_of
from schema.queries.narrowing import subtree
from schema.scalars import PhoneNumber
from schema.selections import asked_names
from schema.types.numbers import Known, Number, asked_of
from store import numbers
from store.database import Reading
from store.numbers import NumberFilter
from store.paging import Window
from store.vocabulary import NumberSource, NumberStatus, NumberType, SyncState, Word


@published
class NumberOrder(Word):
    """In which order numbers are listed."""

    ACQUIRED_AT = "ACQUIRED_AT", "The newest first."
    NUMBER = "NUMBER", "By the number itself."


_ORDERS = {NumberOrder.ACQUIRED_AT: numbers.BY_ACQUISITION, NumberOrder.NUMBER: numbers.BY_NUMBER}


@strawberry.input(description="Which numbers; what is left out does not narrow.")
class NumbersFilter:
    """A filter of the Numbers Management page."""

    tenant: strawberry.ID | None = described("Only those of this tenant and of tenants below it.", default=None)
    customer: strawberry.ID | None = described("Only those of this customer.", default=None)
    service: strawberry.ID | None = described("Only those of this service.", default=None)
    location: strawberry.ID | None = described("Only those of this location.", default=None)
    upload: strawberry.ID | None = described("Only those that this upload brought.", default=None)
    starts_with: str | None = described("The beginning of the number; the plus may be left out.", default=None)
    type: NumberType | None = described("Only this type.", default=None)
    status: NumberStatus | None = described("Only this status.", default=None)
    sync_state: SyncState | None = described("Only this sync state.", default=None)
    source: NumberSource | None = described("Only those that came this way.", default=None)

    async def decoded(self, reading: Reading) -> NumberFilter:
        """Return the filter for the store. Raises NotFound."""
        return NumberFilter(
            below=await subtree(reading, self.tenant),
            customer_id=key_of(self.customer, "Customer", "filter", "customer") if self.customer else None,
            service_id=key_of(self.service, "Service", "filter", "service") if self.service else None,
            location_id=key_of(self.location, "Location", "filter", "location") if self.location else None,
            upload_id=key_of(self.upload, "Upload", "filter", "upload") if self.upload else None,
            starts_with="+" + self.starts_with.strip().removeprefix("+") if self.starts_with else None,
            type=self.type,
            status=self.status,
            sync_state=self.sync_state,
            source=self.source,
        )


E164 = Annotated[PhoneNumber, strawberry.argument(description="The number in E.164 format.")]
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
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Number]:
        """Read a page of numbers."""
        order, asked, known = _ORDERS[order_by], asked_of(asked_names(info)), Known()
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

    @strawberry.field(description="The number with this E.164 form, the newest if it came more than once; or null.")
    async def number(self, info: Info, number: E164) -> Number | None:
        """Read a number."""
        async with info.context.desk.read() as reading:
            wanted = NumberFilter(e164=number)
            found = await numbers.listing(reading, wanted, numbers.BY_ACQUISITION, Window(1))
        return Number.of(found.rows[0]) if found.rows else None
