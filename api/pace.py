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


class _Bucket:
    """What everybody has spent of so much a second; it comes back with time (a token bucket)."""

    def __init__(self, rate: int, monotonic: Callable[[], float]) -> None:
        self._rate, self._monotonic = rate, monotonic
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, name: str, amount: float) -> float:
        """Spend; return how many seconds that is beyond a burst, less than nothing where it is within."""
        now = self._monotonic()
        spent, at = self._spent.pop(name, (0.0, now))
        spent = max(spent - (now - at) * self._rate, 0.0) + amount
        self._spent[name] = (spent, now)
        if len(self._spent) > KNOWN_CALLERS:
            self._spent.popitem(last=False)
        return spent / self._rate - BURST_S


class Pace:
    """Lets everybody come so often."""

    def __init__(self, rate: int, streams: int, monotonic: Callable[[], float]) -> None:
        """Take how many requests a second, and how many streams, somebody may have."""
        self._rate, self._streams = rate, streams
        self._requests, self._messages = _Bucket(rate, monotonic), _Bucket(MESSAGES, monotonic)
        self._following: Counter[str] = Counter()
        self._connected: Counter[str] = Counter()

    def come(self, name: str) -> None:
        """Count a request. Raises TooManyRequests; what is refused costs nothing."""
        late_s = self._requests.spend(name, 1)
        if late_s > 0:
            self._requests.spend(name, -1)
            raise TooManyRequests(self._rate, ceil(late_s))

    def due_s(self, name: str, messages: float) -> float:
        """Count messages that were read of somebody's sockets; return how long to wait before more are."""
        return max(self._messages.spend(name, messages), 0.0)

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
