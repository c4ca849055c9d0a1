"""Reading tenants, customers, calling profiles, and who I am."""

from typing import Annotated

import strawberry

from provisioning.errors import Unauthenticated
from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.describing import described, published
from schema.inputs.naming import CustomerBy, TenantBy
from schema.queries.narrowing import TENANT, Direction, choices, named, ordered, searched, subtree
from schema.types.routing import CallingProfile
from schema.types.tenancy import Customer, Tenant, Viewer
from store import customers, routing, tables, tenants
from store.customers import CustomerFilter
from store.database import Reading
from store.tenants import TenantFilter
from store.vocabulary import TenantKind, Word


@published
class TenantOrder(Word):
    """In which order tenants are listed."""

    NAME = "NAME", "The name, in any case; A to Z unless `direction` says otherwise."
    CREATED_AT = "CREATED_AT", "When they were created; the newest first unless told otherwise."


@published
class CustomerOrder(Word):
    """In which order customers are listed."""

    NAME = "NAME", "The short name, in any case; A to Z unless `direction` says otherwise."
    FULL_NAME = "FULL_NAME", "The full name, in any case; A to Z unless told otherwise."
    CREATED_AT = "CREATED_AT", "When they were created; the newest first unless told otherwise."


@published
class CallingProfileOrder(Word):
    """In which order calling profiles are listed."""

    NAME = "NAME", "The name, in any case; A to Z unless `direction` says otherwise."
    CREATED_AT = "CREATED_AT", "When they were created; the newest first unless told otherwise."


_TENANTS = {TenantOrder.NAME: tenants.BY_NAME, TenantOrder.CREATED_AT: tenants.BY_CREATION}
_CUSTOMERS = {
    CustomerOrder.NAME: customers.BY_NAME,
    CustomerOrder.FULL_NAME: customers.BY_FULL_NAME,
    CustomerOrder.CREATED_AT: customers.BY_CREATION,
}
_PROFILES = {
    CallingProfileOrder.NAME: routing.PROFILES_BY_NAME,
    CallingProfileOrder.CREATED_AT: routing.PROFILES_BY_CREATION,
}


@strawberry.input(
    description="Which tenants: those that fit everything that is said here. What is left out, null or an empty list "
    "does not narrow; a single value may stand where a list is asked for."
)
class TenantsFilter:
    """A filter of the Tenant drop-down."""

    tenant: TenantBy | None = described("Only this tenant and those below it.", default=None)
    kind: list[TenantKind] | None = described("Only these kinds.", default=None)
    search: str | None = described("The beginning of the name, in any case.", default=None)

    async def decoded(self, reading: Reading) -> TenantFilter:
        """Return the filter for the store. Raises NotFound."""
        return TenantFilter(await subtree(reading, self.tenant), choices(self.kind), searched(self.search))


@strawberry.input(
    description="Which customers: those that fit everything that is said here. What is left out or null does not "
    "narrow."
)
class CustomersFilter:
    """A filter of customers."""

    tenant: TenantBy | None = described(TENANT, default=None)
    search: str | None = described("The beginning of the name or of the full name, in any case.", default=None)

    async def decoded(self, reading: Reading) -> CustomerFilter:
        """Return the filter for the store. Raises NotFound."""
        return CustomerFilter(await subtree(reading, self.tenant), searched(self.search))


@strawberry.input(description="Which calling profiles; what is left out or null does not narrow.")
class CallingProfilesFilter:
    """A filter of calling profiles."""

    search: str | None = described("The beginning of the name, in any case.", default=None)


WhichTenants = Annotated[TenantsFilter | None, strawberry.argument(description="Which tenants.")]
WhichCustomers = Annotated[CustomersFilter | None, strawberry.argument(description="Which customers.")]
CustomerNamed = Annotated[CustomerBy, strawberry.argument(description="Which customer.")]
WhichProfiles = Annotated[CallingProfilesFilter | None, strawberry.argument(description="Which calling profiles.")]
TenantsBy = Annotated[TenantOrder, strawberry.argument(description="In which order.")]
CustomersBy = Annotated[CustomerOrder, strawberry.argument(description="In which order.")]
ProfilesBy = Annotated[CallingProfileOrder, strawberry.argument(description="In which order.")]


@strawberry.type
class TenancyQueries:
    """Tenants and what they own."""

    @strawberry.field(description="Who you are and what you may do.")
    def viewer(self, info: Info) -> Viewer:
        """Return the caller."""
        if info.context.caller is None:
            raise Unauthenticated
        return Viewer.of(info.context.caller)

    @strawberry.field(description="The tenants you may choose from: the Tenant drop-down.")
    async def tenants(
        self,
        info: Info,
        filter: WhichTenants = None,  # noqa: A002  # the name that clients expect
        order_by: TenantsBy = TenantOrder.NAME,
        direction: Direction = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Tenant]:
        """Read a page of tenants."""
        order = ordered(_TENANTS[order_by], direction, filter)
        async with info.context.desk.read() as reading:
            wanted = await (filter or TenantsFilter()).decoded(reading)
        return await listed(
            info,
            order,
            (first, after, last, before),
            lambda reading, window: tenants.listing(reading, wanted, order, window),
            lambda reading: tenants.total(reading, wanted),
            lambda row: Tenant.of(row[0]),
        )

    @strawberry.field(description="Customers.")
    async def customers(
        self,
        info: Info,
        filter: WhichCustomers = None,  # noqa: A002  # as above
        order_by: CustomersBy = CustomerOrder.NAME,
        direction: Direction = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Customer]:
        """Read a page of customers."""
        order = ordered(_CUSTOMERS[order_by], direction, filter)
        async with info.context.desk.read() as reading:
            wanted = await (filter or CustomersFilter()).decoded(reading)
        return await listed(
            info,
            order,
            (first, after, last, before),
            lambda reading, window: customers.listing(reading, wanted, order, window),
            lambda reading: customers.total(reading, wanted),
            lambda row: Customer.of(row[0]),
        )

    @strawberry.field(description="One customer; null where there is none.")
    async def customer(self, info: Info, by: CustomerNamed) -> Customer | None:
        """Read a customer."""
        row = await named(info, tables.Customer, by)
        return Customer.of(row) if row else None

    @strawberry.field(description="The calling profiles of the platform.")
    async def calling_profiles(
        self,
        info: Info,
        filter: WhichProfiles = None,  # noqa: A002  # as above
        order_by: ProfilesBy = CallingProfileOrder.NAME,
        direction: Direction = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[CallingProfile]:
        """Read a page of calling profiles."""
        order = ordered(_PROFILES[order_by], direction, filter)
        search = searched(filter.search) if filter else None
        return await listed(
            info,
            order,
            (first, after, last, before),
            lambda reading, window: routing.profiles(reading, search, order, window),
            lambda reading: routing.profiles_total(reading, search),
            lambda row: CallingProfile.of(row[0]),
        )
