"""What to send together, and what an answer means: decisions only, nothing is sent or stored here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from controlhub.errors import HubRefused
from controlhub.numbers import HubNumber, HubProblem
from provisioning.states import NumberEvent, SyncEvent, number_next, sync_next
from store.syncing import Outcome
from store.tables import Number
from store.vocabulary import SyncState

MOST_ATTEMPTS = 8
"""How often a number is sent before we give up on it; it can be retried by hand then."""


_NOT_FOUND = 404


class SyncCode(StrEnum):
    """Our own reasons beside those of Control Hub."""

    IN_OTHER_LOCATION = "IN_OTHER_LOCATION"
    """The organization has the number, at another location."""
    NOT_TAKEN = "NOT_TAKEN"
    """Control Hub never took the number and never said why."""


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


def added(numbers: Sequence[Number]) -> list[Outcome]:
    """Return the outcomes of numbers for which Control Hub answered 201."""
    return [_synced(number) for number in numbers]


def uncertain(numbers: Sequence[Number]) -> list[Outcome]:
    """Return the outcomes of numbers whose request got no clear answer."""
    return [Outcome(number.id, sync_next(number.sync_state, SyncEvent.UNANSWERED)) for number in numbers]


def unsent(numbers: Sequence[Number]) -> list[Outcome]:
    """Return the outcomes of numbers that Control Hub never looked at: they wait again, as if never sent."""
    return [
        Outcome(number.id, _again(number), code=number.error_code, message=number.error_message, unseen=True)
        for number in numbers
    ]


def undeliverable(numbers: Sequence[Number], refusal: HubRefused) -> list[Outcome]:
    """Return the outcomes where the refusal is about the location or the request, not about these numbers."""
    return [
        Outcome(
            number.id,
            _refused(number),
            code=refusal.code,
            message=refusal.message,
            tracking_id=refusal.tracking_id,
            retryable=True,
        )
        for number in numbers
    ]


def concerns_numbers(refusal: HubRefused) -> bool:
    """Return whether a refusal may be about the numbers sent: 400 and 409 are, 403 or 404 are about the location."""
    return refusal.status in {400, 409}


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

    Present at the location: done. Present elsewhere, or objected to: rejected. Neither: sent again, alone if the
    request was refused, until MOST_ATTEMPTS.
    """
    objections = {problem.e164: problem for problem in problems}
    if refusal is not None and len(numbers) == 1:
        objections.setdefault(numbers[0].e164, HubProblem(numbers[0].e164, refusal.code, refusal.message))
    return [_decide(number, found, objections.get(number.e164), refusal, tracking_id) for number in numbers]


def _decide(
    number: Number, found: Found, objection: HubProblem | None, refusal: HubRefused | None, tracking_id: str | None
) -> Outcome:
    if number.e164 in found.here:
        return _synced(number)
    if number.e164 in found.anywhere:
        return _rejected(number, SyncCode.IN_OTHER_LOCATION, "Control Hub has it at another location.", tracking_id)
    if objection is not None:
        return _rejected(number, objection.code, objection.message, tracking_id)
    if number.attempts >= MOST_ATTEMPTS:
        message = "Control Hub did not take the number and did not say why; retry it later."
        return Outcome(number.id, _refused(number), code=SyncCode.NOT_TAKEN, message=message, retryable=True)
    if refusal is not None:
        return Outcome(number.id, _again(number), code=refusal.code, message=refusal.message)
    return Outcome(number.id, _again(number))


def _synced(number: Number) -> Outcome:
    return Outcome(number.id, sync_next(number.sync_state, SyncEvent.FOUND))


def _again(number: Number) -> SyncState:
    return sync_next(number.sync_state, SyncEvent.QUEUE_ADD)


def _refused(number: Number) -> SyncState:
    return sync_next(number.sync_state, SyncEvent.REFUSE)


def _rejected(number: Number, code: str, message: str, tracking_id: str | None) -> Outcome:
    status = number_next(number.status, NumberEvent.REFUSE)
    return Outcome(number.id, _refused(number), status, code=code, message=message, tracking_id=tracking_id)
