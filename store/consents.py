"""Statements on invitations and grants."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from store.database import Reading, Transaction
from store.errors import NotFound
from store.lookup import locked
from store.tables import Grant, Invitation, Service
from store.vocabulary import GrantStatus

_OPEN = (col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None))
"""Neither used nor revoked; it may have expired."""


async def invitation(reading: Reading, token_hash: bytes, *, lock: bool = False) -> Invitation:
    """Return the invitation whose token has this SHA-256.

    Raises NotFound.
    """
    query = select(Invitation).where(reading.scope.covers(Invitation), col(Invitation.token_hash) == token_hash)
    found = (await reading.session.scalars(locked(query) if lock else query)).one_or_none()
    if found is None:
        raise NotFound("invitation")
    return found


async def invitation_by_id(transaction: Transaction, invitation_id: UUID) -> Invitation | None:
    """Return the invitation, locked; None where it has gone with its service."""
    query = select(Invitation).where(transaction.scope.covers(Invitation), col(Invitation.id) == invitation_id)
    return (await transaction.session.scalars(locked(query))).one_or_none()


async def newest_invitations(reading: Reading, service_ids: Sequence[UUID]) -> list[Invitation | None]:
    """Return the newest invitation of each service in the order of the ids, None where there is none in scope."""
    query = (
        select(Invitation)
        .where(reading.scope.covers(Invitation), col(Invitation.service_id).in_(set(service_ids)))
        .ext(distinct_on(col(Invitation.service_id)))
        .order_by(col(Invitation.service_id), col(Invitation.id).desc())
    )
    found = {row.service_id: row for row in (await reading.session.scalars(query)).all()}
    return [found.get(wanted) for wanted in service_ids]


async def services_invited(transaction: Transaction, customer_id: UUID, at: datetime) -> Sequence[Service]:
    """Return the services of the customer that have an open invitation, the oldest first."""
    invited = select(col(Invitation.service_id)).where(*_OPEN, col(Invitation.expires_at) > at)
    query = (
        select(Service)
        .where(transaction.scope.covers(Service), col(Service.customer_id) == customer_id, col(Service.id).in_(invited))
        .order_by(col(Service.id))
    )
    return (await transaction.session.scalars(query)).all()


async def close_invitations(transaction: Transaction, service_id: UUID, at: datetime) -> Sequence[Invitation]:
    """Revoke every invitation of the service that is still open; return them."""
    open_ones = update(Invitation).where(
        transaction.scope.covers(Invitation), col(Invitation.service_id) == service_id, *_OPEN
    )
    closed = open_ones.values(revoked_at=at).returning(Invitation)
    return (await transaction.session.scalars(closed, execution_options={"populate_existing": True})).all()


async def grant(reading: Reading, service_id: UUID, *, lock: bool = False) -> Grant | None:
    """Return what the customer granted for this service; None before the first consent."""
    query = select(Grant).where(reading.scope.covers(Grant), col(Grant.service_id) == service_id)
    return (await reading.session.scalars(locked(query) if lock else query)).one_or_none()


async def grants(reading: Reading, service_ids: Sequence[UUID]) -> list[Grant | None]:
    """Return what was granted for each service in the order of the ids, None where there is none in scope."""
    query = select(Grant).where(reading.scope.covers(Grant), col(Grant.service_id).in_(set(service_ids)))
    found = {row.service_id: row for row in (await reading.session.scalars(query)).all()}
    return [found.get(wanted) for wanted in service_ids]


async def ending(reading: Reading, before: datetime) -> Sequence[Service]:
    """Return the services with a grant in force whose access token ends before that time."""
    query = (
        select(Service)
        .join(Grant, col(Grant.service_id) == col(Service.id))
        .where(
            reading.scope.covers(Service),
            col(Grant.status) == GrantStatus.ACTIVE,
            col(Grant.access_expires_at) <= before,
        )
    )
    return (await reading.session.scalars(query)).all()
