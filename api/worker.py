"""The job worker: what each job runs, and keeping a worker running."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import UUID

import psycopg
from procrastinate import RetryStrategy
from procrastinate.exceptions import ConnectorException

from api.consent import PREFIX
from api.wiring import House, new_invitation_token
from controlhub.errors import HubUnauthorized
from provisioning import consent, invitations, locations
from provisioning.errors import ConsentMissing, ConsentWithdrawn
from provisioning.sync.run import Outbound, sync_service
from provisioning.uploads import judge
from store.jobs import JobName
from store.scope import Scope

logger = logging.getLogger(__name__)

CONCURRENCY = 8
"""How many jobs a worker runs at once, each of another organization."""

POLL_S = 0.5
"""How often a worker looks for jobs whose lock has come free; new jobs without one wake it at once."""

HEARTBEAT_S = 1.0
"""How often a worker says that it lives."""

STALLED_S = 10.0
"""After how long without a word a worker counts as dead, and its jobs are given to another."""

_RETRY = RetryStrategy(max_attempts=20, wait=15)
"""A job that fails waits 15 s, never longer: meanwhile its lock holds back the other jobs of its organization."""

_RETRY_LETTER = RetryStrategy(max_attempts=300, wait=15, linear_wait=15)
"""A letter waits 15 s longer after each try, and nobody waits for it: in a week, when it ends, 300 do not suffice."""

_EVERY_HOUR = "17 * * * *"
"""When tokens are looked at; any minute would do."""

_SCOPE = Scope.everything("worker")


def register(house: House) -> None:
    """Tell the job app what each job runs."""
    desk = house.desk(_SCOPE)
    outbound = Outbound(house.hub, house.vault, house.settings.control_hub_requests)

    async def send_invitation(invitation_id: str) -> None:
        link = f"{house.settings.base_url}{PREFIX}/".__add__
        await invitations.send(desk, house.mailer, new_invitation_token, link, UUID(invitation_id))

    async def call_renewals(timestamp: int) -> None:  # noqa: ARG001  # Procrastinate says which hour it is
        await consent.call_renewals(desk)

    async def refresh_locations(service_id: str) -> None:
        service = UUID(service_id)
        with suppress(ConsentMissing, ConsentWithdrawn):
            token = await consent.access_token(desk, house.hub, house.vault, service)
            try:
                await locations.refresh(desk, house.hub, token, service)
            except HubUnauthorized:
                await consent.note_withdrawal(desk, house.vault, service, token)

    async def validate_upload(upload_id: str) -> None:
        await judge.finish_validation(desk, UUID(upload_id))

    async def sync(service_id: str) -> None:
        await sync_service(desk, outbound, UUID(service_id))

    tasks: dict[JobName, Callable[[str], Awaitable[None]]] = {
        JobName.SEND_INVITATION: send_invitation,
        JobName.REFRESH_LOCATIONS: refresh_locations,
        JobName.VALIDATE_UPLOAD: validate_upload,
        JobName.SYNC_SERVICE: sync,
    }
    for name, run in tasks.items():
        retry = _RETRY_LETTER if name is JobName.SEND_INVITATION else _RETRY
        house.jobs.task(name=name.value, retry=retry)(run)
    hourly = house.jobs.task(name=JobName.CALL_RENEWALS.value, retry=_RETRY)(call_renewals)
    house.jobs.periodic(cron=_EVERY_HOUR)(hourly)


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
