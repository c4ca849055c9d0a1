"""Reading the event table, and being woken when it grows."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import BigInteger, ScalarSelect, func, select
from sqlmodel import col

from store.database import EVENT_CHANNEL, Database, Reading
from store.errors import Unavailable
from store.scope import Scope
from store.tables import Event
from store.vocabulary import EventKind

logger = logging.getLogger(__name__)

_BATCH = 1_000
"""How many events one statement reads."""

_MEMORY = 10_000
"""How many recent events a process remembers; a subscriber that is further behind reads the table."""

_RETRY_S = 0.5
"""How long the listener waits before it connects again."""

LOOK_EVERY_S = 2.0
"""How long the listener trusts a silence; then it looks at the table by itself, which costs one look into an index."""

_PATIENCE_S = 10.0
"""How long the listener waits for the database before it takes a connection for dead: a network may swallow answers."""

REST_S = 0.5
"""How often counts are told at most: people see a bar grow, and ten minutes of sync are 1,200 messages."""


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


async def service_of(reading: Reading, upload_id: UUID) -> UUID | None:
    """Return the service of an upload, which may be gone; None where no event in scope tells of it."""
    query = select(col(Event.service_id)).where(reading.scope.covers(Event), col(Event.upload_id) == upload_id)
    found: UUID | None = await reading.session.scalar(query.limit(1))
    return found


async def head(reading: Reading) -> int:
    """Return the id of the newest event, 0 if there is none."""
    return int((await reading.session.execute(select(newest()))).scalar_one())


def newest() -> ScalarSelect[int]:
    """Return the id of the newest event of all, 0 if there is none, as part of a statement on something else."""
    return select(func.newest_event(type_=BigInteger)).scalar_subquery()


class EventFeed:
    """What happens, as it happens, for every subscriber of this process: one listener, one read per wake-up."""

    def __init__(
        self,
        database: Database,
        connect: Callable[[], Any],
        *,
        look_every_s: float = LOOK_EVERY_S,
        rest_s: float = REST_S,
    ) -> None:
        """Take a way to open an autocommitting psycopg connection for listening."""
        self._look_every_s = look_every_s
        self._rest_s = rest_s
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

    async def rest(self, position: int, service_ids: Sequence[UUID]) -> None:
        """Let counts gather for a moment; return early where anything else happens to the services after an event id.

        Who rests between what `follow` yields gets the counts of that time at once, and a status without delay.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(self._rest_s):
                while not self._is_pressing(position, service_ids):
                    position = max(position, self._position)
                    await self._beyond(position)

    def _is_pressing(self, position: int, service_ids: Sequence[UUID]) -> bool:
        return position < self._forgotten or any(
            event.kind is not EventKind.UPLOAD_COUNTS and event.service_id in service_ids
            for event in self._newer(position)
        )

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
        """Read on for as long as the process runs: a feed that ended would leave every subscriber waiting for ever."""
        while True:
            try:
                await self._hear()
            except (psycopg.Error, OSError, Unavailable):  # a timeout is an OSError
                pass
            except Exception:
                logger.exception("the listener failed; it begins again")
            await asyncio.sleep(_RETRY_S)

    async def _hear(self) -> None:
        """Listen until the connection proves deaf: something has happened, and it did not tell.

        A network may forget a connection without a word to either side, and a pooler may hand it to somebody else.
        """
        await self._read_on()  # also where no connection is to be had for listening
        async with await self._connect() as connection:
            async with asyncio.timeout(_PATIENCE_S):
                await connection.execute(f"LISTEN {EVENT_CHANNEL}")
            await self._read_on()
            deaf = False
            while not deaf:
                told = [notice async for notice in connection.notifies(timeout=self._look_every_s, stop_after=1)]
                deaf = await self._read_on() and not told
        logger.warning("the listener did not tell what happened; it connects again")

    async def _read_on(self) -> bool:
        """Read what is new into the memory and wake the subscribers; return whether there was anything."""
        begun = self._position
        while found := await self._unread():
            overflow = len(self._recent) + len(found) - _MEMORY
            if overflow > 0:
                self._forgotten = self._recent[min(overflow, len(self._recent)) - 1].id
            self._recent.extend(found)
            self._position = found[-1].id
            async with self._grown:
                self._grown.notify_all()
        return self._position > begun

    async def _unread(self) -> list[Event]:
        async with asyncio.timeout(_PATIENCE_S), self._database.read(self._scope) as reading:
            return await after(reading, self._position)
