"""How often somebody may come, and how much they may follow at once: in the memory of one process."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, inf

from provisioning.caller import Caller
from store.errors import NumberlineError

KNOWN_CALLERS = 10_000
"""Of how many callers the pace is remembered; one who did not come for longest starts anew."""

MESSAGES = 1_000
"""How many messages a second are read of one caller's sockets; more wait where they are."""

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


class TooManySockets(Exception):
    """Somebody has as many sockets open as they may."""


def who(caller: Caller | None, address: str | None) -> str:
    """Return under which name somebody is counted: by their token, or by where they come from without one."""
    return f"{caller.scope.principal} {caller.subject}" if caller else f"from {address}"


class Pace:
    """Lets everybody come so often."""

    def __init__(self, rate: int, streams: int, monotonic: Callable[[], float]) -> None:
        """Take how many requests a second, and how many streams, somebody may have."""
        self._rate, self._streams, self._monotonic = rate, streams, monotonic
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._due: OrderedDict[str, float] = OrderedDict()
        self._following: Counter[str] = Counter()
        self._connected: Counter[str] = Counter()

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

    def due_s(self, name: str, messages: float) -> float:
        """Count messages that were read of somebody's sockets; return how long to wait before more are."""
        now = self._monotonic()
        due = max(self._due.pop(name, -inf), now - BURST_S) + messages / MESSAGES
        self._due[name] = due
        if len(self._due) > KNOWN_CALLERS:
            self._due.popitem(last=False)
        return max(due - now, 0.0)

    @contextmanager
    def following(self, name: str) -> Iterator[None]:
        """Count a stream while the block runs. Raises TooManyStreams where somebody follows as much as they may."""
        if self._following[name] >= self._streams:
            raise TooManyStreams(self._streams)
        with _counted(self._following, name):
            yield

    @contextmanager
    def connected(self, name: str, most: int) -> Iterator[None]:
        """Count an open socket while the block runs. Raises TooManySockets."""
        if self._connected[name] >= most:
            raise TooManySockets
        with _counted(self._connected, name):
            yield


@contextmanager
def _counted(counter: Counter[str], name: str) -> Iterator[None]:
    counter[name] += 1
    try:
        yield
    finally:
        counter[name] -= 1
        if not counter[name]:
            del counter[name]
