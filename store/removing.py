"""Statements on a service that is being removed: letting its numbers go, and deleting all that belongs to it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import col

from store.database import Reading, Transaction
from store.tables import Event, Number, Service, Upload
from store.vocabulary import EventKind, NumberStatus, SyncState, SyncTask

_LIVE = "status IN ('ACTIVE', 'RELEASE_REQUESTED', 'COOLING')"

_WITHDRAW = text("""
UPDATE number SET status = 'RELEASED', sync_state = 'REMOVED', released_at = :at
WHERE service_id = :service AND status = 'ACTIVE' AND sync_state = 'ADD_PENDING'
""")


async def withdraw(transaction: Transaction, service_id: UUID, at: datetime) -> None:
    """Give up the numbers of a locked service that wait to be added, for whatever reason, before they are sent."""
    await transaction.session.execute(_WITHDRAW, {"service": service_id, "at": at})


_LET_GO = text(f"""
WITH mine AS (
    SELECT id, sync_state, was_there,
           NOT was_there AND status <> 'COOLING'
           AND (sync_state IN ('SYNCED', 'DRIFTED', 'UPDATE_PENDING', 'REMOVE_PENDING')
                OR (sync_state = 'FAILED' AND task NOT IN ('ADD', 'RESTORE'))) AS leaves
    FROM number
    WHERE service_id = :service AND {_LIVE} AND sync_state NOT IN ('IN_PROGRESS', 'UNCERTAIN')
      AND NOT (task = 'TAKE_BACK' AND sync_state IN ('REMOVE_PENDING', 'FAILED'))
    FOR UPDATE
), changed AS (
    UPDATE number SET task = 'TAKE_BACK', attempts = 0, error_code = NULL, error_message = NULL,
                      error_tracking_id = NULL, error_retryable = false, cooling_until = NULL,
                      status = CASE WHEN leaves THEN 'RELEASE_REQUESTED' ELSE 'RELEASED' END,
                      released_at = CASE WHEN leaves THEN NULL ELSE CAST(:at AS timestamptz) END,
                      sync_state = CASE WHEN leaves THEN 'REMOVE_PENDING' WHEN mine.was_there THEN 'SYNCED'
                                        WHEN mine.sync_state LIKE 'MANUAL_%' THEN mine.sync_state ELSE 'REMOVED' END
    FROM mine WHERE mine.id = number.id
    RETURNING leaves
)
SELECT count(*) FILTER (WHERE leaves), count(*) FILTER (WHERE NOT leaves) FROM changed
""")  # noqa: S608  # our own words
"""What was there before is left there. What was sent has to be answered first; what Control Hub kept is asked again
only by `ask_again`."""


class LetGo(NamedTuple):
    """How many numbers are to be taken off Control Hub from now on, and how many are free at once."""

    leaving: int
    free: int


async def let_go(transaction: Transaction, service_id: UUID, at: datetime) -> LetGo:
    """Let every live number of a locked service go that has come to rest."""
    found = await transaction.session.execute(_LET_GO, {"service": service_id, "at": at})
    return LetGo(*found.one())


_ASK_AGAIN = text("""
UPDATE number SET status = 'RELEASE_REQUESTED', sync_state = 'REMOVE_PENDING', attempts = 0, error_code = NULL,
                  error_message = NULL, error_tracking_id = NULL, error_retryable = false
WHERE service_id = :service AND status = 'ACTIVE' AND task = 'TAKE_BACK' AND sync_state = 'FAILED'
""")


async def ask_again(transaction: Transaction, service_id: UUID) -> int:
    """Queue the numbers again that Control Hub did not give up; return how many."""
    result: Any = await transaction.session.execute(_ASK_AGAIN, {"service": service_id})
    asked: int = result.rowcount
    return asked


class Left(NamedTuple):
    """How many numbers are not off yet, and how many of them Control Hub keeps."""

    numbers: int
    kept: int


_LEFT = text(f"""
SELECT count(*), count(*) FILTER (WHERE status = 'ACTIVE' AND task = 'TAKE_BACK' AND sync_state = 'FAILED')
FROM number WHERE service_id = :service AND {_LIVE}
""")  # noqa: S608  # our own words


async def left(reading: Reading, service_id: UUID) -> Left:
    """Return what is left of a service in scope."""
    found = await reading.session.execute(_LEFT, {"service": service_id})
    return Left(*found.one())


async def first_kept(reading: Reading, service_id: UUID) -> Number | None:
    """Return the first number, by E.164, that Control Hub did not give up."""
    query = select(Number).where(
        reading.scope.covers(Number),
        col(Number.service_id) == service_id,
        col(Number.status) == NumberStatus.ACTIVE,
        col(Number.sync_state) == SyncState.FAILED,
        col(Number.task) == SyncTask.TAKE_BACK,
    )
    return (await reading.session.scalars(query.order_by(col(Number.e164)).limit(1))).first()


_ON_HUB = f"""
service_id = :service AND {_LIVE} AND status <> 'COOLING' AND NOT was_there AND sync_state NOT LIKE 'MANUAL_%'
AND sync_state NOT IN ('ADD_PENDING', 'REMOVED') AND NOT (sync_state = 'FAILED' AND task IN ('ADD', 'RESTORE'))
"""
"""What we have put there and not taken off, or may have."""

_LEFT_THERE = text(f"SELECT e164 FROM number WHERE {_ON_HUB} ORDER BY e164 LIMIT :most")  # noqa: S608  # our own words

_COUNT_LEFT_THERE = text(f"SELECT count(*) FROM number WHERE {_ON_HUB}")  # noqa: S608  # our own words

_ABANDON = text(f"""
UPDATE number SET status = 'RELEASED', released_at = :at WHERE service_id = :service AND {_LIVE}
""")  # noqa: S608  # our own words


async def abandon(transaction: Transaction, service_id: UUID, at: datetime, most: int) -> tuple[int, Sequence[str]]:
    """Release every number of a locked service, wherever it stands.

    Return how many of them are left at Control Hub, and the first `most` of those.
    """
    there = (await transaction.session.execute(_COUNT_LEFT_THERE, {"service": service_id})).scalar_one()
    some = (await transaction.session.execute(_LEFT_THERE, {"service": service_id, "most": most})).scalars().all()
    await transaction.session.execute(_ABANDON, {"service": service_id, "at": at})
    return there, some


async def uploads_of(reading: Reading, service_id: UUID) -> list[Upload]:
    """Return the uploads of the service by id: the order in which they are locked."""
    query = select(Upload).where(reading.scope.covers(Upload), col(Upload.service_id) == service_id)
    return list((await reading.session.scalars(query.order_by(col(Upload.id)))).all())


_SOME_ENTRIES = text("""
DELETE FROM upload_entry WHERE ctid = ANY(ARRAY(
    SELECT entry.ctid FROM upload JOIN upload_entry entry ON entry.upload_id = upload.id
    WHERE upload.service_id = :service LIMIT :most
))
""")

_SOME_NUMBERS = text("""
DELETE FROM number WHERE ctid = ANY(ARRAY(SELECT ctid FROM number WHERE service_id = :service LIMIT :most))
""")


async def delete_some(transaction: Transaction, service_id: UUID, most: int) -> int:
    """Delete up to `most` entries of uploads and as many numbers of a locked service; return how many went."""
    deleted = 0
    for statement in (_SOME_ENTRIES, _SOME_NUMBERS):
        result: Any = await transaction.session.execute(statement, {"service": service_id, "most": most})
        deleted += result.rowcount
    return deleted


_IN_ORDER = ("upload", "sip_connection", "location", "drift", "invitation", "consent_grant")
"""The tables that point at a service, those first that point at others."""


async def hold(transaction: Transaction, service: Service) -> None:
    """Wait for those who are storing something of the service, and let nobody begin: it is about to go."""
    await transaction.session.execute(text("SELECT FROM service WHERE id = :id FOR UPDATE"), {"id": service.id})


async def delete(transaction: Transaction, service: Service) -> None:
    """Delete a locked service with all that belongs to it but its entries and numbers.

    Its events and its audit trail stay; so do idempotency keys, so that no request is done a second time.
    """
    told = {"service": service.id}
    for table in _IN_ORDER:
        await transaction.session.execute(text(f"DELETE FROM {table} WHERE service_id = :service"), told)  # noqa: S608  # names of our own tables
    await transaction.session.execute(text("DELETE FROM service WHERE id = :service"), told)


def announce_end(transaction: Transaction, service: Service, at: datetime) -> None:
    """Tell the subscribers of a service that it is gone: the last event of it, without a status after."""
    before = service.status.value
    transaction.announce(
        Event(kind=EventKind.SERVICE_STATUS, service_id=service.id, before=before, at=at, **service.ownership())
    )
