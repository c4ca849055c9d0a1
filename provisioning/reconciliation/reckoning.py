"""What follows from what differs: which drifts begin, last or end, and where the numbers stand then. Decisions only."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from controlhub.numbers import HubNumber
from provisioning.reconciliation.comparison import (
    assignment_of,
    differences,
    is_astray,
    is_comparable,
    is_known,
    unknown,
)
from provisioning.states import SyncEvent, sync_next
from store.reconciling import Difference, Held, Standing
from store.vocabulary import DriftKind, SyncState

Mark = tuple[DriftKind, str]
"""What tells drifts of a service apart: of a kind, a number has one that stands."""

STRAYING = frozenset(
    {
        DriftKind.MISSING_REMOTELY,
        DriftKind.OTHER_LOCATION,
        DriftKind.OTHER_USAGE,
        DriftKind.INACTIVE_REMOTELY,
    }
)
"""The kinds for which a number is DRIFTED; who has a number is Control Hub's to say."""


class Reckoning:
    """Takes the numbers one by one, then what is left in Control Hub, and holds what is to be written."""

    def __init__(self, standing: Iterable[Standing], begun: datetime) -> None:
        """Take what stood before, and when the reading of Control Hub began."""
        self._before: dict[Mark, Standing] = {(drift.kind, drift.e164): drift for drift in standing}
        self._begun = begun
        self._left_alone: set[str] = set()
        self._lasting: set[Mark] = set()
        self.known: set[str] = set()
        """The numbers of the service that Control Hub may have."""
        self.cooling: dict[str, UUID] = {}
        """The numbers that it should not have any more, by E.164."""
        self.opened: list[Difference] = []
        """What was not known before."""
        self.renewed: dict[UUID, Difference] = {}
        """What differs in another way than before, by the id of the drift."""
        self.states: dict[UUID, SyncState] = {}
        """Where numbers stand that stood otherwise before."""
        self.assignments: dict[UUID, str | None] = {}
        """Whom numbers are assigned to that were assigned to somebody else, or to nobody, before."""

    def weigh(self, held: Held, there: HubNumber | None) -> None:
        """Take a number of the service, and what Control Hub has of it."""
        if not is_known(held, self._begun):
            self.cooling[held.e164] = held.id
            return
        self.known.add(held.e164)
        if not (is_comparable(held, self._begun) or is_astray(held, there, self._begun)):
            self._left_alone.add(held.e164)
            return
        found = list(differences(held, there, self._noted(held)))
        self._place(held, [difference for difference in found if self._is_open(difference)])
        if there is not None and assignment_of(there) != held.assignment:
            self.assignments[held.id] = assignment_of(there)

    def weigh_unknown(self, there: HubNumber) -> None:
        """Take a number that Control Hub has, and no service."""
        self._is_open(unknown(there, self.cooling.get(there.e164)))

    @property
    def ended(self) -> list[UUID]:
        """The drifts that are no more; one about a number that was left alone is not known to be."""
        return [
            drift.id
            for mark, drift in self._before.items()
            if mark not in self._lasting and not (mark[0] is not DriftKind.UNKNOWN_HERE and mark[1] in self._left_alone)
        ]

    def counts(self) -> dict[str, int]:
        """Return how many differences there are of each kind, those included that were accepted as they are."""
        found = Counter([kind for kind, _ in self._lasting])
        return {kind.value: found[kind] for kind in DriftKind if found[kind]}

    def _noted(self, held: Held) -> str | None:
        """Return whom the number was assigned to before it was assigned otherwise, where nobody accepted that yet."""
        standing = self._before.get((DriftKind.OTHER_ASSIGNMENT, held.e164))
        return standing.here if standing is not None else held.assignment

    def _is_open(self, found: Difference) -> bool:
        """Note a difference; return whether it is one that nobody has accepted."""
        mark = (found.kind, found.e164)
        self._lasting.add(mark)
        before = self._before.get(mark)
        if before is None:
            self.opened.append(found)
            return True
        if found != _as_it_was(before):
            self.renewed[before.id] = found
        return not before.tolerated

    def _place(self, held: Held, found: Iterable[Difference]) -> None:
        """Let the number stand as DRIFTED where it strays, else as SYNCED."""
        strays = any(difference.kind in STRAYING for difference in found)
        if strays and held.sync_state is not SyncState.DRIFTED:
            self.states[held.id] = sync_next(held.sync_state, SyncEvent.DIFFERS)
        if not strays and held.sync_state is not SyncState.SYNCED:
            self.states[held.id] = sync_next(held.sync_state, SyncEvent.FOUND)


def _as_it_was(drift: Standing) -> Difference:
    return Difference(drift.kind, drift.e164, drift.number_id, drift.hub_location_id, drift.here, drift.there)
