"""Creating tenants, customers and calling profiles, and mending customers."""

from typing import Annotated

import strawberry

from provisioning import routing, tenants
from schema.context import Info
from schema.describing import described
from schema.errors import UserError
from schema.inputs.tenancy import CallingProfileCreateInput, CustomerCreateInput, CustomerUpdateInput, TenantCreateInput
from schema.mutations.payloads import ERRORS, INPUT, attempt
from schema.types.routing import CallingProfile
from schema.types.tenancy import Customer, Tenant


@strawberry.type(description="The answer to tenantCreate.")
class TenantCreatePayload:
    """A payload."""

    tenant: Tenant | None = described("The tenant; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to customerCreate.")
class CustomerCreatePayload:
    """A payload."""

    customer: Customer | None = described("The customer; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to customerUpdate.")
class CustomerUpdatePayload:
    """A payload."""

    customer: Customer | None = described("The customer as it now is; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to callingProfileCreate.")
class CallingProfileCreatePayload:
    """A payload."""

    calling_profile: CallingProfile | None = described("The calling profile; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type
class TenancyMutations:
    """Tenants and what they own."""

    @strawberry.mutation(description="Create a service provider, or a channel of one.")
    async def tenant_create(self, info: Info, input: Annotated[TenantCreateInput, INPUT]) -> TenantCreatePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: tenants.create_tenant(desk, input.decoded(), input.idempotency_key))
        return TenantCreatePayload(tenant=Tenant.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(description="Create a customer of a service provider or a channel.")
    async def customer_create(self, info: Info, input: Annotated[CustomerCreateInput, INPUT]) -> CustomerCreatePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: tenants.create_customer(desk, input.decoded(), input.idempotency_key))
        return CustomerCreatePayload(customer=Customer.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Mend a customer's names or its administrator's e-mail address. Open invitations are replaced by "
        "new ones to the new address."
    )
    async def customer_update(self, info: Info, input: Annotated[CustomerUpdateInput, INPUT]) -> CustomerUpdatePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: tenants.update_customer(desk, input.decoded()))
        return CustomerUpdatePayload(customer=Customer.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(description="Create a calling profile for everybody to use.")
    async def calling_profile_create(
        self, info: Info, input: Annotated[CallingProfileCreateInput, INPUT]
    ) -> CallingProfileCreatePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(
            lambda: routing.create_calling_profile(desk, input.decoded(), input.idempotency_key)
        )
        return CallingProfileCreatePayload(
            calling_profile=CallingProfile.of(row) if row else None, user_errors=refusals
        )
