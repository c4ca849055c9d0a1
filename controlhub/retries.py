"""When a failed request is sent again, and how long to wait before."""

from dataclasses import dataclass
from enum import Enum

from controlhub.setbacks import Failure, Setback


class Effect(Enum):
    """What it means to send a request twice."""

    REPEATABLE = "repeatable"
    """Reads, validation, activation and token calls: a second time does no harm."""
    ONCE = "once"
    """Writes: after a lost answer only reading back can tell whether to send again."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounds on attempts and waits, the first attempt included.

    The SDK's values (5 s without Retry-After, 60 s at most) with a bound on attempts, which the SDK lacks.
    """

    attempts: int = 5
    busy_wait_s: float = 5.0
    """After 429 or 423 without a Retry-After header."""
    lost_wait_s: float = 0.5
    """After a lost answer or an unopened connection; doubled at every further attempt."""
    longest_wait_s: float = 30.0
    """Who is asked to wait longer gives up and comes back then: a wait holds on to a worker and to numbers."""
    longest_turn_s: float = 60.0
    """A turn that is farther away is not waited for, either."""
    jitter_share: float = 0.1
    """Up to so much is added to a wait, so that requests turned away together do not come back together."""

    def allows(self, setback: Setback, effect: Effect, attempt: int) -> bool:
        """Say whether to try again after the attempt of that number, counted from 1."""
        if attempt >= self.attempts or (setback.asked_wait_s or 0.0) > self.longest_wait_s:
            return False
        return setback.failure is not Failure.LOST or effect is Effect.REPEATABLE

    def wait_s(self, setback: Setback, attempt: int, chance: float) -> float:
        """Return the seconds to wait; `chance` in [0, 1) decides the jitter."""
        wait_s = self.asked_wait_s(setback, attempt)
        return min(self.longest_wait_s, wait_s * (1 + self.jitter_share * chance))

    def asked_wait_s(self, setback: Setback, attempt: int) -> float:
        """Return the seconds to wait before jitter: what Control Hub asks for, where it does."""
        if setback.asked_wait_s is not None:
            return setback.asked_wait_s
        if setback.failure is Failure.BUSY:
            return self.busy_wait_s
        return self.lost_wait_s * 2.0 ** (attempt - 1)
