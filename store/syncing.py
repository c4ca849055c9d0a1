"""Statements of a sync: which numbers wait, which were sent, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlmodel import col

from store.database import Reading, Transaction
from store.tables import Number, Upload
from store.vocabulary import NumberStatus, SyncState, SyncTask, UploadStatus

UNSETTLED = (SyncState.IN_PROGRESS, SyncState.UNCERTAIN)
"""Sent, but what became of it is not known: Control Hub has to be read before it is sent again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one number. `code`, `message` and `tracking_id` are Control Hub's objection, if it had one.

    `unseen` says that Control Hub never looked at it, so that it counts as no attempt; `was_there` that it had the
    number before it was sent.
    """

    number_id: UUID
    state: SyncState
    status: NumberStatus
    code: str | None = None
    message: str | None = None
    tracking_id: str | None = None
    retryable: bool = False
    unseen: bool = False
    was_there: bool = False


async def claim(transaction: Transaction, service_id: UUID, state: SyncState, limit: int, at: datetime) -> list[Number]:
    """Mark up to `limit` numbers that wait in this state as sent, and return them by E.164: commit before sending them.

    All of one location and kind, so that one request can hold them; a number that was refused in company comes alone.
    """
    waiting = (
        select(Number)
        .where(
            transaction.scope.covers(Number),
            col(Number.service_id) == service_id,
            col(Number.sync_state) == state,
        )
        .order_by(col(Number.e164))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = (await transaction.session.scalars(waiting)).all()
    alike = [row for row in rows if _kind(row) == _kind(rows[0])]
    for row in alike:
        row.sync_state, row.sent_at, row.attempts = SyncState.IN_PROGRESS, at, row.attempts + 1
        transaction.session.add(row)
    return alike


def _kind(number: Number) -> tuple[object, ...]:
    return (number.location_id, number.phone_type, number.type, number.task, number.error_code is None)


async def in_state(reading: Reading, service_id: UUID, states: Sequence[SyncState]) -> list[Number]:
    """Return the numbers of the service in one of these states, by E.164."""
    query = (
        select(Number)
        .where(
            reading.scope.covers(Number),
            col(Number.service_id) == service_id,
            col(Number.sync_state).in_(states),
        )
        .order_by(col(Number.e164))
    )
    return list((await reading.session.scalars(query)).all())


async def waiting(reading: Reading, service_id: UUID, state: SyncState) -> int:
    """Return how many numbers of the service wait in this state."""
    query = select(func.count()).where(
        reading.scope.covers(Number),
        col(Number.service_id) == service_id,
        col(Number.sync_state) == state,
    )
    total: int = (await reading.session.execute(query)).scalar_one()
    return total


_RECORD = text("""
UPDATE number SET sync_state = o.state, status = o.status, error_code = o.code, error_message = o.message,
                  error_tracking_id = o.tracking_id, error_retryable = o.retryable,
                  was_there = number.was_there OR o.was_there,
                  attempts = attempts - CASE WHEN o.unseen THEN 1 ELSE 0 END,
                  cooling_until = CASE WHEN o.status = 'COOLING' THEN CAST(:cooling_until AS timestamptz)
                                       ELSE cooling_until END,
                  released_at = CASE WHEN o.status = 'RELEASED' THEN CAST(:at AS timestamptz) ELSE released_at END,
                  synced_at = CASE WHEN o.state = 'SYNCED' THEN CAST(:at AS timestamptz) ELSE synced_at END
FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:statuses AS text[]), CAST(:codes AS text[]),
            CAST(:messages AS text[]), CAST(:trackings AS text[]), CAST(:retryables AS boolean[]),
            CAST(:unseens AS boolean[]), CAST(:were_there AS boolean[]))
     AS o (id, state, status, code, message, tracking_id, retryable, unseen, was_there)
WHERE number.id = o.id AND number.sync_state IN ('IN_PROGRESS', 'UNCERTAIN')
RETURNING number.upload_id, number.task, number.sync_state
""")


class Recorded(NamedTuple):
    """What has become of a number, as far as its upload is concerned."""

    upload_id: UUID
    task: SyncTask
    state: SyncState


async def record(
    transaction: Transaction, outcomes: Sequence[Outcome], at: datetime, cooling_until: datetime
) -> list[Recorded]:
    """Write the outcomes of numbers that were sent; return what became of each.

    Those that begin to cool do so until `cooling_until`.
    A number that meanwhile is no longer waiting for an outcome is left alone.
    """
    columns = {
        "ids": [o.number_id for o in outcomes],
        "states": [o.state.value for o in outcomes],
        "statuses": [o.status.value for o in outcomes],
        "codes": [o.code for o in outcomes],
        "messages": [o.message for o in outcomes],
        "trackings": [o.tracking_id for o in outcomes],
        "retryables": [o.retryable for o in outcomes],
        "unseens": [o.unseen for o in outcomes],
        "were_there": [o.was_there for o in outcomes],
    }
    rows = await transaction.session.execute(_RECORD, {**columns, "at": at, "cooling_until": cooling_until})
    return [Recorded(upload_id, SyncTask[task], SyncState[state]) for upload_id, task, state in rows.all()]


async def uploads_under_way(reading: Reading, service_id: UUID) -> list[Upload]:
    """Return the uploads of the service whose numbers are on their way, by id: the order in which they are locked."""
    query = select(Upload).where(
        reading.scope.covers(Upload),
        col(Upload.service_id) == service_id,
        col(Upload.status).in_((UploadStatus.SUBMITTED, UploadStatus.SYNCING)),
    )
    return list((await reading.session.scalars(query.order_by(col(Upload.id)))).all())


async def explain_waiting(transaction: Transaction, service_id: UUID, code: str | None, message: str | None) -> None:
    """Say on the uploads under way why they wait; None where they no longer do."""
    statement = update(Upload).where(
        transaction.scope.covers(Upload),
        col(Upload.service_id) == service_id,
        col(Upload.status).in_((UploadStatus.SUBMITTED, UploadStatus.SYNCING, UploadStatus.ROLLING_BACK)),
    )
    values: dict[str, Any] = {"waiting_code": code, "waiting_message": message}
    await transaction.session.execute(statement.values(**values))
