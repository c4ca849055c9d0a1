"""Writing down what became of numbers: outcomes, counts, status and event in one transaction."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from provisioning.desk import Desk
from provisioning.journal import audit
from provisioning.states import ServiceEvent, UploadEvent, service_next, upload_next
from store import services, syncing, uploads
from store.database import Transaction
from store.lookup import Name, one
from store.syncing import Outcome
from store.tables import Service, Upload
from store.vocabulary import ServiceStatus, SyncState, UploadStatus


async def conclude(desk: Desk, service_id: UUID, outcomes: Sequence[Outcome]) -> None:
    """Store the outcomes and all that follows from them: counts, the end of an upload, the service becoming Ready."""
    if not outcomes:
        return
    now = desk.clock()
    async with desk.begin() as transaction:
        # The service before its numbers: the order in which a submit locks them too.
        service = await one(transaction, Service, Name(id=service_id), lock=True)
        changed = await syncing.record(transaction, outcomes, now)
        if any(state is SyncState.SYNCED for _, state in changed):
            await make_ready(transaction, service, ServiceEvent.FIRST_NUMBER_ADDED, now)
        tally: dict[UUID, Counter[SyncState]] = {}
        for upload_id, state in changed:
            tally.setdefault(upload_id, Counter())[state] += 1
        for upload_id in sorted(tally):
            await _count(transaction, upload_id, tally[upload_id], now)


async def make_ready(transaction: Transaction, service: Service, event: ServiceEvent, at: datetime) -> None:
    """Move a locked service that had no number on the customer's account to Ready; otherwise only note the change."""
    if service.status is ServiceStatus.PENDING_PROVISIONING:
        await services.change_status(transaction, service, service_next(service.status, event), at)
        audit(transaction, "service became ready", service, after={"status": service.status})
    else:
        await services.touch(transaction, service.id, at)


async def _count(transaction: Transaction, upload_id: UUID, states: Counter[SyncState], at: datetime) -> None:
    settled = states[SyncState.SYNCED] + states[SyncState.FAILED]
    if not settled:
        return
    upload = await one(transaction, Upload, Name(id=upload_id), lock=True)
    upload.added += states[SyncState.SYNCED]
    upload.failed += states[SyncState.FAILED]
    upload.waiting_code = upload.waiting_message = None
    transaction.session.add(upload)
    await end_if_settled(transaction, upload, at)
    if upload.ended_at is None:
        uploads.announce_counts(transaction, upload, at)


async def end_if_settled(transaction: Transaction, upload: Upload, at: datetime) -> None:
    """End an upload once nothing of it is on its way any more."""
    pending = upload.submitted - upload.added - upload.failed - upload.withdrawn
    if pending > 0 or upload.status is not UploadStatus.SYNCING:
        return
    upload.ended_at = at
    await uploads.change_status(transaction, upload, upload_next(upload.status, _ending(upload)), at)
    audit(transaction, "upload ended", upload, after={"status": upload.status, **uploads.counts(upload)})


def _ending(upload: Upload) -> UploadEvent:
    if upload.added == upload.submitted:
        return UploadEvent.ALL_ADDED
    return UploadEvent.SOME_ADDED if upload.added else UploadEvent.NONE_ADDED


async def begin_uploads(desk: Desk, service_id: UUID) -> None:
    """Note that the submitted uploads of the service are on their way.

    One whose numbers a sync before this one took along has arrived already, and ends here.
    """
    now = desk.clock()
    async with desk.begin() as transaction:
        for found in await syncing.uploads_under_way(transaction, service_id):
            upload = await one(transaction, Upload, Name(id=found.id), lock=True)
            if upload.status is UploadStatus.SUBMITTED:
                started = upload_next(upload.status, UploadEvent.SYNC_STARTED)
                await uploads.change_status(transaction, upload, started, now)
            await end_if_settled(transaction, upload, now)
        await syncing.explain_waiting(transaction, service_id, None, None)
