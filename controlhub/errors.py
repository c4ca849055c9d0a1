"""What can go wrong between us and Control Hub; the one place where its answers become exceptions is the client."""

from collections.abc import Sequence
from dataclasses import dataclass

from controlhub.numbers import HubProblem


class HubError(Exception):
    """Control Hub did not do what was asked."""


@dataclass(eq=False)
class HubUnauthorized(HubError):
    """Control Hub answered 401: the token is not, or no longer, good; the customer may have withdrawn consent."""

    tracking_id: str | None


@dataclass(eq=False)
class HubRefused(HubError):
    """Control Hub refused the whole request, and nothing was done.

    `code` is Control Hub's own errorCode where the body held one, else the HTTP status as text.
    """

    status: int
    code: str
    message: str
    tracking_id: str | None


@dataclass(eq=False)
class HubNumberUnknown(HubRefused):
    """Control Hub refused the request because the location does not have one of its numbers.

    Which one it does not say: read back.
    """


@dataclass(eq=False)
class HubBusy(HubError):
    """Control Hub has no time for it now, nothing was done, and the same request may be sent later.

    It answered 429 or 423 more often than the retry policy allows, or asked for a longer wait than that allows, or
    answered 409 to a job because another one runs. `retry_after_s` is the wait it asked for, None where it did not.
    """

    status: int
    tracking_id: str | None
    retry_after_s: float | None = None


@dataclass(eq=False)
class HubUnanswered(HubError):
    """No answer that says (time-out, dropped connection, 500, 502, 503, 504): it may have been done or not.

    For a read this is raised only after the policy's retries; for a write at once, because only reading back
    can tell whether to send again. `retry_after_s` is the wait it asked for, None where it did not.
    """

    reason: str
    tracking_id: str | None
    retry_after_s: float | None = None


@dataclass(eq=False)
class HubNumbersRefused(HubError):
    """Control Hub objects to some of the numbers; whether it took the others it does not say: read back."""

    problems: Sequence[HubProblem]
    tracking_id: str | None
