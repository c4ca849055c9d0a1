"""Judging the entries of an upload: every number gets one outcome, and neighbours of equal outcome stay together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import groupby

import phonenumbers

from provisioning.numbering.e164 import LocationCountry, Policy, is_blank, judge_for, parse, parts
from provisioning.numbering.ranges import NumberRange, range_between, to_e164, to_int
from provisioning.numbering.repairs import Repaired, repair
from provisioning.terms import Header, Terms, own_terms
from provisioning.verdicts import Fault, Verdict, VerdictCode
from store.entries import GOOD, Conflict, Entry, Part, as_part
from store.vocabulary import EntryKind, EntryVerdict

CONFLICTS: Mapping[str, str] = {
    code.value: code.description
    for code in (VerdictCode.DUPLICATE_IN_UPLOAD, VerdictCode.ALREADY_ON_SERVICE, VerdictCode.TAKEN)
}
"""What only a look at other numbers tells, code and message: the store finds it in bulk when an upload is validated."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What entries are judged by, each by itself."""

    location: LocationCountry
    policy: Policy
    header: Header
    max_range_size: int

    @property
    def digest(self) -> str:
        """Tell these rules from others, in every process alike; a new version of the numbering plans is a new rule."""
        refused = sorted(line_type.value for line_type in self.policy.refused)
        told = (self.location, refused, self.header, self.max_range_size, phonenumbers.__version__)
        return sha256(repr(told).encode()).hexdigest()[:16]


_HEADER_TERMS = (None,) * 5
"""No guess made, and no terms but the header's."""


class Judge:
    """Judges entries one by one, by rules that do not change."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._verdict = judge_for(rules.location, rules.policy)

    def parts(self, entry: Entry) -> Sequence[Part]:
        """Judge an entry: at least one part, in ascending order of its numbers.

        Checks in the order of VerdictCode, but for the CONFLICTS. An entry that cannot be read is one part without
        numbers.
        """
        _, kind, raw, raw_last, _, guess, overrides, _ = entry
        if guess or overrides or (raw_last is not None and _is_range(kind, raw_last)) or kind is EntryKind.RANGE:
            return self._with_care(entry)
        e164 = parse(raw)
        return [self._single(e164)] if isinstance(e164, str) else [_unread(e164)]

    def _with_care(self, entry: Entry) -> Sequence[Part]:
        numbers, repairs = self._read(entry)
        if isinstance(numbers, Fault):
            return [_unread(numbers)]
        terms = own_terms(entry.overrides, self._rules.header) if entry.overrides else None
        if isinstance(terms, Fault):
            return [_completed(_refused(numbers, terms), None, repairs)]
        found = self._range(numbers) if numbers.first != numbers.last else [self._single(numbers.first)]
        if terms is None and not repairs:
            return found
        return [_completed(part, terms, repairs) for part in found]

    def _read(self, entry: Entry) -> tuple[NumberRange | Fault, Sequence[str]]:
        """Read an entry as a range of numbers, one where it is a single number, and list the guesses made."""
        first, made = _read_cell(entry.raw, entry.guess)
        if not (entry.kind is EntryKind.RANGE or _is_range(entry.kind, entry.raw_last)):
            return (first if isinstance(first, Fault) else NumberRange(first, first)), made
        last, made_last = _read_cell(entry.raw_last or "", entry.guess)
        numbers = range_between(first, last, self._rules.max_range_size)
        return numbers, tuple(dict.fromkeys((*made, *made_last)))

    def _single(self, e164: str) -> Part:
        verdict = self._verdict(e164)
        told = (verdict.verdict, verdict.code, verdict.message)
        if verdict.verdict is EntryVerdict.INVALID:
            return as_part((e164, e164, 1, None, None, *told, *_HEADER_TERMS))
        calling_code, area_code, _ = parts(e164)
        return as_part((e164, e164, 1, calling_code, area_code, *told, *_HEADER_TERMS))

    def _range(self, numbers: NumberRange) -> list[Part]:
        """Keep neighbours together whose verdict and area code are equal: one rule takes all of them apart."""
        found = []
        for (verdict, calling_code, area_code), group in groupby(numbers, key=self._outcome):
            members = list(group)
            told = (calling_code, area_code, verdict.verdict, verdict.code, verdict.message)
            found.append(Part(members[0], members[-1], len(members), *told))
        return found

    def _outcome(self, e164: str) -> tuple[Verdict, str | None, str | None]:
        verdict = self._verdict(e164)
        if verdict.verdict is EntryVerdict.INVALID:
            return verdict, None, None
        calling_code, area_code, _ = parts(e164)
        return verdict, calling_code, area_code


def cut(parts: Sequence[Part], conflicts: Mapping[int, Sequence[Conflict]]) -> list[Part]:
    """Refuse the numbers of one entry that are in conflict; `conflicts` by the index of the part, ascending in it."""
    return [piece for index, part in enumerate(parts) for piece in _cut(part, conflicts.get(index, ()))]


@dataclass(slots=True)
class Tally:
    """A running count: of entries, of those that are rows, and of their numbers. `valid` includes `warnings`."""

    entries: int = 0
    rows: int = 0
    total: int = 0
    valid: int = 0
    warnings: int = 0

    @property
    def invalid(self) -> int:
        """How many numbers will not be uploaded."""
        return self.total - self.valid

    def add(self, entry: Entry, found: Iterable[Part]) -> None:
        """Count one entry more, with its parts."""
        self.entries += 1
        self.rows += entry.line is not None
        for part in found:
            self.total += part.size
            if part.verdict in GOOD:
                self.valid += part.size
                self.warnings += part.size if part.verdict is EntryVerdict.WARNING else 0


def _is_range(kind: EntryKind, raw_last: str | None) -> bool:
    """Say whether the second cell of a row counts: a blank one makes it a single number."""
    return kind is EntryKind.FILE_ROW and raw_last is not None and not is_blank(raw_last)


def _read_cell(raw: str, guess: bool) -> tuple[str | Fault, tuple[str, ...]]:  # noqa: FBT001  # the entry's own mark
    found = repair(raw) if guess else parse(raw)
    if not isinstance(found, Repaired):
        return found, ()
    return found.e164, () if found.repair is None else (found.repair.value,)


@lru_cache(maxsize=256)
def _unread(because: Fault) -> Part:
    return Part(None, None, 1, None, None, EntryVerdict.INVALID, because.code, because.message)


def _refused(numbers: NumberRange, because: Fault) -> Part:
    told = (EntryVerdict.INVALID, because.code, because.message)
    return Part(numbers.first, numbers.last, numbers.size, None, None, *told)


def _completed(part: Part, terms: Terms | None, repairs: Sequence[str]) -> Part:
    return part._replace(repairs=repairs or None, **({} if terms is None else terms._asdict()))


def _cut(part: Part, conflicts: Sequence[Conflict]) -> Iterator[Part]:
    if part.first is None or part.last is None:
        yield part
        return
    start, end = to_int(part.first), to_int(part.last)
    for conflict in conflicts:
        if start < conflict.first:
            yield _piece(part, start, conflict.first - 1)
        refused = _piece(part, conflict.first, conflict.last)
        yield refused._replace(verdict=EntryVerdict.INVALID, code=conflict.code, message=CONFLICTS[conflict.code])
        start = conflict.last + 1
    if start <= end:
        yield _piece(part, start, end)


def _piece(part: Part, first: int, last: int) -> Part:
    return part._replace(first=to_e164(first), last=to_e164(last), size=last - first + 1)
