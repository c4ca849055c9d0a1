"""Tenants and customers."""

from dataclasses import dataclass
from uuid import UUID

from provisioning.desk import Desk
from provisioning.errors import NumberlineError, ParentUnfit, TenantUnfit, refuse_any
from provisioning.journal import audit
from provisioning.repeating import once
from provisioning.texts import email_fault, name_fault, reference_fault
from store import customers, tenants
from store.database import Transaction
from store.tables import Customer, Tenant
from store.vocabulary import TenantKind


@dataclass(frozen=True, slots=True)
class NewTenant:
    """A service provider (no parent) or a channel (with its provider)."""

    kind: TenantKind
    name: str
    parent_id: UUID | None = None


async def create_tenant(desk: Desk, new: NewTenant, key: str | None = None) -> Tenant:
    """Create a provider or a channel.

    Raises Refused, NotFound for the parent, NameTaken, IdempotencyKeyReused.
    """
    refuse_any([name_fault(new.name, "name", "name"), _parent_fault(new)])
    async with desk.begin() as transaction:

        async def make() -> Tenant:
            parent = await _parent(transaction, new)
            tenant = await tenants.add(transaction, new.kind, new.name.strip(), parent)
            audit(transaction, "tenant created", tenant)
            return tenant

        return await once(transaction, new, key, Tenant, make)


def _parent_fault(new: NewTenant) -> NumberlineError | None:
    fits = {
        TenantKind.SERVICE_PROVIDER: new.parent_id is None,
        TenantKind.CHANNEL: new.parent_id is not None,
        TenantKind.SYSTEM: False,
    }
    return None if fits[new.kind] else ParentUnfit(path=("parentId",))


async def _parent(transaction: Transaction, new: NewTenant) -> Tenant:
    if new.parent_id is None:
        return await tenants.system(transaction)
    parent = await tenants.find(transaction, new.parent_id, "parentId")
    if parent.kind is not TenantKind.SERVICE_PROVIDER:
        raise ParentUnfit(path=("parentId",))
    return parent


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer of a tenant."""

    tenant_id: UUID
    name: str
    full_name: str
    admin_email: str
    reference: str | None = None


async def create_customer(desk: Desk, new: NewCustomer, key: str | None = None) -> Customer:
    """Create a customer of a provider or a channel.

    Raises Refused, NotFound for the tenant, NameTaken, IdempotencyKeyReused.
    """
    refuse_any(
        [
            name_fault(new.name, "name", "name"),
            name_fault(new.full_name, "full name", "fullName"),
            email_fault(new.admin_email, "adminEmail"),
            reference_fault(new.reference),
        ]
    )
    async with desk.begin() as transaction:

        async def make() -> Customer:
            tenant = await tenants.find(transaction, new.tenant_id, "tenantId")
            customer = _customer(new, tenant)
            await customers.add(transaction, customer)
            audit(transaction, "customer created", customer)
            return customer

        return await once(transaction, new, key, Customer, make)


def _customer(new: NewCustomer, tenant: Tenant) -> Customer:
    if tenant.provider_id is None:
        raise TenantUnfit(path=("tenantId",))
    return Customer(
        provider_id=tenant.provider_id,
        channel_id=tenant.channel_id,
        name=new.name.strip(),
        full_name=new.full_name.strip(),
        admin_email=new.admin_email.strip(),
        reference=new.reference,
    )
