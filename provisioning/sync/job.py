"""The job that syncs a service."""

from datetime import datetime

from store.jobs import Job, JobName
from store.tables import Service


def sync_job(service: Service, not_before: datetime | None = None) -> Job:
    """Return the job; those of one organization run one at a time."""
    return Job(
        JobName.SYNC_SERVICE,
        lock=f"organization:{service.organization_id}",
        arguments={"service_id": str(service.id)},
        not_before=not_before,
    )
