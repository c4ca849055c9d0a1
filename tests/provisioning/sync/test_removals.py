"""Removals and readings keep out of each other's way."""

import asyncio
from contextlib import AbstractAsyncContextManager

from provisioning.sync.removals import Removals


async def begun(block: AbstractAsyncContextManager[None], end: asyncio.Event, told: list[str], name: str) -> None:
    """Say when the block begins and ends; it lasts until the end is rung."""
    async with block:
        told.append(f"{name} begins")
        await end.wait()
        told.append(f"{name} ends")


async def turns() -> None:
    """Let everybody come as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_reading_waits_for_removals_and_holds_up_those_that_come_after_it() -> None:
    """Two removals run at once; the reading is not put off by the third; two readings run at once, too."""
    removals, told, removed, read = Removals(), list[str](), asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for name in ("first", "second"):
            group.create_task(begun(removals.one_more(), removed, told, name))
        await turns()
        for name in ("reading", "another"):
            group.create_task(begun(removals.none(), read, told, name))
        group.create_task(begun(removals.one_more(), removed, told, "third"))
        await turns()
        waiting = list(told)
        removed.set()
        await turns()
        reading = told[len(waiting) :]
        read.set()
    assert waiting == ["first begins", "second begins"]
    assert reading == ["first ends", "second ends", "reading begins", "another begins"]
    assert told[-2:] == ["third begins", "third ends"]


async def test_a_reading_that_is_given_up_lets_removals_go_on() -> None:
    """Cancelled while it waits, as when a worker dies."""
    removals, told, removed = Removals(), list[str](), asyncio.Event()
    first = asyncio.create_task(begun(removals.one_more(), removed, told, "first"))
    await turns()
    reading = asyncio.create_task(begun(removals.none(), removed, told, "reading"))
    await turns()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    second = asyncio.create_task(begun(removals.one_more(), removed, told, "second"))
    await turns()
    assert told == ["first begins", "second begins"]
    removed.set()
    await asyncio.gather(first, second)
