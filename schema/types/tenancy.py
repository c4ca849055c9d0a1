"""Tenants, customers and the caller itself."""

from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from provisioning.caller import Caller
from provisioning.permissions import PERMISSIONS
from schema.context import Info
from schema.describing import described
from schema.ids import encode
from schema.types.nodes import Node
from store import tables
from store.vocabulary import Level, Role, TenantKind


@strawberry.type(description="The system, a service provider or a channel: choose one to narrow every list to it.")
class Tenant(Node):
    """A tenant."""

    name: str = described("The name of the tenant.")
    kind: TenantKind = described("Where it stands in the hierarchy.")
    created_at: datetime = described("When it was created.")
    parent_id: strawberry.Private[UUID | None]

    @classmethod
    def of(cls, row: tables.Tenant) -> Self:
        """Convert a row."""
        return cls(
            id=strawberry.ID(encode("Tenant", row.id)),
            name=row.name,
            kind=row.kind,
            created_at=row.created_at,
            parent_id=row.parent_id,
        )

    @strawberry.field(description="The tenant above; null for the system, and where you may not see it.")
    async def parent(self, info: Info) -> "Tenant | None":
        """Load the parent."""
        row = await info.context.loaders.tenants.load(self.parent_id) if self.parent_id else None
        return Tenant.of(row) if row else None


@strawberry.type(description="A customer of a service provider, directly or through a channel.")
class Customer(Node):
    """A customer."""

    name: str = described("The short name.")
    full_name: str = described("The full name, as on the Customer Leads page.")
    admin_email: str = described("Where invitations are sent: the e-mail address of the customer's administrator.")
    reference: str | None = described("The caller's own name for it, unique in its tenant; null where none was given.")
    created_at: datetime = described("When it was created.")
    owner_id: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: tables.Customer) -> Self:
        """Convert a row."""
        return cls(
            id=strawberry.ID(encode("Customer", row.id)),
            name=row.name,
            full_name=row.full_name,
            admin_email=row.admin_email,
            reference=row.reference,
            created_at=row.created_at,
            owner_id=row.channel_id or row.provider_id,
        )

    @strawberry.field(description="The channel or service provider it belongs to; null where you may not see it.")
    async def tenant(self, info: Info) -> Tenant | None:
        """Load the owner."""
        row = await info.context.loaders.tenants.load(self.owner_id)
        return Tenant.of(row) if row else None


@strawberry.type(description="You: who your token says you are, and what that allows.")
class Viewer:
    """The caller."""

    subject: str = described("The name in your token.")
    level: Level = described("At which level you stand.")
    role: Role = described("What you may do there.")
    expires_at: datetime | None = described(
        "When your token ends, and every subscription with it: get a new one before. Never null for who has a token."
    )
    may: list[str] = described("The root fields that you may use, by name.")

    @classmethod
    def of(cls, caller: Caller) -> Self:
        """Convert a caller."""
        may = sorted(field for field, permission in PERMISSIONS.items() if permission.allows(caller))
        return cls(subject=caller.subject, level=caller.level, role=caller.role, expires_at=caller.expires_at, may=may)
