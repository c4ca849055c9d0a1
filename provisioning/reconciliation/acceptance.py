"""Accepting drifts: what Control Hub has is taken over here."""

from dataclasses import dataclass
from uuid import UUID

from controlhub.numbers import HubNumberUsage
from provisioning.desk import Desk
from provisioning.errors import (
    DriftLocationUnfit,
    DriftLocationUnknown,
    NumberRuleBroken,
    NumberTypeNeeded,
)
from provisioning.journal import audit
from provisioning.number_types import check, hub_usage
from provisioning.reconciliation.choice import Chosen, chosen_drifts, chosen_service, contested_number, named, told
from provisioning.reconciliation.reckoning import STRAYING
from provisioning.repeating import once
from provisioning.states import NumberEvent, SyncEvent, number_next, sync_next
from provisioning.sync.record import note_removals
from provisioning.verdicts import Fault
from store import drifts, locations, services
from store.actions import AuditAction
from store.database import Transaction
from store.drifts import Contested, Settled
from store.tables import Location, Service
from store.vocabulary import DriftEnd, DriftKind, NumberStatus, NumberType, SyncState

_TOLERATED = (DriftKind.INACTIVE_REMOTELY, DriftKind.UNKNOWN_HERE)
"""The kinds of which there is nothing to take over: accepting them means not to hear of them again."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Drifts to accept. `number_type` and `cac` are for numbers that Control Hub has for SERVICE use."""

    chosen: Chosen
    number_type: NumberType | None = None
    cac: int | None = None


async def accept(desk: Desk, asked: Acceptance, key: str | None = None) -> Service:
    """Take over what Control Hub has: of all the drifts or, where one cannot be accepted, of none.

    Raises NotFound, IntegratedOnly, ServiceRemoving, NothingChosen, TooManyDrifts, IdempotencyKeyReused and, for each
    drift that cannot be accepted (Refused where several), ItemNotFound, DriftEnded, DriftOutdated, NumberBusy,
    DriftLocationUnknown, DriftLocationUnfit, NumberTypeNeeded or NumberRuleBroken.
    """
    async with desk.begin() as transaction:

        async def make() -> Service:
            service = await chosen_service(transaction, asked.chosen)
            accepted = await chosen_drifts(transaction, service, asked.chosen)
            places = {place.hub_id or "": place for place in await locations.of_hub(transaction, service.id)}
            settled = _Acceptor(desk, service, asked, places).settle(accepted)
            _bring_to_rest(accepted, settled, await drifts.open_kinds(transaction, service.id))
            await _write(desk, transaction, service, accepted, list(settled.values()))
            return service

        return await once(transaction, asked, key, Service, make)


class _Acceptor:
    """Takes over what Control Hub has, drift by drift, into numbers that several of them may be about."""

    def __init__(self, desk: Desk, service: Service, asked: Acceptance, places: dict[str, Location]) -> None:
        self._desk = desk
        self._service = service
        self._asked = asked
        self._places = places

    def settle(self, accepted: list[Contested]) -> dict[UUID, Settled]:
        settled: dict[UUID, Settled] = {}
        refusals = self._asked.chosen.refusals()
        for drift in accepted:
            with refusals.about(drift.id):
                if drift.kind in STRAYING:
                    number = contested_number(drift)
                    self._take_over(drift, settled.setdefault(number.number_id, number))
        refusals.tell()
        return settled

    def _take_over(self, drift: Contested, number: Settled) -> None:
        match drift.kind:
            case DriftKind.MISSING_REMOTELY:
                number.status = number_next(number.status, NumberEvent.TAKEN_BACK)
                number.sync_state = sync_next(number.sync_state, SyncEvent.GONE)
            case DriftKind.OTHER_LOCATION:
                number.location_id = self._place(drift).id
            case DriftKind.OTHER_USAGE:
                number.type, number.cac = self._use(drift)

    def _place(self, drift: Contested) -> Location:
        place = self._places.get(drift.hub_location_id or "")
        if place is None:
            raise DriftLocationUnknown(drift.e164, path=("drifts",))
        if place.calling_code != drift.calling_code:
            raise DriftLocationUnfit(drift.e164, place.name, path=("drifts",))
        return place

    def _use(self, drift: Contested) -> tuple[NumberType, int | None]:
        number_type, cac = self._asked.number_type, self._asked.cac
        if drift.there == HubNumberUsage.NONE:
            number_type, cac = NumberType.USER, None
        if number_type is None or hub_usage(number_type) != drift.there:
            raise NumberTypeNeeded(drift.e164, path=("numberType",))
        found = check(number_type, cac, self._service.kind, self._desk.limits.cac)
        if isinstance(found, Fault):
            explanation = f"{drift.e164}: {found.message}"
            raise NumberRuleBroken(drift.e164, found.code.value, explanation, path=("cacValue",))
        return number_type, found


def _bring_to_rest(
    accepted: list[Contested], settled: dict[UUID, Settled], open_kinds: dict[UUID, set[DriftKind]]
) -> None:
    """Let numbers be SYNCED that do not stray any more."""
    for drift in accepted:
        if drift.number_id is not None:
            open_kinds.get(drift.number_id, set()).discard(drift.kind)
    for number in settled.values():
        if number.sync_state is SyncState.DRIFTED and not open_kinds.get(number.number_id, set()) & STRAYING:
            number.sync_state = sync_next(number.sync_state, SyncEvent.FOUND)


async def _write(
    desk: Desk, transaction: Transaction, service: Service, accepted: list[Contested], settled: list[Settled]
) -> None:
    now = desk.clock()
    ids = [drift.id for drift in accepted]
    await drifts.end(transaction, service.id, ids, DriftEnd.ACCEPTED, now, _TOLERATED)
    await drifts.settle(transaction, service.id, settled, now)
    audit(transaction, AuditAction.DRIFTS_ACCEPTED, service, after=told(accepted), numbers=named(accepted))
    if any(number.status is NumberStatus.RELEASED for number in settled):
        await note_removals(transaction, service, now)
    else:
        await services.touch(transaction, service.id, now)
