"""Submitting: the valid numbers become the service's, and the sync is called."""

from provisioning.desk import Desk
from provisioning.errors import InvalidEntries, NothingValid
from provisioning.journal import audit
from provisioning.judging import Segment, mark_held
from provisioning.states import ServiceEvent, UploadEvent, upload_next
from provisioning.sync.job import sync_job
from provisioning.sync.record import make_ready
from provisioning.uploads.judge import judge, numbers_held, store_verdicts
from provisioning.uploads.start import refuse_closed, refuse_unattached
from provisioning.verdicts import VerdictCode
from store import numbers, uploads
from store.database import Transaction
from store.lookup import Name, one
from store.tables import Location, Service, Upload, UploadEntry
from store.vocabulary import ErrorPolicy, ServiceMode, SyncState, UploadStatus


async def submit(desk: Desk, name: Name, policy: ErrorPolicy = ErrorPolicy.IGNORE_FAILED) -> Upload:
    """Make the valid numbers the service's own and have them synced; Non-Integrated ones only wait for the customer.

    Entries without a current verdict are judged first; a number that somebody else took since is refused like any
    other. Raises NotFound, TransitionRefused, ConsentMissing, ServiceRemoving, what speaks against the location,
    NothingToAdd, NothingValid, and InvalidEntries under REJECT_EVERYTHING.
    """
    async with desk.begin() as transaction:
        service_id = (await one(transaction, Upload, name)).service_id
        # The service before the upload: the order in which a sync locks them too.
        service = await one(transaction, Service, Name(id=service_id), lock=True)
        upload = await one(transaction, Upload, name, lock=True)
        submitted = upload_next(upload.status, UploadEvent.SUBMIT)
        refuse_closed(service)
        location = await one(transaction, Location, Name(id=upload.location_id))
        refuse_unattached(location)
        judged = upload.status is UploadStatus.VALIDATED
        if not judged or await uploads.judged_otherwise(transaction, upload.id, location.calling_code):
            await judge(desk, transaction, upload)
        lost = await _take(desk, transaction, service, upload)
        if not upload.submitted:
            raise NothingValid(path=("upload",))
        if policy is ErrorPolicy.REJECT_EVERYTHING and upload.invalid:
            raise InvalidEntries(upload.invalid, path=("upload",))
        upload.error_policy, upload.submitted_at = policy, desk.clock()
        await uploads.change_status(transaction, upload, submitted, desk.clock())
        audit(transaction, "upload submitted", upload, after=uploads.counts(upload))
        await _send_off(desk, transaction, service, upload, UploadEvent.SOME_STORED if lost else UploadEvent.ALL_STORED)
        return upload


async def _take(desk: Desk, transaction: Transaction, service: Service, upload: Upload) -> int:
    """Store the numbers and count them; return how many valid ones were lost to somebody else meanwhile."""
    integrated = service.mode is ServiceMode.INTEGRATED
    state = SyncState.ADD_PENDING if integrated else SyncState.MANUAL_PENDING
    expected = upload.valid
    upload.submitted = await numbers.take(transaction, upload, state)
    lost = expected - upload.submitted
    if lost:
        await _refuse_lost(desk, transaction, upload)
    return lost


async def _refuse_lost(desk: Desk, transaction: Transaction, upload: Upload) -> None:
    """Mark the entries whose numbers were taken between their verdict and now."""
    entries = await uploads.all_entries(transaction, upload.id)
    segments = [_segment(entry) for entry in entries]
    spans = [(s.first, s.last) for s in segments if s.passes and s.first is not None and s.last is not None]
    own = await numbers.of_upload(transaction, upload.id)
    held = await numbers_held(transaction, upload, spans)
    others = {e164: code for e164, code in held.items() if e164 not in own}
    await store_verdicts(desk, transaction, upload, entries, mark_held(segments, others))


def _segment(entry: UploadEntry) -> Segment:
    code = None if entry.code is None else VerdictCode[entry.code]
    return Segment(entry.position, entry.part, entry.first, entry.last, entry.verdict, code, entry.message)


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
