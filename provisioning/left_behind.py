"""Going on with what was left behind: jobs end for good when they fail too often, and a sync rests only so often."""

from provisioning.desk import Desk
from provisioning.removal import finish_job
from provisioning.sync.job import sync_job
from provisioning.uploads.judge import validation_job
from store import left_behind
from store.jobs import Job
from store.tables import Service
from store.vocabulary import ServiceMode


async def call_left_behind(desk: Desk) -> None:
    """Have everything run again that waits for a sync, a removal or its verdicts, and for which no job is left."""
    async with desk.begin() as transaction:
        for service in await left_behind.services(transaction):
            await transaction.defer(_job(service))
        for upload in await left_behind.uploads(transaction):
            await transaction.defer(validation_job(upload))


def _job(service: Service) -> Job:
    return sync_job(service) if service.mode is ServiceMode.INTEGRATED else finish_job(service)
