"""Removals on their way, and readings between them: what is read in pages shifts where numbers leave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Removals:
    """Lets removals run side by side, or readings, never both. Who waits to read goes before further removals.

    Control Hub counts its pages from the first number. Where that is taken off between two pages, the first of the
    second page moves to the first and is passed over: it would be taken for gone although it is there.
    """

    def __init__(self) -> None:
        """Begin with none on its way."""
        self._on_their_way = 0
        self._readings = 0
        self._none_on_its_way = _rung()
        self._nobody_reads = _rung()

    @asynccontextmanager
    async def one_more(self) -> AsyncIterator[None]:
        """Wait until nobody reads, or waits to; the removal is on its way for as long as the block runs."""
        while self._readings:
            await self._nobody_reads.wait()
        self._on_their_way += 1
        self._none_on_its_way.clear()
        try:
            yield
        finally:
            self._on_their_way -= 1
            if not self._on_their_way:
                self._none_on_its_way.set()

    @asynccontextmanager
    async def none(self) -> AsyncIterator[None]:
        """Wait until no removal is on its way; none begins for as long as the block runs."""
        self._readings += 1
        self._nobody_reads.clear()
        try:
            await self._none_on_its_way.wait()
            yield
        finally:
            self._readings -= 1
            if not self._readings:
                self._nobody_reads.set()


def _rung() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event
