"""The job worker: kept running whatever happens to the database, and taking over from workers that died."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import psycopg
from procrastinate.exceptions import ConnectorException

from api.jobs import register
from api.wiring import House

logger = logging.getLogger(__name__)

CONCURRENCY = 20
"""How many jobs a worker runs at once, each of another organization: one that waits for Control Hub costs little."""

POLL_S = 0.5
"""How often a worker looks for jobs whose lock has come free; new jobs without one wake it at once."""

HEARTBEAT_S = 1.0
"""How often a worker says that it lives."""

STALLED_S = 5.0
"""After how long without a word a worker counts as dead, and its jobs are given to another."""


async def work(house: House) -> None:
    """Run jobs until cancelled; a database that goes away only interrupts it. Open the job app before."""
    register(house)
    async with asyncio.TaskGroup() as group:
        group.create_task(_again(lambda: _run(house)))
        group.create_task(_again(lambda: _take_over(house)))


async def _run(house: House) -> None:
    await house.jobs.run_worker_async(
        concurrency=CONCURRENCY,
        install_signal_handlers=False,
        listen_notify=True,
        fetch_job_polling_interval=POLL_S,
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=STALLED_S,
        shutdown_graceful_timeout=5.0,
    )


async def _take_over(house: House) -> None:
    """Give the jobs of dead workers back to the living. A job can be run twice; what it has done, its numbers tell."""
    while True:
        for job in await house.jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
            logger.warning("job %s (%s) is taken over from a dead worker", job.id, job.task_name)
            await house.jobs.job_manager.retry_job(job)
        await asyncio.sleep(HEARTBEAT_S)


async def _again(run: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await run()
        except (ConnectorException, psycopg.Error, OSError) as error:
            _give_way(error)
            logger.warning("the worker lost the database and tries again: %s", error)
        await asyncio.sleep(HEARTBEAT_S)


def _give_way(error: Exception) -> None:
    """Go on being cancelled: a worker that cannot sign off because the database is away raises that instead."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError from error
