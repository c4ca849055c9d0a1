"""Statements on invitations and grants."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from store.database import Reading, Transaction
from store.errors import NotFound
from store.lookup import locked
from store.tables import Grant, Invitation


async def invitation(reading: Reading, token_hash: bytes, *, lock: bool = False) -> Invitation:
    """Return the invitation whose token has this SHA-256.

    Raises NotFound.
    """
    query = select(Invitation).where(reading.scope.covers(Invitation), col(Invitation.token_hash) == token_hash)
    found = (await reading.session.scalars(locked(query) if lock else query)).one_or_none()
    if found is None:
        raise NotFound("invitation")
    return found


async def close_invitations(transaction: Transaction, service_id: UUID, at: datetime) -> None:
    """Revoke every invitation of the service that is still open."""
    open_ones = update(Invitation).where(
        transaction.scope.covers(Invitation),
        col(Invitation.service_id) == service_id,
        col(Invitation.used_at).is_(None),
        col(Invitation.revoked_at).is_(None),
    )
    await transaction.session.execute(open_ones.values(revoked_at=at))


async def grant(reading: Reading, service_id: UUID, *, lock: bool = False) -> Grant | None:
    """Return what the customer granted for this service; None before the first consent."""
    query = select(Grant).where(reading.scope.covers(Grant), col(Grant.service_id) == service_id)
    return (await reading.session.scalars(locked(query) if lock else query)).one_or_none()
