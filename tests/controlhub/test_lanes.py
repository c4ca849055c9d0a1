"""How fast requests may follow one another, learnt from 429s; a made-up limiter tells whether it was learnt well."""

import math
from dataclasses import dataclass

import pytest

from controlhub.lanes import IDLE_S, LONGEST_CLOSED_S, Pace

LATENCY_S = 0.15


@dataclass(slots=True)
class Bucket:
    """A limit of so many requests a second, a second's worth deep, and what it let in and turned away."""

    limit: float
    level: float
    at_s: float = 0.0
    let_in: int = 0
    turned_away: int = 0

    def ask(self, now_s: float) -> float | None:
        """Let one in and return None, or return the seconds of its Retry-After."""
        self.level = min(self.limit, self.level + (now_s - self.at_s) * self.limit)
        self.at_s = now_s
        if self.level < 1:
            self.turned_away += 1
            return float(math.ceil((1 - self.level) / self.limit))
        self.level -= 1
        self.let_in += 1
        return None


def pushed(pace: Pace, bucket: Bucket, requests: int, slots: int = 5) -> float:
    """Send so many requests, `slots` at once, each again until it is let in; return the time it took."""
    free_at = [0.0] * slots
    while bucket.let_in < requests:
        slot = free_at.index(min(free_at))
        now = free_at[slot]
        at = now + pace.turn_s(now)
        answer = bucket.ask(at)
        free_at[slot] = at + LATENCY_S
        if answer is None:
            pace.note_passed(at + LATENCY_S)
        else:
            pace.note_refused(at + LATENCY_S, answer)
    return max(free_at)


def test_without_a_429_nothing_waits() -> None:
    """The slots alone hold requests back."""
    pace = Pace()
    assert [pace.turn_s(float(second)) for second in (1, 1, 1, 2)] == [0, 0, 0, 0]


@pytest.mark.parametrize(("limit", "most"), [(3.0, 22), (10.0, 11), (20.0, 11)])
def test_a_limit_is_used_up_and_seldom_met(limit: float, most: int) -> None:
    """Of 1,100 requests a hundredth is turned away, of slow ones two, and the limit is the time they take."""
    bucket = Bucket(limit, limit)
    took = pushed(Pace(), bucket, 1_100)
    assert took < 1.1 * (1_100 / limit)
    assert 0 < bucket.turned_away <= most


def test_a_slow_beginning_does_not_spoil_the_guess() -> None:
    """A bucket that was full when the rush began tells its limit all the same."""
    pace, bucket = Pace(), Bucket(40.0, 40.0)
    for tenth in range(100):
        assert bucket.ask(tenth / 10) is None
        pace.turn_s(tenth / 10)
        pace.note_passed(tenth / 10)
    now = 10.0
    while (wait := bucket.ask(now)) is None:
        pace.note_passed(now)
        now += 0.012
    pace.note_refused(now, wait)
    assert pace.rate == pytest.approx(40.0, rel=0.05)


def test_a_limit_above_our_speed_costs_nothing() -> None:
    """It is never met."""
    bucket = Bucket(100.0, 100.0)
    took = pushed(Pace(), bucket, 1_000)
    assert (bucket.turned_away, round(took, 1)) == (0, 30.0)


def test_a_429_closes_the_lane_for_as_long_as_it_says() -> None:
    """For everybody, and one that was sent before does not count twice."""
    pace = Pace()
    for _ in range(10):
        pace.turn_s(100.0)
        pace.note_passed(100.0)
    pace.note_refused(101.0, 9.0)
    pace.note_refused(101.1, 9.0)
    assert pace.refusals == 1
    assert pace.turn_s(102.0) == pytest.approx(8.1)
    assert pace.rate == pytest.approx(1.0)
    assert pace.turn_s(102.0) == pytest.approx(9.1, abs=0.1)


def test_what_was_learnt_is_forgotten_after_a_while() -> None:
    """Limits move."""
    pace = Pace()
    pace.turn_s(100.0)
    pace.note_passed(100.0)
    pace.note_refused(101.0, 1.0)
    assert pace.rate is not None
    pace.turn_s(103.0 + 2 * IDLE_S)
    assert pace.rate is None


@pytest.mark.parametrize("asked_s", [1e11, math.inf])
def test_no_429_closes_the_lane_for_more_than_an_hour(asked_s: float) -> None:
    """Retry-After may be garbage, and a process lives long."""
    pace = Pace()
    pace.note_refused(1_000.0, asked_s)
    assert pace.turn_s(1_000.0) == LONGEST_CLOSED_S
    assert pace.turn_s(1_000.0 + LONGEST_CLOSED_S) < 1 / 0.1


def test_a_clock_that_is_put_back_does_not_close_the_lane() -> None:
    """What was learnt belongs to times that are still to come."""
    pace = Pace()
    pace.turn_s(10_000.0)
    pace.note_passed(10_000.0)
    pace.note_refused(10_001.0, 5.0)
    assert pace.turn_s(10_001.0) > 0
    assert pace.turn_s(6_400.0) == 0
