"""How often somebody may come, and how much they may follow at once: in the memory of one process."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil

from provisioning.caller import Caller
from store.errors import NumberlineError

KNOWN_CALLERS = 10_000
"""Of how many callers the pace is remembered; one who did not come for longest starts anew."""

BURST_S = 2.0
"""So many seconds' worth of requests may come at once."""


@dataclass(eq=False)
class TooManyRequests(NumberlineError):
    """You send more than {rate} requests a second; come again in {retry_after_s} s, or ask for more at once."""

    code = "TOO_MANY_REQUESTS"
    rate: int
    retry_after_s: int


@dataclass(eq=False)
class TooManyStreams(NumberlineError):
    """You follow {most} operations at this server already; complete some, or follow several things in one."""

    code = "TOO_MANY_STREAMS"
    most: int


def who(caller: Caller | None, address: str | None) -> str:
    """Return under which name somebody is counted: by their token, or by where they come from without one."""
    return f"{caller.scope.principal} {caller.subject}" if caller else f"from {address}"


class Pace:
    """Lets everybody come so often."""

    def __init__(self, rate: int, streams: int, monotonic: Callable[[], float]) -> None:
        """Take how many requests a second, and how many streams, somebody may have."""
        self._rate, self._streams, self._monotonic = rate, streams, monotonic
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._following: Counter[str] = Counter()

    def come(self, name: str) -> None:
        """Count a request (a token bucket: what was spent comes back with time). Raises TooManyRequests."""
        now = self._monotonic()
        spent, at = self._spent.pop(name, (0.0, now))
        spent = max(spent - (now - at) * self._rate, 0.0)
        is_over = spent + 1 > self._rate * BURST_S
        self._spent[name] = (spent if is_over else spent + 1, now)
        if len(self._spent) > KNOWN_CALLERS:
            self._spent.popitem(last=False)
        if is_over:
            raise TooManyRequests(self._rate, ceil((spent + 1) / self._rate - BURST_S) or 1)

    def check_streams(self, name: str) -> None:
        """Raise TooManyStreams where somebody follows as much as they may."""
        if self._following.get(name, 0) >= self._streams:
            raise TooManyStreams(self._streams)

    @contextmanager
    def following(self, name: str) -> Iterator[None]:
        """Count a stream while the block runs."""
        self._following[name] += 1
        try:
            yield
        finally:
            self._following[name] -= 1
            if not self._following[name]:
                del self._following[name]
