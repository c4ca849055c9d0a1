"""Where the area code of a number ends, as the phonenumbers library says, asked once for each shape of number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber

from provisioning.patterns import Reading, read

_NANP = "1"
"""The calling code of the North American Numbering Plan: NPA-NXX-XXXX throughout, toll-free numbers too."""

_NPA_DIGITS = 3
"""How many digits the area code has there."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """All that decides how long the area code is; numbers of equal shape are split alike.

    Source: phonenumberutil.py, `length_of_geographical_area_code` and `length_of_national_destination_code`: region,
    line type, a leading zero, and the way the number is written internationally. `example` is any one of them.
    """

    calling_code: str
    digits: int
    leading_zero: bool
    reading: Reading | None
    format_index: int | None
    example: str = field(compare=False)


def area_code_size(e164: str, calling_code: str) -> int:
    """Count the digits of the area code that follows the calling code; 0 where the number has none."""
    if calling_code == _NANP:
        return _NPA_DIGITS
    national = e164[1 + len(calling_code) :]
    format_index = _format_index(calling_code, national)
    return _size(_Shape(calling_code, len(national), national.startswith("0"), read(e164), format_index, example=e164))


@lru_cache(maxsize=10_000)
def _size(shape: _Shape) -> int:
    """Ask the library about one number of the shape, as it stands: its parser might take a national prefix out."""
    national = shape.example[1 + len(shape.calling_code) :]
    zeros = len(national) - len(national.lstrip("0"))
    number = PhoneNumber(
        country_code=int(shape.calling_code),
        national_number=int(national),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros or None,
    )
    return phonenumbers.length_of_geographical_area_code(number)


def _format_index(calling_code: str, national: str) -> int | None:
    """Find the international format the library would write a number in (`_choose_formatting_pattern_for_number`)."""
    for index, (leading, whole) in enumerate(_formats(calling_code)):
        if leading.match(national) and whole.fullmatch(national):
            return index
    return None


@lru_cache(maxsize=1000)
def _formats(calling_code: str) -> Sequence[tuple[re.Pattern[str], re.Pattern[str]]]:
    """List leading digits and whole pattern of each international format of a calling code, in the order tried."""
    region = COUNTRY_CODE_TO_REGION_CODE[int(calling_code)][0]
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(calling_code), region)
    if metadata is None:
        return ()
    return tuple(
        (
            re.compile(form.leading_digits_pattern[-1] if form.leading_digits_pattern else ""),
            re.compile(form.pattern or ""),
        )
        for form in metadata.intl_number_format or metadata.number_format
    )
