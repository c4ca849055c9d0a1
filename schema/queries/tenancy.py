"""Reading tenants, customers, calling profiles, and who I am."""

from typing import Annotated

import strawberry

from provisioning.errors import Unauthenticated
from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.queries.narrowing import ChosenTenant, subtree
from schema.types.routing import CallingProfile
from schema.types.tenancy import Customer, Tenant, Viewer
from store import customers, routing, tenants

Search = Annotated[str | None, strawberry.argument(description="The beginning of a name, in any case.")]


@strawberry.type
class TenancyQueries:
    """Tenants and what they own."""

    @strawberry.field(description="Who you are and what you may do.")
    def viewer(self, info: Info) -> Viewer:
        """Return the caller."""
        if info.context.caller is None:
            raise Unauthenticated
        return Viewer.of(info.context.caller)

    @strawberry.field(description="The tenants you may choose from, by name: the Tenant drop-down.")
    async def tenants(
        self,
        info: Info,
        tenant: ChosenTenant = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Tenant]:
        """Read a page of tenants."""
        async with info.context.desk.read() as reading:
            below = await subtree(reading, tenant)
        return await listed(
            info,
            tenants.BY_NAME,
            (first, after, last, before),
            lambda reading, wanted: tenants.listing(reading, below, wanted),
            lambda reading: tenants.total(reading, below),
            lambda row: Tenant.of(row[0]),
        )

    @strawberry.field(description="Customers by name.")
    async def customers(
        self,
        info: Info,
        tenant: ChosenTenant = None,
        search: Search = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Customer]:
        """Read a page of customers."""
        async with info.context.desk.read() as reading:
            below = await subtree(reading, tenant)
        return await listed(
            info,
            customers.BY_NAME,
            (first, after, last, before),
            lambda reading, wanted: customers.listing(reading, below, search, wanted),
            lambda reading: customers.total(reading, below, search),
            lambda row: Customer.of(row[0]),
        )

    @strawberry.field(description="The calling profiles of the platform, by name.")
    async def calling_profiles(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[CallingProfile]:
        """Read a page of calling profiles."""
        return await listed(
            info,
            routing.PROFILES_BY_NAME,
            (first, after, last, before),
            routing.profiles,
            routing.profiles_total,
            lambda row: CallingProfile.of(row[0]),
        )
