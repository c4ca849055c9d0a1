"""Connections: whose rows their statements may touch, and that nothing of it stays on them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from procrastinate import App, PsycopgConnector
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from provisioning.desk import Desk
from store import reconciling
from store.database import Database, Reading
from store.jobs import JobQueue
from store.migrate import as_application
from store.scope import Scope
from store.tables import Customer, Number, Service
from tests.arrange import blocked
from tests.store.families import Family, family

LEVELS = ("provider", "channel", "customer")


@pytest.fixture
async def ours(desk: Desk) -> Family:
    """One family."""
    return await family(desk, "ours", "+12125550100")


@pytest.fixture
async def theirs(desk: Desk) -> Family:
    """Another one."""
    return await family(desk, "theirs", "+12125550101")


@pytest.fixture
async def narrow(owner_url: str) -> AsyncIterator[Database]:
    """A store with one connection for everybody."""
    url = as_application(owner_url)
    store = Database(url, JobQueue(App(connector=PsycopgConnector(conninfo=url))), pool_size=1)
    yield store
    await store.close()


async def seen(reading: Reading) -> set[Any]:
    """Return whose services are there for a statement without any condition."""
    return {row.provider_id for row in await reading.session.scalars(select(Service))}


async def test_who_takes_a_connection_takes_nobodys_scope_with_it(narrow: Database, ours: Family) -> None:
    """Whatever became of the work of the one before: read, committed, rolled back, failed."""
    scope = ours.scope("provider")
    async with narrow.read(scope) as reading:
        assert await seen(reading) == {ours.provider.id}
    assert await _left_on(narrow) == ("", 0)
    async with narrow.begin(scope) as transaction:
        assert await seen(transaction) == {ours.provider.id}
    assert await _left_on(narrow) == ("", 0)
    async with narrow.rehearse(scope) as transaction:
        assert await seen(transaction) == {ours.provider.id}
    assert await _left_on(narrow) == ("", 0)
    with suppress(DBAPIError):
        async with narrow.begin(scope) as transaction:
            await transaction.session.execute(text("SELECT 1 / 0"))
    assert await _left_on(narrow) == ("", 0)


async def _left_on(database: Database) -> tuple[str, int]:
    """Return the scope that stands on the connection in the pool, and how many services it shows to nobody."""
    async with database._engine.connect() as connection:
        found = await connection.execute(
            text("SELECT coalesce(current_setting('numberline.scope', true), ''), (SELECT count(*) FROM service)")
        )
        scope, services = found.one()
        return str(scope), int(services)


async def test_a_connection_serves_one_scope_after_the_other(narrow: Database, ours: Family, theirs: Family) -> None:
    """Many of them at once wait for it, and each sees its own."""

    async def look(made: Family, level: str) -> bool:
        async with narrow.read(made.scope(level)) as reading:
            return await seen(reading) == {made.provider.id}

    found = await asyncio.gather(*(look(made, level) for made in (ours, theirs) * 5 for level in LEVELS))
    assert all(found)


async def test_a_statement_after_one_that_failed_has_its_scope(narrow: Database, ours: Family) -> None:
    """The failed one takes back what it was told."""
    async with narrow.read(ours.scope("provider")) as reading:
        with pytest.raises(DBAPIError):
            await reading.session.execute(text("SELECT 1 / 0"))
        assert await seen(reading) == {ours.provider.id}


async def test_a_transaction_has_its_scope_after_a_savepoint_is_rolled_back(narrow: Database, ours: Family) -> None:
    """Even where the savepoint was the first of all."""
    async with narrow.begin(ours.scope("provider")) as transaction:
        savepoint = await transaction.session.begin_nested()
        await transaction.session.execute(text("SELECT 1"))
        await savepoint.rollback()
        assert await seen(transaction) == {ours.provider.id}


async def test_a_transaction_that_goes_on_after_a_commit_has_its_scope(narrow: Database, ours: Family) -> None:
    """The commit ends what was told."""
    async with narrow.rehearse(ours.scope("provider")) as transaction:
        await seen(transaction)
        await transaction.session.commit()
        assert await seen(transaction) == {ours.provider.id}


async def test_a_transaction_that_begins_with_a_copy_gets_its_scope(narrow: Database, ours: Family) -> None:
    """With the next statement, for COPY takes no other one with it."""
    async with narrow.begin(ours.scope("provider")) as transaction:
        connection = await transaction.driver_connection()
        async with connection.cursor().copy("COPY (SELECT 1) TO STDOUT") as copy:
            assert [bytes(part) async for part in copy] == [b"1\n"]
        assert await seen(transaction) == {ours.provider.id}


@pytest.mark.parametrize("opened", [Database.read, Database.begin])
async def test_a_connection_is_fit_for_the_next_after_its_user_was_cancelled(
    narrow: Database, desk: Desk, ours: Family, theirs: Family, opened: Any
) -> None:
    """In the middle of a statement, as when a client gives up or an operation takes too long."""
    waiting = text("SELECT pg_advisory_xact_lock(1)")

    async def wait() -> None:
        async with opened(narrow, ours.scope("provider")) as reading:
            await reading.session.execute(waiting)

    async with desk.begin() as holder:
        await holder.session.execute(waiting)
        task = asyncio.create_task(wait())
        await blocked(desk)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    async with narrow.read(theirs.scope("provider")) as reading:
        assert await seen(reading) == {theirs.provider.id}
    assert await _left_on(narrow) == ("", 0)


async def test_a_large_result_is_read_in_scope(narrow: Database, ours: Family) -> None:
    """Though its cursor is one of the server."""
    async with narrow.begin(ours.scope("provider")) as transaction:
        found = [row async for row in reconciling.held(transaction, ours.service.id, ours.service.created_at)]
    assert [row.id for row in found] == [ours.made[Number].id]


async def test_many_rows_are_changed_in_scope(narrow: Database, ours: Family, theirs: Family) -> None:
    """By one statement with many parameters, as the first of a transaction."""
    change = text("UPDATE customer SET full_name = 'Changed' WHERE id = :id")
    async with narrow.begin(ours.scope("provider")) as transaction:
        await transaction.session.execute(change, [{"id": ours.customer.id}, {"id": theirs.customer.id}])
    async with narrow.read(Scope.everything("test")) as reading:
        names = {row.id: row.full_name for row in await reading.session.scalars(select(Customer))}
    assert names[ours.customer.id] == "Changed"
    assert names[theirs.customer.id] == theirs.customer.full_name
