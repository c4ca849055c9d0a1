"""Jobs commit with the change that calls for them, or vanish with it."""

import psycopg
import pytest

from provisioning.desk import Desk
from store.errors import Unavailable
from store.jobs import Job, JobName
from tests.arrange import jobs

SYNC = Job(JobName.SYNC_SERVICE, lock="organization:x", arguments={"service_id": "1"})


async def test_a_job_is_there_after_the_commit(desk: Desk) -> None:
    """With its lock and its time."""
    later = Job(JobName.REFRESH_LOCATIONS, not_before=desk.clock())
    async with desk.begin() as transaction:
        await transaction.defer(SYNC)
        await transaction.defer(later)
    assert await jobs(desk) == [
        ("sync_service", "organization:x", None),
        ("refresh_locations", None, desk.clock()),
    ]


async def test_a_job_vanishes_with_a_rollback(desk: Desk) -> None:
    """Nothing runs for a change that was not made."""
    with pytest.raises(RuntimeError):
        await _change_its_mind(desk)
    assert await jobs(desk) == []


async def test_a_job_that_the_database_did_not_get_is_unavailable(desk: Desk, owner_url: str) -> None:
    """The connection is lost just before: the caller may send the same request again."""
    with pytest.raises(Unavailable):
        await _lose_the_connection(desk, owner_url)
    assert await jobs(desk) == []


async def _lose_the_connection(desk: Desk, owner_url: str) -> None:
    terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'numberline_app'"
    async with desk.begin() as transaction:
        await transaction.driver_connection()
        async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
            await owner.execute(f"{terminate} AND datname = current_database()")
        await transaction.defer(SYNC)


async def _change_its_mind(desk: Desk) -> None:
    async with desk.begin() as transaction:
        await transaction.defer(SYNC)
        raise RuntimeError
