"""Releasing numbers, restoring them while they cool, and letting those go that have cooled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from provisioning.choosing import Changed, Chosen, choose, locked, refuse_removing
from provisioning.desk import Desk
from provisioning.errors import (
    CoolingOver,
    LocationMissing,
    LocationNotAttached,
    NumberAssigned,
    NumberBusy,
    NumberCooling,
    NumberIsMain,
    NumberNotCooling,
    Refusals,
)
from provisioning.journal import audit
from provisioning.locations import refuse_unfit
from provisioning.repeating import still_there, told_once
from provisioning.states import LIVE, NumberEvent, ServiceEvent, SyncEvent, number_next, sync_next
from provisioning.sync.job import sync_job
from provisioning.sync.plan import ADDING
from provisioning.sync.record import make_ready, note_removals
from store import letting_go, services
from store.actions import AuditAction
from store.database import Transaction
from store.letting_go import Standing
from store.lookup import Name, many, one
from store.tables import Location, Number, Service
from store.vocabulary import NumberStatus, ServiceMode, SyncState, SyncTask

UNDER_WAY = frozenset(
    {
        SyncState.ADD_PENDING,
        SyncState.UPDATE_PENDING,
        SyncState.REMOVE_PENDING,
        SyncState.IN_PROGRESS,
        SyncState.UNCERTAIN,
    }
)
"""States of a number with which something is being done at Control Hub, or about to be."""

_CHUNK = 10_000
"""How many numbers are let go in one transaction."""


@dataclass(frozen=True, slots=True)
class Released:
    """The service, how many numbers were released, and how many of them Control Hub has to give up first."""

    service: Service
    numbers: int
    leaving: int


@dataclass(frozen=True, slots=True)
class _Release:
    numbers: Chosen


@dataclass(frozen=True, slots=True)
class _Restoration:
    numbers: Chosen


async def release(desk: Desk, chosen: Chosen, key: str | None = None) -> Released:
    """Release numbers: all of them or, where one cannot be, none. They cool as soon as they are off Control Hub.

    Raises NotFound, NothingToChange, TooManyNumbers, ServiceRemoving, IdempotencyKeyReused and, for each number
    (Refused where several), NumberNotFound, NumberRuleBroken, NumberBusy, NumberCooling, NumberIsMain, NumberAssigned.
    """
    async with desk.begin() as transaction:
        told = await told_once(transaction, _Release(chosen), key, lambda: _release(desk, transaction, chosen))
        service = await still_there(transaction, Service, told)
        return Released(service, told["numbers"], told["leaving"])


async def _release(desk: Desk, transaction: Transaction, chosen: Chosen) -> dict[str, Any]:
    service, chosen_numbers = await choose(transaction, chosen)
    refuse_removing(service)
    numbers = await locked(transaction, service, chosen_numbers, LIVE)
    main_numbers = await letting_go.main_numbers(transaction, service.id)
    refusals = Refusals(chosen_numbers.get)
    for number in numbers:
        with refusals.about(number.e164):
            _refuse_kept(number, main_numbers)
    refusals.tell()
    standings = {number.id: _released(service, number) for number in numbers}
    await let_go(desk, transaction, standings)
    leaving = sum(standing.status is NumberStatus.RELEASE_REQUESTED for standing in standings.values())
    audit(transaction, AuditAction.NUMBERS_RELEASED, service, after={"leaving": leaving}, numbers=_named(numbers))
    await note_removals(transaction, service, desk.clock())
    if leaving:
        await transaction.defer(sync_job(service))
    return {"id": str(service.id), "numbers": len(numbers), "leaving": leaving}


def _refuse_kept(number: Number, main_numbers: set[str]) -> None:
    if number.status is NumberStatus.COOLING:
        raise NumberCooling(number.e164, path=("numbers",))
    refuse_busy(number)
    if number.e164 in main_numbers:
        raise NumberIsMain(number.e164, path=("numbers",))
    if number.assignment is not None:
        raise NumberAssigned(number.e164, number.assignment, path=("numbers",))


def refuse_busy(number: Number) -> None:
    """Raise NumberBusy if the number is in another operation."""
    if number.status is NumberStatus.RELEASE_REQUESTED or number.sync_state in UNDER_WAY:
        raise NumberBusy(number.e164, path=("numbers",))


def is_on_hub(service: Service, number: Number) -> bool:
    """Return whether Control Hub has, or may have, a number that is not under way."""
    failed_to_come = number.sync_state is SyncState.FAILED and number.task in ADDING
    gone = number.sync_state is SyncState.REMOVED
    return service.mode is ServiceMode.INTEGRATED and not (failed_to_come or gone)


def off_hub(service: Service, number: Number) -> SyncState:
    """Return the sync state of a number that Control Hub does not have and that goes; by hand, it stays as it is."""
    if service.mode is ServiceMode.INTEGRATED and number.sync_state is SyncState.FAILED:
        return sync_next(number.sync_state, SyncEvent.WITHDRAW)
    return number.sync_state


def _released(service: Service, number: Number) -> Standing:
    requested = number_next(number.status, NumberEvent.RELEASE)
    if is_on_hub(service, number):
        return Standing(requested, sync_next(number.sync_state, SyncEvent.QUEUE_REMOVE), SyncTask.REMOVE)
    return Standing(number_next(requested, NumberEvent.TAKEN_OFF), off_hub(service, number), number.task)


async def let_go(desk: Desk, transaction: Transaction, standings: Mapping[UUID, Standing]) -> None:
    """Write where locked numbers stand from now on, with a statement for all that stand alike."""
    alike: dict[Standing, list[UUID]] = {}
    for number_id, standing in standings.items():
        alike.setdefault(standing, []).append(number_id)
    now = desk.clock()
    for standing, ids in alike.items():
        await letting_go.let_go(transaction, ids, standing, now, now + desk.limits.cooling)


async def restore(desk: Desk, chosen: Chosen, key: str | None = None) -> Changed:
    """Take cooling numbers back into use: all of them or, where one cannot be, none. Control Hub gets them again.

    Raises NotFound, NothingToChange, TooManyNumbers, ServiceRemoving, LocationMissing, LocationCountryUnknown,
    PstnConnectionUnfit, LocationNotAttached, IdempotencyKeyReused and, for each number (Refused where several),
    NumberNotFound, NumberRuleBroken, NumberNotCooling, CoolingOver.
    """
    async with desk.begin() as transaction:
        told = await told_once(transaction, _Restoration(chosen), key, lambda: _restore(desk, transaction, chosen))
        return Changed(await still_there(transaction, Service, told), told["numbers"])


async def _restore(desk: Desk, transaction: Transaction, chosen: Chosen) -> dict[str, Any]:
    service, chosen_numbers = await choose(transaction, chosen, NumberStatus.COOLING)
    refuse_removing(service)
    numbers = await locked(transaction, service, chosen_numbers, LIVE)
    refusals = Refusals(chosen_numbers.get)
    for number in numbers:
        with refusals.about(number.e164):
            _refuse_uncooled(desk, number)
    refusals.tell()
    await _refuse_homeless(transaction, numbers)
    audit(transaction, AuditAction.NUMBERS_RESTORED, service, after={}, numbers=_named(numbers))
    await _bring_back(desk, transaction, service, [number.id for number in numbers])
    return {"id": str(service.id), "numbers": len(numbers)}


def _refuse_uncooled(desk: Desk, number: Number) -> None:
    if number.status is not NumberStatus.COOLING:
        raise NumberNotCooling(number.e164, path=("numbers",))
    if number.cooling_until is not None and number.cooling_until <= desk.clock():
        raise CoolingOver(number.e164, path=("numbers",))


async def _refuse_homeless(transaction: Transaction, numbers: Iterable[Number]) -> None:
    for location in await many(transaction, Location, sorted({number.location_id for number in numbers})):
        if location is None:
            raise LocationMissing(path=("numbers",))
        refuse_unfit(location, named_by="numbers")
        if location.attached_at is None:
            raise LocationNotAttached(path=("numbers",))


async def _bring_back(desk: Desk, transaction: Transaction, service: Service, ids: Sequence[UUID]) -> None:
    if service.mode is ServiceMode.INTEGRATED:
        await letting_go.restore_integrated(transaction, ids)
        await services.touch(transaction, service.id, desk.clock())
        await transaction.defer(sync_job(service))
    else:
        await letting_go.restore(transaction, ids)
        await make_ready(transaction, service, ServiceEvent.FIRST_NUMBER_ADDED, desk.clock())


async def end_cooling(desk: Desk) -> None:
    """Let every number go whose cooling date has come: anybody may upload it again."""
    while True:
        async with desk.begin() as transaction:
            released = await letting_go.end_cooling(transaction, desk.clock(), _CHUNK)
            for service_id, numbers in released.items():
                service = await one(transaction, Service, Name(id=service_id))
                audit(transaction, AuditAction.COOLING_ENDED, service, after={}, numbers=numbers)
        if sum(map(len, released.values())) < _CHUNK:
            return


def _named(numbers: Iterable[Number]) -> list[str]:
    return [number.e164 for number in numbers]
