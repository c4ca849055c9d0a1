"""Which drifts are to be settled, and that every one of them still can be."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from provisioning.errors import (
    DriftEnded,
    DriftOutdated,
    ItemNotFound,
    NothingChosen,
    NumberBusy,
    Refusals,
    TooManyDrifts,
)
from provisioning.reconciliation.job import refuse_unreconcilable
from store import drifts
from store.database import Transaction
from store.drifts import Contested, Settled
from store.lookup import Name, one
from store.syncing import OPEN
from store.tables import Service
from store.vocabulary import DriftKind, NumberStatus, SyncState

MOST = 10_000
"""How many drifts can be named one by one; all of a kind may be more."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Drifts of a service: these or, where a kind is given, all open ones of that kind."""

    service: Name
    ids: tuple[UUID, ...] = ()
    kind: DriftKind | None = None

    def refusals(self) -> Refusals[UUID]:
        """Return what collects refusals of drifts, by their ids."""
        return Refusals({drift: index for index, drift in enumerate(self.ids)}.get)


async def chosen_service(transaction: Transaction, chosen: Chosen) -> Service:
    """Return the service, locked.

    Raises NotFound, IntegratedOnly, ServiceRemoving.
    """
    found = await one(transaction, Service, chosen.service)
    service = await one(transaction, Service, Name(id=found.id, path=chosen.service.path), lock=True)
    refuse_unreconcilable(service)
    return service


async def chosen_drifts(transaction: Transaction, service: Service, chosen: Chosen) -> list[Contested]:
    """Return the drifts by E.164: all of them open.

    Raises NothingChosen, TooManyDrifts and, for each drift (Refused where several), ItemNotFound, DriftEnded.
    """
    if chosen.kind is None and not chosen.ids:
        raise NothingChosen(path=("drifts",))
    if len(chosen.ids) > MOST:
        raise TooManyDrifts(MOST, path=("drifts",))
    found = await drifts.contested(transaction, service.id, chosen.ids, chosen.kind)
    _refuse_missing(chosen, {drift.id for drift in found})
    refusals = chosen.refusals()
    for drift in found:
        with refusals.about(drift.id):
            if drift.ended_at is not None:
                raise DriftEnded(drift.e164, path=("drifts",))
    refusals.tell()
    return found


def _refuse_missing(chosen: Chosen, found: set[UUID]) -> None:
    refusals = chosen.refusals()
    for each in chosen.ids:
        with refusals.about(each):
            if each not in found:
                raise ItemNotFound("drift", path=("drifts",))
    refusals.tell()


def contested_number(drift: Contested) -> Settled:
    """Return the number as it stands, to be settled.

    Raises NumberBusy where something is under way with it, DriftOutdated where it is not as the drift found it.
    """
    if drift.sync_state in OPEN:
        raise NumberBusy(drift.e164, path=("drifts",))
    if drift.number_id is None or drift.status is not NumberStatus.ACTIVE or drift.sync_state is not SyncState.DRIFTED:
        raise DriftOutdated(drift.e164, path=("drifts",))
    assert drift.task and drift.type and drift.location_id  # noqa: S101, PT018  # columns that a number always has
    return Settled(
        drift.number_id, drift.status, drift.sync_state, drift.task, drift.type, drift.cac, drift.location_id
    )


def told(settled: list[Contested]) -> dict[str, dict[str, int]]:
    """Return how many drifts of each kind were settled, for the audit trail."""
    return {"drifts": dict(Counter(drift.kind.value for drift in settled))}


def named(settled: list[Contested]) -> list[str]:
    """Return the numbers that they are about."""
    return [drift.e164 for drift in settled]
