"""Idempotency keys in the store."""

import asyncio

import pytest

from provisioning.desk import Desk
from store import idempotency
from store.database import Transaction
from store.errors import IdempotencyKeyReused
from store.scope import Scope
from store.tables import IdempotencyKey
from store.vocabulary import Level
from tests.arrange import blocked, count


async def ask(transaction: Transaction, fingerprint: bytes = b"body") -> dict[str, object] | None:
    """Ask for what the key made before."""
    return await idempotency.earlier(transaction, "Make", "key", fingerprint)


async def test_the_same_request_gets_the_first_ones_answer(desk: Desk) -> None:
    """What was remembered comes back."""
    async with desk.begin() as transaction:
        first = await ask(transaction)
        await idempotency.remember(transaction, "Make", "key", {"id": "1"})
    async with desk.begin() as transaction:
        second = await ask(transaction)
    assert (first, second) == (None, {"id": "1"})


async def test_a_key_with_another_request_is_refused(desk: Desk) -> None:
    """Its path is where the key came in."""
    async with desk.begin() as transaction:
        await ask(transaction)
    async with desk.begin() as transaction:
        with pytest.raises(IdempotencyKeyReused) as refused:
            await ask(transaction, b"another body")
    assert (refused.value.code, refused.value.path) == ("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))


async def test_a_failed_request_leaves_its_key_free(desk: Desk) -> None:
    """The key vanishes with the rest."""
    with pytest.raises(RuntimeError):
        await _fail(desk)
    async with desk.begin() as transaction:
        assert await ask(transaction, b"another body") is None


async def _fail(desk: Desk) -> None:
    async with desk.begin() as transaction:
        await ask(transaction)
        raise RuntimeError


async def test_keys_of_different_owners_have_nothing_to_do_with_each_other(desk: Desk) -> None:
    """Nor those of different operations."""
    other = Scope(Level.CUSTOMER, None, "somebody")
    async with desk.begin() as transaction:
        await ask(transaction)
    async with desk.database.begin(other) as transaction:
        assert await ask(transaction, b"another body") is None
        assert await idempotency.earlier(transaction, "Mend", "key", b"another body") is None


async def test_two_requests_at_once_make_one_thing(desk: Desk) -> None:
    """The second waits for the first, and gets its answer."""
    claimed = asyncio.Event()

    async def first() -> None:
        async with desk.begin() as transaction:
            await ask(transaction)
            claimed.set()
            await blocked(desk)
            await idempotency.remember(transaction, "Make", "key", {"id": "1"})

    async def second() -> dict[str, object] | None:
        await claimed.wait()
        async with desk.begin() as transaction:
            return await ask(transaction)

    _, answer = await asyncio.gather(first(), second())
    assert answer == {"id": "1"}
    assert await count(desk, IdempotencyKey) == 1
