"""What to send together, and what an answer means: decisions only, nothing is sent or stored here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from controlhub.errors import HubNumberUnknown, HubRefused
from controlhub.numbers import HubNumber, HubNumberUsage, HubProblem
from provisioning.number_types import hub_usage
from provisioning.states import NumberEvent, SyncEvent, number_next, sync_next
from store import syncing
from store.syncing import Outcome
from store.tables import Number
from store.vocabulary import NumberStatus, SyncState, SyncTask

MOST_ATTEMPTS = 8
"""How often a number is sent before we give up on it; it can be retried by hand then."""

ALONE_AFTER = 4
"""A number that was lost so often in company travels alone: it may be the one that Control Hub stumbles over."""

MOST_LOSSES = 6
"""After so many lost requests in a row, those of all workers counted, a sync rests."""

PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""How long a worker pauses after the first lost request in a row, after the second, and so on."""

MOVE_LIMIT = 1
"""Control Hub may refuse to move more than one number at a time (BATCH-1017031)."""


ADDING = (SyncTask.ADD, SyncTask.RESTORE)
"""The tasks that bring a number to Control Hub."""

_NOT_FOUND = 404


class SyncCode(StrEnum):
    """Our own reasons beside those of Control Hub."""

    IN_OTHER_LOCATION = "IN_OTHER_LOCATION"
    """The organization has the number, at another location."""
    NOT_THERE = "NOT_THERE"
    """What was to be changed or moved is not there."""
    NOT_TAKEN = "NOT_TAKEN"
    """Control Hub never took the number and never said why."""


@dataclass(frozen=True, slots=True)
class Objection:
    """What speaks against a number, in Control Hub's words or ours."""

    code: str
    message: str
    tracking_id: str | None
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a read-back showed: the numbers of the location, and of the whole organization where that was read too."""

    here: Mapping[str, HubNumber]
    anywhere: Mapping[str, HubNumber]


def batch(numbers: Sequence[Number], limit: int) -> list[Number]:
    """Return the first numbers for one request of at most `limit`; one that was lost too often travels alone."""
    if numbers[0].attempts > ALONE_AFTER:
        return [numbers[0]]
    return [number for number in numbers[:limit] if number.attempts <= ALONE_AFTER]


def halves(numbers: Sequence[Number]) -> list[list[Number]]:
    """Cut what was refused in one request in two; a single number is not cut, nothing gives nothing."""
    middle = -(-len(numbers) // 2)
    return [list(half) for half in (numbers[:middle], numbers[middle:]) if half]


def pause_s(losses: int, chance: float) -> float:
    """Return how long a worker pauses after that many lost requests in a row; `chance` in [0, 1) is its jitter."""
    return PAUSES_S[min(losses, len(PAUSES_S)) - 1] * (1 + chance)


def chunk_size(waiting: int, workers: int, smallest: int, largest: int) -> int:
    """Return how many numbers a worker takes at once: a fair share in whole requests, for the last to end together."""
    share = -(-waiting // max(workers, 1))
    return min(max(-(-share // smallest) * smallest, smallest), largest)


def done(numbers: Sequence[Number], found: Found | None = None) -> list[Outcome]:
    """Return the outcomes of numbers for which Control Hub answered that it is done, as they were found before.

    One that was moved came with the usage it had: where that is not the one of its type, a change follows.
    """
    elsewhere = found.anywhere if found else {}
    return [_done(number, elsewhere.get(number.e164) if number.task is SyncTask.MOVE else None) for number in numbers]


def uncertain(numbers: Sequence[Number]) -> list[Outcome]:
    """Return the outcomes of numbers whose request got no clear answer."""
    return [Outcome(number.id, sync_next(number.sync_state, SyncEvent.UNANSWERED), number.status) for number in numbers]


def unsent(numbers: Sequence[Number]) -> list[Outcome]:
    """Return the outcomes of numbers that Control Hub never looked at: they wait again, as if never sent."""
    return [
        Outcome(
            number.id, _again(number), number.status, code=number.error_code, message=number.error_message, unseen=True
        )
        for number in numbers
    ]


def undeliverable(numbers: Sequence[Number], refusal: HubRefused) -> list[Outcome]:
    """Return the outcomes where the refusal is about the location or the request, not about these numbers."""
    said = Objection(refusal.code, refusal.message, refusal.tracking_id, retryable=True)
    return [_failed(number, said) for number in numbers]


def unfit(numbers: Sequence[Number], reason: Objection) -> list[Outcome]:
    """Return the outcomes where nothing may be asked at the location, for that would do damage there."""
    return [_failed(number, reason) for number in numbers]


def without_location(numbers: Sequence[Number], refusal: HubRefused) -> list[Outcome]:
    """Return the outcomes where the location is gone: what was to leave it has left it."""
    gone = [number for number in numbers if leaves(number)]
    return [*done(gone), *undeliverable([number for number in numbers if not leaves(number)], refusal)]


def leaves(number: Number) -> bool:
    """Return whether the number is to be taken off Control Hub."""
    return number.task in (SyncTask.REMOVE, SyncTask.TAKE_BACK)


def may_stray(number: Number) -> bool:
    """Return whether the number, missing at its location, has to be looked for in the whole organization.

    What is moved comes from another location; what leaves is gone only where it is nowhere.
    """
    return leaves(number) or number.task is SyncTask.MOVE


def concerns_numbers(refusal: HubRefused, number: Number) -> bool:
    """Return whether a refusal may be about the numbers sent, of which one is given, or about how many they are.

    400, 409 and 413 are, and what says so itself, whatever its status; 403 or 404 are about the location, from which
    what was to leave it has left where it is gone.
    """
    left = location_gone(refusal) and leaves(number)
    return left or refusal.status in {400, 409, 413} or isinstance(refusal, HubNumberUnknown)


def location_gone(refusal: HubRefused) -> bool:
    """Return whether a refusal to read a location back means that it is gone, and its numbers with it."""
    return refusal.status == _NOT_FOUND


def looked_up(
    numbers: Sequence[Number],
    found: Found,
    problems: Sequence[HubProblem],
    *,
    refusal: HubRefused | None = None,
    tracking_id: str | None = None,
) -> list[Outcome]:
    """Decide by what Control Hub has. `problems` are its objections to single numbers, `refusal` to the request.

    Elsewhere, or objected to: refused for good. As it should be at the location: done. Neither: to be sent again,
    until MOST_ATTEMPTS.
    """
    objections = {p.e164: Objection(p.code, p.message, tracking_id) for p in problems}
    if refusal is not None and len(numbers) == 1:
        objections.setdefault(numbers[0].e164, Objection(refusal.code, refusal.message, tracking_id))
    return [_decide(number, found, objections.get(number.e164), tracking_id) for number in numbers]


def there_before(numbers: Sequence[Number], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Mark what Control Hub has although it was never sent: it is not ours to take away again."""
    never_sent = {number.id for number in numbers if number.attempts == 1}
    return [
        replace(outcome, was_there=outcome.state is SyncState.SYNCED and outcome.number_id in never_sent)
        for outcome in outcomes
    ]


def settled(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes of numbers about which something was decided; the others are to be sent again."""
    return [outcome for outcome in outcomes if outcome.state not in syncing.OPEN]


def undecided(numbers: Sequence[Number], outcomes: Sequence[Outcome]) -> list[Number]:
    """Return the numbers that are to be sent again."""
    ids = {outcome.number_id for outcome in outcomes if outcome.state in syncing.OPEN}
    return [number for number in numbers if number.id in ids]


def by_location(numbers: Sequence[Number], found: Found) -> dict[str, list[str]]:
    """Sort numbers that are to be moved by the location at which Control Hub has them."""
    sources: dict[str, list[str]] = {}
    for number in numbers:
        sources.setdefault(found.anywhere[number.e164].location_id, []).append(number.e164)
    return sources


def has_usage(number: Number, known: HubNumber) -> bool:
    """Return whether Control Hub has the number with the usage of its type."""
    return known.is_service is (hub_usage(number.type) is HubNumberUsage.SERVICE)


def _decide(number: Number, found: Found, objection: Objection | None, tracking_id: str | None) -> Outcome:
    is_elsewhere = number.e164 in found.anywhere and number.e164 not in found.here
    if is_elsewhere and number.task not in (SyncTask.UPDATE, SyncTask.MOVE):
        message = "Control Hub has it at another location."
        return _refused(number, Objection(SyncCode.IN_OTHER_LOCATION, message, tracking_id))
    if _is_settled(number, found.here):
        return _done(number, found.here.get(number.e164))
    if objection is not None:
        return _refused(number, objection)
    if number.e164 not in found.here and not is_elsewhere and number.task in (SyncTask.UPDATE, SyncTask.MOVE):
        message = "Control Hub does not have it any more; reconcile the service and decide what is right."
        return _refused(number, Objection(SyncCode.NOT_THERE, message, tracking_id))
    if number.attempts >= MOST_ATTEMPTS:
        message = "Control Hub did not do what was asked and did not say why; ask for it again later."
        return _failed(number, Objection(SyncCode.NOT_TAKEN, message, None, retryable=True))
    return Outcome(number.id, _again(number), number.status)


def _is_settled(number: Number, here: Mapping[str, HubNumber]) -> bool:
    """Return whether Control Hub has the number at its location as it should be, or no longer where it was to leave.

    One that came is there, whatever its usage: a change follows.
    """
    known = here.get(number.e164)
    if leaves(number):
        return known is None
    if known is None:
        return False
    return number.task is not SyncTask.UPDATE or _fits(number, known)


def _fits(number: Number, known: HubNumber) -> bool:
    return known.active and has_usage(number, known)


def _done(number: Number, known: HubNumber | None = None) -> Outcome:
    status = number.status
    if leaves(number):
        ending = NumberEvent.TAKEN_OFF if number.task is SyncTask.REMOVE else NumberEvent.TAKEN_BACK
        return Outcome(number.id, sync_next(number.sync_state, SyncEvent.GONE), number_next(status, ending))
    found = sync_next(number.sync_state, SyncEvent.FOUND)
    return Outcome(number.id, found, status, differs=known is not None and not _fits(number, known))


_QUEUED: Mapping[SyncTask, SyncEvent] = {
    SyncTask.ADD: SyncEvent.QUEUE_ADD,
    SyncTask.RESTORE: SyncEvent.QUEUE_ADD,
    SyncTask.UPDATE: SyncEvent.QUEUE_UPDATE,
    SyncTask.MOVE: SyncEvent.QUEUE_UPDATE,
    SyncTask.REMOVE: SyncEvent.QUEUE_REMOVE,
    SyncTask.TAKE_BACK: SyncEvent.QUEUE_REMOVE,
}


def _again(number: Number) -> SyncState:
    return sync_next(number.sync_state, _QUEUED[number.task])


def _refused(number: Number, said: Objection) -> Outcome:
    """Reject for good what Control Hub refuses to add; what was in use here before stays so, whatever it refuses."""
    if number.task is SyncTask.ADD:
        return _failed(number, said, number_next(number.status, NumberEvent.REFUSE))
    return _failed(number, said)


def _failed(number: Number, said: Objection, status: NumberStatus | None = None) -> Outcome:
    if status is None:
        status = number_next(number.status, NumberEvent.KEPT) if leaves(number) else number.status
    return Outcome(
        number.id,
        sync_next(number.sync_state, SyncEvent.REFUSE),
        status,
        code=said.code,
        message=said.message,
        tracking_id=said.tracking_id,
        retryable=said.retryable,
    )
