"""Services ("customer leads") and the locations attached to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid, text
from sqlmodel import Field

from store.columns import Owned, folded_name, moment, moment_now, moment_or_never, new_id, sorted_by, word
from store.vocabulary import LocationSource, PstnConnection, ServiceKind, ServiceMode, ServiceStatus


class Service(Owned, table=True):
    """A Webex Cloud Connect or CX service of a customer."""

    __tablename__ = "service"
    __mapper_args__ = {"exclude_properties": ("name_key", "consent_key")}  # noqa: RUF012  # SQLAlchemy's way
    __table_args__ = (
        folded_name("name_key", "name"),
        moment_or_never("consent_key", "consented_at"),
        Index("service_name", "customer_id", text("lower(name)"), unique=True),
        Index(
            "service_reference",
            "customer_id",
            "reference",
            unique=True,
            postgresql_where=text("reference IS NOT NULL"),
        ),
        Index("service_provider", "provider_id", "id"),
        Index("service_channel", "channel_id", "id"),
        Index("service_organization", "organization_id"),
        *sorted_by("service_by_name", "name_key"),
        *sorted_by("service_by_change", "last_modified_at"),
        *sorted_by("service_by_consent", "consent_key"),
        *sorted_by("service_by_status", "status"),
    )

    id: UUID = new_id()
    customer_id: UUID = Field(sa_type=Uuid, foreign_key="customer.id")
    name: str
    reference: str | None = None
    kind: ServiceKind = Field(sa_type=word(ServiceKind))
    mode: ServiceMode = Field(sa_type=word(ServiceMode))
    status: ServiceStatus = Field(sa_type=word(ServiceStatus))
    organization_id: str | None = None
    consented_at: datetime | None = moment()
    locations_refreshed_at: datetime | None = moment()
    created_at: datetime = moment_now()
    last_modified_at: datetime = moment_now()
    # How often its sync came to nothing in a row, and when the next one is due; None while none rests.
    sync_tries: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    sync_resumes_at: datetime | None = moment()
    # Why its sync waits; None while it goes on or has nothing to do.
    waiting_code: str | None = None
    waiting_message: str | None = None
    reconciled_at: datetime | None = moment()
    # The daily licence counters; None until they were counted for the first time.
    counted_at: datetime | None = moment()
    unused_dids: int | None = None
    user_dids: int | None = None
    contact_center_dids: int | None = None
    service_dids: int | None = None
    service_cac: int | None = None


class Location(Owned, table=True):
    """A site of the customer. `hub_id`, `pstn_connection` and `main_number` are Control Hub's; None if by hand."""

    __tablename__ = "location"
    __table_args__ = (
        Index("location_hub", "service_id", "hub_id", unique=True, postgresql_where=text("hub_id IS NOT NULL")),
        Index(
            "location_name",
            "service_id",
            text("lower(name)"),
            unique=True,
            postgresql_where=text("hub_id IS NULL"),
        ),
        Index(
            "location_reference",
            "service_id",
            "reference",
            unique=True,
            postgresql_where=text("reference IS NOT NULL"),
        ),
        Index("location_service", "service_id", "id"),
    )

    id: UUID = new_id()
    service_id: UUID = Field(sa_type=Uuid, foreign_key="service.id", ondelete="CASCADE")
    source: LocationSource = Field(sa_type=word(LocationSource))
    name: str
    reference: str | None = None
    country: str
    calling_code: str
    attached_at: datetime | None = moment()
    hub_id: str | None = None
    pstn_connection: PstnConnection | None = Field(default=None, sa_type=word(PstnConnection))
    main_number: str | None = None
    missing_since: datetime | None = moment()
    created_at: datetime = moment_now()
