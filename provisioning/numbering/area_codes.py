"""Where the area code of a number ends, as the phonenumbers library says, asked once for each shape of number."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber

from provisioning.numbering.forks import Fork, Rule, closed, cross, examples, fork
from provisioning.numbering.patterns import calling_code_of, metadata_of, regions_of, rules
from provisioning.numbering.spellings import ANY, common, spell, spell_beginning

_NANP = "1"
"""The calling code of the North American Numbering Plan: NPA-NXX-XXXX throughout, toll-free numbers too."""

_NPA_DIGITS = 3
"""How many digits the area code has there."""

_PREFIXES = 900 * 13
"""How many different first three digits and lengths there can be: the bound of the caches."""


class AreaCodes(NamedTuple):
    """How numbers of one calling code and one length are taken apart.

    `end` leads from the national digits, which begin at `start`, to where the area code ends; both count the plus.
    """

    calling_code: str
    start: int
    end: Fork[int] | int


@lru_cache(maxsize=_PREFIXES)
def area_codes(head: str, length: int) -> AreaCodes | None:
    """Prepare for numbers with these first three digits and this length, plus included; None without calling code."""
    calling_code = calling_code_of("+" + head)
    return None if calling_code is None else _area_codes(calling_code, length - 1 - len(calling_code))


@lru_cache(maxsize=_PREFIXES)
def _area_codes(calling_code: str, size: int) -> AreaCodes:
    start = 1 + len(calling_code)
    end = start + _NPA_DIGITS if calling_code == _NANP else _ends(calling_code, size)
    return AreaCodes(calling_code, start, end)


def _ends(calling_code: str, size: int) -> Fork[int] | int:
    """Prepare the ends of area codes: numbers of equal shape are split alike, so the library is asked about one.

    What makes the shape (phonenumberutil.py, `length_of_geographical_area_code` and
    `length_of_national_destination_code`): region, line type, a leading zero, and the international format.
    """
    readings = closed(rules(calling_code, size), None, size)
    formats = closed(_formats(calling_code, size), None, size)
    zeros = closed([Rule(frozenset({("0", *(ANY,) * (size - 1))}), 1)], 0, size)
    shapes = list(cross(cross(readings, formats), zeros))
    samples = examples(fork(shapes, None, size))
    start = 1 + len(calling_code)
    found = {shape: start + _ask(calling_code, digits.ljust(size, "0")) for shape, digits in samples.items()}
    return fork((Rule(shape.spellings, found[shape.answer]) for shape in shapes if shape.answer in found), start, size)


def _ask(calling_code: str, national: str) -> int:
    """Ask the library how long the area code is in a number as it stands, which its parser might not leave so."""
    zeros = min(len(national) - len(national.lstrip("0")), len(national) - 1)
    number = PhoneNumber(
        country_code=int(calling_code),
        national_number=int(national),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros or None,
    )
    return phonenumbers.length_of_geographical_area_code(number)


def _formats(calling_code: str, size: int) -> Iterator[Rule[int | None]]:
    """List the international formats in the order tried (library: `_choose_formatting_pattern_for_number`)."""
    metadata = metadata_of(calling_code, regions_of(calling_code)[0])
    for index, form in enumerate(metadata.intl_number_format or metadata.number_format):
        leading = form.leading_digits_pattern[-1] if form.leading_digits_pattern else ""
        yield Rule(common(spell_beginning(leading, size), spell(form.pattern or "", size)), index)
