"""Runs of consecutive numbers: read, counted, joined and cut by arithmetic on their digits.

The digits of an E.164 number never begin with 0, so that number and integer tell the same, leading zeros of the
national number (+3906...) included.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from provisioning.numbering.e164 import parse
from provisioning.numbering.patterns import calling_code_of
from provisioning.verdicts import Fault, VerdictCode, fault


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Consecutive E.164 numbers of equal length, both ends included; `first` is not above `last`."""

    first: str
    last: str

    @property
    def size(self) -> int:
        """How many numbers there are; at least 1."""
        return to_int(self.last) - to_int(self.first) + 1

    def __iter__(self) -> Iterator[str]:
        """Go through the numbers, ascending."""
        return (to_e164(digits) for digits in range(to_int(self.first), to_int(self.last) + 1))

    def __contains__(self, e164: object) -> bool:
        """Say whether a number lies within; texts of equal length sort like their digits."""
        return isinstance(e164, str) and len(e164) == len(self.first) and self.first <= e164 <= self.last


def to_int(e164: str) -> int:
    """Turn a number into an integer, losing nothing."""
    return int(e164[1:])


def to_e164(digits: int) -> str:
    """Turn an integer back into the number."""
    return f"+{digits}"


def parse_range(first_raw: str, last_raw: str, max_size: int) -> NumberRange | Fault:
    """Read a range of at most `max_size` numbers from its two ends, or say what is wrong.

    An end that cannot be read has the code `parse` gives, an empty one RANGE_END_MISSING. Equal ends are one number.
    """
    return range_between(parse(first_raw), parse(last_raw), max_size)


def range_between(first: str | Fault, last: str | Fault, max_size: int) -> NumberRange | Fault:
    """Make the range of at most `max_size` numbers between two ends that were read before."""
    if isinstance(first, Fault):
        return _end_fault("First", first)
    if isinstance(last, Fault):
        return _end_fault("Last", last)
    if len(first) != len(last):
        return fault(VerdictCode.RANGE_LENGTHS_DIFFER)
    if calling_code_of(first) != calling_code_of(last):
        return fault(VerdictCode.RANGE_CALLING_CODES_DIFFER)
    if first > last:
        return fault(VerdictCode.RANGE_REVERSED)
    return _capped(NumberRange(first, last), max_size)


def _end_fault(end: str, found: Fault) -> Fault:
    """Say which end of the range a fault is about."""
    if found.code is VerdictCode.MISSING_NUMBER:
        return fault(VerdictCode.RANGE_END_MISSING)
    return Fault(found.code, f"{end} number of the range: {found.message}")


def _capped(found: NumberRange, max_size: int) -> NumberRange | Fault:
    """Refuse a range above the cap."""
    if found.size <= max_size:
        return found
    message = (
        f"The range holds {found.size:,} numbers and may hold {max_size:,}: "
        "check its last number, or split it into smaller ranges."
    )
    return Fault(VerdictCode.RANGE_TOO_LARGE, message)
