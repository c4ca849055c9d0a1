"""Changing numbers after they were uploaded: what they are for, and that the customer has added them by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from provisioning.choosing import Changed, Chosen, Places, choose, locked, refuse_removing
from provisioning.desk import Desk
from provisioning.errors import IntegratedNotTaken, NothingToChange, NumberBusy, NumberRuleBroken, Refusals
from provisioning.journal import audit
from provisioning.left import LEFT, Left
from provisioning.number_types import check, hub_usage
from provisioning.states import SyncEvent, sync_next
from provisioning.sync.job import sync_job
from provisioning.sync.plan import ADDING
from provisioning.uploads.start import info_fault
from provisioning.verdicts import Fault
from store import changing, services
from store.actions import AuditAction
from store.database import Transaction
from store.tables import Number, Service
from store.vocabulary import NumberType, ServiceMode, SyncState, SyncTask

_BUSY = frozenset({SyncState.IN_PROGRESS, SyncState.UNCERTAIN, SyncState.REMOVE_PENDING})
"""States of a number in which Control Hub is, or may be, at work on it."""


@dataclass(frozen=True, slots=True)
class NumberChanges:
    """What becomes of the numbers. The CAC value goes with the type: with a new type, an old one is forgotten."""

    number_type: NumberType | Left = LEFT
    cac: int | Left | None = LEFT
    service_info: str | Left | None = LEFT


class _Told(NamedTuple):
    """What the audit trail tells of a number that is changed."""

    type: NumberType
    cac: int | None
    service_info: str | None


async def update(desk: Desk, chosen: Chosen, changes: NumberChanges) -> Changed:
    """Change what numbers are for: all of them or, where one cannot be, none.

    A usage that Control Hub has to know is sent there by a sync, again where that failed before. Raises NotFound,
    TooLong, ServiceRemoving, NothingToChange, TooManyNumbers and, for each number (Refused where several),
    NumberNotFound, NumberRuleBroken, NumberBusy, NumberCooling.
    """
    _refuse_unreadable(changes)
    async with desk.begin() as transaction:
        service, numbers = await choose(transaction, chosen)
        refuse_removing(service)
        found = await locked(transaction, service, numbers)
        before = {number.e164: _told(number) for number in found}
        changed = _change_all(desk, service, found, changes, numbers)
        transaction.session.add_all(changed)
        await services.touch(transaction, service.id, desk.clock())
        _audit(transaction, service, before, changed)
        if any(number.sync_state is SyncState.UPDATE_PENDING for number in changed):
            await transaction.defer(sync_job(service))
        return Changed(service, len(changed))


async def confirm_manual(desk: Desk, chosen: Chosen) -> Changed:
    """Note that the customer has added numbers to Control Hub by hand; saying so again changes nothing.

    Raises NotFound, IntegratedNotTaken, NothingToChange, TooManyNumbers and, for each number (Refused where several),
    NumberNotFound, NumberRuleBroken, NumberBusy, NumberCooling.
    """
    async with desk.begin() as transaction:
        service, numbers = await choose(transaction, chosen)
        if service.mode is ServiceMode.INTEGRATED:
            raise IntegratedNotTaken(path=("numbers",))
        await locked(transaction, service, numbers)
        confirmed = await changing.confirm(transaction, service.id, list(numbers), desk.clock())
        await services.touch(transaction, service.id, desk.clock())
        if confirmed:
            audit(transaction, AuditAction.NUMBERS_CONFIRMED, service, after={}, numbers=confirmed)
        return Changed(service, len(confirmed))


def _refuse_unreadable(changes: NumberChanges) -> None:
    if changes == NumberChanges():
        raise NothingToChange(path=("changes",))
    if not isinstance(changes.service_info, Left) and (wrong := info_fault(changes.service_info)):
        wrong.path = ("changes", *wrong.path)
        raise wrong


def _change_all(
    desk: Desk, service: Service, numbers: Sequence[Number], changes: NumberChanges, places: Places
) -> list[Number]:
    """Change the numbers; return those that are different now."""
    refusals = Refusals(places.get)
    changed = []
    for number in numbers:
        with refusals.about(number.e164):
            if _change(desk, service, number, changes):
                changed.append(number)
    refusals.tell()
    return changed


def _change(desk: Desk, service: Service, number: Number, changes: NumberChanges) -> bool:
    """Change one number; say whether anything is different now."""
    before = (number.type, number.cac, number.service_info)
    number_type = number.type if isinstance(changes.number_type, Left) else changes.number_type
    cac = _cac(number, number_type, changes)
    found = check(number_type, cac, service.kind, desk.limits.cac)
    if isinstance(found, Fault):
        raise NumberRuleBroken(number.e164, found.code.value, f"{number.e164}: {found.message}", path=("changes",))
    state = number.sync_state
    named_again = not isinstance(changes.number_type, Left) and _is_refused(number)
    if hub_usage(number_type) is not hub_usage(number.type) or named_again:
        _queue(service, number)
    number.type, number.cac = number_type, found
    if not isinstance(changes.service_info, Left):
        number.service_info = changes.service_info
    return (*before, state) != (number.type, number.cac, number.service_info, number.sync_state)


def _is_refused(number: Number) -> bool:
    """Say whether Control Hub has the number, but refused what was to be done with it last."""
    return number.sync_state is SyncState.FAILED and number.task not in ADDING


def _cac(number: Number, number_type: NumberType, changes: NumberChanges) -> int | None:
    if not isinstance(changes.cac, Left):
        return changes.cac
    return number.cac if number_type is number.type else None


def _queue(service: Service, number: Number) -> None:
    """Have Control Hub told of another usage, unless the number has not been there yet: then it goes with it."""
    if service.mode is not ServiceMode.INTEGRATED or number.sync_state is SyncState.UPDATE_PENDING:
        return
    refuse_removing(service)
    if number.sync_state in _BUSY:
        raise NumberBusy(number.e164, path=("numbers",))
    if number.task in ADDING and number.sync_state in (SyncState.ADD_PENDING, SyncState.FAILED):
        return
    number.sync_state = sync_next(number.sync_state, SyncEvent.QUEUE_UPDATE)
    number.task, number.attempts = SyncTask.UPDATE, 0
    number.error_code = number.error_message = number.error_tracking_id = None


def _audit(transaction: Transaction, service: Service, before: Mapping[str, _Told], changed: Sequence[Number]) -> None:
    """Note what was changed, together for all numbers that were alike before and are alike now."""
    alike: dict[tuple[_Told, _Told], list[str]] = {}
    for number in changed:
        alike.setdefault((before[number.e164], _told(number)), []).append(number.e164)
    for (old, new), e164s in alike.items():
        audit(
            transaction,
            AuditAction.NUMBERS_CHANGED,
            service,
            before=old._asdict(),
            after=new._asdict(),
            numbers=e164s,
        )


def _told(number: Number) -> _Told:
    return _Told(number.type, number.cac, number.service_info)
