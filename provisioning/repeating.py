"""Requests that may be sent twice: with the same idempotency key the second one gets the first one's answer."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from provisioning.errors import IdempotencyResultGone, NotFound, refuse_any
from provisioning.texts import name_fault
from store import idempotency
from store.database import Transaction
from store.lookup import Name, Row, one


async def once(
    transaction: Transaction, request: object, key: str | None, table: type[Row], make: Callable[[], Awaitable[Row]]
) -> Row:
    """Make the row, or return the one that the same request made before.

    Raises what `told_once` raises, and IdempotencyResultGone where that row is no longer there.
    """
    made: list[Row] = []

    async def told() -> dict[str, Any]:
        made.append(await make())
        return {"id": str(made[0].id)}  # type: ignore[attr-defined]  # what is made has an id

    before = await told_once(transaction, request, key, told)
    return made[0] if made else await still_there(transaction, table, before)


async def told_once(
    transaction: Transaction, request: object, key: str | None, act: Callable[[], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """Act, and return what is told of it; or return what was told when the same request came before under this key.

    `request` is what was asked for; its text must tell any two different requests apart. What is told must fit into
    JSON. Without a key it is simply done; a key counts for ever, also when what the request made is gone. Raises
    Refused where the key is blank or too long, and IdempotencyKeyReused where it came with another request.
    """
    if key is None:
        return await act()
    refuse_any([name_fault(key, "idempotency key", "idempotencyKey")])
    operation = type(request).__name__
    fingerprint = hashlib.sha256(repr(request).encode()).digest()
    before = await idempotency.earlier(transaction, operation, key, fingerprint)
    if before is not None:
        return before
    told = await act()
    await idempotency.remember(transaction, operation, key, told)
    return told


async def still_there(transaction: Transaction, table: type[Row], told: dict[str, Any]) -> Row:
    """Return the row whose "id" was told. Raises IdempotencyResultGone."""
    try:
        return await one(transaction, table, Name(id=UUID(told["id"])))
    except NotFound as error:
        raise IdempotencyResultGone(path=("idempotencyKey",)) from error
