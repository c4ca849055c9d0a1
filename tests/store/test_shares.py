"""One tenant cannot hold every connection."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from procrastinate import App, PsycopgConnector
from sqlalchemy import text

from store.database import Database
from store.jobs import JobQueue
from store.migrate import as_application
from store.scope import Scope
from store.vocabulary import Level

POOL = 4
"""Of twice as many connections one may hold half of this for reading, and as many for writing."""

HELD = 10
"""More than there are in all."""


@pytest.fixture
async def busy(owner_url: str) -> Database:
    """A small pool."""
    url = as_application(owner_url)
    return Database(url, JobQueue(App(connector=PsycopgConnector(conninfo=url))), pool_size=POOL)


@pytest.mark.parametrize("way", [Database.read, Database.begin, Database.rehearse])
async def test_who_holds_all_it_may_waits_and_others_do_not(busy: Database, way: object) -> None:
    """However many it asks for; and what it gives back goes to who waits."""
    greedy, other = (Scope(Level.PROVIDER, uuid4(), "somebody") for _ in range(2))
    holding, done = asyncio.Semaphore(0), asyncio.Event()

    async def hold() -> None:
        async with way(busy, greedy) as unit:  # type: ignore[operator]  # one of three methods
            await unit.session.execute(text("SELECT 1"))
            holding.release()
            await done.wait()

    async with asyncio.timeout(30), AsyncExitStack() as stack:
        stack.push_async_callback(busy.close)
        tasks = [asyncio.create_task(hold()) for _ in range(HELD)]
        for _ in range(POOL // 2):
            await holding.acquire()
        async with busy.read(other) as reading, busy.begin(other) as writing:
            assert [await unit.session.scalar(text("SELECT 1")) for unit in (reading, writing)] == [1, 1]
        assert holding.locked()
        done.set()
        await asyncio.gather(*tasks)


async def test_whether_the_database_answers_is_found_out_while_every_connection_is_held(
    busy: Database, system: Scope
) -> None:
    """Else a load balancer would take a server for dead that has much to do."""
    async with asyncio.timeout(30), AsyncExitStack() as stack:
        stack.push_async_callback(busy.close)
        for _ in range(2 * POOL):
            reading = await stack.enter_async_context(busy.read(system))
            await reading.session.execute(text("SELECT 1"))
        await busy.check()
