"""Work in a thread, one step ahead of whoever takes its results."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from typing import TypeVar

Item = TypeVar("Item")


async def ahead(items: Iterator[Item]) -> AsyncGenerator[Item, None]:
    """Yield the items in order; each is made in a thread while the one before it is being used.

    Raises what making them raises. Closing it (`aclosing`) waits for the item under way.
    """
    made = asyncio.create_task(asyncio.to_thread(_next, items))
    try:
        while (found := await asyncio.shield(made)) is not None:
            made = asyncio.create_task(asyncio.to_thread(_next, items))
            yield found[0]
    finally:
        # A thread cannot be interrupted, and nobody else may touch what it is at work on. What it raises now is lost.
        await asyncio.gather(asyncio.shield(made), return_exceptions=True)


def _next(items: Iterator[Item]) -> tuple[Item] | None:
    return next(((item,) for item in items), None)
