"""Judging the entries of one upload: every number gets one outcome, and numbers of equal outcome stay together."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from provisioning.e164 import LocationCountry, Policy, is_blank, judge, parse
from provisioning.ranges import NumberRange, range_between, to_e164, to_int
from provisioning.repairs import Repair, Repaired, repair
from provisioning.verdicts import Fault, Verdict, VerdictCode, fault, refuse
from store.vocabulary import EntryKind, EntryVerdict

_DUPLICATE = refuse(fault(VerdictCode.DUPLICATE_IN_UPLOAD))
"""The number has passed once before in this upload."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it was typed in or read from a file.

    `position` orders the entries of an upload. `raw_last` is the end of a range: needed for a RANGE, optional for a
    FILE_ROW, not looked at for a SINGLE.
    """

    position: int
    kind: EntryKind
    raw_first: str
    raw_last: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What entries are judged by. `guess` says that damaged numbers may be repaired; the caps count numbers."""

    location: LocationCountry
    policy: Policy
    max_range_size: int
    max_numbers: int
    guess: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive numbers of one entry with the same outcome.

    `part` counts the segments of an entry from 0. `first` and `last` are None where the entry could not be read.
    `code` and `message` are None exactly where the verdict is VALID. `repairs` lists the guesses made, first end first.
    """

    position: int
    part: int
    first: str | None
    last: str | None
    verdict: EntryVerdict
    code: VerdictCode | None
    message: str | None
    repairs: tuple[Repair, ...] = ()

    @property
    def size(self) -> int:
        """How many numbers this is about; an entry that could not be read counts as one."""
        return 1 if self.numbers is None else self.numbers.size

    @property
    def numbers(self) -> NumberRange | None:
        """The numbers this is about; None where the entry could not be read."""
        return None if self.first is None or self.last is None else NumberRange(self.first, self.last)

    @property
    def passes(self) -> bool:
        """Whether these numbers will be uploaded: VALID or WARNING."""
        return self.verdict in (EntryVerdict.VALID, EntryVerdict.WARNING)


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of an upload. `valid` includes `warnings`; `valid` and `invalid` add up to `numbers`.

    An entry is invalid when any of its numbers is. An entry that could not be read counts as one invalid number.
    """

    entries: int = 0
    invalid_entries: int = 0
    numbers: int = 0
    valid: int = 0
    warnings: int = 0
    invalid: int = 0

    @property
    def valid_entries(self) -> int:
        """How many entries hold nothing invalid."""
        return self.entries - self.invalid_entries


@dataclass(eq=False)
class TooManyNumbers(Exception):
    """The upload holds more numbers than one upload may hold; known at the entry at `position`."""

    max_numbers: int
    position: int


@dataclass(frozen=True, slots=True)
class _Bench:
    """Judges numbers in the order of the upload; `passed` holds, as integers, those that have passed so far."""

    rules: Rules
    passed: set[int] = field(default_factory=set)

    def verdict(self, e164: str) -> Verdict:
        """Judge the next number; only the first of equal ones passes."""
        found = judge(e164, self.rules.location, self.rules.policy)
        if found.verdict is EntryVerdict.INVALID:
            return found
        number = to_int(e164)
        if number in self.passed:
            return _DUPLICATE
        self.passed.add(number)
        return found


@dataclass(frozen=True, slots=True)
class _Found:
    """The numbers of an entry and the guesses behind them."""

    numbers: NumberRange
    repairs: tuple[Repair, ...]


def judge_entries(entries: Iterable[Entry], rules: Rules) -> Iterator[Segment]:
    """Judge entries in their order; every entry gives at least one segment, in ascending order of its numbers.

    Checks in the order of VerdictCode, up to DUPLICATE_IN_UPLOAD. TooManyNumbers as soon as the cap is passed.
    """
    bench = _Bench(rules)
    total = 0
    for entry in entries:
        found = _read(entry, rules)
        total += 1 if isinstance(found, Fault) else found.numbers.size
        if total > rules.max_numbers:
            raise TooManyNumbers(rules.max_numbers, entry.position)
        if isinstance(found, Fault):
            yield Segment(entry.position, 0, None, None, EntryVerdict.INVALID, found.code, found.message)
        else:
            yield from _segments(entry.position, found, bench)


def mark_held(segments: Iterable[Segment], held: Mapping[str, VerdictCode]) -> list[Segment]:
    """Refuse the passing numbers that are held already, splitting segments where needed; parts count anew.

    `held` says why for each such number: ALREADY_ON_SERVICE or TAKEN. Segments of an entry stand together, in order.
    """
    ascending = sorted(map(to_int, held))
    marked: list[Segment] = []
    for _, group in groupby(segments, key=lambda segment: segment.position):
        pieces = [piece for segment in group for piece in _cut(segment, ascending, held)]
        marked.extend(replace(piece, part=part) for part, piece in enumerate(pieces))
    return marked


def count(segments: Iterable[Segment]) -> Counts:
    """Count the segments of an upload; those of an entry stand together."""
    counts = Counts()
    for _, group in groupby(segments, key=lambda segment: segment.position):
        counts = _add(counts, list(group))
    return counts


def _read(entry: Entry, rules: Rules) -> _Found | Fault:
    """Read an entry as a range of numbers, one where it is a single number."""
    first = _read_cell(entry.raw_first, rules)
    if not _is_range(entry):
        return first if isinstance(first, Fault) else _Found(NumberRange(first.e164, first.e164), _repairs(first))
    last = _read_cell(entry.raw_last or "", rules)
    numbers = range_between(_number(first), _number(last), rules.max_range_size)
    return numbers if isinstance(numbers, Fault) else _Found(numbers, _repairs(first, last))


def _is_range(entry: Entry) -> bool:
    """Say whether an entry has, or ought to have, a second number."""
    if entry.kind is EntryKind.FILE_ROW:
        return entry.raw_last is not None and not is_blank(entry.raw_last)
    return entry.kind is EntryKind.RANGE


def _read_cell(raw: str, rules: Rules) -> Repaired | Fault:
    """Read a cell, with a guess where guesses are wanted."""
    if rules.guess:
        return repair(raw)
    found = parse(raw)
    return found if isinstance(found, Fault) else Repaired(found, None)


def _number(cell: Repaired | Fault) -> str | Fault:
    """Take the number out of a cell that was read."""
    return cell if isinstance(cell, Fault) else cell.e164


def _repairs(*cells: Repaired | Fault) -> tuple[Repair, ...]:
    """List the guesses behind an entry, each once."""
    made = (cell.repair for cell in cells if isinstance(cell, Repaired) and cell.repair is not None)
    return tuple(dict.fromkeys(made))


def _segments(position: int, found: _Found, bench: _Bench) -> Iterator[Segment]:
    """Judge the numbers of an entry and keep neighbours of equal verdict together."""
    for part, (verdict, group) in enumerate(groupby(found.numbers, key=bench.verdict)):
        first = next(group)
        last = deque(group, maxlen=1)
        yield Segment(
            position,
            part,
            first,
            last[0] if last else first,
            verdict.verdict,
            verdict.code,
            verdict.message,
            found.repairs,
        )


def _cut(segment: Segment, ascending: Sequence[int], held: Mapping[str, VerdictCode]) -> Iterator[Segment]:
    """Split one segment at the held numbers; `ascending` are the keys of `held` as integers."""
    if not segment.passes or segment.first is None or segment.last is None:
        yield segment
        return
    start, end = to_int(segment.first), to_int(segment.last)
    within = ascending[bisect_left(ascending, start) : bisect_right(ascending, end)]
    for first, last, code in _held_runs(within, held):
        if start < first:
            yield replace(segment, first=to_e164(start), last=to_e164(first - 1))
        yield _refused(segment, NumberRange(to_e164(first), to_e164(last)), code)
        start = last + 1
    if start <= end:
        yield replace(segment, first=to_e164(start))


def _held_runs(ascending: Iterable[int], held: Mapping[str, VerdictCode]) -> Iterator[tuple[int, int, VerdictCode]]:
    """Join neighbouring held numbers of equal code to first, last and code."""
    indexed = enumerate(ascending)
    for (_, code), group in groupby(indexed, key=lambda item: (item[1] - item[0], held[to_e164(item[1])])):
        members = [number for _, number in group]
        yield members[0], members[-1], code


def _refused(segment: Segment, numbers: NumberRange, code: VerdictCode) -> Segment:
    """Make the piece of a segment that is not uploaded after all."""
    return replace(
        segment,
        first=numbers.first,
        last=numbers.last,
        verdict=EntryVerdict.INVALID,
        code=code,
        message=code.description,
    )


def _add(counts: Counts, segments: Sequence[Segment]) -> Counts:
    """Add the segments of one entry to the counts."""
    size = sum(segment.size for segment in segments)
    valid = sum(segment.size for segment in segments if segment.passes)
    warnings = sum(segment.size for segment in segments if segment.verdict is EntryVerdict.WARNING)
    return Counts(
        entries=counts.entries + 1,
        invalid_entries=counts.invalid_entries + (valid < size),
        numbers=counts.numbers + size,
        valid=counts.valid + valid,
        warnings=counts.warnings + warnings,
        invalid=counts.invalid + size - valid,
    )
