"""What still uses a location or a SIP connection: live numbers, and uploads that have not ended."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from store.database import Reading
from store.tables import Location, Number, SipConnection, Upload
from store.vocabulary import NumberStatus, UploadStatus

_LIVE = (NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED, NumberStatus.COOLING)
"""`provisioning.states.LIVE` says the same."""

_UNFINISHED = (
    UploadStatus.DRAFT,
    UploadStatus.VALIDATING,
    UploadStatus.VALIDATED,
    UploadStatus.SUBMITTED,
    UploadStatus.SYNCING,
    UploadStatus.ROLLING_BACK,
)
"""Uploads in these states may still send numbers where they point, or take them from there."""


class Use(NamedTuple):
    """How many live numbers and how many unfinished uploads there are."""

    numbers: int
    uploads: int


async def of_location(reading: Reading, location: Location) -> Use:
    """Count what uses the location."""
    ours = (col(Number.service_id) == location.service_id, col(Number.location_id) == location.id)
    return await _use(reading, ours, col(Upload.location_id) == location.id)


async def of_connection(reading: Reading, connection: SipConnection) -> Use:
    """Count what uses the SIP connection."""
    ours = (col(Number.service_id) == connection.service_id, col(Number.sip_connection_id) == connection.id)
    return await _use(reading, ours, col(Upload.sip_connection_id) == connection.id)


async def _use(reading: Reading, numbers: tuple[ColumnElement[bool], ...], uploads: ColumnElement[bool]) -> Use:
    live = select(func.count()).where(reading.scope.covers(Number), *numbers, col(Number.status).in_(_LIVE))
    unfinished = select(func.count()).where(reading.scope.covers(Upload), uploads, col(Upload.status).in_(_UNFINISHED))
    found: Any = await reading.session.execute(select(live.scalar_subquery(), unfinished.scalar_subquery()))
    return Use(*found.one())
