"""The jobs of a sync: the run itself, and the one that has it run after a rest."""

from datetime import datetime

from store.jobs import Job, JobName
from store.tables import Service


def sync_job(service: Service) -> Job:
    """Return the job; those of one organization run one at a time."""
    return Job(
        JobName.SYNC_SERVICE, lock=f"organization:{service.organization_id}", arguments={"service_id": str(service.id)}
    )


def resume_job(service: Service, rests_until: datetime) -> Job:
    """Return the job that ends a rest. It has no lock: a job that waits for its time holds back all with its lock."""
    told = {"service_id": str(service.id), "rests_until": rests_until.isoformat()}
    return Job(JobName.RESUME_SYNC, arguments=told, not_before=rests_until)
