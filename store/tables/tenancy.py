"""Who owns what: tenants and their customers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Uuid, text
from sqlmodel import Field, SQLModel

from store.columns import folded_name, moment_now, new_id, sorted_by, word
from store.vocabulary import TenantKind


class Tenant(SQLModel, table=True):
    """The system, a provider or a channel. A provider is its own `provider_id`, a channel its own `channel_id`."""

    __tablename__ = "tenant"
    __table_args__ = (
        Index("tenant_name", text("coalesce(parent_id, id)"), text("lower(name)"), unique=True),
        Index("tenant_provider", "provider_id", "id"),
    )

    id: UUID = new_id()
    kind: TenantKind = Field(sa_type=word(TenantKind))
    name: str
    parent_id: UUID | None = Field(default=None, sa_type=Uuid, foreign_key="tenant.id")
    provider_id: UUID | None = Field(default=None, sa_type=Uuid)
    channel_id: UUID | None = Field(default=None, sa_type=Uuid)
    created_at: datetime = moment_now()


class Customer(SQLModel, table=True):
    """An end customer of a provider, directly or through a channel."""

    __tablename__ = "customer"
    __mapper_args__ = {"exclude_properties": ("name_key", "full_name_key")}
    __table_args__ = (
        folded_name("name_key", "name"),
        folded_name("full_name_key", "full_name"),
        Index(
            "customer_name",
            "provider_id",
            text("coalesce(channel_id, provider_id)"),
            text("lower(name)"),
            unique=True,
        ),
        Index(
            "customer_reference",
            "provider_id",
            text("coalesce(channel_id, provider_id)"),
            "reference",
            unique=True,
            postgresql_where=text("reference IS NOT NULL"),
        ),
        *sorted_by("customer_by_name", "name_key"),
        *sorted_by("customer_by_full_name", "full_name_key"),
        Index("customer_channel", "channel_id", "id"),
        Index("customer_provider", "provider_id", "id"),
    )

    id: UUID = new_id()
    provider_id: UUID = Field(sa_type=Uuid, foreign_key="tenant.id")
    channel_id: UUID | None = Field(default=None, sa_type=Uuid, foreign_key="tenant.id")
    name: str
    full_name: str
    admin_email: str
    reference: str | None = None
    created_at: datetime = moment_now()

    def ownership(self) -> dict[str, Any]:
        """Return the three ids that everything of this customer carries."""
        return {"provider_id": self.provider_id, "channel_id": self.channel_id, "customer_id": self.id}
