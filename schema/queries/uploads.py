"""Reading uploads."""

from typing import Annotated

import strawberry

from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.describing import described, published
from schema.inputs.naming import CustomerBy, LocationBy, ServiceBy, TenantBy, UploadBy
from schema.queries.narrowing import TENANT, Direction, PeriodInput, choices, chosen, named, ordered, subtree
from schema.types.counts import UploadsCounts
from schema.types.uploads import Upload
from store import tables, uploads
from store.database import Reading
from store.uploads import UploadFilter
from store.vocabulary import UploadStatus, Word


@published
class UploadOrder(Word):
    """In which order uploads are listed."""

    CREATED_AT = "CREATED_AT", "When they were started; the newest first unless `direction` says otherwise."


_ORDERS = {UploadOrder.CREATED_AT: uploads.BY_CREATION}


@strawberry.input(
    description="Which uploads: those that fit everything that is said here. What is left out, null or an empty list "
    "does not narrow; a single value may stand where a list is asked for."
)
class UploadsFilter:
    """A filter of uploads."""

    tenant: TenantBy | None = described(TENANT, default=None)
    customer: CustomerBy | None = described("Only those of this customer.", default=None)
    service: ServiceBy | None = described("Only those of this service.", default=None)
    location: LocationBy | None = described("Only those to this location.", default=None)
    status: list[UploadStatus] | None = described("Only these statuses.", default=None)
    created_at: PeriodInput | None = described("Only those started in this period.", default=None)

    async def decoded(self, reading: Reading) -> UploadFilter:
        """Return the filter for the store. Raises NotFound."""
        return UploadFilter(
            below=await subtree(reading, self.tenant),
            customer_id=await chosen(reading, tables.Customer, self.customer, "customer"),
            service_id=await chosen(reading, tables.Service, self.service, "service"),
            location_id=await chosen(reading, tables.Location, self.location, "location"),
            statuses=choices(self.status),
            created=(self.created_at or PeriodInput()).decoded(),
        )


By = Annotated[UploadBy, strawberry.argument(description="Which upload.")]
Filter = Annotated[UploadsFilter | None, strawberry.argument(description="Which uploads.")]
OrderBy = Annotated[UploadOrder, strawberry.argument(description="In which order.")]


@strawberry.type
class UploadQueries:
    """Uploads."""

    @strawberry.field(description="Uploads: the runs of the Upload Numbers dialog.")
    async def uploads(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002  # the name that clients expect
        order_by: OrderBy = UploadOrder.CREATED_AT,
        direction: Direction = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Upload]:
        """Read a page of uploads."""
        order = ordered(_ORDERS[order_by], direction, filter)
        async with info.context.desk.read() as reading:
            wanted = await (filter or UploadsFilter()).decoded(reading)
        return await listed(
            info,
            order,
            (first, after, last, before),
            lambda reading, window: uploads.listing(reading, wanted, order, window),
            lambda reading: uploads.total(reading, wanted),
            lambda row: Upload.of(row[0]),
        )

    @strawberry.field(
        description="How many uploads there are by status: the badges of a list. Takes the same filter as `uploads`."
    )
    async def upload_counts(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002  # as above
    ) -> UploadsCounts:
        """Count uploads."""
        async with info.context.desk.read() as reading:
            wanted = await (filter or UploadsFilter()).decoded(reading)
            return UploadsCounts.of(await uploads.counts_by_status(reading, wanted))

    @strawberry.field(description="One upload; null where there is none.")
    async def upload(self, info: Info, by: By) -> Upload | None:
        """Read an upload."""
        row = await named(info, tables.Upload, by)
        return Upload.of(row) if row else None
