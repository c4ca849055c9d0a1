"""Submitting: the valid numbers become the service's, and the sync is called."""

from dataclasses import dataclass

from provisioning.desk import Desk
from provisioning.errors import InvalidEntries, NothingValid
from provisioning.journal import audit, standing
from provisioning.repeating import once
from provisioning.states import ServiceEvent, UploadEvent, upload_next
from provisioning.sync.job import sync_job
from provisioning.sync.record import make_ready
from provisioning.uploads.judge import judge, refuse_conflicts, refuse_unaskable
from provisioning.uploads.stage import rules_for
from provisioning.uploads.start import refuse_closed, refuse_unattached
from store import numbers, uploads
from store.actions import AuditAction
from store.database import Transaction
from store.lookup import Name, one
from store.tables import Location, Service, Upload
from store.vocabulary import ErrorPolicy, ServiceMode, SyncState, UploadStatus


@dataclass(frozen=True, slots=True)
class Submission:
    """What is asked for: an upload to submit, and what happens when some of its entries are invalid."""

    upload: Name
    policy: ErrorPolicy


async def submit(
    desk: Desk, name: Name, policy: ErrorPolicy = ErrorPolicy.IGNORE_FAILED, key: str | None = None
) -> Upload:
    """Make the valid numbers the service's own and have them synced; Non-Integrated ones only wait for the customer.

    Entries without a current verdict are judged first; a number that somebody else took since is refused like any
    other. With an idempotency key a repetition answers like the first request. Raises NotFound, TransitionRefused,
    ConsentMissing, ServiceRemoving, what speaks against the location, NothingToAdd, UploadTooLarge, TooManyQuestions,
    NothingValid, IdempotencyKeyReused, and InvalidEntries under REJECT_EVERYTHING.
    """
    try:
        async with desk.begin() as transaction:
            wanted = Submission(name, policy)
            return await once(transaction, wanted, key, Upload, lambda: _submitted(desk, transaction, wanted))
    except (NothingValid, InvalidEntries):
        await _keep_verdicts(desk, name)
        raise


async def _keep_verdicts(desk: Desk, name: Name) -> None:
    """Judge a refused upload once more: the verdicts that refused it were undone with everything else."""
    async with desk.begin() as transaction:
        upload = await one(transaction, Upload, name, lock=True)
        if upload.status not in (UploadStatus.DRAFT, UploadStatus.VALIDATED):
            return
        before = uploads.counts(upload)
        await judge(desk, transaction, upload)
        if uploads.counts(upload) != before:
            uploads.announce_counts(transaction, upload, desk.clock())


async def _submitted(desk: Desk, transaction: Transaction, wanted: Submission) -> Upload:
    service_id = (await one(transaction, Upload, wanted.upload)).service_id
    # The service before the upload: the order in which a sync locks them too.
    service = await one(transaction, Service, Name(id=service_id, path=wanted.upload.path), lock=True)
    upload = await one(transaction, Upload, wanted.upload, lock=True)
    await _submit(desk, transaction, service, upload, wanted.policy)
    return upload


async def _submit(desk: Desk, transaction: Transaction, service: Service, upload: Upload, policy: ErrorPolicy) -> None:
    before = standing(upload)
    submitted = upload_next(upload.status, UploadEvent.SUBMIT)
    refuse_closed(service, named_by="upload")
    refuse_unattached(await one(transaction, Location, Name(id=upload.location_id)), named_by="upload")
    if not await _is_current(desk, transaction, upload):
        await refuse_unaskable(desk, transaction, upload)
        await judge(desk, transaction, upload)
    _refuse_invalid(upload, policy)
    lost = await _take(transaction, service, upload)
    _refuse_invalid(upload, policy)
    upload.error_policy, upload.submitted_at = policy, desk.clock()
    await uploads.change_status(transaction, upload, submitted, desk.clock())
    after = {**standing(upload), "error_policy": policy}
    audit(transaction, AuditAction.UPLOAD_SUBMITTED, upload, before=before, after=after)
    await _send_off(desk, transaction, service, upload, UploadEvent.SOME_STORED if lost else UploadEvent.ALL_STORED)


async def _is_current(desk: Desk, transaction: Transaction, upload: Upload) -> bool:
    rules = await rules_for(desk, transaction, upload)
    return upload.status is UploadStatus.VALIDATED and upload.judged_by == rules.digest


def _refuse_invalid(upload: Upload, policy: ErrorPolicy) -> None:
    if not upload.valid:
        raise NothingValid(path=("upload",))
    if policy is ErrorPolicy.REJECT_EVERYTHING and upload.invalid:
        raise InvalidEntries(upload.invalid, path=("upload",))


async def _take(transaction: Transaction, service: Service, upload: Upload) -> int:
    """Store the numbers and count them; return how many valid ones were lost to somebody else meanwhile."""
    integrated = service.mode is ServiceMode.INTEGRATED
    state = SyncState.ADD_PENDING if integrated else SyncState.MANUAL_PENDING
    expected = upload.valid
    upload.submitted = await numbers.take(transaction, upload, state)
    lost = expected - upload.submitted
    if lost:
        await refuse_conflicts(transaction, upload)
    return lost


async def _send_off(
    desk: Desk, transaction: Transaction, service: Service, upload: Upload, stored: UploadEvent
) -> None:
    now = desk.clock()
    service.last_modified_at = now
    if service.mode is ServiceMode.INTEGRATED:
        await transaction.defer(sync_job(service))
        return
    upload.added, upload.ended_at = upload.submitted, now
    await uploads.change_status(transaction, upload, upload_next(upload.status, stored), now)
    await make_ready(transaction, service, ServiceEvent.FIRST_NUMBER_ADDED, now)
