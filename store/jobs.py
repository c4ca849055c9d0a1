"""Deferring jobs: a job is a row that commits with the change that calls for it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import psycopg
from procrastinate import App


class JobName(StrEnum):
    """What a worker can be asked to do."""

    SEND_INVITATION = "send_invitation"
    """Mail a token invitation to the customer's administrator."""
    REFRESH_LOCATIONS = "refresh_locations"
    """Read the organization's locations from Control Hub."""
    VALIDATE_UPLOAD = "validate_upload"
    """Judge the entries of a large upload."""
    CALL_RENEWALS = "call_renewals"
    """Have the tokens renewed that end soon; every hour."""
    SYNC_SERVICE = "sync_service"
    """Bring the pending numbers of a service to Control Hub."""
    RESUME_SYNC = "resume_sync"
    """Have a sync run that rested; it holds no lock while it waits."""
    CALL_LEFT_BEHIND = "call_left_behind"
    """Have syncs and validations run whose jobs were given up; every hour."""
    RECONCILE_SERVICE = "reconcile_service"
    """Compare what Control Hub has with what stands here."""
    CALL_RECONCILIATIONS = "call_reconciliations"
    """Have every Integrated service reconciled; every day."""
    END_COOLING = "end_cooling"
    """Let the numbers go whose cooling date has come; every hour."""
    FINISH_REMOVAL = "finish_removal"
    """Delete a service of which nothing is left at Control Hub."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job to run. Jobs with the same `lock` run one at a time, in the order in which they were deferred."""

    name: JobName
    lock: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None


class JobQueue:
    """Writes jobs into Procrastinate's table."""

    def __init__(self, app: App) -> None:
        """Take the Procrastinate app; it need not be open, for the caller's connection is used."""
        self._app = app

    async def defer(self, connection: psycopg.AsyncConnection[Any], job: Job) -> None:
        """Insert the job on the caller's own connection, so that it commits or vanishes with the caller's work."""
        deferrer = self._app.configure_task(
            job.name.value, lock=job.lock, schedule_at=job.not_before, connection=connection
        )
        await deferrer.defer_async(**job.arguments)
