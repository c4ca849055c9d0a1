"""The numbers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid, text
from sqlmodel import Field

from store.columns import Owned, PlainText, moment, moment_now, new_id, word
from store.vocabulary import NumberSource, NumberStatus, NumberType, SyncState, SyncTask, WebexPhoneType

_IS_LIVE = text("status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING')")
"""In these states a number belongs to its service and to nobody else; `provisioning.states.LIVE` says the same."""


class Number(Owned, table=True):
    """A phone number of a service. `error_*` is what Control Hub said last against it."""

    __tablename__ = "number"
    __table_args__ = (
        # The promise "live at most once on the whole platform", kept by the database itself.
        Index("number_live", "e164", unique=True, postgresql_where=_IS_LIVE),
        Index("number_provider", "provider_id", "id"),
        Index("number_channel", "channel_id", "id"),
        Index("number_customer", "customer_id", "id"),
        Index("number_service", "service_id", "id"),
        Index("number_e164", "e164", "id"),
        # The order by number within whatever a page is narrowed to; the indexes above are the order of acquisition.
        Index("number_provider_e164", "provider_id", "e164", "id"),
        Index("number_channel_e164", "channel_id", "e164", "id", postgresql_where=text("channel_id IS NOT NULL")),
        Index("number_customer_e164", "customer_id", "e164", "id"),
        Index("number_service_e164", "service_id", "e164", "id"),
        Index("number_upload", "upload_id", "sync_state", "e164"),
        Index("number_cooling", "cooling_until", postgresql_where=text("status = 'COOLING'")),
        Index(
            "number_unsettled",
            "service_id",
            "e164",
            postgresql_where=text(
                "sync_state IN ('ADD_PENDING', 'UPDATE_PENDING', 'REMOVE_PENDING', 'IN_PROGRESS', 'UNCERTAIN')"
            ),
        ),
    )

    id: UUID = new_id()
    # Only the upload is a foreign key: it points at the same service, location and connection, whose keys hold them.
    # Checking all four for every number took half of the time of storing a million of them (decision 14).
    service_id: UUID = Field(sa_type=Uuid)
    location_id: UUID = Field(sa_type=Uuid)
    sip_connection_id: UUID = Field(sa_type=Uuid)
    upload_id: UUID = Field(sa_type=Uuid, foreign_key="upload.id")
    e164: str = Field(sa_type=PlainText)
    calling_code: str
    area_code: str
    subscriber_number: str
    type: NumberType = Field(sa_type=word(NumberType))
    phone_type: WebexPhoneType | None = Field(default=None, sa_type=word(WebexPhoneType))
    cac: int | None = None
    service_info: str | None = None
    status: NumberStatus = Field(sa_type=word(NumberStatus))
    sync_state: SyncState = Field(sa_type=word(SyncState))
    task: SyncTask = Field(
        default=SyncTask.ADD, sa_type=word(SyncTask), sa_column_kwargs={"server_default": text("'ADD'")}
    )
    # Control Hub had it before it was ever sent: what we did not add, we do not take away.
    was_there: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    assignment: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    error_tracking_id: str | None = None
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    error_retryable: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    source: NumberSource = Field(sa_type=word(NumberSource))
    acquired_at: datetime = moment_now()
    sent_at: datetime | None = moment()
    synced_at: datetime | None = moment()
    cooling_until: datetime | None = moment()
    released_at: datetime | None = moment()
