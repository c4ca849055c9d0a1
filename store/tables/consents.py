"""The customer's consent: invitations sent out, and the grant that came back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Uuid
from sqlmodel import Field

from store.columns import Moment, Owned, moment, moment_now, new_id, word
from store.vocabulary import GrantStatus


class Invitation(Owned, table=True):
    """A token invitation. The token itself is only in the e-mail; here is its SHA-256, None until one was written.

    `sent_at` and `refused_at` are when the mail server took or refused the letter for good; `problem` is why it has
    not been taken, in the server's words where it has any.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        Index("invitation_token", "token_hash", unique=True),
        Index("invitation_service", "service_id", "id"),
    )

    id: UUID = new_id()
    service_id: UUID = Field(sa_type=Uuid, foreign_key="service.id", ondelete="CASCADE")
    email: str
    token_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=Moment)
    sent_at: datetime | None = moment()
    refused_at: datetime | None = moment()
    problem: str | None = None
    used_at: datetime | None = moment()
    revoked_at: datetime | None = moment()
    created_at: datetime = moment_now()


class Grant(Owned, table=True):
    """What the customer granted. Both tokens are encrypted, or empty once given up; see `provisioning.consent`."""

    __tablename__ = "consent_grant"

    service_id: UUID = Field(sa_type=Uuid, foreign_key="service.id", primary_key=True, ondelete="CASCADE")
    status: GrantStatus = Field(sa_type=word(GrantStatus))
    organization_id: str
    access_token: bytes = Field(sa_type=LargeBinary)
    access_expires_at: datetime = Field(sa_type=Moment)
    refresh_token: bytes = Field(sa_type=LargeBinary)
    refresh_expires_at: datetime = Field(sa_type=Moment)
    granted_by: str
    granted_at: datetime = moment_now()
    revoked_at: datetime | None = moment()
