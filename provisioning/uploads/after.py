"""After an upload was submitted: stopping it, trying again what failed, and taking back what it added."""

from provisioning.desk import Desk
from provisioning.errors import NothingToRetry, NumbersOnTheirWay, ServiceRemoving
from provisioning.journal import audit, standing
from provisioning.states import UploadEvent, upload_next
from provisioning.sync.job import sync_job
from provisioning.sync.record import end_if_taken_back, note_removals
from store import taking_back, uploads
from store.actions import AuditAction
from store.database import Transaction
from store.lookup import Name, one
from store.tables import Service, Upload
from store.vocabulary import ServiceStatus


async def stop(desk: Desk, name: Name) -> Upload:
    """Stop an upload on its way to Control Hub: what was not sent is withdrawn; what was sent is followed to its end.

    Raises NotFound, TransitionRefused.
    """
    async with desk.begin() as transaction:
        _, upload = await _locked(transaction, name)
        await halt(desk, transaction, upload)
        return upload


async def halt(desk: Desk, transaction: Transaction, upload: Upload) -> None:
    """Stop a locked upload. Raises TransitionRefused."""
    before = standing(upload)
    stopped = upload_next(upload.status, UploadEvent.STOP)
    upload.stopped_at = upload.ended_at = desk.clock()
    upload.withdrawn += await taking_back.withdraw(transaction, upload, desk.clock())
    upload.waiting_code = upload.waiting_message = upload.waiting_until = None
    await uploads.change_status(transaction, upload, stopped, desk.clock())
    audit(transaction, AuditAction.UPLOAD_STOPPED, upload, before=before, after=standing(upload))


async def retry_failed(desk: Desk, name: Name) -> Upload:
    """Send the numbers again that Control Hub did not take but might; what it refused for good stays refused.

    Raises NotFound, TransitionRefused, ServiceRemoving, NothingToRetry.
    """
    async with desk.begin() as transaction:
        service, upload = await _locked(transaction, name)
        syncing = upload_next(upload.status, UploadEvent.RETRY)
        _refuse_removing(service)
        before = standing(upload)
        retried = await taking_back.retry(transaction, upload)
        if not retried:
            raise NothingToRetry(path=("upload",))
        upload.failed -= retried
        upload.ended_at = upload.stopped_at = None
        await uploads.change_status(transaction, upload, syncing, desk.clock())
        after = {**standing(upload), "retried": retried}
        audit(transaction, AuditAction.FAILED_NUMBERS_TRIED_AGAIN, upload, before=before, after=after)
        await transaction.defer(sync_job(service))
        return upload


async def roll_back(desk: Desk, name: Name) -> Upload:
    """Take back what the upload added, and nothing else: off Control Hub where it is there, and free for anybody.

    Raises NotFound, TransitionRefused, ServiceRemoving, NumbersOnTheirWay.
    """
    async with desk.begin() as transaction:
        service, upload = await _locked(transaction, name)
        rolling_back = upload_next(upload.status, UploadEvent.ROLL_BACK)
        _refuse_removing(service)
        if moving := await taking_back.in_flight(transaction, upload.id):
            raise NumbersOnTheirWay(moving, path=("upload",))
        before = standing(upload)
        await uploads.change_status(transaction, upload, rolling_back, desk.clock())
        taken = await taking_back.take_back(transaction, upload, desk.clock())
        upload.added -= taken.added
        upload.failed -= taken.failed
        upload.withdrawn += taken.added + taken.failed + taken.pending
        upload.ended_at = None
        after = {**standing(upload), "leaving": taken.leaving}
        audit(transaction, AuditAction.ROLL_BACK_BEGUN, upload, before=before, after=after)
        await note_removals(transaction, service, desk.clock())
        await end_if_taken_back(transaction, upload, desk.clock())
        if taken.leaving:
            await transaction.defer(sync_job(service))
        return upload


async def _locked(transaction: Transaction, name: Name) -> tuple[Service, Upload]:
    """Lock the service before the upload: the order in which a sync locks them too."""
    service_id = (await one(transaction, Upload, name)).service_id
    service = await one(transaction, Service, Name(id=service_id, path=name.path), lock=True)
    return service, await one(transaction, Upload, name, lock=True)


def _refuse_removing(service: Service) -> None:
    if service.status is ServiceStatus.REMOVING:
        raise ServiceRemoving(path=("upload",))
