"""Reading services: the Customer Leads page."""

from typing import Annotated

import strawberry

from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.describing import described, published
from schema.ids import key_of
from schema.inputs.naming import ServiceBy
from schema.queries.narrowing import subtree
from schema.types.services import Service
from store import services, tables
from store.database import Reading
from store.errors import NotFound
from store.lookup import one
from store.services import ServiceFilter
from store.vocabulary import ServiceKind, ServiceMode, ServiceStatus, Word


@published
class ServiceOrder(Word):
    """In which order services are listed."""

    CREATED_AT = "CREATED_AT", "The newest first."
    LAST_MODIFIED_AT = "LAST_MODIFIED_AT", "The last changed first."
    NAME = "NAME", "By the name of the service."
    CUSTOMER = "CUSTOMER", "By the name of the customer."


_ORDERS = {
    ServiceOrder.CREATED_AT: services.BY_CREATION,
    ServiceOrder.LAST_MODIFIED_AT: services.BY_CHANGE,
    ServiceOrder.NAME: services.BY_NAME,
    ServiceOrder.CUSTOMER: services.BY_CUSTOMER,
}


@strawberry.input(description="Which services; what is left out does not narrow.")
class ServicesFilter:
    """A filter of the Customer Leads page."""

    tenant: strawberry.ID | None = described("Only those of this tenant and of tenants below it.", default=None)
    customer: strawberry.ID | None = described("Only those of this customer.", default=None)
    kind: ServiceKind | None = described("Only this kind.", default=None)
    mode: ServiceMode | None = described("Only this mode: the tabs of the page.", default=None)
    status: ServiceStatus | None = described("Only this status.", default=None)
    search: str | None = described("The beginning of a service's or customer's name, in any case.", default=None)

    async def decoded(self, reading: Reading) -> ServiceFilter:
        """Return the filter for the store. Raises NotFound."""
        return ServiceFilter(
            below=await subtree(reading, self.tenant),
            customer_id=key_of(self.customer, "Customer", "filter", "customer") if self.customer else None,
            kind=self.kind,
            mode=self.mode,
            status=self.status,
            search=self.search,
        )


By = Annotated[ServiceBy, strawberry.argument(description="Which service.")]
Filter = Annotated[ServicesFilter | None, strawberry.argument(description="Which services.")]
OrderBy = Annotated[ServiceOrder, strawberry.argument(description="In which order.")]


@strawberry.type
class ServiceQueries:
    """Services."""

    @strawberry.field(description="Services: the lines of the Customer Leads page.")
    async def services(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002  # the name that clients expect
        order_by: OrderBy = ServiceOrder.CREATED_AT,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Service]:
        """Read a page of services."""
        order = _ORDERS[order_by]
        async with info.context.desk.read() as reading:
            wanted = await (filter or ServicesFilter()).decoded(reading)
        return await listed(
            info,
            order,
            (first, after, last, before),
            lambda reading, window: services.listing(reading, wanted, order, window),
            lambda reading: services.total(reading, wanted),
            Service.of,
        )

    @strawberry.field(description="One service; null where there is none.")
    async def service(self, info: Info, by: By) -> Service | None:
        """Read a service."""
        async with info.context.desk.read() as reading:
            try:
                found = await one(reading, tables.Service, by.name("by"))
            except NotFound:
                return None
        row = await info.context.loaders.services.load(found.id)
        return Service.of(row) if row else None
