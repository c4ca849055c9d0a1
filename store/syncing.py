"""Statements of a sync: which numbers wait, which were sent, and what became of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, text, update
from sqlmodel import col

from store.database import Reading, Transaction
from store.lookup import locked
from store.tables import Number, Service, Upload
from store.vocabulary import NumberStatus, SyncState, SyncTask, UploadStatus

UNSETTLED = (SyncState.IN_PROGRESS, SyncState.UNCERTAIN)
"""Sent, but what became of it is not known: Control Hub has to be read before it is sent again."""


OPEN = (SyncState.ADD_PENDING, SyncState.UPDATE_PENDING, SyncState.REMOVE_PENDING, *UNSETTLED)
"""Not yet where it should be, and on its way there; the index `number_unsettled` says the same."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one number. `code`, `message` and `tracking_id` are Control Hub's objection, if it had one.

    `unseen` says that Control Hub never looked at it, so that it counts as no attempt; `was_there` that it had the
    number before it was sent; `differs` that it has it with another usage, or inactive, so that a change follows.
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
    differs: bool = False


async def claim(
    transaction: Transaction,
    service_id: UUID,
    state: SyncState,
    limit: int,
    at: datetime,
    aside: Collection[UUID] = (),
) -> list[Number]:
    """Mark up to `limit` numbers that wait in this state as sent, and return them by E.164: commit before sending them.

    All of one location and kind, so that one request can hold them; none of the locations that are set aside.
    """
    waiting = (
        select(Number)
        .where(
            transaction.scope.covers(Number),
            col(Number.service_id) == service_id,
            col(Number.sync_state) == state,
            col(Number.location_id).not_in(aside),
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
    return (number.location_id, number.phone_type, number.type, number.task)


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


async def waiting(reading: Reading, service_id: UUID, state: SyncState, aside: Collection[UUID] = ()) -> int:
    """Return how many numbers of the service wait in this state, but for those of locations that are set aside."""
    query = select(func.count()).where(
        reading.scope.covers(Number),
        col(Number.service_id) == service_id,
        col(Number.sync_state) == state,
        col(Number.location_id).not_in(aside),
    )
    total: int = (await reading.session.execute(query)).scalar_one()
    return total


async def is_any_open(reading: Reading, service_id: UUID) -> bool:
    """Return whether a number of the service is on its way, or waits to be."""
    query = select(col(Number.id)).where(
        reading.scope.covers(Number), col(Number.service_id) == service_id, col(Number.sync_state).in_(OPEN)
    )
    return (await reading.session.execute(query.limit(1))).first() is not None


_RECORD = text("""
UPDATE number SET sync_state = CASE WHEN o.differs THEN 'UPDATE_PENDING' ELSE o.state END,
                  task = CASE WHEN o.differs THEN 'UPDATE' ELSE task END, status = o.status,
                  error_code = o.code, error_message = o.message,
                  error_tracking_id = o.tracking_id, error_retryable = o.retryable,
                  was_there = number.was_there OR o.was_there,
                  attempts = CASE WHEN o.differs THEN 0 WHEN o.unseen THEN attempts - 1 ELSE attempts END,
                  cooling_until = CASE WHEN o.status = 'COOLING' THEN CAST(:cooling_until AS timestamptz)
                                       ELSE cooling_until END,
                  released_at = CASE WHEN o.status = 'RELEASED' THEN CAST(:at AS timestamptz) ELSE released_at END,
                  synced_at = CASE WHEN o.state = 'SYNCED' THEN CAST(:at AS timestamptz) ELSE synced_at END
FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]), CAST(:statuses AS text[]), CAST(:codes AS text[]),
            CAST(:messages AS text[]), CAST(:trackings AS text[]), CAST(:retryables AS boolean[]),
            CAST(:unseens AS boolean[]), CAST(:were_there AS boolean[]), CAST(:differing AS boolean[]))
     AS o (id, state, status, code, message, tracking_id, retryable, unseen, was_there, differs)
WHERE number.id = o.id AND number.sync_state IN ('IN_PROGRESS', 'UNCERTAIN')
RETURNING number.upload_id, OLD.task, o.state
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
        "differing": [o.differs for o in outcomes],
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why uploads wait, and when the next try is; None where it takes somebody to do something."""

    code: str
    message: str
    until: datetime | None


async def explain_waiting(transaction: Transaction, service_id: UUID, waiting: Waiting | None) -> Sequence[Upload]:
    """Say on the uploads that are not where they should be why they wait; None where they no longer do.

    Returns those for which that is news: not those that only wait until another time.
    """
    still_out = (
        select(col(Number.id)).where(col(Number.upload_id) == col(Upload.id), col(Number.sync_state).in_(UNSETTLED))
    ).exists()
    under_way = col(Upload.status).in_((UploadStatus.SUBMITTED, UploadStatus.SYNCING, UploadStatus.ROLLING_BACK))
    concerned = col(Upload.waiting_code).is_not(None) if waiting is None else or_(under_way, still_out)
    of_service = update(Upload).where(transaction.scope.covers(Upload), col(Upload.service_id) == service_id, concerned)
    code, message, until = (waiting.code, waiting.message, waiting.until) if waiting else (None, None, None)
    news = of_service.where(col(Upload.waiting_code).is_distinct_from(code)).values(
        waiting_code=code, waiting_message=message, waiting_until=until
    )
    found = await transaction.session.scalars(
        news.returning(Upload), execution_options={"populate_existing": True, "synchronize_session": False}
    )
    changed = found.all()
    if waiting is not None:
        later = of_service.values(waiting_message=message, waiting_until=until)
        await transaction.session.execute(later, execution_options={"synchronize_session": False})
    return changed


async def service_if_there(reading: Reading, service_id: UUID) -> Service | None:
    """Return the service, locked in a transaction; None where it has been removed since its job was written."""
    query = select(Service).where(reading.scope.covers(Service), col(Service.id) == service_id)
    query = locked(query) if isinstance(reading, Transaction) else query
    return (await reading.session.scalars(query)).one_or_none()
