"""Work in a thread, one step ahead."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from provisioning.ahead import ahead


async def test_items_come_in_order() -> None:
    """All of them; none where there are none."""
    assert [item async for item in ahead(iter(range(5)))] == [0, 1, 2, 3, 4]
    assert [item async for item in ahead(iter(()))] == []


async def test_empty_items_are_items() -> None:
    """Only the end is the end."""
    assert [item async for item in ahead(iter([None, b"", 0]))] == [None, b"", 0]


async def test_the_next_item_is_made_while_one_is_used_and_no_more() -> None:
    """One step ahead, in another thread."""
    made: list[int] = []
    second = threading.Event()

    def items() -> Iterator[int]:
        for item in range(5):
            assert threading.current_thread() is not threading.main_thread()
            made.append(item)
            if item == 1:
                second.set()
            yield item

    async with aclosing(ahead(items())) as found:
        assert await anext(found) == 0
        assert await asyncio.to_thread(second.wait, 5)
        assert made == [0, 1]


async def test_what_making_raises_comes_behind_what_was_made() -> None:
    """At its place."""
    found = ahead(1 // divisor for divisor in (1, 1, 0, 1))
    assert [await anext(found), await anext(found)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        await anext(found)


async def test_closing_waits_for_the_item_under_way() -> None:
    """Nobody else may touch what a thread is at work on."""
    go_on, steps = threading.Event(), []

    def items() -> Iterator[int]:
        yield 0
        go_on.wait(5)
        steps.append("made")
        yield 1

    found = ahead(items())
    await anext(found)
    closing = asyncio.create_task(found.aclose())
    await asyncio.sleep(0)
    assert steps == []
    go_on.set()
    await closing
    assert steps == ["made"]


async def test_one_who_is_cancelled_waits_for_the_item_under_way() -> None:
    """A request that is given up lets go of nothing that is in use."""
    begun, go_on, steps = threading.Event(), threading.Event(), []

    def items() -> Iterator[int]:
        begun.set()
        go_on.wait(5)
        steps.append("made")
        yield 0

    async def consume() -> list[int]:
        async with aclosing(ahead(items())) as found:
            return [item async for item in found]

    consuming = asyncio.create_task(consume())
    await asyncio.to_thread(begun.wait, 5)
    consuming.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await consuming
    assert steps == ["made"]


async def test_a_failure_that_nobody_waits_for_is_not_reported_as_lost() -> None:
    """Closed early, the next item may have failed already: nobody wants to know."""
    complaints: list[object] = []
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    try:
        async with aclosing(ahead(1 // divisor for divisor in (1, 0))) as found:
            await anext(found)
        del found
    finally:
        loop.set_exception_handler(before)
    assert complaints == []
