"""What happened: events for subscribers, the audit trail, and the keys that make a repeated request harmless."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from store.actions import AuditAction
from store.columns import Owned, moment_now, new_id, sorted_by, word
from store.spans import NumberSet, Span
from store.vocabulary import EventKind, Level


class Event(Owned, table=True):
    """What subscriptions deliver. The order of ids is the order of commits; see `store.database`."""

    __tablename__ = "event"
    __table_args__ = (
        Index("event_service", "service_id", "id"),
        Index("event_upload", "upload_id", "id"),
    )

    id: int = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True, cache=1)])
    kind: EventKind = Field(sa_type=word(EventKind))
    service_id: UUID = Field(sa_type=Uuid)
    upload_id: UUID | None = Field(default=None, sa_type=Uuid)
    before: str | None = None
    after: str | None = None
    counts: dict[str, int] | None = Field(default=None, sa_type=JSONB)
    at: datetime = moment_now()


class AuditEvent(SQLModel, table=True):
    """Who did what, when, to which entity. Owner ids are None where the platform itself was changed.

    No foreign key: what it is about may go. `actor_level` is None where a part of the platform acted by itself.
    `numbers` are those that were named, if any; `before` and `after` are by column, or by what else there is to tell.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        *sorted_by("audit_event_by_time", "at"),
        *sorted_by("audit_event_by_action", "action", "at"),
        *sorted_by("audit_event_by_number", "at", where=text("numbers IS NOT NULL")),
        Index("audit_event_customer", "customer_id", "at", "id"),
        Index("audit_event_service", "service_id", "at", "id"),
        Index("audit_event_entity", "entity_id", "at", "id"),
        Index("audit_event_actor", "actor", "at", "id"),
    )

    id: UUID = new_id()
    provider_id: UUID | None = Field(default=None, sa_type=Uuid)
    channel_id: UUID | None = Field(default=None, sa_type=Uuid)
    customer_id: UUID | None = Field(default=None, sa_type=Uuid)
    service_id: UUID | None = Field(default=None, sa_type=Uuid)
    actor: str
    actor_level: Level | None = Field(default=None, sa_type=word(Level))
    action: AuditAction = Field(sa_type=word(AuditAction))
    entity: str
    entity_id: UUID = Field(sa_type=Uuid)
    numbers: list[Span] | None = Field(default=None, sa_type=NumberSet)
    before: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    at: datetime = moment_now()


class IdempotencyKey(SQLModel, table=True):
    """A key a caller sent with a request, the SHA-256 of that request, and what it made."""

    __tablename__ = "idempotency_key"

    owner: str = Field(primary_key=True)
    operation: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    result: dict[str, Any] = Field(sa_type=JSONB)
    at: datetime = moment_now()


class TakenQuestion(SQLModel, table=True):
    """How many numbers an owner has asked about since when: whether a number is taken tells something about others."""

    __tablename__ = "taken_question"

    owner: str = Field(primary_key=True)
    asked: int
    since: datetime = moment_now()
