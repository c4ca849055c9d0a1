"""The pool of connections, and the two ways to use one: a read, and a transaction with all that commits with it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, PoolProxiedConnection, event, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from store.connection import ScopedConnection
from store.errors import Busy, NumberlineError, TextInvalid, Unavailable
from store.jobs import Job, JobQueue
from store.scope import Scope
from store.shares import Shares
from store.tables import AuditEvent, Event

EVENT_CHANNEL = "numberline_events"
"""The NOTIFY channel that wakes the feeds; its payload is empty, for the table is the truth."""

_EVENT_LOCK = 4_310_001
_TAKE_EVENT_LOCK = text(
    f"SELECT pg_advisory_xact_lock({_EVENT_LOCK}), pg_notify('{EVENT_CHANNEL}', ''), clock_timestamp() AS at"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A connection for statements that change nothing, each its own snapshot, and whose data they may see."""

    session: AsyncSession
    scope: Scope


@dataclass(frozen=True, slots=True)
class Transaction(Reading):
    """A unit of work. Events and jobs given to it take effect with its commit, or not at all."""

    jobs: JobQueue
    events: list[Event] = field(default_factory=list)
    audits: list[AuditEvent] = field(default_factory=list)

    async def insert(self, row: SQLModel, conflicts: Mapping[str, NumberlineError]) -> None:
        """Insert one row and load what the database filled in; `conflicts` as of `flush`."""
        self.session.add(row)
        await self.flush(conflicts)
        await self.session.refresh(row)

    async def flush(self, conflicts: Mapping[str, NumberlineError]) -> None:
        """Write what has changed.

        `conflicts` maps the name of a unique index to the error to raise where a row violates it.
        """
        try:
            await self.session.flush()
        except IntegrityError as error:
            diagnosis = getattr(error.orig, "diag", None)
            raise conflicts.get(getattr(diagnosis, "constraint_name", None) or "", error) from error

    def audit(self, record: AuditEvent) -> None:
        """Add to the audit trail, with the commit."""
        self.audits.append(record)

    def announce(self, event: Event) -> None:
        """Tell subscribers, after the commit."""
        self.events.append(event)

    async def defer(self, job: Job) -> None:
        """Have a worker run the job, after the commit."""
        await self.jobs.defer(await self.driver_connection(), job)

    async def driver_connection(self) -> psycopg.AsyncConnection[Any]:
        """Return the psycopg connection underneath, inside this transaction."""
        connection = await self.session.connection()
        raw: psycopg.AsyncConnection[Any] = (await connection.get_raw_connection()).driver_connection  # type: ignore[assignment]  # typed as object
        return raw


@dataclass(frozen=True, slots=True)
class Right:
    """The right to do a task, held by a connection."""

    connection: AsyncConnection
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def confirm(self) -> None:
        """Make sure that it is held still. Raises Unavailable where its connection was lost."""
        with _translated():
            async with self.turn:
                await self.connection.execute(text("SELECT 1"))


_CONNECTING = {
    "async_creator_fn": ScopedConnection.connect,
    "prepare_threshold": 2,
    "options": "-c timezone=UTC -c random_page_cost=1.1",
}
"""How connections are opened: statements are prepared when they come a third time; times come in UTC.

At PostgreSQL's own cost of a random page, made for disks that turn, a page of one service would walk the index of all
numbers in the hope to come upon such soon, instead of the index that begins with the service (14 ms against 0.2).
"""


class _Session(Session):
    """Works for the scope in its `info`, with the patience there; it takes a connection with its first statement."""


@event.listens_for(_Session, "after_begin")
def _work_for_scope(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    driver = _driver(connection.connection)
    driver.scope, driver.patience = session.info["scope"], session.info["patience"]


def _work_for_nobody(_dbapi: Any, _record: Any, proxy: PoolProxiedConnection) -> None:
    _driver(proxy).scope = None


def _driver(pooled: PoolProxiedConnection) -> ScopedConnection:
    driver: ScopedConnection = pooled.driver_connection  # type: ignore[assignment]  # typed as object
    return driver


_ASIDE = 1
"""How many connections are kept for transactions beside others, and for looking after the database; as many more are
opened when needed."""


class Database:
    """The pool of this process."""

    def __init__(self, url: str, jobs: JobQueue, *, pool_size: int = 10) -> None:
        """Take an application-role URL, `postgresql://`; nothing is opened yet."""
        # Made for reading, and an option for writing: the option is set after each checkout, and who is cancelled just
        # then, as readers are whose client goes away, would not give the connection back.
        self._reading = _engine(url, pool_size, isolation_level="AUTOCOMMIT")
        self._engine: AsyncEngine = self._reading.execution_options(isolation_level="READ COMMITTED")
        self._aside = _engine(url, _ASIDE)
        self._health = _engine(url, _ASIDE, isolation_level="AUTOCOMMIT")
        # A right is held for as long as its task takes: from the pool, a few long tasks would starve everybody else.
        self._rights = _engine(url, None, isolation_level="AUTOCOMMIT")
        self._jobs = jobs
        share = max(pool_size // 2, 1)
        self._readers, self._writers = Shares(share), Shares(share)

    @asynccontextmanager
    async def read(self, scope: Scope) -> AsyncIterator[Reading]:
        """Lend a connection for reading.

        Raises Unavailable when the database cannot be reached.
        """
        with _translated():
            async with self._readers.of(scope), _session(self._reading, scope) as session:
                yield Reading(session, scope)

    @asynccontextmanager
    async def begin(self, scope: Scope, patience: timedelta | None = None) -> AsyncIterator[Transaction]:
        """Open the one transaction of a use case; commit at the end, roll back on any exception.

        Raises Busy when somebody else has had something locked for longer than `patience` (None: wait to the end),
        and Unavailable when the database cannot be reached; whether a commit that was under way took place is then
        not known.
        """
        async with self._writers.of(scope), self._unit(self._engine, scope, patience) as transaction:
            yield transaction

    @asynccontextmanager
    async def aside(self, scope: Scope) -> AsyncIterator[Transaction]:
        """Open a short transaction beside the one that the caller is in; it stays, whatever becomes of that one.

        It has connections of its own: else all might be held by callers who wait for one more. Raises Unavailable.
        """
        async with self._unit(self._aside, scope) as transaction:
            yield transaction

    @asynccontextmanager
    async def _unit(
        self, engine: AsyncEngine, scope: Scope, patience: timedelta | None = None
    ) -> AsyncIterator[Transaction]:
        with _translated():
            async with _session(engine, scope, patience) as session, session.begin():
                transaction = Transaction(session, scope, self._jobs)
                yield transaction
                await _write_what_happened(transaction)

    @asynccontextmanager
    async def rehearse(self, scope: Scope, patience: timedelta | None = None) -> AsyncIterator[Transaction]:
        """Open a transaction of which nothing stays: no row, no event, no job. Raises what `begin` raises."""
        with _translated():
            # The session ends without a commit.
            async with self._writers.of(scope), _session(self._engine, scope, patience) as session:
                yield Transaction(session, scope, self._jobs)

    @asynccontextmanager
    async def alone(self, task: str) -> AsyncIterator[Right | None]:
        """Hold the right to do a task for as long as the block runs; yield None where another process has it.

        The right ends with the connection, so that it is free again however its holder dies, and nobody who was
        only slow can be doing the same task beside its successor, if it asks between its steps whether it still has
        the right. Raises Unavailable.
        """
        with _translated():
            async with self._rights.connect() as connection:
                query = text("SELECT pg_try_advisory_lock(hashtextextended(:task, 0))")
                try:
                    yield Right(connection) if await connection.scalar(query, {"task": task}) else None
                finally:
                    # Closed rather than unlocked: a connection that still has the lock must never go back to the pool.
                    await connection.invalidate()

    @asynccontextmanager
    async def in_turn(self, task: str) -> AsyncIterator[None]:
        """Wait for the right to do a task, and hold it for as long as the block runs; it ends as that of `alone` does.

        Raises Unavailable.
        """
        with _translated():
            async with self._rights.connect() as connection:
                try:
                    await connection.execute(
                        text("SELECT pg_advisory_lock(hashtextextended(:task, 0))"), {"task": task}
                    )
                    yield
                finally:
                    await connection.invalidate()

    async def check(self) -> None:
        """Make sure that the database answers, on a connection that nobody else can hold. Raises Unavailable."""
        with _translated():
            async with self._health.connect() as connection:
                await connection.execute(text("SELECT newest_event()"))

    async def close(self) -> None:
        """Close every connection of the pool."""
        for engine in (self._reading, self._aside, self._health):
            await engine.dispose()


def _engine(url: str, size: int | None, **options: Any) -> AsyncEngine:
    """Make an engine with a pool of that size; None opens a connection each time and closes it afterwards."""
    pool: dict[str, Any] = {"poolclass": NullPool}
    if size is not None:
        pool = {"pool_size": size, "max_overflow": size, "pool_timeout": 10}
    address = make_url(url).set(drivername="postgresql+psycopg")
    # An error says its statement, which may be logged; what it was about is nobody's business there.
    options = {"connect_args": _CONNECTING, "hide_parameters": True, **options}
    engine = create_async_engine(address, **pool, **options)
    # Whoever takes a connection from the pool takes nobody's scope with it.
    event.listen(engine.sync_engine, "checkout", _work_for_nobody)
    return engine


def _session(engine: AsyncEngine, scope: Scope, patience: timedelta | None = None) -> AsyncSession:
    info = {"scope": scope, "patience": patience}
    return AsyncSession(engine, expire_on_commit=False, sync_session_class=_Session, info=info)


async def _write_what_happened(transaction: Transaction) -> None:
    """Write what happened under one lock, as the last thing before the commit.

    So ids of events follow commits, and so do times of the audit trail: who reads on in either misses nothing.
    """
    if not (transaction.events or transaction.audits):
        return
    await transaction.session.flush()
    locked = (await transaction.session.execute(_TAKE_EVENT_LOCK)).one()
    for record in transaction.audits:
        record.at = locked.at
    transaction.session.add_all([*transaction.events, *transaction.audits])
    await transaction.session.flush()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (psycopg.OperationalError, OperationalError, InterfaceError, NoneFree) as error:
        raise (Busy if _is_locked(error) else Unavailable) from error
    except (DataError, psycopg.DataError, UnicodeEncodeError) as error:
        if _unstorable(error):
            raise TextInvalid from error
        raise
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable from error
        raise


def _is_locked(error: Exception) -> bool:
    """Return whether patience ended before somebody else's lock."""
    return isinstance(getattr(error, "orig", error), LockNotAvailable)


def _unstorable(error: Exception) -> bool:
    """Return whether the driver found a character that PostgreSQL's text does not have."""
    cause = error.orig if isinstance(error, DataError) else error
    return isinstance(cause, UnicodeEncodeError) or "NUL" in str(cause)
