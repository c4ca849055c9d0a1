"""Reading the event table, and being woken when it grows."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select
from sqlmodel import col

from store.database import EVENT_CHANNEL, Database, Reading
from store.errors import Unavailable
from store.scope import Scope
from store.tables import Event
from store.vocabulary import EventKind

_BATCH = 1_000
"""How many events one statement reads."""

_MEMORY = 10_000
"""How many recent events a process remembers; a subscriber that is further behind reads the table."""

_RETRY_S = 0.5
"""How long the listener waits before it connects again."""


async def after(reading: Reading, position: int, service_ids: Sequence[UUID] | None = None) -> list[Event]:
    """Return up to 1,000 events after an id, in order: all in scope, or those of some services."""
    query = select(Event).where(reading.scope.covers(Event), col(Event.id) > position)
    if service_ids is not None:
        query = query.where(col(Event.service_id).in_(service_ids))
    return list((await reading.session.scalars(query.order_by(col(Event.id)).limit(_BATCH))).all())


async def service_ends(reading: Reading, service_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the id of the last event of each of the services that is gone: the one without a status after."""
    query = select(col(Event.service_id), col(Event.id)).where(
        reading.scope.covers(Event),
        col(Event.service_id).in_(service_ids),
        col(Event.kind) == EventKind.SERVICE_STATUS,
        col(Event.after).is_(None),
    )
    return {row.service_id: row.id for row in (await reading.session.execute(query)).all()}


async def head(reading: Reading) -> int:
    """Return the id of the newest event, 0 if there is none."""
    newest = await reading.session.scalar(select(col(Event.id)).order_by(col(Event.id).desc()).limit(1))
    return newest or 0


class EventFeed:
    """What happens, as it happens, for every subscriber of this process: one listener, one read per wake-up."""

    def __init__(self, database: Database, connect: Callable[[], Any]) -> None:
        """Take a way to open an autocommitting psycopg connection for listening."""
        self._database = database
        self._connect = connect
        self._scope = Scope.everything("event feed")
        self._recent: deque[Event] = deque(maxlen=_MEMORY)
        self._position = 0
        self._forgotten = 0
        self._grown = asyncio.Condition()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen while the block runs."""
        await self._begin_at_head()
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def follow(self, scope: Scope, position: int, service_ids: Sequence[UUID]) -> AsyncIterator[list[Event]]:
        """Yield what happens to the services after an event id, in order and without a gap, as it happens.

        A subscriber holds no connection while it waits; one that falls behind the memory catches up from the table.
        """
        while True:
            position, found = await self._step(scope, position, service_ids)
            if found:
                yield found
            await self._beyond(position)

    async def _step(self, scope: Scope, position: int, service_ids: Sequence[UUID]) -> tuple[int, list[Event]]:
        """Return the place reached and what was found on the way, from memory or else from the table."""
        forgotten = self._forgotten
        if position >= forgotten:
            return max(position, self._position), [e for e in self._newer(position) if e.service_id in service_ids]
        async with self._database.read(scope) as reading:
            found = await after(reading, position, service_ids)
        if len(found) == _BATCH:
            return found[-1].id, found
        return max([forgotten, *(event.id for event in found[-1:])]), found

    async def _beyond(self, position: int) -> None:
        async with self._grown:
            await self._grown.wait_for(lambda: self._position > position or position < self._forgotten)

    def _newer(self, position: int) -> list[Event]:
        newer: list[Event] = []
        for event in reversed(self._recent):
            if event.id <= position:
                break
            newer.append(event)
        newer.reverse()
        return newer

    async def _begin_at_head(self) -> None:
        async with self._database.read(self._scope) as reading:
            self._position = self._forgotten = await head(reading)

    async def _listen(self) -> None:
        while True:
            with suppress(psycopg.Error, OSError, Unavailable):
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {EVENT_CHANNEL}")
                    await self._read_on()
                    async for _ in connection.notifies():
                        await self._read_on()
            await asyncio.sleep(_RETRY_S)

    async def _read_on(self) -> None:
        """Read what is new into the memory and wake the subscribers."""
        while True:
            async with self._database.read(self._scope) as reading:
                found = await after(reading, self._position)
            if not found:
                return
            overflow = len(self._recent) + len(found) - _MEMORY
            if overflow > 0:
                self._forgotten = self._recent[min(overflow, len(self._recent)) - 1].id
            self._recent.extend(found)
            self._position = found[-1].id
            async with self._grown:
                self._grown.notify_all()
