"""Making a repeated request harmless: the first one is remembered by its key, later ones get its answer."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from store.database import Reading, Transaction
from store.errors import IdempotencyKeyReused
from store.tables import IdempotencyKey


async def earlier(transaction: Transaction, operation: str, key: str, fingerprint: bytes) -> dict[str, Any] | None:
    """Return what the same request made before, or None and keep the key for `remember`.

    Two requests with one key that run at once wait for each other here. Raises IdempotencyKeyReused where the
    key came with another request.
    """
    claim = insert(IdempotencyKey).values(
        owner=transaction.scope.principal, operation=operation, key=key, fingerprint=fingerprint, result={}
    )
    claimed = await transaction.session.execute(claim.on_conflict_do_nothing().returning(col(IdempotencyKey.key)))
    if claimed.first() is not None:
        return None
    known = await _known(transaction, operation, key)
    if known.fingerprint != fingerprint:
        raise IdempotencyKeyReused(path=("idempotencyKey",))
    return known.result


async def remember(transaction: Transaction, operation: str, key: str, result: dict[str, Any]) -> None:
    """Keep what the request made, to be answered again."""
    known = await _known(transaction, operation, key)
    known.result = result
    transaction.session.add(known)


async def _known(reading: Reading, operation: str, key: str) -> IdempotencyKey:
    query = select(IdempotencyKey).where(
        col(IdempotencyKey.owner) == reading.scope.principal,
        col(IdempotencyKey.operation) == operation,
        col(IdempotencyKey.key) == key,
    )
    return (await reading.session.scalars(query)).one()
