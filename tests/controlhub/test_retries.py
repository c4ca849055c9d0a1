"""When to try again, and after how long."""

import pytest

from controlhub.retries import Effect, RetryPolicy
from controlhub.setbacks import Failure, Setback

BUSY = Setback(Failure.BUSY, 429, "HTTP 429")
LOST = Setback(Failure.LOST, 502, "HTTP 502")
NOT_SENT = Setback(Failure.NOT_SENT, 0, "ConnectError")


@pytest.mark.parametrize(
    ("setback", "effect", "is_allowed"),
    [
        (BUSY, Effect.ONCE, True),
        (NOT_SENT, Effect.ONCE, True),
        (LOST, Effect.ONCE, False),
        (LOST, Effect.REPEATABLE, True),
    ],
)
def test_only_a_lost_write_is_never_repeated(setback, effect, is_allowed):
    """It may have been done."""
    assert RetryPolicy().allows(setback, effect, attempt=1) is is_allowed


def test_attempts_are_bounded():
    """The policy's number counts the first attempt."""
    policy = RetryPolicy(attempts=3)
    assert policy.allows(BUSY, Effect.REPEATABLE, attempt=2)
    assert not policy.allows(BUSY, Effect.REPEATABLE, attempt=3)


@pytest.mark.parametrize(
    ("setback", "attempt", "seconds"),
    [
        (BUSY, 1, 5.0),
        (BUSY, 3, 5.0),
        (LOST, 1, 0.5),
        (LOST, 4, 4.0),
        (Setback(Failure.BUSY, 429, "", asked_wait_s=12.0), 1, 12.0),
        (Setback(Failure.BUSY, 429, "", asked_wait_s=0.0), 1, 0.0),
        (Setback(Failure.BUSY, 429, "", asked_wait_s=3600.0), 1, 30.0),
    ],
)
def test_waits_follow_the_header_within_bounds(setback, attempt, seconds):
    """Retry-After goes first, else 5 s when busy and a doubling half second when lost; never over half a minute."""
    assert RetryPolicy().wait_s(setback, attempt, chance=0.0) == seconds


def test_jitter_makes_waits_longer_but_not_too_long():
    """Coming back early would break what Retry-After asks."""
    assert RetryPolicy().wait_s(BUSY, 1, chance=0.5) == pytest.approx(5.25)
    assert RetryPolicy(busy_wait_s=30.0).wait_s(BUSY, 1, chance=0.5) == 30.0
