"""What to send together, and what an answer means: decisions only, nothing is sent or stored here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from controlhub.errors import HubNumberUnknown, HubRefused
from controlhub.numbers import HubNumber, HubNumberUsage, HubProblem
from provisioning.number_types import hub_usage
from provisioning.states import NumberEvent, SyncEvent, number_next, sync_next
from store.syncing import Outcome
from store.tables import Number
from store.vocabulary import NumberStatus, SyncState, SyncTask

MOST_ATTEMPTS = 8
"""How often a number is sent before we give up on it; it can be retried by hand then."""


ADDING = (SyncTask.ADD, SyncTask.RESTORE)
"""The tasks that bring a number to Control Hub."""

_NOT_FOUND = 404


class SyncCode(StrEnum):
    """Our own reasons beside those of Control Hub."""

    IN_OTHER_LOCATION = "IN_OTHER_LOCATION"
    """The organization has the number, at another location."""
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


def batches(numbers: Sequence[Number], limit: int) -> Iterator[list[Number]]:
    """Cut numbers into requests of at most `limit`; one that was refused in company travels alone."""
    size = 1 if numbers and numbers[0].error_code is not None else limit
    for start in range(0, len(numbers), size):
        yield list(numbers[start : start + size])


def chunk_size(waiting: int, workers: int, smallest: int, largest: int) -> int:
    """Return how many numbers a worker takes at once: a fair share in whole requests, for the last to end together."""
    share = -(-waiting // max(workers, 1))
    return min(max(-(-share // smallest) * smallest, smallest), largest)


def done(numbers: Sequence[Number]) -> list[Outcome]:
    """Return the outcomes of numbers for which Control Hub answered that it is done."""
    return [_done(number) for number in numbers]


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


def without_location(numbers: Sequence[Number], refusal: HubRefused) -> list[Outcome]:
    """Return the outcomes where the location is gone: what was to leave it has left it."""
    gone = [number for number in numbers if leaves(number)]
    return [*done(gone), *undeliverable([number for number in numbers if not leaves(number)], refusal)]


def leaves(number: Number) -> bool:
    """Return whether the number is to be taken off Control Hub."""
    return number.task in (SyncTask.REMOVE, SyncTask.TAKE_BACK)


def concerns_numbers(refusal: HubRefused) -> bool:
    """Return whether a refusal may be about the numbers sent.

    400 and 409 are, and what says so itself, whatever its status; 403 or 404 are about the location.
    """
    return refusal.status in {400, 409} or isinstance(refusal, HubNumberUnknown)


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

    Elsewhere, or objected to: refused for good. As it should be at the location: done. Neither: sent again,
    alone if the request was refused, until MOST_ATTEMPTS.
    """
    objections = {problem.e164: problem for problem in problems}
    if refusal is not None and len(numbers) == 1:
        objections.setdefault(numbers[0].e164, HubProblem(numbers[0].e164, refusal.code, refusal.message))
    return [_decide(number, found, objections.get(number.e164), refusal, tracking_id) for number in numbers]


def there_before(numbers: Sequence[Number], outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Mark what Control Hub has although it was never sent: it is not ours to take away again."""
    never_sent = {number.id for number in numbers if number.attempts == 1}
    return [
        replace(outcome, was_there=outcome.state is SyncState.SYNCED and outcome.number_id in never_sent)
        for outcome in outcomes
    ]


def _decide(
    number: Number, found: Found, objection: HubProblem | None, refusal: HubRefused | None, tracking_id: str | None
) -> Outcome:
    if number.task not in (SyncTask.UPDATE, SyncTask.MOVE) and _is_elsewhere(number, found):
        elsewhere = Objection(SyncCode.IN_OTHER_LOCATION, "Control Hub has it at another location.", tracking_id)
        return _refused(number, elsewhere)
    if is_settled(number, found.here):
        return _done(number)
    if objection is not None:
        return _refused(number, Objection(objection.code, objection.message, tracking_id))
    if number.attempts >= MOST_ATTEMPTS:
        message = "Control Hub did not do what was asked and did not say why; ask for it again later."
        return _failed(number, Objection(SyncCode.NOT_TAKEN, message, None, retryable=True))
    if refusal is not None:
        return Outcome(number.id, _again(number), number.status, code=refusal.code, message=refusal.message)
    return Outcome(number.id, _again(number), number.status)


def _is_elsewhere(number: Number, found: Found) -> bool:
    return number.e164 in found.anywhere and number.e164 not in found.here


def is_settled(number: Number, here: Mapping[str, HubNumber]) -> bool:
    """Return whether Control Hub has the number at its location as it should be, or no longer where it was to leave."""
    known = here.get(number.e164)
    if leaves(number):
        return known is None
    if number.task is SyncTask.UPDATE:
        return known is not None and known.is_service is (hub_usage(number.type) is HubNumberUsage.SERVICE)
    return known is not None


def _done(number: Number) -> Outcome:
    status = number.status
    if leaves(number):
        ending = NumberEvent.TAKEN_OFF if number.task is SyncTask.REMOVE else NumberEvent.TAKEN_BACK
        return Outcome(number.id, sync_next(number.sync_state, SyncEvent.GONE), number_next(status, ending))
    return Outcome(number.id, sync_next(number.sync_state, SyncEvent.FOUND), status)


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
    """Reject for good what Control Hub refuses to add; what it refuses to change or to give up stays in use."""
    if number.task in ADDING:
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
