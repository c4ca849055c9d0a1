"""The feed: every subscriber gets every event of its services once and in order, whatever happens to the listener."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text

from provisioning.desk import Desk
from schema.subscriptions.positions import encode_position, resumed
from store import events
from store.database import EVENT_CHANNEL
from store.events import EventFeed
from store.migrate import as_application
from store.paging import CursorInvalid
from store.scope import Scope
from store.tables import Event
from store.vocabulary import EventKind, Level
from tests.arrange import seen_by

SERVICE, OTHER = uuid4(), uuid4()
MORE_THAN_IS_REMEMBERED = 12_000


Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]
"""Opens a connection for listening."""


@pytest.fixture
def connect(owner_url: str) -> Connect:
    """A way to listen."""

    async def connect() -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(as_application(owner_url), autocommit=True)

    return connect


@pytest.fixture
def feed(desk: Desk, connect: Connect) -> EventFeed:
    """A feed that does not run yet."""
    return EventFeed(desk.database, connect)


async def tell(desk: Desk, *marks: str, service: UUID = SERVICE, kind: EventKind = EventKind.SERVICE_STATUS) -> None:
    """Commit an event for each mark, each in a transaction of its own."""
    for mark in marks:
        owners = {"provider_id": service, "customer_id": service}
        async with desk.begin() as transaction:
            transaction.announce(Event(kind=kind, service_id=service, after=mark, **owners))


async def flood(desk: Desk, how_many: int) -> None:
    """Commit many events at once."""
    statement = text(
        "INSERT INTO event (kind, service_id, provider_id, customer_id, after)"
        " SELECT 'SERVICE_STATUS', :service, :service, :service, n::text FROM generate_series(1, :how_many) AS n"
    )
    async with desk.begin() as transaction:
        await transaction.session.execute(statement, {"service": SERVICE, "how_many": how_many})
        await transaction.session.execute(text(f"SELECT pg_notify('{EVENT_CHANNEL}', '')"))


async def heard(told: AsyncIterator[list[Event]], how_many: int) -> list[Event]:
    """Listen until so many events have come."""
    found: list[Event] = []
    async with asyncio.timeout(20):
        while len(found) < how_many:
            found.extend(await anext(told))
    return found


def marks(found: list[Event]) -> list[str | None]:
    """Return what the events say."""
    return [event.after for event in found]


async def test_what_happens_comes_once_and_in_order(desk: Desk, feed: EventFeed) -> None:
    """To each of several subscribers, from many transactions at once."""
    subscribers = [feed.follow(desk.scope, 0, [SERVICE]) for _ in range(2)]
    async with feed.running(), aclosing(subscribers[0]) as one, aclosing(subscribers[1]) as two:
        listening = asyncio.gather(heard(one, 40), heard(two, 40))
        await asyncio.gather(*(tell(desk, str(index)) for index in range(40)))
        first, second = await listening
    ids = [event.id for event in first]
    assert ids == sorted(set(ids))
    assert sorted(marks(first), key=str) == sorted(map(str, range(40)))
    assert [event.id for event in second] == ids


async def test_a_subscriber_hears_of_its_own_services_only(desk: Desk, feed: EventFeed) -> None:
    """From memory as from the table."""
    await tell(desk, "before")
    await tell(desk, "not for us", service=OTHER)
    async with feed.running(), aclosing(feed.follow(desk.scope, 0, [SERVICE])) as told:
        from_table = await heard(told, 1)
        await tell(desk, "not for us either", service=OTHER)
        await tell(desk, "after")
        from_memory = await heard(told, 1)
    assert (marks(from_table), marks(from_memory)) == (["before"], ["after"])


async def test_a_subscriber_that_comes_back_gets_what_it_missed(desk: Desk, feed: EventFeed) -> None:
    """From before the process began, then what happens now, without a gap or a repetition."""
    await tell(desk, "seen", "missed 1", "missed 2")
    async with desk.read() as reading:
        seen, *_ = await events.after(reading, 0)
    async with feed.running(), aclosing(feed.follow(desk.scope, seen.id, [SERVICE])) as told:
        missed = await heard(told, 2)
        await tell(desk, "new 1", "new 2")
        new = await heard(told, 2)
    assert marks([*missed, *new]) == ["missed 1", "missed 2", "new 1", "new 2"]


async def test_nothing_is_lost_while_the_listener_is_cut_off(desk: Desk, feed: EventFeed, owner_url: str) -> None:
    """It connects again and reads what it missed."""
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    async with feed.running(), aclosing(feed.follow(desk.scope, 0, [SERVICE])) as told:
        await tell(desk, "before")
        before = await heard(told, 1)
        async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
            cut_off = list[Any]()
            while not cut_off:  # what was before may be heard before it listens
                cut_off = await (await owner.execute(f"{cut} AND datname = current_database()")).fetchall()
        await tell(desk, "meanwhile 1", "meanwhile 2")
        meanwhile = await heard(told, 2)
        await tell(desk, "after")
        after = await heard(told, 1)
    assert cut_off == [(True,)]
    assert marks([*before, *meanwhile, *after]) == ["before", "meanwhile 1", "meanwhile 2", "after"]


async def test_a_listener_that_went_deaf_is_replaced(desk: Desk, connect: Connect, embedded: str) -> None:
    """Its connection stands and tells nothing. Here it is one to another database, where nobody notifies."""
    opened = list[str]()

    async def deaf_at_first() -> psycopg.AsyncConnection[Any]:
        opened.append("another")
        deaf = len(opened) == 1
        return await (psycopg.AsyncConnection.connect(embedded, autocommit=True) if deaf else connect())

    feed = EventFeed(desk.database, deaf_at_first, look_every_s=0.05)
    async with feed.running(), aclosing(feed.follow(desk.scope, 0, [SERVICE])) as told:
        await tell(desk, "unheard")
        unheard = await heard(told, 1)
        while len(opened) == 1:
            await tell(desk, "again")
            await heard(told, 1)
    assert marks(unheard) == ["unheard"]


async def test_events_come_also_while_nobody_can_listen(desk: Desk) -> None:
    """A connection more may be refused while those of the pool work."""

    async def refuse() -> psycopg.AsyncConnection[Any]:
        raise psycopg.OperationalError("too many clients")

    feed = EventFeed(desk.database, refuse)
    async with feed.running(), aclosing(feed.follow(desk.scope, 0, [SERVICE])) as told:
        await tell(desk, "one", "two")
        assert marks(await heard(told, 2)) == ["one", "two"]


async def test_a_failure_does_not_end_the_feed(desk: Desk, connect: Connect) -> None:
    """Of whatever kind: its subscribers would wait for ever."""
    failures = [ZeroDivisionError()]

    async def fail_once() -> psycopg.AsyncConnection[Any]:
        if failures:
            raise failures.pop()
        return await connect()

    feed = EventFeed(desk.database, fail_once)
    async with feed.running(), aclosing(feed.follow(desk.scope, 0, [SERVICE])) as told:
        await tell(desk, "one")
        assert marks(await heard(told, 1)) == ["one"]
        while failures:
            await tell(desk, "again")
            await heard(told, 1)
        await tell(desk, "after")
        assert marks(await heard(told, 1)) == ["after"]


async def test_who_rests_gets_the_counts_of_that_time_at_once(desk: Desk, connect: Connect) -> None:
    """Those of a second are one message. Anything else ends the rest, which would be an hour long here."""
    feed = EventFeed(desk.database, connect, rest_s=3_600)
    async with feed.running(), aclosing(feed.follow(desk.scope, 0, [SERVICE])) as told:
        await tell(desk, "1", kind=EventKind.UPLOAD_COUNTS)
        first = await heard(told, 1)
        resting = asyncio.create_task(feed.rest(first[-1].id, [SERVICE]))
        await tell(desk, "2", "3", kind=EventKind.UPLOAD_COUNTS)
        await tell(desk, "of another service", service=OTHER)
        async with aclosing(feed.follow(desk.scope, first[-1].id, [SERVICE, OTHER])) as witness:
            await heard(witness, 3)
        rests_still = not resting.done()
        await tell(desk, "a status")
        async with asyncio.timeout(20):
            await resting
        gathered = await anext(told)
    assert rests_still
    assert marks(gathered) == ["2", "3", "a status"]


async def test_a_rest_ends(desk: Desk, connect: Connect) -> None:
    """Or the last counts would never be told."""
    feed = EventFeed(desk.database, connect, rest_s=0.01)
    async with feed.running(), asyncio.timeout(20):
        await feed.rest(0, [SERVICE])


async def test_who_is_far_behind_does_not_rest(desk: Desk, connect: Connect) -> None:
    """Whoever comes back after a day would else read the table with a pause after each thousand."""
    await tell(desk, "before the process began")
    feed = EventFeed(desk.database, connect, rest_s=3_600)
    async with feed.running(), asyncio.timeout(20):
        await feed.rest(0, [SERVICE])


async def test_a_subscriber_that_falls_behind_the_memory_misses_nothing(desk: Desk, feed: EventFeed) -> None:
    """It catches up from the table while a quick one has long been served."""
    async with feed.running(), aclosing(feed.follow(desk.scope, 0, [SERVICE])) as slow:
        await tell(desk, "first")
        await heard(slow, 1)
        async with aclosing(feed.follow(desk.scope, 0, [SERVICE])) as quick:
            await heard(quick, 1)
            await flood(desk, MORE_THAN_IS_REMEMBERED)
            served = await heard(quick, MORE_THAN_IS_REMEMBERED)
        caught_up = await heard(slow, MORE_THAN_IS_REMEMBERED)
        await tell(desk, "last")
        last = await heard(slow, 1)
    assert marks(served) == list(map(str, range(1, MORE_THAN_IS_REMEMBERED + 1)))
    assert marks(caught_up) == marks(served)
    assert marks(last) == ["last"]


async def test_the_head_is_the_newest_event(desk: Desk) -> None:
    """0 before there is one."""
    async with desk.read() as reading:
        before = await events.head(reading)
    await tell(desk, "one", "two")
    async with desk.read() as reading:
        newest, told = await events.head(reading), await events.after(reading, 0)
    assert before == 0
    assert newest == told[-1].id


async def test_the_head_is_the_newest_event_of_all_also_for_who_cannot_see_it(desk: Desk) -> None:
    """A cursor may stand at an event of others; by a caller's own newest event it would be of no server."""
    await tell(desk, "of others")
    stranger = seen_by(desk, Scope(Level.PROVIDER, uuid4(), "stranger"))
    async with desk.read() as reading, stranger.read() as theirs:
        newest = await events.head(reading)
        head, told = await events.head(theirs), await events.after(theirs, 0)
        position = await resumed(theirs, encode_position(newest))
        with pytest.raises(CursorInvalid):
            await resumed(theirs, encode_position(newest + 1))
    assert told == []
    assert head == position == newest


async def test_one_reading_is_bounded(desk: Desk) -> None:
    """However far behind somebody is."""
    await flood(desk, 1_500)
    async with desk.read() as reading:
        found = await events.after(reading, 0)
        rest = await events.after(reading, found[-1].id, [SERVICE])
    assert (len(found), len(rest)) == (1_000, 500)
