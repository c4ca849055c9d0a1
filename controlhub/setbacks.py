"""Answers, or their absence, that leave a request unsettled: it may be worth asking again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum

import httpx

from controlhub.errors import HubBusy, HubError, HubUnanswered

RATE_LIMITED = 429
"""Too many requests, whatever they were: the others of the organization would be, too."""

BUSY_STATUSES = frozenset({423, RATE_LIMITED})
"""Too many requests and Locked: Control Hub did not look at the request (Webex developer documentation, errors)."""

LOST_STATUSES = frozenset({408, *range(500, 600)} - {501})
"""Control Hub, or a gateway before it, lost track of the request; it may have been done before it did.

Seen are 500, 502, 503 and 504; of the others only 501, Not Implemented, says that nothing was done.
"""

NEVER_OPENED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""httpx errors raised before a byte of the request went out."""

UNKNOWN_NUMBER = "4251"
"""The `cisco-spark-error-codes` of a 502 that means "no such number": a refusal in disguise (wxc_sdk tests)."""


class Failure(Enum):
    """How much is known about a request that failed."""

    BUSY = "busy"
    """Turned away before anything was done."""
    NOT_SENT = "not sent"
    """The connection could not be opened: certainly not done."""
    LOST = "lost"
    """Sent, and no answer that says: done or not done."""


@dataclass(frozen=True, slots=True)
class Setback:
    """One failed attempt. `asked_wait_s` is the Retry-After in seconds, None where there was none."""

    failure: Failure
    status: int
    reason: str
    asked_wait_s: float | None = None
    tracking_id: str | None = None

    def error(self) -> HubError:
        """Return what to raise when no further attempt is made."""
        if self.failure is Failure.BUSY:
            return HubBusy(self.status, self.tracking_id, self.asked_wait_s)
        return HubUnanswered(self.reason, self.tracking_id, self.asked_wait_s)


def setback_of_response(response: httpx.Response, tracking_id: str | None, now: datetime) -> Setback | None:
    """Return the setback that an answer is; None where the answer settles the request, well or badly."""
    status = response.status_code
    if status in BUSY_STATUSES:
        failure = Failure.BUSY
    elif status in LOST_STATUSES and response.headers.get("cisco-spark-error-codes") != UNKNOWN_NUMBER:
        failure = Failure.LOST
    else:
        return None
    asked_wait_s = retry_after_s(response.headers.get("Retry-After"), now)
    return Setback(failure, status, f"HTTP {status}", asked_wait_s, tracking_id)


def setback_of_error(error: httpx.RequestError) -> Setback:
    """Return the setback that an error of the connection is."""
    failure = Failure.NOT_SENT if isinstance(error, NEVER_OPENED) else Failure.LOST
    return Setback(failure, status=0, reason=type(error).__name__)


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date (RFC 9110, 10.2.3); None where it says nothing."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    # A date with the zone "-0000" comes back naive; HTTP dates are always UTC.
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
