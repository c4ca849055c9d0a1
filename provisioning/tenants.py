"""Tenants and customers."""

from dataclasses import dataclass

from provisioning.desk import Desk
from provisioning.errors import NumberlineError, ParentUnfit, TenantUnfit, refuse_any
from provisioning.invitations import readdress
from provisioning.journal import audit
from provisioning.repeating import once
from provisioning.texts import email_fault, name_fault, reference_fault
from store import customers, tenants
from store.actions import AuditAction
from store.database import Transaction
from store.lookup import Name, one
from store.tables import Customer, Tenant
from store.vocabulary import TenantKind


@dataclass(frozen=True, slots=True)
class NewTenant:
    """A service provider (no parent) or a channel (with its provider)."""

    kind: TenantKind
    name: str
    parent: Name | None = None


async def create_tenant(desk: Desk, new: NewTenant, key: str | None = None) -> Tenant:
    """Create a provider or a channel.

    Raises Refused, NotFound and AmbiguousReference for the parent, NameTaken, IdempotencyKeyReused.
    """
    refuse_any([name_fault(new.name, "name", "name"), _parent_fault(new)])
    async with desk.begin() as transaction:

        async def make() -> Tenant:
            parent = await _parent(transaction, new)
            tenant = await tenants.add(transaction, new.kind, new.name.strip(), parent)
            audit(transaction, AuditAction.TENANT_CREATED, tenant)
            return tenant

        return await once(transaction, new, key, Tenant, make)


def _parent_fault(new: NewTenant) -> NumberlineError | None:
    fits = {
        TenantKind.SERVICE_PROVIDER: new.parent is None,
        TenantKind.CHANNEL: new.parent is not None,
        TenantKind.SYSTEM: False,
    }
    return None if fits[new.kind] else ParentUnfit(path=new.parent.path if new.parent else ("parent",))


async def _parent(transaction: Transaction, new: NewTenant) -> Tenant:
    if new.parent is None:
        return await tenants.system(transaction)
    parent = await one(transaction, Tenant, new.parent)
    if parent.kind is not TenantKind.SERVICE_PROVIDER:
        raise ParentUnfit(path=new.parent.path)
    return parent


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer of a tenant."""

    tenant: Name
    name: str
    full_name: str
    admin_email: str
    reference: str | None = None


async def create_customer(desk: Desk, new: NewCustomer, key: str | None = None) -> Customer:
    """Create a customer of a provider or a channel.

    Raises Refused, NotFound and AmbiguousReference for the tenant, NameTaken, IdempotencyKeyReused.
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
            tenant = await one(transaction, Tenant, new.tenant)
            customer = _customer(new, tenant)
            await customers.add(transaction, customer)
            audit(transaction, AuditAction.CUSTOMER_CREATED, customer)
            return customer

        return await once(transaction, new, key, Customer, make)


def _customer(new: NewCustomer, tenant: Tenant) -> Customer:
    if tenant.provider_id is None:
        raise TenantUnfit(path=new.tenant.path)
    return Customer(
        provider_id=tenant.provider_id,
        channel_id=tenant.channel_id,
        name=new.name.strip(),
        full_name=new.full_name.strip(),
        admin_email=new.admin_email.strip(),
        reference=new.reference,
    )


@dataclass(frozen=True, slots=True)
class CustomerChange:
    """What is to change of a customer; None leaves it as it is."""

    customer: Name
    name: str | None = None
    full_name: str | None = None
    admin_email: str | None = None

    def changes(self, before: dict[str, str]) -> dict[str, str]:
        """Return what becomes different, by its name."""
        wanted = {"name": self.name, "full_name": self.full_name, "admin_email": self.admin_email}
        given = {name: value.strip() for name, value in wanted.items() if value is not None}
        return {name: value for name, value in given.items() if value != before[name]}


async def update_customer(desk: Desk, change: CustomerChange) -> Customer:
    """Mend a customer's names and the address of its administrator.

    Open invitations to the old address stop working, and others go out to the new one. Raises Refused, NotFound,
    NameTaken.
    """
    refuse_any(_change_faults(change))
    async with desk.begin() as transaction:
        customer = await one(transaction, Customer, change.customer, lock=True)
        before = customer.model_dump(include={"name", "full_name", "admin_email"})
        changes = change.changes(before)
        if changes:
            customer.sqlmodel_update(changes)
            await customers.change(transaction, customer)
            was = {name: before[name] for name in changes}
            audit(transaction, AuditAction.CUSTOMER_UPDATED, customer, before=was, after=changes)
        if "admin_email" in changes:
            await readdress(desk, transaction, customer)
        return customer


def _change_faults(change: CustomerChange) -> list[NumberlineError | None]:
    return [
        None if change.name is None else name_fault(change.name, "name", "name"),
        None if change.full_name is None else name_fault(change.full_name, "full name", "fullName"),
        None if change.admin_email is None else email_fault(change.admin_email, "adminEmail"),
    ]
