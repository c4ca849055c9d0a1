"""The lane of one organization: how many of its requests run at once, and how fast they follow one another."""

import math
from asyncio import Semaphore
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

MOST_LANES = 1_000
"""How many lanes are remembered; the one that was longest unused is forgotten first."""

IDLE_S = 60.0
"""After how long without a request a lane forgets what it has learnt: limits move."""

EASE = 0.85
"""What is left of the pace each time Control Hub turns a request away although we kept to it."""

REMEMBERED = 2_000
"""How many of the requests that were let in last are looked at to guess the pace."""

LEARNING = 1.2
"""By how much the pace grows in a second until Control Hub first turns away a request that kept to it."""

PROBING = 1.005
"""By how much the pace grows in a second afterwards: less than one request in a hundred then is one too many."""

LONGEST_CLOSED_S = 3600.0
"""However long a 429 asks to wait, the lane is open again after an hour: a date may be years away by mistake."""

SHORTEST_S = 0.1
"""No guess at the pace is made from less time than this."""

SLOWEST = 0.2
"""Requests a second that are sent in any case."""


@dataclass(slots=True)
class Pace:
    """How fast requests may follow one another, learnt from 429s. All times are seconds of one clock.

    Without a 429 there is no pace: the number of slots alone holds requests back. A 429 closes the lane for all. What
    passed lately, over the time from then until the next may pass, is the first guess at the limit: never more than a
    bucket of tokens or a window lets through, and as much where one was full at first. From there it is felt out.
    """

    rate: float | None = None
    """Requests a second at `_rate_at_s`; it has grown since then."""
    refusals: int = 0
    """How often the lane was closed: whoever finds another number than before has to ask for its turn again."""
    _rate_at_s: float = 0.0
    _growth: float = LEARNING
    _open_at_s: float = 0.0
    _next_at_s: float = 0.0
    _last_s: float = 0.0
    _seen_s: float = 0.0
    _passed_at_s: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))

    def turn_s(self, now_s: float) -> float:
        """Take the next turn and return in how many seconds it comes."""
        # A clock that was put back would leave the lane closed for as long.
        if now_s < self._seen_s or now_s - max(self._last_s, self._open_at_s, self._next_at_s) > IDLE_S:
            self._forget()
        self._seen_s = now_s
        at_s = max(now_s, self._open_at_s, self._next_at_s)
        if self.rate is not None:
            self._next_at_s = at_s + 1 / self._rate_s(at_s)
        self._last_s = at_s
        return at_s - now_s

    def _forget(self) -> None:
        self.rate, self._growth = None, LEARNING
        self._open_at_s = self._next_at_s = 0.0
        self._passed_at_s.clear()

    def note_passed(self, now_s: float) -> None:
        """Remember a request that was let in."""
        self._passed_at_s.append(now_s)

    def note_refused(self, now_s: float, wait_s: float) -> None:
        """Close the lane for so long. One sent before the lane was closed tells nothing new about the pace."""
        is_news, wait_s = now_s >= self._open_at_s, min(wait_s, LONGEST_CLOSED_S)
        self._open_at_s = max(self._open_at_s, now_s + wait_s)
        if not is_news:
            return
        self.refusals += 1
        guess = max(self._guesses(now_s + wait_s), default=None)
        if self.rate is not None:
            # What passed while we kept to a pace passes again: a 429 without that reason does not slow us down further.
            self._set_rate(max(self._rate_s(now_s) * EASE, guess or 0.0))
            self._growth = PROBING
        elif guess is not None:
            self._set_rate(guess)
            self._passed_at_s.clear()

    def _guesses(self, until_s: float) -> Iterator[float]:
        """Yield for each request that was let in how many a second there have been since then."""
        for count, at_s in enumerate(reversed(self._passed_at_s), start=1):
            yield count / max(until_s - at_s, SHORTEST_S)

    def _set_rate(self, rate: float) -> None:
        self.rate, self._rate_at_s = max(rate, SLOWEST), self._open_at_s
        self._next_at_s = self._open_at_s

    def _rate_s(self, at_s: float) -> float:
        assert self.rate is not None  # noqa: S101  # asked only where there is a pace
        return self.rate * math.pow(self._growth, max(0.0, at_s - self._rate_at_s))


class Lane:
    """The requests of one organization."""

    def __init__(self, width: int) -> None:
        """Take how many requests run at once."""
        self.slots = Semaphore(width)
        self.pace = Pace()


class Lanes:
    """A lane for each access token, which is for each organization; requests without one share a lane."""

    def __init__(self, width: int) -> None:
        """Take how many requests of one organization run at once."""
        self.of = lru_cache(maxsize=MOST_LANES)(lambda _access_token: Lane(width))
