"""What the simulator's request log says about us: every request that should not have been sent."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

Entry = Mapping[str, Any]
"""One request of the log, as `/_log` shows it."""

PAGE = 1000
"""Numbers in a page of a read-back."""


class Mistake(Enum):
    """What can be wrong with a request."""

    ADDED_TWICE = "a number was added again whose addition had been answered 201"
    BLIND_ADDITION = "a number was added again after a silence, without a read-back"
    BLIND_REMOVAL = "a number was removed again after a silence, without a read-back"
    REMOVED_TWICE = "a number was removed again whose removal had been answered 204"
    STRAY = "a number was sent that nobody submitted"


@dataclass(frozen=True, slots=True)
class Slip:
    """One mistake, by the id of the request that made it."""

    mistake: Mistake
    request: int
    number: str

    def __str__(self) -> str:
        """Say it."""
        return f"request {self.request}, {self.number}: {self.mistake.value}"


def slips(log: Iterable[Entry], submitted: Collection[str]) -> list[Slip]:
    """Return every mistake in the log of one organization, from its beginning; `submitted` is all it was to be sent."""
    reader = _Reader(frozenset(submitted))
    for entry in log:
        reader.read(entry)
    return reader.found


def is_addition(entry: Entry) -> bool:
    """Say whether the request adds numbers to a location."""
    return entry["method"] == "POST" and _is_about_numbers_of_location(entry)


def is_answered(entry: Entry) -> bool:
    """Say whether its sender knows what became of it."""
    return entry["status"] is not None and entry["status"] < 500


def answers(log: Iterable[Entry]) -> Counter[str]:
    """Count the additions by how they were answered."""
    return Counter(str(entry["status"]) for entry in log if is_addition(entry))


def _is_about_numbers_of_location(entry: Entry) -> bool:
    return "/locations/" in entry["path"] and entry["path"].endswith("/numbers")


@dataclass(slots=True)
class _Doubt:
    """A request without an answer: the pages read by then, and how few a whole read-back has had since."""

    location: str
    pages: int
    fewest: int


@dataclass(slots=True)
class _Reader:
    """Goes through the log once and remembers what its sender knew at that point.

    The log does not tell which page a read-back was for, so that enough answered pages count as a whole one: as many
    as the location had when it had the fewest numbers since, for removals beside it may have made it smaller.
    """

    submitted: frozenset[str]
    found: list[Slip] = field(default_factory=list)
    there: dict[str, str] = field(default_factory=dict)
    """What Control Hub has: the location of each number."""
    known: set[str] = field(default_factory=set)
    """Numbers whose addition was answered 201."""
    gone: set[str] = field(default_factory=set)
    """Numbers whose removal was answered 204."""
    doubtful: dict[tuple[str, str], _Doubt] = field(default_factory=dict)
    """What was not answered, by method and number."""
    pages: int = 0
    """How many pages of numbers were answered."""

    def read(self, entry: Entry) -> None:
        """Judge one request, then learn from its answer."""
        if entry["method"] == "GET" and entry["path"].endswith("/telephony/config/numbers"):
            self.pages += entry["status"] == 200
        elif _is_about_numbers_of_location(entry) and entry["method"] in ("POST", "DELETE"):
            for number in entry["numbers"]:
                self._judge(entry, number)
            self._learn(entry)

    def _judge(self, entry: Entry, number: str) -> None:
        adding = entry["method"] == "POST"
        if number not in self.submitted:
            self._note(Mistake.STRAY, entry, number)
        if number in (self.known if adding else self.gone):
            self._note(Mistake.ADDED_TWICE if adding else Mistake.REMOVED_TWICE, entry, number)
        doubt = self.doubtful.pop((entry["method"], number), None)
        if doubt is not None and self.pages < doubt.pages + doubt.fewest:
            self._note(Mistake.BLIND_ADDITION if adding else Mistake.BLIND_REMOVAL, entry, number)

    def _note(self, mistake: Mistake, entry: Entry, number: str) -> None:
        self.found.append(Slip(mistake, entry["id"], number))

    def _learn(self, entry: Entry) -> None:
        numbers, adding = entry["numbers"], entry["method"] == "POST"
        location = entry["path"].rsplit("/", 2)[1]
        if entry["applied"]:
            for number in numbers:
                self.there.update({number: location}) if adding else self.there.pop(number, None)
            (self.gone if adding else self.known).difference_update(numbers)
            if not adding:
                self._shrink(location)
        if not is_answered(entry):
            doubt = _Doubt(location, self.pages, self._pages_of(location))
            self.doubtful.update({(entry["method"], number): replace(doubt) for number in numbers})
        elif entry["status"] in (201, 204):
            (self.known if adding else self.gone).update(numbers)

    def _shrink(self, location: str) -> None:
        pages = self._pages_of(location)
        for doubt in self.doubtful.values():
            if doubt.location == location:
                doubt.fewest = min(doubt.fewest, pages)

    def _pages_of(self, location: str) -> int:
        return max(1, -(-sum(place == location for place in self.there.values()) // PAGE))
