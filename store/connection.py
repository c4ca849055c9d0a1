"""Connections on which every statement carries whose rows it may touch, in a round trip with the statement itself."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Self

import psycopg
from psycopg.abc import Params, QueryNoTemplate
from psycopg.pq import Format, TransactionStatus
from psycopg.pq.abc import PGconn
from psycopg.rows import AsyncRowFactory, tuple_row

from store.scope import Scope

_TELL = "SELECT set_config('numberline.scope', %s, true), set_config('lock_timeout', %s, true)"
"""Local to the transaction, or to the statement where there is none: PostgreSQL itself forgets it then."""

_TO_THE_END = "0"
"""What PostgreSQL calls a wait without a limit."""


class ScopedConnection(psycopg.AsyncConnection[Any]):
    """A connection that works for one scope at a time; without one, row-level security shows it no row."""

    scope: Scope | None = None
    """For whom it works until somebody else takes it from the pool."""

    patience: timedelta | None = None
    """How long it waits for what somebody else has locked; None: to the end."""

    _told = False

    def __init__(self, pgconn: PGconn, row_factory: AsyncRowFactory[Any] = tuple_row) -> None:
        """Wrap what psycopg has connected."""
        super().__init__(pgconn, row_factory)
        self.cursor_factory, self.server_cursor_factory = _Cursor, _ServerCursor

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """Send what is sent in the block together with the scope, unless the transaction knows it already."""
        if self._knows():
            yield
            return
        async with self.pipeline():
            await self.tell()
            yield

    async def tell(self) -> None:
        """Send the scope, unless the transaction knows it already."""
        if not self._knows() and self.scope is not None:
            await psycopg.AsyncCursor(self).execute(_TELL, [self.scope.principal, self._lock_timeout])
            self._told = True

    @property
    def _lock_timeout(self) -> str:
        return _TO_THE_END if self.patience is None else f"{self.patience // timedelta(milliseconds=1)}ms"

    def _knows(self) -> bool:
        is_open = self.pgconn.transaction_status != TransactionStatus.IDLE
        return self.scope is None or (is_open and self._told)


class _Cursor(psycopg.AsyncCursor[Any]):
    """Takes results in binary, which costs half as much to read as text."""

    connection: ScopedConnection

    def __init__(self, connection: ScopedConnection, *, row_factory: Any = None) -> None:
        super().__init__(connection, row_factory=row_factory or connection.row_factory)
        self.format = Format.BINARY

    async def execute(self, query: QueryNoTemplate, params: Params | None = None, **how: bool | None) -> Self:  # type: ignore[override]  # templates of Python 3.14 aside
        async with self.connection.telling():
            return await super().execute(query, params, **how)

    async def executemany(self, query: Any, params_seq: Iterable[Params], *, returning: bool = False) -> None:
        async with self.connection.telling():
            await super().executemany(query, params_seq, returning=returning)


class _ServerCursor(psycopg.AsyncServerCursor[Any]):
    """Reads large results in portions. It cannot share a round trip, so that the scope goes before it."""

    connection: ScopedConnection

    async def execute(self, query: QueryNoTemplate, params: Params | None = None, **how: Any) -> Self:  # type: ignore[override]  # as above
        await self.connection.tell()
        return await super().execute(query, params, **how)
