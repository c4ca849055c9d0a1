"""Statements on numbers that are let go one by one, that cool, and that are taken back into use."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import col

from store.database import Reading, Transaction
from store.tables import Location, Number
from store.vocabulary import NumberStatus, SyncState, SyncTask


class Standing(NamedTuple):
    """Where a number that is let go stands from now on."""

    status: NumberStatus
    sync_state: SyncState
    task: SyncTask


_LET_GO = text("""
UPDATE number SET status = :status, sync_state = :sync_state, task = :task, attempts = 0, error_code = NULL,
                  error_message = NULL, error_tracking_id = NULL, error_retryable = false,
                  cooling_until = :cooling_until, released_at = :released_at
WHERE id = ANY(:ids)
""")


async def let_go(
    transaction: Transaction, ids: Sequence[UUID], standing: Standing, at: datetime, cooling_until: datetime
) -> None:
    """Write where locked numbers stand; those that begin to cool do so until `cooling_until`."""
    words = {"status": standing.status.value, "sync_state": standing.sync_state.value, "task": standing.task.value}
    moments = {
        "cooling_until": cooling_until if standing.status is NumberStatus.COOLING else None,
        "released_at": at if standing.status is NumberStatus.RELEASED else None,
    }
    await transaction.session.execute(_LET_GO, {"ids": list(ids), **words, **moments})


async def main_numbers(reading: Reading, service_id: UUID) -> set[str]:
    """Return the main numbers of the service's locations."""
    query = select(col(Location.main_number)).where(
        reading.scope.covers(Location), col(Location.service_id) == service_id, col(Location.main_number).is_not(None)
    )
    return {number for number in (await reading.session.scalars(query)).all() if number}


_COUNT_AS_ADDED = text("""
UPDATE upload SET failed = upload.failed - n.restored, added = upload.added + n.restored
FROM (SELECT upload_id, count(*) AS restored FROM number WHERE id = ANY(:ids) AND task = 'ADD' GROUP BY upload_id) AS n
WHERE n.upload_id = upload.id
""")
"""Whatever becomes of a number after its restoration, its upload has brought it: see `restore_integrated`."""

_RESTORE_INTEGRATED = text("""
UPDATE number SET status = 'ACTIVE', sync_state = 'ADD_PENDING', task = 'RESTORE', attempts = 0, error_code = NULL,
                  error_message = NULL, error_tracking_id = NULL, error_retryable = false, cooling_until = NULL,
                  synced_at = NULL, was_there = false
WHERE id = ANY(:ids)
""")

_RESTORE = text("UPDATE number SET status = 'ACTIVE', cooling_until = NULL WHERE id = ANY(:ids)")


async def restore_integrated(transaction: Transaction, ids: Sequence[UUID]) -> None:
    """Take locked numbers back into use, and have them added to Control Hub again.

    From now on they count as added by their upload, whatever becomes of them, those that failed before included: only
    a number whose task still is ADD is counted by where it stands.
    """
    await transaction.session.execute(_COUNT_AS_ADDED, {"ids": list(ids)})
    await transaction.session.execute(_RESTORE_INTEGRATED, {"ids": list(ids)})


async def restore(transaction: Transaction, ids: Sequence[UUID]) -> None:
    """Take locked numbers of a Non-Integrated service back into use."""
    await transaction.session.execute(_RESTORE, {"ids": list(ids)})


_END_COOLING = text("""
WITH due AS (
    SELECT id FROM number WHERE status = 'COOLING' AND cooling_until <= :at
    ORDER BY cooling_until LIMIT :most FOR UPDATE SKIP LOCKED
), released AS (
    UPDATE number SET status = 'RELEASED', released_at = :at
    FROM due WHERE due.id = number.id
    RETURNING number.service_id, number.e164
)
SELECT service_id, array_agg(e164) AS numbers FROM released GROUP BY service_id ORDER BY service_id
""")


async def end_cooling(transaction: Transaction, at: datetime, most: int) -> dict[UUID, list[str]]:
    """Release up to `most` numbers whose cooling date has come; return them by service.

    A number that somebody has locked is left for another time: it may just be restored.
    """
    found = await transaction.session.execute(_END_COOLING, {"at": at, "most": most})
    return {row.service_id: row.numbers for row in found.all()}


async def live(reading: Reading, numbers: Sequence[str]) -> list[Number]:
    """Return the live numbers among these, of whatever service in scope, ascending."""
    return await _live(reading, numbers, lock=False)


async def lock_live(transaction: Transaction, numbers: Sequence[str]) -> list[Number]:
    """Return the live numbers among these, of whatever service in scope, ascending, locked against everybody else."""
    return await _live(transaction, numbers, lock=True)


async def _live(reading: Reading, numbers: Sequence[str], *, lock: bool) -> list[Number]:
    statuses = (NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED, NumberStatus.COOLING)
    query = (
        select(Number)
        .where(reading.scope.covers(Number), col(Number.e164).in_(numbers), col(Number.status).in_(statuses))
        .order_by(col(Number.e164))
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list((await reading.session.scalars(query)).all())
