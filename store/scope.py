"""Whose data a statement may touch. Nothing can be asked of the store without one."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, true
from sqlmodel import col

from store.tables import Customer, Tenant
from store.vocabulary import Level


@dataclass(frozen=True, slots=True)
class Scope:
    """A level, the id it is bound to (None at system level), and who is asking, for the audit trail."""

    level: Level
    id: UUID | None
    actor: str
    is_ours: bool = False
    """Whether a part of the platform asks by itself, not a person."""

    @classmethod
    def everything(cls, actor: str) -> Self:
        """Return the scope of our own parts that serve every tenant, such as the worker or the consent page."""
        return cls(Level.SYSTEM, None, actor, is_ours=True)

    def covers(self, table: Any) -> ColumnElement[bool]:
        """Return the condition that keeps a statement on `table`, a class or the columns of one, within this scope."""
        if self.level is Level.SYSTEM:
            return true()
        if self.level is Level.PROVIDER:
            return col(table.provider_id) == self.id
        if self.level is Level.CHANNEL:
            return col(table.channel_id) == self.id
        return _belongs_to_customer(table, self.id)

    @property
    def names(self) -> tuple[Level, ...]:
        """Return the levels of which this scope may know people by name: its own and those below."""
        levels = tuple(Level)
        return levels[levels.index(self.level) :]

    @property
    def principal(self) -> str:
        """Name the owner of idempotency keys: everybody with this scope shares them."""
        return f"{self.level}:{self.id}"


def _belongs_to_customer(table: Any, customer_id: UUID | None) -> ColumnElement[bool]:
    if table is Customer:
        return col(Customer.id) == customer_id
    column = getattr(table, "customer_id", None)
    return false() if column is None else column == customer_id


def within(tenant: Tenant, table: Any) -> ColumnElement[bool]:
    """Return the condition "belongs to the subtree of this tenant"."""
    if tenant.parent_id is None:
        return true()
    if tenant.channel_id is None:
        return col(table.provider_id) == tenant.id
    return and_(col(table.provider_id) == tenant.provider_id, col(table.channel_id) == tenant.id)
