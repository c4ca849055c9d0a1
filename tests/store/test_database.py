"""Units of work: what commits together, in which order events are numbered, and what a lost database looks like."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from procrastinate import App, PsycopgConnector
from sqlalchemy import text
from sqlmodel import col

from provisioning.desk import Desk
from store.actions import AuditAction
from store.database import Database, Transaction
from store.errors import Busy, Unavailable
from store.jobs import JobQueue
from store.migrate import as_application
from store.scope import Scope
from store.tables import AuditEvent, Event, Tenant
from store.vocabulary import EventKind, TenantKind
from tests.arrange import blocked, count, rows


def event(mark: str) -> Event:
    """Make an event that can be told from others."""
    return Event(
        kind=EventKind.SERVICE_STATUS, service_id=uuid4(), after=mark, provider_id=uuid4(), customer_id=uuid4()
    )


def record(actor: str) -> AuditEvent:
    """Make a record that can be told from others."""
    return AuditEvent(actor=actor, action=AuditAction.TENANT_CREATED, entity="tenant", entity_id=uuid4())


async def marks(desk: Desk) -> list[str | None]:
    """Return the events by id."""
    return [found.after for found in await rows(desk, Event, col(Event.id))]


async def test_ids_of_events_follow_the_order_of_commits(desk: Desk) -> None:
    """A transaction that began earlier and commits later gets the higher id."""
    async with desk.begin() as slow:
        await slow.session.execute(text("SELECT 1"))
        slow.announce(event("slow"))
        async with desk.begin() as quick:
            quick.announce(event("quick"))
    assert await marks(desk) == ["quick", "slow"]


async def test_times_of_the_audit_trail_follow_the_order_of_commits(desk: Desk) -> None:
    """Who reads it on from where they stood misses nothing of a transaction that took long."""
    async with desk.begin() as slow:
        await slow.session.execute(text("SELECT 1"))
        slow.audit(record("slow"))
        async with desk.begin() as quick:
            quick.audit(record("quick"))
    found = await rows(desk, AuditEvent, col(AuditEvent.at))
    assert [each.actor for each in found if each.actor in {"slow", "quick"}] == ["quick", "slow"]


async def test_two_commits_at_once_take_their_ids_one_after_the_other(desk: Desk) -> None:
    """While one holds the lock the other waits: nobody ever sees the later id first."""
    lock = text("SELECT pg_advisory_xact_lock(4310001)")

    async def announce() -> None:
        async with desk.begin() as transaction:
            transaction.announce(event("waited"))

    async with desk.begin() as holder:
        await holder.session.execute(lock)
        waiting = asyncio.create_task(announce())
        await blocked(desk)
        assert await marks(desk) == []
    await waiting
    assert await marks(desk) == ["waited"]


async def test_many_commits_at_once_are_seen_in_the_order_of_their_ids(desk: Desk) -> None:
    """A reader that only ever asks for what is new misses nothing."""
    seen: list[int] = []

    async def announce(mark: str) -> None:
        async with desk.begin() as transaction:
            await transaction.session.execute(text("SELECT 1"))
            transaction.announce(event(mark))

    async def watch() -> None:
        while len(seen) < 40:
            newer = await rows(desk, Event, col(Event.id), col(Event.id) > (seen[-1] if seen else 0))
            seen.extend(found.id for found in newer)

    async with asyncio.timeout(10):
        await asyncio.gather(watch(), *(announce(str(index)) for index in range(40)))
    assert await count(desk, Event) == 40
    assert seen == sorted(seen)


@pytest.mark.parametrize("opened", [Desk.begin, Desk.rehearse])
async def test_who_has_patience_for_a_while_does_not_wait_to_the_end(
    desk: Desk, opened: Callable[[Desk], AbstractAsyncContextManager[Transaction]]
) -> None:
    """Whoever waits for others holds a connection; others go on, and the connection forgets whose patience it was."""
    lock = text("SELECT pg_advisory_xact_lock(1)")
    hurried = replace(desk, patience=timedelta(milliseconds=50))

    async def wait(at: Desk) -> None:
        async with opened(at) as transaction:
            await transaction.session.execute(lock)

    async with desk.begin() as holder:
        await holder.session.execute(lock)
        with pytest.raises(Busy) as busy:
            await wait(hurried)
        patient = asyncio.create_task(wait(desk))
        await blocked(desk)
    await patient
    assert busy.value.code == "BUSY"


async def test_everything_of_a_failed_unit_vanishes(desk: Desk) -> None:
    """Rows and events alike."""
    with pytest.raises(RuntimeError):
        await _fail(desk)
    assert await count(desk, Tenant) == 1
    assert await marks(desk) == []


async def _fail(desk: Desk) -> None:
    async with desk.begin() as transaction:
        transaction.session.add(Tenant(kind=TenantKind.SERVICE_PROVIDER, name="Never"))
        await transaction.session.flush()
        transaction.announce(event("never"))
        raise RuntimeError


def _at(url: str) -> Database:
    return Database(url, JobQueue(App(connector=PsycopgConnector(conninfo=url))), pool_size=1)


async def test_a_database_that_is_not_there_is_unavailable(system: Scope) -> None:
    """For reading and for writing, with the code that says: send it again."""
    gone = _at("postgresql://numberline_app@/nothing?host=/nowhere")
    with pytest.raises(Unavailable) as reading:
        async with gone.read(system) as asked:
            await asked.session.execute(text("SELECT 1"))
    with pytest.raises(Unavailable):
        async with gone.begin(system) as asked:
            await asked.session.execute(text("SELECT 1"))
    await gone.close()
    assert reading.value.code == "UNAVAILABLE"


async def test_a_connection_lost_on_the_way_is_unavailable_and_the_next_one_works(desk: Desk, owner_url: str) -> None:
    """As when the server restarts."""
    with pytest.raises(Unavailable):
        await _lose_the_connection(desk, owner_url)
    assert await count(desk, Tenant) == 1


async def _lose_the_connection(desk: Desk, owner_url: str) -> None:
    terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'numberline_app'"
    async with desk.begin() as transaction:
        await transaction.session.execute(text("SELECT 1"))
        async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
            await owner.execute(f"{terminate} AND datname = current_database()")
        await transaction.session.execute(text("SELECT 1"))


async def test_a_pool_without_a_free_connection_is_unavailable(owner_url: str, system: Scope) -> None:
    """Too many at once: those that waited too long may try again, and nothing dies of it."""
    database = _at(as_application(owner_url))
    database._reading.pool._timeout = 0.01
    asked = text("SELECT 1")
    async with database.read(system) as one, database.read(system) as two:
        await one.session.execute(asked)
        await two.session.execute(asked)
        with pytest.raises(Unavailable):
            async with database.read(system) as three:
                await three.session.execute(asked)
    await database.close()
