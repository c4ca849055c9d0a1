"""What reconciliations found: where Control Hub differs from what stands here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Uuid, text
from sqlmodel import Field

from store.columns import Owned, PlainText, moment, moment_now, new_id, word
from store.vocabulary import DriftEnd, DriftKind

_STANDS = text("ended_at IS NULL OR tolerated")


class Drift(Owned, table=True):
    """One difference about one number. `here` and `there` say what differs, in words of the API."""

    __tablename__ = "drift"
    __table_args__ = (
        # A difference that stands has one row, whether it is open or was accepted as it is.
        Index("drift_standing", "service_id", "kind", "e164", unique=True, postgresql_where=_STANDS),
        Index("drift_open", "service_id", "id", postgresql_where=text("ended_at IS NULL")),
        Index("drift_service", "service_id", "id"),
    )

    id: UUID = new_id()
    service_id: UUID = Field(sa_type=Uuid, foreign_key="service.id", ondelete="CASCADE")
    kind: DriftKind = Field(sa_type=word(DriftKind))
    e164: str = Field(sa_type=PlainText)
    # Not a foreign key, like those of the numbers (decision 14).
    number_id: UUID | None = Field(default=None, sa_type=Uuid)
    # The location at which Control Hub has it, by its id there.
    hub_location_id: str | None = None
    here: str | None = None
    there: str | None = None
    found_at: datetime = moment_now()
    ended_at: datetime | None = moment()
    ending: DriftEnd | None = Field(default=None, sa_type=word(DriftEnd))
    # Accepted, though Control Hub stays as it is: not reported again while it lasts.
    tolerated: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
