"""Uploads: runs of the Upload Numbers dialog, and what was put into them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from store.columns import Owned, PlainText, moment, moment_now, new_id, word
from store.vocabulary import (
    EntryKind,
    EntryVerdict,
    ErrorPolicy,
    Level,
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
    waiting_until: datetime | None = moment()
    # What the entries were judged by, in short; where it no longer holds, they are judged again.
    judged_by: str | None = None
    # Rows of files and pasted text; the other counts are numbers.
    rows: int = _count()
    # Judged: total = valid + invalid; warnings are among the valid.
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
    created_by_level: Level = Field(sa_type=word(Level))
    created_at: datetime = moment_now()
    validated_at: datetime | None = moment()
    submitted_at: datetime | None = moment()
    stopped_at: datetime | None = moment()
    ended_at: datetime | None = moment()


class UploadEntry(Owned, table=True):
    """What was typed or read, in order. Judging may split an entry into parts: runs of numbers that share one verdict.

    `raw` is the text as it came (`raw_last` for the end of a range), `overrides` the text of other columns of its row
    by `Column`, `cells` the whole row where it holds more than these. `guess` says that guesses were asked for,
    `repairs` which were made. `first` and `last` are E.164, None where unreadable. Where the row overrides the
    upload's terms, `number_type` is set, and `cac` goes with it; what else is None is the upload's.
    """

    __tablename__ = "upload_entry"

    # No foreign key: entries are only ever stored for an upload that is locked (decision 14).
    upload_id: UUID = Field(sa_type=Uuid, primary_key=True)
    position: int = Field(primary_key=True)
    part: int = Field(default=0, primary_key=True)
    kind: EntryKind = Field(sa_type=word(EntryKind))
    line: int | None = None
    raw: str
    raw_last: str | None = None
    overrides: dict[str, str] | None = Field(default=None, sa_type=JSONB)
    cells: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    guess: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    repairs: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    first: str | None = Field(default=None, sa_type=PlainText)
    last: str | None = Field(default=None, sa_type=PlainText)
    size: int = _count()
    calling_code: str | None = None
    area_code: str | None = None
    verdict: EntryVerdict = Field(sa_type=word(EntryVerdict))
    code: str | None = None
    message: str | None = None
    number_type: NumberType | None = Field(default=None, sa_type=word(NumberType))
    phone_type: WebexPhoneType | None = Field(default=None, sa_type=word(WebexPhoneType))
    cac: int | None = None
    service_info: str | None = None
