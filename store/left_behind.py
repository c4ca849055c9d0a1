"""Statements that find what waits although no job is left that would go on with it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, exists, or_, select, text
from sqlmodel import col

from store.database import Reading
from store.jobs import JobName
from store.syncing import OPEN
from store.tables import Number, Service, Upload
from store.vocabulary import ServiceMode, ServiceStatus, UploadStatus

_SYNCING = (UploadStatus.SUBMITTED, UploadStatus.SYNCING, UploadStatus.ROLLING_BACK)


def _has_no_job(argument: str, column: str, *names: JobName) -> Any:
    """Return the condition that no job of these names with the row's id as that argument waits or runs."""
    return text(f"""NOT EXISTS (
        SELECT FROM procrastinate_jobs AS job
        WHERE job.task_name = ANY(:{argument}_jobs) AND job.status IN ('todo', 'doing')
          AND job.args ->> '{argument}' = CAST({column} AS text))""").bindparams(
        **{f"{argument}_jobs": [name.value for name in names]}
    )


async def services(reading: Reading) -> Sequence[Service]:
    """Return the services with something to sync, or in removal, and no job that will."""
    open_number = exists().where(col(Number.service_id) == col(Service.id), col(Number.sync_state).in_(OPEN))
    open_upload = exists().where(col(Upload.service_id) == col(Service.id), col(Upload.status).in_(_SYNCING))
    query = select(Service).where(
        reading.scope.covers(Service),
        or_(
            and_(col(Service.mode) == ServiceMode.INTEGRATED, or_(open_number, open_upload)),
            col(Service.status) == ServiceStatus.REMOVING,
        ),
        _has_no_job("service_id", "service.id", JobName.SYNC_SERVICE, JobName.RESUME_SYNC, JobName.FINISH_REMOVAL),
    )
    return (await reading.session.scalars(query)).all()


async def uploads(reading: Reading) -> Sequence[Upload]:
    """Return the uploads that are being validated by no job."""
    query = select(Upload).where(
        reading.scope.covers(Upload),
        col(Upload.status) == UploadStatus.VALIDATING,
        _has_no_job("upload_id", "upload.id", JobName.VALIDATE_UPLOAD),
    )
    return (await reading.session.scalars(query)).all()
