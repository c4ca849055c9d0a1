"""Statements on numbers that are changed after they were uploaded."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, literal, select, text
from sqlmodel import col

from store.database import Transaction
from store.tables import Number
from store.vocabulary import NumberStatus


async def lock(
    transaction: Transaction, service_id: UUID, numbers: Sequence[str], statuses: Collection[NumberStatus]
) -> list[Number]:
    """Return the numbers of the service among these, in one of the statuses, by E.164, locked against everybody else.

    Live statuses only: then a number is found at most once.
    """
    query = (
        select(Number)
        .where(
            transaction.scope.covers(Number),
            col(Number.service_id) == service_id,
            col(Number.e164) == any_(literal(list(numbers), ARRAY(Text))),
            col(Number.status).in_(statuses),
        )
        .order_by(col(Number.e164))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list((await transaction.session.scalars(query)).all())


async def of_upload(transaction: Transaction, upload_id: UUID, status: NumberStatus) -> list[str]:
    """Return the numbers that the upload made and that are in this status, ascending."""
    query = select(col(Number.e164)).where(
        transaction.scope.covers(Number),
        col(Number.upload_id) == upload_id,
        col(Number.status) == status,
    )
    return list((await transaction.session.scalars(query.order_by(col(Number.e164)))).all())


_CONFIRM = text("""
UPDATE number SET sync_state = 'MANUAL_CONFIRMED', synced_at = :at
WHERE service_id = :service AND e164 = ANY(:numbers) AND status = 'ACTIVE' AND sync_state = 'MANUAL_PENDING'
RETURNING e164
""")


async def confirm(transaction: Transaction, service_id: UUID, numbers: Sequence[str], at: datetime) -> list[str]:
    """Note that the customer has added these numbers by hand; return those of which that was not known yet."""
    parameters = {"service": service_id, "numbers": list(numbers), "at": at}
    found = await transaction.session.execute(_CONFIRM, parameters)
    return sorted(found.scalars().all())
