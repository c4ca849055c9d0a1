"""What differs about one number between here and Control Hub: decisions only, nothing is read or stored here."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from controlhub.numbers import HubNumber, HubNumberUsage
from provisioning.number_types import hub_usage
from store.reconciling import Difference, Held
from store.vocabulary import DriftKind, NumberStatus, SyncState, SyncTask

MAIN_NUMBER = "Main number"
"""What stands for the owner of a location's main number that nobody has: it is in use all the same."""

_ACTIVE, _INACTIVE = "ACTIVE", "INACTIVE"
"""Webex' words for whether a number can be called."""

_AT_REST = frozenset({SyncState.SYNCED, SyncState.DRIFTED})
"""The states in which nothing is under way, so that what Control Hub has can be held against what stands here."""

_REPAIRS = frozenset({SyncTask.RESTORE, SyncTask.MOVE})
"""The tasks that nobody can ask for again where they fail, unless the difference is found again."""


def is_comparable(held: Held, begun: datetime) -> bool:
    """Return whether Control Hub was to have the number, as it stands here, when its reading began."""
    failed = held.sync_state is SyncState.FAILED and held.task in _REPAIRS
    at_rest = failed or held.sync_state in _AT_REST
    return held.status is NumberStatus.ACTIVE and at_rest and not has_moved(held, begun)


def is_astray(held: Held, there: HubNumber | None, begun: datetime) -> bool:
    """Return whether a number is not at its place with which Control Hub last refused what it was asked.

    To ask again would only fail again, so that the difference has to be settled; where it is at its place, it has not.
    """
    came = held.sync_state is SyncState.FAILED and held.task is not SyncTask.ADD
    is_at_place = there is not None and there.location_id == held.hub_location_id
    return held.status is NumberStatus.ACTIVE and came and not is_at_place and not has_moved(held, begun)


def is_known(held: Held, begun: datetime) -> bool:
    """Return whether Control Hub may have the number; one that cools should long have left it."""
    return held.status is not NumberStatus.COOLING or has_moved(held, begun)


def has_moved(held: Held, begun: datetime) -> bool:
    """Return whether the number was on its way after the reading began: what was read may be from before or after."""
    return held.moved_at is not None and held.moved_at > begun


def assignment_of(there: HubNumber) -> str | None:
    """Name whom Control Hub has assigned the number to; None where it is free."""
    return there.owner or (MAIN_NUMBER if there.is_main else None)


def differences(held: Held, there: HubNumber | None, noted: str | None) -> Iterator[Difference]:
    """Yield every difference about a comparable number; `there` is None where Control Hub does not have it.

    `noted` is whom it was assigned to when that was last in order; None where that was nobody, or is not known.
    """
    if there is None:
        yield Difference(DriftKind.MISSING_REMOTELY, held.e164, held.id)
        return
    usage_here, usage_there = hub_usage(held.type), _usage(there)
    assigned = assignment_of(there)
    if there.location_id != held.hub_location_id:
        yield _difference(DriftKind.OTHER_LOCATION, held, there, held.location_name, there.location_id)
    if usage_here is not usage_there:
        yield _difference(DriftKind.OTHER_USAGE, held, there, usage_here.value, usage_there.value)
    if not there.active:
        yield _difference(DriftKind.INACTIVE_REMOTELY, held, there, _ACTIVE, _INACTIVE)
    if noted is not None and noted != assigned:
        yield _difference(DriftKind.OTHER_ASSIGNMENT, held, there, noted, assigned)


def unknown(there: HubNumber, number_id: UUID | None) -> Difference:
    """Return the difference about a number that no service has; `number_id` where it cools here."""
    return Difference(
        DriftKind.UNKNOWN_HERE, there.e164, number_id, there.location_id, here=None, there=assignment_of(there)
    )


def _difference(kind: DriftKind, held: Held, there: HubNumber, here: str, other: str | None) -> Difference:
    return Difference(kind, held.e164, held.id, there.location_id, here, other)


def _usage(there: HubNumber) -> HubNumberUsage:
    return HubNumberUsage.SERVICE if there.is_service else HubNumberUsage.NONE
