"""Inputs of tenants, customers and calling profiles."""

import strawberry

from provisioning.routing import NewCallingProfile, SbcDevice
from provisioning.tenants import CustomerChange, NewCustomer, NewTenant
from schema.describing import described
from schema.inputs.naming import KEY, CustomerBy, TenantBy, needed, tenant_named
from store.vocabulary import TenantKind


@strawberry.input(description="A service provider or a channel to create.")
class TenantCreateInput:
    """A tenant."""

    kind: TenantKind = described("SERVICE_PROVIDER or CHANNEL.")
    name: str = described("The name, unique below its parent.")
    parent: TenantBy | None = described("The provider of a channel; left out for a provider.", default=None)
    parent_id: strawberry.ID | None = described(
        "The same by its id; not looked at next to `parent`.", default=None, deprecation_reason="Use `parent`."
    )
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> NewTenant:
        """Convert it. Raises NotFound."""
        return NewTenant(self.kind, self.name, tenant_named(self.parent, self.parent_id, "parent"))


@strawberry.input(description="A customer to create.")
class CustomerCreateInput:
    """A customer."""

    tenant: TenantBy | None = described("The service provider or channel it belongs to; needed.", default=None)
    tenant_id: strawberry.ID | None = described(
        "The same by its id; not looked at next to `tenant`.", default=None, deprecation_reason="Use `tenant`."
    )
    name: str = described("The short name, unique in the tenant.")
    full_name: str = described("The full name.")
    admin_email: str = described("Where the invitation is sent: the customer's administrator.")
    reference: str | None = described("Your own name for it, unique in the tenant.", default=None)
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> NewCustomer:
        """Convert it. Raises Blank, NotFound."""
        tenant = needed(tenant_named(self.tenant, self.tenant_id, "tenant"), "tenant", "tenant")
        return NewCustomer(tenant, self.name, self.full_name, self.admin_email, self.reference)


@strawberry.input(description="What is to change of a customer; what is left out, or null, stays as it is.")
class CustomerUpdateInput:
    """A change."""

    customer: CustomerBy = described("The customer.")
    name: str | None = described("The short name, unique in the tenant.", default=None)
    full_name: str | None = described("The full name.", default=None)
    admin_email: str | None = described(
        "Where invitations are sent. Open ones to the old address are replaced by new ones to this.", default=None
    )

    def decoded(self) -> CustomerChange:
        """Convert it. Raises NotFound."""
        return CustomerChange(self.customer.name("customer"), self.name, self.full_name, self.admin_email)


@strawberry.input(description="An SBC device and the trunks on it.")
class SbcDeviceInput:
    """A device."""

    name: str = described("The name of the device.")
    trunks: list[str] = described("The trunks of the calling profile on this device.")


@strawberry.input(description="A calling profile to create.")
class CallingProfileCreateInput:
    """A calling profile."""

    name: str = described("The name, unique on the platform.")
    carrier: str = described("The carrier behind the trunks.")
    region: str = described("The region it serves.")
    sbc_devices: list[SbcDeviceInput] = described("The SBC devices; at least two trunks in all, for failover.")
    emergency_strings: list[str] = described("The strings that reach emergency services.", default_factory=list)
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> NewCallingProfile:
        """Convert it."""
        devices = tuple(SbcDevice(device.name, tuple(device.trunks)) for device in self.sbc_devices)
        return NewCallingProfile(self.name, self.carrier, self.region, devices, tuple(self.emergency_strings))
