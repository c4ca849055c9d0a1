"""Reclaiming numbers from whatever service has them: squatted on, or ported to somebody else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from provisioning.choosing import Places, listed
from provisioning.desk import Desk
from provisioning.errors import NothingToChange, NumberBusy, Refusals, refuse_any
from provisioning.journal import audit
from provisioning.releases import is_on_hub, let_go, off_hub, refuse_busy
from provisioning.removal import finish_job
from provisioning.repeating import told_once
from provisioning.states import NumberEvent, SyncEvent, number_next, sync_next
from provisioning.sync.job import sync_job
from provisioning.sync.record import note_removals
from provisioning.texts import name_fault
from provisioning.uploads.fill import RawEntry
from store import letting_go
from store.actions import AuditAction
from store.database import Transaction
from store.letting_go import Standing
from store.lookup import Name, many, one
from store.tables import Number, Service
from store.vocabulary import NumberStatus, ServiceStatus, SyncState, SyncTask

_NOT_SENT = (SyncState.REMOVE_PENDING, SyncState.UPDATE_PENDING)
"""Control Hub has the number, and has not been asked yet for what waits: without consent, that may be for ever."""


@dataclass(frozen=True, slots=True)
class Reclaim:
    """Numbers to be had back, and why. With `leave_at_control_hub` they are only let go here."""

    entries: tuple[RawEntry, ...]
    reason: str
    leave_at_control_hub: bool = False


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """How many numbers a service had to give, and how many of them Control Hub has to give up first."""

    service: Service
    numbers: int
    leaving: int


async def reclaim(desk: Desk, wanted: Reclaim, key: str | None = None) -> list[Reclaimed]:
    """Let numbers go that are live, of whatever service: all of them or, where one is busy, none. They do not cool.

    What is not live is free already, and left out. By service, the oldest first. Raises Refused for the reason,
    TooManyNumbers, NothingToChange where none is live, IdempotencyKeyReused and, for each number (Refused where
    several), NumberRuleBroken, NumberBusy.
    """
    refuse_any([name_fault(wanted.reason, "reason", "reason")])
    places = listed(wanted.entries)
    async with desk.begin() as transaction:
        told = await told_once(transaction, wanted, key, lambda: _reclaim(desk, transaction, places, wanted))
        services = await many(transaction, Service, [UUID(share["service"]) for share in told["shares"]])
        shares = zip(services, told["shares"], strict=True)
        return [Reclaimed(service, share["numbers"], share["leaving"]) for service, share in shares if service]


async def _reclaim(desk: Desk, transaction: Transaction, places: Places, wanted: Reclaim) -> dict[str, Any]:
    services = await _lock_services(transaction, list(places))
    numbers = await letting_go.lock_live(transaction, list(places))
    if not numbers:
        raise NothingToChange(path=("numbers",))
    refusals = Refusals(places.get)
    for number in numbers:
        with refusals.about(number.e164):
            _refuse_moved(number, services)
            if not (wanted.leave_at_control_hub and number.sync_state in _NOT_SENT):
                refuse_busy(number)
    refusals.tell()
    shares = []
    for service in services.values():
        its_own = [number for number in numbers if number.service_id == service.id]
        leaving = await _reclaim_from(desk, transaction, service, its_own, wanted)
        shares.append({"service": str(service.id), "numbers": len(its_own), "leaving": leaving})
    return {"shares": shares}


async def _lock_services(transaction: Transaction, e164s: Sequence[str]) -> dict[UUID, Service]:
    """Lock the services before their numbers: the order in which everybody locks them."""
    found = {number.service_id for number in await letting_go.live(transaction, e164s)}
    return {each: await one(transaction, Service, Name(id=each), lock=True) for each in sorted(found)}


def _refuse_moved(number: Number, services: Iterable[UUID]) -> None:
    """Refuse a number that somebody has taken since its service was looked up."""
    if number.service_id not in services:
        raise NumberBusy(number.e164, path=("numbers",))


async def _reclaim_from(
    desk: Desk, transaction: Transaction, service: Service, numbers: Sequence[Number], wanted: Reclaim
) -> int:
    """Let the numbers of one service go; return how many Control Hub has to give up first."""
    standings = {number.id: _reclaimed(service, number, wanted) for number in numbers}
    await let_go(desk, transaction, standings)
    leaving = sum(standing.status is NumberStatus.RELEASE_REQUESTED for standing in standings.values())
    told = {"reason": wanted.reason, "leave_at_control_hub": wanted.leave_at_control_hub, "leaving": leaving}
    e164s = [number.e164 for number in numbers]
    audit(transaction, AuditAction.NUMBERS_RECLAIMED, service, after=told, numbers=e164s)
    await note_removals(transaction, service, desk.clock())
    if leaving:
        await transaction.defer(sync_job(service))
    elif service.status is ServiceStatus.REMOVING:
        await transaction.defer(finish_job(service))
    return leaving


def _reclaimed(service: Service, number: Number, wanted: Reclaim) -> Standing:
    if number.status is NumberStatus.COOLING or not is_on_hub(service, number):
        free = number_next(number.status, NumberEvent.TAKEN_BACK)
        return Standing(free, off_hub(service, number), number.task)
    if wanted.leave_at_control_hub:
        left = SyncState.SYNCED if number.sync_state in _NOT_SENT else number.sync_state
        return Standing(number_next(number.status, NumberEvent.TAKEN_BACK), left, number.task)
    requested = number_next(number.status, NumberEvent.RELEASE)
    return Standing(requested, sync_next(number.sync_state, SyncEvent.QUEUE_REMOVE), SyncTask.TAKE_BACK)
