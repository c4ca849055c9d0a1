"""Files on their way out: how what they hold is read."""

import asyncio

import pytest
from sqlalchemy import text

from provisioning.desk import Desk
from provisioning.downloads.download import chunks
from store.database import Reading
from store.numbers import BY_NUMBER
from store.paging import Page, Window
from tests import arrange


async def test_a_statement_ends_though_its_reader_has_gone(desk: Desk) -> None:
    """Cut off in the middle of one, its connection would be lost to everybody else."""
    ended = asyncio.Event()
    lock = text("SELECT pg_advisory_xact_lock(7)")

    async def read(reading: Reading, _: Window) -> Page[None]:
        await reading.session.execute(lock)
        ended.set()
        return Page([], has_next=False, has_previous=False)

    async with desk.begin() as transaction:
        await transaction.session.execute(lock)
        reader = asyncio.ensure_future(anext(chunks(desk, BY_NUMBER, read)))
        await arrange.blocked(desk)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader

    async with asyncio.timeout(5):
        await ended.wait()
