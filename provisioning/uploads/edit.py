"""Changing one's mind before an upload is submitted: its header, its entries, or giving all of it up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from provisioning.desk import Desk
from provisioning.errors import ItemNotFound, NothingToRemove, Refusals, TooManyEntries, refuse_any
from provisioning.journal import audit
from provisioning.left import LEFT, Left
from provisioning.states import UploadEvent, upload_next
from provisioning.uploads.fill import MOST_ENTRIES
from provisioning.uploads.judge import count
from provisioning.uploads.stage import judge_again, note_edit, rules_for
from provisioning.uploads.start import ConnectionName, checked_cac, connected, info_fault, located
from store import entries, uploads
from store.actions import AuditAction
from store.database import Transaction
from store.lookup import Name, one
from store.tables import Service, Upload
from store.vocabulary import NumberType, WebexPhoneType

_MOST_TOLD = 100
"""Of how many removed entries the audit trail keeps the text."""


@dataclass(frozen=True, slots=True)
class HeaderChanges:
    """What becomes of the header; LEFT where nothing does. The CAC value goes with the number type: see `update`."""

    location: Name | Left = LEFT
    sip_connection: ConnectionName | Left = LEFT
    number_type: NumberType | Left = LEFT
    phone_type: WebexPhoneType | Left | None = LEFT
    cac: int | Left | None = LEFT
    service_info: str | Left | None = LEFT


async def update(desk: Desk, name: Name, changes: HeaderChanges) -> Upload:
    """Change the header of an upload; its entries are judged anew where they are judged by it.

    With a new number type and no CAC value, the CAC value is the one of that type alone: the old one was meant for the
    old type. Raises Refused, NotFound, TransitionRefused, what speaks against the location, RuleBroken.
    """
    if not isinstance(changes.service_info, Left):
        refuse_any([info_fault(changes.service_info)])
    async with desk.begin() as transaction:
        upload = await one(transaction, Upload, name, lock=True)
        upload_next(upload.status, UploadEvent.EDIT)
        before = _header(upload)
        await _change(desk, transaction, upload, changes)
        await _judge_anew(desk, transaction, upload)
        after = _header(upload)
        if after != before:
            audit(transaction, AuditAction.UPLOAD_HEADER_CHANGED, upload, before=before, after=after)
        await note_edit(desk, transaction, upload)
        return upload


async def _change(desk: Desk, transaction: Transaction, upload: Upload, changes: HeaderChanges) -> None:
    service = await one(transaction, Service, Name(id=upload.service_id))
    if not isinstance(changes.location, Left):
        upload.location_id = (await located(transaction, service, changes.location)).id
    if not isinstance(changes.sip_connection, Left):
        upload.sip_connection_id = (await connected(transaction, service, changes.sip_connection)).id
    if not isinstance(changes.service_info, Left):
        upload.service_info = changes.service_info
    if not isinstance(changes.phone_type, Left):
        upload.phone_type = changes.phone_type
    cac = changes.cac
    if isinstance(cac, Left):
        retyped = not isinstance(changes.number_type, Left) and changes.number_type is not upload.number_type
        cac = None if retyped else upload.cac
    if not isinstance(changes.number_type, Left):
        upload.number_type = changes.number_type
    upload.cac = checked_cac(desk, service, upload.number_type, upload.phone_type, cac)


async def _judge_anew(desk: Desk, transaction: Transaction, upload: Upload) -> None:
    rules = await rules_for(desk, transaction, upload)
    if upload.total and upload.judged_by != rules.digest:
        await judge_again(transaction, upload, rules)
        await count(transaction, upload)


def _header(upload: Upload) -> dict[str, str | int | None]:
    return {
        "location_id": str(upload.location_id),
        "sip_connection_id": str(upload.sip_connection_id),
        "number_type": upload.number_type.value,
        "phone_type": upload.phone_type.value if upload.phone_type else None,
        "cac": upload.cac,
        "service_info": upload.service_info,
    }


async def remove_entries(desk: Desk, name: Name, positions: Sequence[int]) -> Upload:
    """Take whole entries out, by position: all of them or, where one is not there, none.

    A validated upload becomes a draft again: what stood twice may now stand once. Raises NothingToRemove,
    TooManyEntries, NotFound, TransitionRefused and, for each position where there is none (Refused where several),
    ItemNotFound.
    """
    if not positions:
        raise NothingToRemove(path=("positions",))
    if len(positions) > MOST_ENTRIES:
        raise TooManyEntries(MOST_ENTRIES, path=("positions",))
    async with desk.begin() as transaction:
        upload = await one(transaction, Upload, name, lock=True)
        upload_next(upload.status, UploadEvent.EDIT)
        removed = await entries.remove(transaction, upload.id, positions)
        _refuse_missing(positions, removed.keys())
        await count(transaction, upload)
        told = {"entries": len(removed), "raw": [removed[place] for place in sorted(removed)][:_MOST_TOLD]}
        audit(transaction, AuditAction.ENTRIES_REMOVED, upload, before=told, after={})
        await note_edit(desk, transaction, upload)
        return upload


def _refuse_missing(positions: Sequence[int], removed: Collection[int]) -> None:
    refusals = Refusals[int](lambda index: index)
    for index, position in enumerate(positions):
        with refusals.about(index):
            if position not in removed:
                raise ItemNotFound("entry", path=("positions",))
    refusals.tell()


async def cancel(desk: Desk, name: Name) -> Upload:
    """Give an upload up; nothing of it was added to the service.

    Raises NotFound, TransitionRefused.
    """
    async with desk.begin() as transaction:
        upload = await one(transaction, Upload, name, lock=True)
        await give_up(desk, transaction, upload)
        return upload


async def give_up(desk: Desk, transaction: Transaction, upload: Upload) -> None:
    """Cancel a locked upload. Raises TransitionRefused."""
    before = {"status": upload.status}
    cancelled = upload_next(upload.status, UploadEvent.CANCEL)
    upload.ended_at = desk.clock()
    await uploads.change_status(transaction, upload, cancelled, desk.clock())
    audit(transaction, AuditAction.UPLOAD_CANCELLED, upload, before=before, after={"status": upload.status})
