"""Writing down what became of numbers: outcomes, counts, status and event in one transaction."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from provisioning.desk import Desk
from provisioning.journal import audit, standing
from provisioning.states import ServiceEvent, UploadEvent, service_next, upload_next
from store import services, syncing, taking_back, uploads
from store.actions import AuditAction
from store.database import Transaction
from store.lookup import Name, one
from store.syncing import Outcome
from store.tables import Service, Upload
from store.vocabulary import ServiceStatus, SyncState, SyncTask, UploadStatus


async def conclude(desk: Desk, service_id: UUID, outcomes: Sequence[Outcome]) -> None:
    """Store the outcomes and all that follows from them: counts, the end of an upload, the service becoming Ready."""
    if not outcomes:
        return
    now = desk.clock()
    async with desk.begin() as transaction:
        # The service before its numbers: the order in which a submit locks them too.
        service = await syncing.service_if_there(transaction, service_id)
        if service is None:
            # Removed by force while its numbers were on their way.
            return
        changed = await syncing.record(transaction, outcomes, now, now + desk.limits.cooling)
        if any(found.state is SyncState.SYNCED for found in changed):
            await make_ready(transaction, service, ServiceEvent.FIRST_NUMBER_ADDED, now)
        if any(found.state is SyncState.REMOVED for found in changed):
            await note_removals(transaction, service, now)
        tally: dict[UUID, Counter[tuple[SyncTask, SyncState]]] = {}
        for upload_id, task, state in changed:
            tally.setdefault(upload_id, Counter())[task, state] += 1
        withdrawn = Counter(await taking_back.withdraw_stopped(transaction, [o.number_id for o in outcomes], now))
        for upload_id in sorted(tally.keys() | withdrawn.keys()):
            await _count(transaction, upload_id, tally.get(upload_id, Counter()), withdrawn[upload_id], now)


class Recorder:
    """Writes down the outcomes of one sync; those that come while a transaction is under way share the next."""

    def __init__(self, desk: Desk, service_id: UUID) -> None:
        """Take whose outcomes they are."""
        self._desk = desk
        self._service_id = service_id
        self._waiting: list[Outcome] = []
        self._turn = asyncio.Lock()

    async def write(self, outcomes: Sequence[Outcome]) -> None:
        """Store the outcomes; returning means that they are committed."""
        self._waiting.extend(outcomes)
        async with self._turn:
            taken, self._waiting = self._waiting, []
            await conclude(self._desk, self._service_id, taken)


async def make_ready(transaction: Transaction, service: Service, event: ServiceEvent, at: datetime) -> None:
    """Move a locked service that had no number on the customer's account to Ready; otherwise only note the change."""
    if service.status is ServiceStatus.PENDING_PROVISIONING:
        before = {"status": service.status}
        await services.change_status(transaction, service, service_next(service.status, event), at)
        after = {"status": service.status}
        audit(transaction, AuditAction.SERVICE_BECAME_READY, service, before=before, after=after)
    else:
        await services.touch(transaction, service.id, at)


async def note_removals(transaction: Transaction, service: Service, at: datetime) -> None:
    """Move a locked service back to Pending Provisioning when its last number has gone; otherwise note the change."""
    gone = service.status is ServiceStatus.READY and not await taking_back.is_any_on_account(transaction, service.id)
    if gone:
        pending = service_next(service.status, ServiceEvent.LAST_NUMBER_RELEASED)
        before = {"status": service.status}
        await services.change_status(transaction, service, pending, at)
        audit(transaction, AuditAction.LAST_NUMBER_GONE, service, before=before, after={"status": service.status})
    else:
        await services.touch(transaction, service.id, at)


async def _count(
    transaction: Transaction,
    upload_id: UUID,
    found: Counter[tuple[SyncTask, SyncState]],
    withdrawn: int,
    at: datetime,
) -> None:
    added, failed = found[SyncTask.ADD, SyncState.SYNCED], found[SyncTask.ADD, SyncState.FAILED]
    taken, kept = found[SyncTask.TAKE_BACK, SyncState.REMOVED], found[SyncTask.TAKE_BACK, SyncState.FAILED]
    if not (added or failed or taken or kept or withdrawn):
        return
    upload = await one(transaction, Upload, Name(id=upload_id), lock=True)
    upload.added += added - taken
    upload.failed += failed
    upload.withdrawn += withdrawn + taken
    upload.waiting_code = upload.waiting_message = upload.waiting_until = None
    transaction.session.add(upload)
    before = upload.status
    await end_if_settled(transaction, upload, at)
    await end_if_taken_back(transaction, upload, at)
    if upload.status is before:
        uploads.announce_counts(transaction, upload, at)


async def end_if_taken_back(transaction: Transaction, upload: Upload, at: datetime) -> None:
    """End the roll back of a locked upload once nothing of it is leaving any more."""
    if upload.status is not UploadStatus.ROLLING_BACK or await taking_back.leaving(transaction, upload.id):
        return
    kept = await taking_back.kept(transaction, upload.id)
    before, upload.ended_at = {"status": upload.status}, at
    ending = upload_next(upload.status, UploadEvent.SOME_KEPT if kept else UploadEvent.ALL_TAKEN_BACK)
    await uploads.change_status(transaction, upload, ending, at)
    audit(transaction, AuditAction.UPLOAD_ROLLED_BACK, upload, before=before, after=standing(upload))


async def end_if_settled(transaction: Transaction, upload: Upload, at: datetime) -> None:
    """End an upload once nothing of it is on its way any more."""
    pending = upload.submitted - upload.added - upload.failed - upload.withdrawn
    if pending > 0 or upload.status is not UploadStatus.SYNCING:
        return
    before, upload.ended_at = {"status": upload.status}, at
    await uploads.change_status(transaction, upload, upload_next(upload.status, _ending(upload)), at)
    audit(transaction, AuditAction.UPLOAD_ENDED, upload, before=before, after=standing(upload))


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
