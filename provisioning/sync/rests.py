"""When a sync that came to nothing runs again, and what its uploads say meanwhile."""

from datetime import datetime, timedelta
from uuid import UUID

from controlhub.errors import HubBusy, HubError, HubRefused, HubUnanswered
from provisioning.desk import Desk
from provisioning.sync.job import resume_job, sync_job
from store import syncing, uploads
from store.database import Transaction
from store.lookup import Name, one
from store.syncing import Waiting
from store.tables import Service
from store.vocabulary import WaitingCode

RESTS_S = (15.0, 30.0, 60.0, 120.0, 240.0, 300.0)
"""How long a sync rests after the first run in a row that got nowhere, after the second, and so on."""

MOST_RESTS = 12
"""After so many runs in a row that got nowhere, most of an hour, the hourly look for what was left behind goes on."""

LONGEST_REST_S = 3600.0
"""However long Control Hub asks us to wait, we ask again after an hour."""

JITTER_SHARE = 0.2
"""Up to so much is added to a rest, so that syncs that stopped together do not start together."""


def rest_s(tries: int, asked_s: float | None, chance: float) -> float:
    """Return how long to rest after that many runs in a row that got nowhere; `chance` in [0, 1) decides the jitter."""
    own_s = RESTS_S[min(max(tries, 1), len(RESTS_S)) - 1] * (1 + JITTER_SHARE * chance)
    return min(max(own_s, asked_s or 0.0), LONGEST_REST_S)


async def rest(desk: Desk, service_id: UUID, error: HubError, chance: float, *, has_progressed: bool) -> None:
    """Have the sync run again later, the later the more runs in a row got nowhere, and say on its uploads why."""
    asked_s = error.retry_after_s if isinstance(error, (HubBusy, HubUnanswered)) else None
    async with desk.begin() as transaction:
        service = await one(transaction, Service, Name(id=service_id), lock=True)
        service.sync_tries = 1 if has_progressed else service.sync_tries + 1
        if service.sync_tries <= MOST_RESTS:
            await _resume_in(desk, transaction, service, rest_s(service.sync_tries, asked_s, chance))
        else:
            service.sync_resumes_at = None
        transaction.session.add(service)
        code, message = reason(error)
        await _explain(desk, transaction, service, Waiting(code, message, service.sync_resumes_at))


async def make_way(desk: Desk, service_id: UUID) -> None:
    """Come back soon, because another process still is at it."""
    async with desk.begin() as transaction:
        service = await one(transaction, Service, Name(id=service_id), lock=True)
        await _resume_in(desk, transaction, service, RESTS_S[0])


async def end(desk: Desk, service_id: UUID) -> None:
    """Note that a sync went through, and forget when it was to run again.

    Unless something has come since it looked: a run that made way for this one may be all that would take it along.
    """
    async with desk.begin() as transaction:
        service = await one(transaction, Service, Name(id=service_id), lock=True)
        service.sync_tries = 0
        if not await syncing.is_any_open(transaction, service_id):
            service.sync_resumes_at = None
        transaction.session.add(service)
        await _explain(desk, transaction, service, None)


async def explain(desk: Desk, service_id: UUID, code: str, message: str) -> None:
    """Say on the uploads of the service why they wait, for something that no time mends."""
    async with desk.begin() as transaction:
        service = await one(transaction, Service, Name(id=service_id), lock=True)
        await _explain(desk, transaction, service, Waiting(code, message, None))


async def resume(desk: Desk, service_id: UUID, rests_until: datetime) -> None:
    """Have the sync run at the end of that rest, unless it has run since or rests until another time by now.

    No clock is asked: the database's says when the job is due, and that of this process may be behind it.
    """
    async with desk.begin() as transaction:
        service = await syncing.service_if_there(transaction, service_id)
        if service is None or service.sync_resumes_at != rests_until:
            return
        service.sync_resumes_at = None
        transaction.session.add(service)
        await transaction.defer(sync_job(service))


def reason(error: HubError) -> tuple[WaitingCode, str]:
    """Return why uploads wait after that error, as a code and in words."""
    if isinstance(error, HubRefused):
        return WaitingCode.CONTROL_HUB_REFUSES, (
            f'Control Hub refuses what has to be known before anything is sent: "{error.message}" ({error.code}, '
            f"tracking id {error.tracking_id or 'none'}). Have the rights of the administrator who consented checked, "
            "and send a new invitation; where it names the client, whoever runs this server has to look there."
        )
    if isinstance(error, HubBusy):
        return WaitingCode.CONTROL_HUB_BUSY, "Control Hub takes no requests at the moment; they are sent again."
    return WaitingCode.CONTROL_HUB_SILENT, "Control Hub does not answer clearly at the moment; it is asked again."


async def _resume_in(desk: Desk, transaction: Transaction, service: Service, seconds: float) -> None:
    service.sync_resumes_at = desk.clock() + timedelta(seconds=seconds)
    transaction.session.add(service)
    await transaction.defer(resume_job(service, service.sync_resumes_at))


async def _explain(desk: Desk, transaction: Transaction, service: Service, waiting: Waiting | None) -> None:
    service.waiting_code, service.waiting_message = (waiting.code, waiting.message) if waiting else (None, None)
    transaction.session.add(service)
    for upload in await syncing.explain_waiting(transaction, service.id, waiting):
        uploads.announce_counts(transaction, upload, desk.clock())
