"""Statements on numbers that are taken back: withdrawn before they are sent, or taken off Control Hub again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlmodel import col

from store.database import Reading, Transaction
from store.tables import Number, Upload
from store.vocabulary import NumberStatus, SyncState, SyncTask

MOVING = (SyncState.REMOVE_PENDING, SyncState.IN_PROGRESS, SyncState.UNCERTAIN)
"""The states of a number that is on its way off Control Hub."""

_WITHDRAW = text("""
UPDATE number SET sync_state = 'REMOVED', status = 'RELEASED', released_at = :at
WHERE upload_id = :upload AND sync_state = 'ADD_PENDING' AND task = 'ADD' AND status = 'ACTIVE'
""")

_WITHDRAW_STOPPED = text("""
UPDATE number SET sync_state = 'REMOVED', status = 'RELEASED', released_at = :at
FROM upload
WHERE upload.id = number.upload_id AND number.id = ANY(:ids) AND number.sync_state = 'ADD_PENDING'
  AND number.task = 'ADD' AND upload.stopped_at IS NOT NULL
RETURNING number.upload_id
""")


async def withdraw(transaction: Transaction, upload: Upload, at: datetime) -> int:
    """Give up the numbers of the upload that wait to be added; return how many."""
    result: Any = await transaction.session.execute(_WITHDRAW, {"upload": upload.id, "at": at})
    withdrawn: int = result.rowcount
    return withdrawn


async def withdraw_stopped(transaction: Transaction, ids: Sequence[UUID], at: datetime) -> list[UUID]:
    """Give up those of the numbers that wait again although their upload was stopped; return their uploads' ids."""
    found = await transaction.session.execute(_WITHDRAW_STOPPED, {"ids": list(ids), "at": at})
    return list(found.scalars().all())


async def stopped(reading: Reading, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of the numbers, on their way to be added, belong to an upload that was stopped."""
    query = (
        select(col(Number.id))
        .join(Upload, col(Upload.id) == col(Number.upload_id))
        .where(
            reading.scope.covers(Number),
            col(Number.id).in_(ids),
            col(Number.task) == SyncTask.ADD,
            col(Upload.stopped_at).is_not(None),
        )
    )
    return set((await reading.session.scalars(query)).all())


async def retry(transaction: Transaction, upload: Upload) -> int:
    """Let the numbers wait again that Control Hub did not take but might; return how many."""
    query = text("""
UPDATE number SET sync_state = 'ADD_PENDING', attempts = 0, error_code = NULL, error_message = NULL,
                  error_tracking_id = NULL, error_retryable = false
WHERE upload_id = :upload AND sync_state = 'FAILED' AND task = 'ADD' AND status = 'ACTIVE' AND error_retryable
""")
    result: Any = await transaction.session.execute(query, {"upload": upload.id})
    retried: int = result.rowcount
    return retried


class TakenBack(NamedTuple):
    """How many numbers of an upload are free at once, by what had become of them, and how many are leaving."""

    added: int
    failed: int
    pending: int
    leaving: int


_TAKE_BACK = text("""
WITH mine AS (
    SELECT id, sync_state, was_there, task,
           NOT was_there AND (sync_state IN ('SYNCED', 'DRIFTED', 'UPDATE_PENDING', 'REMOVE_PENDING')
                              OR (sync_state = 'FAILED' AND task NOT IN ('ADD', 'RESTORE'))) AS leaves
    FROM number WHERE upload_id = :upload AND status = 'ACTIVE' FOR UPDATE
), changed AS (
    UPDATE number SET task = 'TAKE_BACK', attempts = 0, error_code = NULL, error_message = NULL,
                      error_tracking_id = NULL, error_retryable = false,
                      status = CASE WHEN leaves THEN 'RELEASE_REQUESTED' ELSE 'RELEASED' END,
                      released_at = CASE WHEN leaves THEN NULL ELSE CAST(:at AS timestamptz) END,
                      sync_state = CASE WHEN leaves THEN 'REMOVE_PENDING' WHEN mine.was_there THEN 'SYNCED'
                                        WHEN mine.sync_state LIKE 'MANUAL_%' THEN mine.sync_state ELSE 'REMOVED' END
    FROM mine WHERE mine.id = number.id
    RETURNING leaves, mine.was_there, mine.sync_state AS before, mine.task AS doing
)
SELECT count(*) FILTER (WHERE before LIKE 'MANUAL_%' OR was_there OR (NOT leaves AND doing <> 'ADD')),
       count(*) FILTER (WHERE NOT leaves AND NOT was_there AND before = 'FAILED' AND doing = 'ADD'),
       count(*) FILTER (WHERE before = 'ADD_PENDING' AND doing = 'ADD'),
       count(*) FILTER (WHERE leaves)
FROM changed
""")
"""What was there before is left there, and only let go here. What was restored counts as added; see `letting_go`."""


async def take_back(transaction: Transaction, upload: Upload, at: datetime) -> TakenBack:
    """Take back every active number of the upload: those that Control Hub has are to be taken off, the others go."""
    found = await transaction.session.execute(_TAKE_BACK, {"upload": upload.id, "at": at})
    return TakenBack(*found.one())


async def in_flight(reading: Reading, upload_id: UUID) -> int:
    """Return how many numbers of the upload have been sent, and what became of them is not known yet."""
    return await _count(reading, upload_id, (SyncState.IN_PROGRESS, SyncState.UNCERTAIN))


async def leaving(reading: Reading, upload_id: UUID) -> int:
    """Return how many numbers of the upload are on their way off Control Hub."""
    return await _count(reading, upload_id, MOVING, col(Number.task) == SyncTask.TAKE_BACK)


async def kept(reading: Reading, upload_id: UUID) -> int:
    """Return how many numbers of the upload Control Hub did not give up."""
    is_active = col(Number.status) == NumberStatus.ACTIVE
    return await _count(reading, upload_id, (SyncState.FAILED,), col(Number.task) == SyncTask.TAKE_BACK, is_active)


async def _count(
    reading: Reading, upload_id: UUID, states: Sequence[SyncState], *conditions: ColumnElement[bool]
) -> int:
    query = select(func.count()).where(
        reading.scope.covers(Number),
        col(Number.upload_id) == upload_id,
        col(Number.sync_state).in_(states),
        *conditions,
    )
    return int((await reading.session.execute(query)).scalar_one())


async def is_any_on_account(reading: Reading, service_id: UUID) -> bool:
    """Return whether a number of the service is on the customer's account: at Control Hub, or stored by hand."""
    manual = (SyncState.MANUAL_PENDING, SyncState.MANUAL_CONFIRMED)
    query = select(col(Number.id)).where(
        reading.scope.covers(Number),
        col(Number.service_id) == service_id,
        col(Number.status).in_((NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED)),
        col(Number.synced_at).is_not(None) | col(Number.sync_state).in_(manual),
    )
    return (await reading.session.execute(query.limit(1))).first() is not None
