"""Bad weather at Control Hub: seeded faults of every kind, on every call that a sync makes."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

BROKEN = (500, 502, 503, 504)
"""Statuses after which nobody knows whether the request was done."""

_WRITES: dict[str, Any] = {"path_contains": "/numbers"}
_CALLS: dict[str, dict[str, Any]] = {
    "add": {"method": "POST", **_WRITES, "path_contains": "/locations/"},
    "remove": {"method": "DELETE", **_WRITES},
    "read": {"method": "GET", "path_contains": "/telephony/config/numbers"},
    "validate": {"method": "POST", "path_contains": "/validateNumbers/"},
    "change": {"method": "POST", "path_contains": "/manageNumbers"},
    "poll": {"method": "GET", "path_contains": "/manageNumbers/"},
}
"""The calls, by what tells them apart."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule of the simulator's, and what it is called in a report."""

    name: str
    rule: dict[str, Any]


BLINDING = ("add 5xx, not done", "add dropped, not done", "read held up")
"""Faults after which only a read-back tells that numbers have to be sent again, and which keep it waiting.

With these alone nothing else makes us read, so that a number that is sent again without a look stands out.
"""


def storm(chance: Random, strength: float, only: Collection[str] = ()) -> list[Fault]:
    """Return faults of every kind, or of some; `strength` is about the share of each call's requests they strike."""
    kinds = [(call, *kind) for call in _CALLS for kind in _kinds(chance)]
    chosen = [(call, kind, what) for call, kind, what in kinds if not only or f"{call} {kind}" in only]
    calls = Counter(call for call, _, _ in chosen)
    faults = [
        _fault(call, kind, what, strength / calls[call] * chance.uniform(0.3, 1.7)) for call, kind, what in chosen
    ]
    chance.shuffle(faults)
    return faults


def _fault(call: str, kind: str, what: Mapping[str, Any], share: float) -> Fault:
    return Fault(f"{call} {kind}", {**_CALLS[call], "probability": round(share, 5), **what})


def _kinds(chance: Random) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "5xx, not done", {"status": chance.choice(BROKEN), "when": "before"}
    yield "5xx, done", {"status": chance.choice(BROKEN), "when": "after"}
    yield "dropped, not done", {"drop": True, "when": "before"}
    yield "dropped, done", {"drop": True, "when": "after"}
    yield "429", {"status": 429, "retry_after": 1}
    yield "423", {"status": 423, "retry_after": 1}
    yield "held up", {"hang_s": round(chance.uniform(0.2, 2.5), 2), "when": chance.choice(["before", "after"])}
