"""Removing a service: its uploads end, its numbers leave Control Hub, and then it is gone."""

from dataclasses import dataclass
from uuid import UUID

from provisioning import invitations
from provisioning.desk import Desk
from provisioning.errors import ConsentInForce, NotFound
from provisioning.journal import audit
from provisioning.states import ServiceEvent, service_end, service_next
from provisioning.sync.job import sync_job
from provisioning.uploads import after, edit
from store import consents, removing, services
from store.actions import AuditAction
from store.database import Reading, Transaction
from store.jobs import Job, JobName
from store.lookup import Name, one
from store.tables import Grant, Service, Upload
from store.vocabulary import GrantStatus, ServiceMode, ServiceStatus, UploadStatus

CHUNK = 50_000
"""How many entries, and how many numbers, are deleted in one transaction."""

MOST_NAMED = 1_000
"""How many of the numbers that are left at Control Hub the audit trail names."""

_CONSENT_GONE = "The customer's consent is no longer in force; an Admin can remove the service by force."
"""What is in the way where Control Hub cannot be asked. A service in removal is sent no new invitation."""

_OPEN = frozenset({UploadStatus.DRAFT, UploadStatus.VALIDATING, UploadStatus.VALIDATED})
_UNDER_WAY = frozenset({UploadStatus.SUBMITTED, UploadStatus.SYNCING})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a removal is: numbers that are not off yet, those of them that Control Hub keeps, what is in the way."""

    left: int
    kept: int
    problem: str | None


async def remove(desk: Desk, name: Name) -> Service:
    """Begin to remove a service: its uploads end, and nothing more is added. The rest is left to jobs, see `finish`.

    Asked again, it only has Control Hub asked again for what that kept. Raises NotFound.
    """
    async with desk.begin() as transaction:
        service = await one(transaction, Service, name, lock=True)
        if service.status is ServiceStatus.REMOVING:
            await _ask_again(transaction, service)
        else:
            await _begin(desk, transaction, service)
            await transaction.defer(finish_job(service))
        return service


async def remove_by_force(desk: Desk, name: Name) -> UUID:
    """Delete a service at once, whatever is left of it at Control Hub; return the id it had.

    Raises NotFound, and ConsentInForce where Control Hub can still be asked to give the numbers up.
    """
    async with desk.begin() as transaction:
        service = await one(transaction, Service, name, lock=True)
        if _in_force(await consents.grant(transaction, service.id, lock=True)):
            raise ConsentInForce(path=("force",))
        if service.status is not ServiceStatus.REMOVING:
            await _begin(desk, transaction, service)
        there, some = await removing.abandon(transaction, service.id, desk.clock(), MOST_NAMED)
        audit(transaction, AuditAction.REMOVAL_FORCED, service, after={"left_at_control_hub": there}, numbers=some)
        # Should this process end before it is done.
        await transaction.defer(finish_job(service))
    await finish(desk, service.id)
    return service.id


def finish_job(service: Service) -> Job:
    """Return the job that finishes a removal; it waits for a sync of the organization that is under way."""
    lock = f"organization:{service.organization_id}" if service.organization_id else None
    return Job(JobName.FINISH_REMOVAL, lock=lock, arguments={"service_id": str(service.id)})


async def _begin(desk: Desk, transaction: Transaction, service: Service) -> None:
    before = service.status
    status = service_next(service.status, ServiceEvent.REMOVE)
    await services.change_status(transaction, service, status, desk.clock())
    await invitations.close(desk, transaction, service, AuditAction.INVITATION_REVOKED)
    for upload in await removing.uploads_of(transaction, service.id):
        if upload.status in _OPEN | _UNDER_WAY:
            await _end(desk, transaction, upload)
    await removing.withdraw(transaction, service.id, desk.clock())
    audit(transaction, AuditAction.REMOVAL_BEGUN, service, before={"status": before}, after={"status": service.status})


async def _end(desk: Desk, transaction: Transaction, found: Upload) -> None:
    upload = await one(transaction, Upload, Name(id=found.id), lock=True)
    if upload.status in _OPEN:
        await edit.give_up(desk, transaction, upload)
    elif upload.status in _UNDER_WAY:
        await after.halt(desk, transaction, upload)


async def _ask_again(transaction: Transaction, service: Service) -> None:
    asked = await removing.ask_again(transaction, service.id)
    if asked:
        audit(transaction, AuditAction.REMOVAL_ASKED_AGAIN, service, after={"asked": asked})
    if service.mode is ServiceMode.INTEGRATED and (await removing.left(transaction, service.id)).numbers:
        await transaction.defer(sync_job(service))
    else:
        await transaction.defer(finish_job(service))


async def finish(desk: Desk, service_id: UUID) -> bool:
    """Delete a service in removal of which nothing is left at Control Hub; return whether it is gone.

    False where numbers are still leaving, or kept. Those that have come to rest are let go here, and a sync is called
    for those that are at Control Hub; what was on its way meanwhile is, another time. A service that is not being
    removed is left alone.
    """
    async with desk.begin() as transaction:
        service = await _removing(transaction, service_id)
        if service is None:
            return True
        if service.status is not ServiceStatus.REMOVING:
            return False
        await _let_go(desk, transaction, service)
        if (await removing.left(transaction, service_id)).numbers:
            return False
    while await _delete_some(desk, service_id):
        pass
    return await _delete(desk, service_id)


async def _let_go(desk: Desk, transaction: Transaction, service: Service) -> None:
    gone = await removing.let_go(transaction, service.id, desk.clock())
    if any(gone):
        audit(transaction, AuditAction.NUMBERS_LET_GO, service, after=gone._asdict())
    if gone.leaving:
        await transaction.defer(sync_job(service))


async def _delete_some(desk: Desk, service_id: UUID) -> int:
    async with desk.begin() as transaction:
        if await _removing(transaction, service_id) is None:
            return 0
        return await removing.delete_some(transaction, service_id, CHUNK)


async def _delete(desk: Desk, service_id: UUID) -> bool:
    async with desk.begin() as transaction:
        service = await _removing(transaction, service_id)
        if service is None:
            return True
        service_end(service.status)
        audit(transaction, AuditAction.SERVICE_REMOVED, service, before=service.model_dump(), after={"status": None})
        removing.announce_end(transaction, service, desk.clock())
        await removing.hold(transaction, service)
        # What was stored since the last look, by somebody who had not seen that the service is being removed.
        await removing.delete_some(transaction, service_id, CHUNK)
        await removing.delete(transaction, service)
        return True


async def _removing(transaction: Transaction, service_id: UUID) -> Service | None:
    """Lock the service; None where it is gone."""
    try:
        return await one(transaction, Service, Name(id=service_id), lock=True)
    except NotFound:
        return None


def _in_force(grant: Grant | None) -> bool:
    return grant is not None and grant.status is GrantStatus.ACTIVE


async def progress(reading: Reading, service_id: UUID) -> Progress:
    """Return how far the removal of a service is."""
    left = await removing.left(reading, service_id)
    return Progress(left.numbers, left.kept, await _problem(reading, service_id) if left.numbers else None)


async def _problem(reading: Reading, service_id: UUID) -> str | None:
    """Say what is in the way: consent that is gone, or else the first number that Control Hub keeps."""
    grant = await consents.grant(reading, service_id)
    if grant is not None and not _in_force(grant):
        return _CONSENT_GONE
    kept = await removing.first_kept(reading, service_id)
    return f"{kept.e164}: {kept.error_message or kept.error_code}" if kept else None
