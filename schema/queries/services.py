"""Reading services: the Customer Leads page."""

from typing import Annotated

import strawberry

from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.describing import described, published
from schema.inputs.naming import CustomerBy, LocationBy, ServiceBy, TenantBy
from schema.queries.narrowing import TENANT, Direction, PeriodInput, choices, chosen, named, ordered, searched, subtree
from schema.types.counts import ServicesCounts
from schema.types.services import Location, Service
from store import services, tables
from store.database import Reading
from store.services import ServiceFilter
from store.vocabulary import ServiceKind, ServiceMode, ServiceStatus, Word


@published
class ServiceOrder(Word):
    """In which order services are listed."""

    CREATED_AT = "CREATED_AT", "When they were onboarded; the newest first unless `direction` says otherwise."
    LAST_MODIFIED_AT = "LAST_MODIFIED_AT", "When they were last changed; the newest first unless told otherwise."
    CONSENTED_AT = (
        "CONSENTED_AT",
        "When they were consented to; the newest first unless told otherwise. Those without consent are the oldest.",
    )
    NAME = "NAME", "The name of the service, in any case; A to Z unless told otherwise."
    CUSTOMER = "CUSTOMER", "The name of the customer, in any case; A to Z unless told otherwise."
    FULL_NAME = "FULL_NAME", "The full name of the customer, in any case; A to Z unless told otherwise."
    STATUS = (
        "STATUS",
        "From PENDING_CONSENT by way of PENDING_PROVISIONING and READY to REMOVING, unless told otherwise.",
    )
    MODE = "MODE", "The Integrated ones first, unless told otherwise."
    CHANNEL = "CHANNEL", "The name of the channel, in any case; A to Z unless told otherwise, those without one before."
    ORGANIZATION_ID = "ORGANIZATION_ID", "The Webex organization; those without one first, unless told otherwise."


_ORDERS = {
    ServiceOrder.CREATED_AT: services.BY_CREATION,
    ServiceOrder.LAST_MODIFIED_AT: services.BY_CHANGE,
    ServiceOrder.CONSENTED_AT: services.BY_CONSENT,
    ServiceOrder.NAME: services.BY_NAME,
    ServiceOrder.CUSTOMER: services.BY_CUSTOMER,
    ServiceOrder.FULL_NAME: services.BY_FULL_NAME,
    ServiceOrder.STATUS: services.BY_STATUS,
    ServiceOrder.MODE: services.BY_MODE,
    ServiceOrder.CHANNEL: services.BY_CHANNEL,
    ServiceOrder.ORGANIZATION_ID: services.BY_ORGANIZATION,
}


@strawberry.input(
    description="Which services: those that fit everything that is said here. What is left out, null or an empty list "
    "does not narrow; a single value may stand where a list is asked for."
)
class ServicesFilter:
    """A filter of the Customer Leads page."""

    tenant: TenantBy | None = described(TENANT, default=None)
    customer: CustomerBy | None = described("Only those of this customer.", default=None)
    kind: list[ServiceKind] | None = described("Only these kinds.", default=None)
    mode: list[ServiceMode] | None = described("Only these modes: the tabs of the page.", default=None)
    status: list[ServiceStatus] | None = described("Only these statuses.", default=None)
    organization_id: str | None = described("Only those of this Webex organization.", default=None)
    consented_at: PeriodInput | None = described("Only those consented to in this period.", default=None)
    last_modified_at: PeriodInput | None = described("Only those last changed in this period.", default=None)
    search: str | None = described(
        "The beginning of the service's name, the customer's name or the full name, in any case.", default=None
    )

    async def decoded(self, reading: Reading) -> ServiceFilter:
        """Return the filter for the store. Raises NotFound."""
        return ServiceFilter(
            below=await subtree(reading, self.tenant),
            customer_id=await chosen(reading, tables.Customer, self.customer, "customer"),
            kinds=choices(self.kind),
            modes=choices(self.mode),
            statuses=choices(self.status),
            organization_id=self.organization_id,
            consented=(self.consented_at or PeriodInput()).decoded(),
            last_modified=(self.last_modified_at or PeriodInput()).decoded(),
            search=searched(self.search),
        )


By = Annotated[ServiceBy, strawberry.argument(description="Which service.")]
Filter = Annotated[ServicesFilter | None, strawberry.argument(description="Which services.")]
OrderBy = Annotated[ServiceOrder, strawberry.argument(description="In which order.")]

LocationNamed = Annotated[LocationBy, strawberry.argument(description="Which location.")]


@strawberry.type
class ServiceQueries:
    """Services."""

    @strawberry.field(description="Services: the lines of the Customer Leads page.")
    async def services(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002  # the name that clients expect
        order_by: OrderBy = ServiceOrder.CREATED_AT,
        direction: Direction = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Service]:
        """Read a page of services."""
        order = ordered(_ORDERS[order_by], direction, filter)
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

    @strawberry.field(
        description="How many services there are by mode, status and kind: the tabs and badges of the Customer Leads "
        "page. Takes the same filter as `services`."
    )
    async def service_counts(
        self,
        info: Info,
        filter: Filter = None,  # noqa: A002  # as above
    ) -> ServicesCounts:
        """Count services."""
        async with info.context.desk.read() as reading:
            wanted = await (filter or ServicesFilter()).decoded(reading)
            return ServicesCounts.of(await services.counts(reading, wanted))

    @strawberry.field(description="One service; null where there is none.")
    async def service(self, info: Info, by: By) -> Service | None:
        """Read a service."""
        found = await named(info, tables.Service, by)
        row = await info.context.loaders.services.load(found.id) if found else None
        return Service.of(row) if row else None

    @strawberry.field(description="One location; null where there is none.")
    async def location(self, info: Info, by: LocationNamed) -> Location | None:
        """Read a location."""
        row = await named(info, tables.Location, by)
        return Location.of(row) if row else None
