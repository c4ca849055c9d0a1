"""Uploads: runs of the Upload Numbers dialog, and what was put into them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid, text
from sqlmodel import Field

from store.columns import Owned, PlainText, moment, moment_now, new_id, word
from store.vocabulary import (
    EntryKind,
    EntryVerdict,
    ErrorPolicy,
    NumberType,
    UploadStatus,
    WebexPhoneType,
)


def _count() -> int:
    field: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    return field


class Upload(Owned, table=True):
    """One upload: its header, its counts and where it stands. Counts are numbers, not rows."""

    __tablename__ = "upload"
    __table_args__ = (
        Index(
            "upload_reference",
            "service_id",
            "reference",
            unique=True,
            postgresql_where=text("reference IS NOT NULL"),
        ),
        Index("upload_service", "service_id", "id"),
        Index("upload_provider", "provider_id", "id"),
        Index("upload_channel", "channel_id", "id"),
        Index("upload_customer", "customer_id", "id"),
    )

    id: UUID = new_id()
    service_id: UUID = Field(sa_type=Uuid, foreign_key="service.id", ondelete="CASCADE")
    location_id: UUID = Field(sa_type=Uuid, foreign_key="location.id")
    sip_connection_id: UUID = Field(sa_type=Uuid, foreign_key="sip_connection.id")
    reference: str | None = None
    service_info: str | None = None
    number_type: NumberType = Field(sa_type=word(NumberType))
    phone_type: WebexPhoneType | None = Field(default=None, sa_type=word(WebexPhoneType))
    cac: int | None = None
    status: UploadStatus = Field(sa_type=word(UploadStatus))
    error_policy: ErrorPolicy | None = Field(default=None, sa_type=word(ErrorPolicy))
    waiting_code: str | None = None
    waiting_message: str | None = None
    # Judged: total = valid + invalid once validated; warnings are among the valid.
    total: int = _count()
    valid: int = _count()
    invalid: int = _count()
    warnings: int = _count()
    # Sent: submitted = pending + added + failed + withdrawn.
    submitted: int = _count()
    added: int = _count()
    failed: int = _count()
    withdrawn: int = _count()
    created_by: str
    created_at: datetime = moment_now()
    validated_at: datetime | None = moment()
    submitted_at: datetime | None = moment()
    ended_at: datetime | None = moment()


class UploadEntry(Owned, table=True):
    """What was typed or read, in order. Judging may split an entry into parts: runs of numbers that share one verdict.

    `raw` is the text as it came (`raw_last` for the end of a range); `first` and `last` are E.164, None where
    unreadable.
    """

    __tablename__ = "upload_entry"

    upload_id: UUID = Field(sa_type=Uuid, foreign_key="upload.id", primary_key=True, ondelete="CASCADE")
    position: int = Field(primary_key=True)
    part: int = Field(default=0, primary_key=True)
    kind: EntryKind = Field(sa_type=word(EntryKind))
    line: int | None = None
    raw: str
    raw_last: str | None = None
    first: str | None = Field(default=None, sa_type=PlainText)
    last: str | None = Field(default=None, sa_type=PlainText)
    size: int = _count()
    calling_code: str | None = None
    area_code: str | None = None
    verdict: EntryVerdict = Field(sa_type=word(EntryVerdict))
    code: str | None = None
    message: str | None = None
