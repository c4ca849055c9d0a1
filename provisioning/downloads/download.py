"""A file on its way out, and how what it holds is read: chunk by chunk."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from provisioning.desk import Desk
from store.database import Reading
from store.paging import Order, Page, Window

CHUNK_ROWS = 2_000
"""How many rows one statement reads and memory holds at a time; other requests wait while they are written."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file: its name, in ASCII, and its content, whose reading raises Unavailable where the database is gone."""

    name: str
    pieces: AsyncIterator[bytes]


async def chunks(
    desk: Desk, order: Order, read: Callable[[Reading, Window], Awaitable[Page[Any]]]
) -> AsyncIterator[Sequence[Any]]:
    """Read a list to its end; between chunks no connection is held, however slowly they are taken.

    Each chunk is what stands there at its time: a row that comes or goes meanwhile is in the file or not.
    """

    async def chunk(cursor: tuple[str, ...] | None) -> Page[Any]:
        async with desk.read() as reading:
            return await read(reading, Window(CHUNK_ROWS, cursor))

    cursor: tuple[str, ...] | None = None
    while True:
        # Whoever goes away in the middle of a statement lets it end, so that its connection is as good as before.
        page = await asyncio.shield(chunk(cursor))
        yield page.rows
        if not page.has_next:
            return
        cursor = order.cursor(page.rows[-1])
