"""What each job runs."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from procrastinate import RetryStrategy

from api.consent import PREFIX
from api.wiring import House, new_invitation_token
from provisioning import consent, invitations, left_behind, locations, releases, removal
from provisioning.desk import Desk
from provisioning.errors import ConsentMissing, ConsentWithdrawn, NotFound
from provisioning.reconciliation.job import call_reconciliations
from provisioning.reconciliation.run import reconcile
from provisioning.sync import rests
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from provisioning.uploads import judge
from store.jobs import JobName
from store.scope import Scope

_RETRY = RetryStrategy(max_attempts=20, wait=15)
"""A job that fails waits 15 s, never longer: meanwhile its lock holds back the other jobs of its organization."""

_RETRY_LETTER = RetryStrategy(max_attempts=300, wait=15, linear_wait=15)
"""A letter waits 15 s longer after each try, and nobody waits for it: in a week, when it ends, 300 do not suffice."""

_PERIODIC: dict[JobName, tuple[str, Callable[[Desk], Awaitable[object]]]] = {
    JobName.CALL_RENEWALS: ("17 * * * *", consent.call_renewals),
    JobName.CALL_RECONCILIATIONS: ("27 3 * * *", call_reconciliations),
    JobName.CALL_LEFT_BEHIND: ("47 * * * *", left_behind.call_left_behind),
    JobName.END_COOLING: ("7 * * * *", releases.end_cooling),
}
"""What runs by the clock (cron, UTC); any minute would do."""

_WORKERS_PER_SLOT = 2
"""How many workers of a sync share a slot: while one writes down what came of its request, the other one's is out."""

_SCOPE = Scope.everything("worker")


def register(house: House) -> None:
    """Tell the job app what each job runs."""
    desk = house.desk(_SCOPE)
    for name, run in _tasks(house, desk).items():
        retry = _RETRY_LETTER if name is JobName.SEND_INVITATION else _RETRY
        house.jobs.task(name=name.value, retry=retry)(_unless_gone(run))
    for name, (cron, call) in _PERIODIC.items():
        by_the_clock = house.jobs.task(name=name.value, retry=_RETRY)(_timed(desk, call))
        house.jobs.periodic(cron=cron)(by_the_clock)


def _unless_gone(run: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Let a job end quietly whose service, or what was the service's, was removed since it was deferred."""

    async def run_unless_gone(**arguments: str) -> None:
        with suppress(NotFound):
            await run(**arguments)

    return run_unless_gone


def _timed(desk: Desk, call: Callable[[Desk], Awaitable[object]]) -> Callable[[int], Awaitable[None]]:
    async def run(timestamp: int) -> None:  # noqa: ARG001  # Procrastinate says which hour it is
        await call(desk)

    return run


def _tasks(house: House, desk: Desk) -> dict[JobName, Callable[..., Awaitable[None]]]:
    outbound = Outbound(house.hub, house.vault, _WORKERS_PER_SLOT * house.settings.control_hub_requests)

    async def send_invitation(invitation_id: str) -> None:
        link = f"{house.settings.base_url}{PREFIX}/".__add__
        await invitations.send(desk, house.mailer, new_invitation_token, link, UUID(invitation_id))

    async def refresh_locations(service_id: str) -> None:
        service = UUID(service_id)
        with suppress(ConsentMissing, ConsentWithdrawn):
            await consent.act(
                desk, house.hub, house.vault, service, lambda token: locations.refresh(desk, house.hub, token, service)
            )

    async def validate_upload(upload_id: str) -> None:
        await judge.finish_validation(desk, UUID(upload_id))

    async def sync(service_id: str) -> None:
        await sync_service(desk, outbound, UUID(service_id))

    async def resume_sync(service_id: str, rests_until: str) -> None:
        await rests.resume(desk, UUID(service_id), datetime.fromisoformat(rests_until))

    async def reconcile_service(service_id: str) -> None:
        await reconcile(desk, house.hub, house.vault, UUID(service_id))

    async def finish_removal(service_id: str) -> None:
        await removal.finish(desk, UUID(service_id))

    return {
        JobName.SEND_INVITATION: send_invitation,
        JobName.REFRESH_LOCATIONS: refresh_locations,
        JobName.VALIDATE_UPLOAD: validate_upload,
        JobName.SYNC_SERVICE: sync,
        JobName.RESUME_SYNC: resume_sync,
        JobName.RECONCILE_SERVICE: reconcile_service,
        JobName.FINISH_REMOVAL: finish_removal,
    }
