"""Repairing drifts: Control Hub is told what stands here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from provisioning.consent import refuse_without
from provisioning.desk import Desk
from provisioning.errors import AssignmentNotRepaired, DriftLocationGone, LocationFirst, UnknownNotRepaired
from provisioning.journal import audit
from provisioning.locations import refuse_unfit
from provisioning.reconciliation.choice import Chosen, chosen_drifts, chosen_service, contested_number, named, told
from provisioning.repeating import once
from provisioning.states import SyncEvent, sync_next
from provisioning.sync.job import sync_job
from store import drifts, services
from store.actions import AuditAction
from store.database import Transaction
from store.drifts import Contested, Settled
from store.lookup import many
from store.tables import Location, Service
from store.vocabulary import DriftEnd, DriftKind, SyncTask

_TASKS: Mapping[DriftKind, tuple[SyncEvent, SyncTask]] = {
    DriftKind.MISSING_REMOTELY: (SyncEvent.QUEUE_ADD, SyncTask.RESTORE),
    DriftKind.OTHER_LOCATION: (SyncEvent.QUEUE_UPDATE, SyncTask.MOVE),
    DriftKind.OTHER_USAGE: (SyncEvent.QUEUE_UPDATE, SyncTask.UPDATE),
    DriftKind.INACTIVE_REMOTELY: (SyncEvent.QUEUE_UPDATE, SyncTask.UPDATE),
}
"""What a sync does about each kind that it can do something about."""

_BRINGING = frozenset({SyncTask.RESTORE, SyncTask.MOVE})
"""The tasks that bring a number to a location."""


@dataclass(frozen=True, slots=True)
class Repair:
    """Drifts to repair."""

    chosen: Chosen


async def repair(desk: Desk, asked: Repair, key: str | None = None) -> Service:
    """Have a sync tell Control Hub what stands here: of all the drifts or, where one cannot be repaired, of none.

    Raises NotFound, IntegratedOnly, ServiceRemoving, ConsentMissing, ConsentWithdrawn, NothingChosen, TooManyDrifts,
    IdempotencyKeyReused, LocationCountryUnknown, PstnConnectionUnfit and, for each drift that cannot be repaired
    (Refused where several), ItemNotFound, DriftEnded, DriftOutdated, NumberBusy, UnknownNotRepaired,
    AssignmentNotRepaired, LocationFirst or DriftLocationGone.
    """
    async with desk.begin() as transaction:

        async def make() -> Service:
            service = await chosen_service(transaction, asked.chosen)
            await refuse_without(transaction, service)
            repaired = await chosen_drifts(transaction, service, asked.chosen)
            settled = _settled(asked.chosen, repaired, await drifts.open_kinds(transaction, service.id))
            await _refuse_unfit(transaction, settled.values())
            now = desk.clock()
            await drifts.end(transaction, service.id, [drift.id for drift in repaired], DriftEnd.REPAIRED, now)
            await drifts.settle(transaction, service.id, list(settled.values()), now)
            await services.touch(transaction, service.id, now)
            audit(transaction, AuditAction.DRIFTS_REPAIRED, service, after=told(repaired), numbers=named(repaired))
            if settled:
                await transaction.defer(sync_job(service))
            return service

        return await once(transaction, asked, key, Service, make)


def _settled(
    chosen: Chosen, repaired: list[Contested], open_kinds: Mapping[UUID, set[DriftKind]]
) -> dict[UUID, Settled]:
    """Queue every number once: the kinds that it may have together are of one task."""
    settled: dict[UUID, Settled] = {}
    refusals = chosen.refusals()
    for drift in repaired:
        with refusals.about(drift.id):
            number = _queued(drift, open_kinds)
            settled[number.number_id] = number
    refusals.tell()
    return settled


def _queued(drift: Contested, open_kinds: Mapping[UUID, set[DriftKind]]) -> Settled:
    _refuse_unrepairable(drift)
    number = contested_number(drift)
    if drift.kind is not DriftKind.OTHER_LOCATION and DriftKind.OTHER_LOCATION in open_kinds[number.number_id]:
        raise LocationFirst(drift.e164, path=("drifts",))
    event, number.task = _TASKS[drift.kind]
    number.sync_state = sync_next(number.sync_state, event)
    return number


async def _refuse_unfit(transaction: Transaction, settled: Iterable[Settled]) -> None:
    """Refuse to bring a number to a location that takes none any more: the call may damage what is there."""
    brought = {number.location_id for number in settled if number.task in _BRINGING}
    for location in await many(transaction, Location, sorted(brought)):
        if location is not None:
            refuse_unfit(location, named_by="drifts")


def _refuse_unrepairable(drift: Contested) -> None:
    if drift.kind is DriftKind.UNKNOWN_HERE:
        raise UnknownNotRepaired(drift.e164, path=("drifts",))
    if drift.kind is DriftKind.OTHER_ASSIGNMENT:
        raise AssignmentNotRepaired(drift.e164, path=("drifts",))
    if drift.location_missing_since is not None:
        raise DriftLocationGone(drift.e164, path=("drifts",))
