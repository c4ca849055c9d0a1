"""Changing one's mind before an upload is submitted: taking entries out, or giving all of it up."""

from provisioning.desk import Desk
from provisioning.errors import NotFound, NothingToRemove
from provisioning.journal import audit
from provisioning.states import UploadEvent, upload_next
from store import uploads
from store.lookup import Name, one
from store.tables import Upload


async def remove_entries(desk: Desk, name: Name, positions: frozenset[int]) -> Upload:
    """Take whole entries out, by position: all of them or, where one is not there, none.

    A validated upload becomes a draft again, for its counts are no longer true. Raises NotFound, NothingToRemove,
    TransitionRefused.
    """
    if not positions:
        raise NothingToRemove(path=("positions",))
    async with desk.begin() as transaction:
        upload = await one(transaction, Upload, name, lock=True)
        status = upload_next(upload.status, UploadEvent.EDIT)
        if await uploads.remove_entries(transaction, upload.id, positions) < len(positions):
            raise NotFound("entry", path=("positions",))
        audit(transaction, "entries removed", upload, after={"positions": sorted(positions)})
        if status is not upload.status:
            await uploads.change_status(transaction, upload, status, desk.clock())
        return upload


async def cancel(desk: Desk, name: Name) -> Upload:
    """Give an upload up; nothing of it was added to the service.

    Raises NotFound, TransitionRefused.
    """
    async with desk.begin() as transaction:
        upload = await one(transaction, Upload, name, lock=True)
        cancelled = upload_next(upload.status, UploadEvent.CANCEL)
        upload.ended_at = desk.clock()
        await uploads.change_status(transaction, upload, cancelled, desk.clock())
        audit(transaction, "upload cancelled", upload, after={"status": upload.status})
        return upload
