"""What the phonenumbers library itself says, to hold ours against."""

from collections.abc import Iterator

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException, PhoneMetadata, PhoneNumber

from provisioning.numbering.patterns import LineType, Reading

DESCRIPTIONS = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
"""The library's descriptions of kinds of lines, by attribute."""

CALLING_CODES = sorted(COUNTRY_CODE_TO_REGION_CODE)
"""Every calling code the library knows."""

_LINE_TYPES = {
    phonenumbers.PhoneNumberType.FIXED_LINE: LineType.FIXED_LINE,
    phonenumbers.PhoneNumberType.MOBILE: LineType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE: LineType.FIXED_LINE_OR_MOBILE,
    phonenumbers.PhoneNumberType.TOLL_FREE: LineType.TOLL_FREE,
    phonenumbers.PhoneNumberType.PREMIUM_RATE: LineType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST: LineType.SHARED_COST,
    phonenumbers.PhoneNumberType.VOIP: LineType.VOIP,
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER: LineType.PERSONAL_NUMBER,
    phonenumbers.PhoneNumberType.PAGER: LineType.PAGER,
    phonenumbers.PhoneNumberType.UAN: LineType.UAN,
    phonenumbers.PhoneNumberType.VOICEMAIL: LineType.VOICEMAIL,
}


def examples(calling_code: int) -> Iterator[str]:
    """List the library's example of each kind of line of each region of a calling code, in E.164."""
    for region in COUNTRY_CODE_TO_REGION_CODE[calling_code]:
        metadata = PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)
        for name in DESCRIPTIONS:
            description = getattr(metadata, name)
            if description is not None and description.example_number:
                yield f"+{calling_code}{description.example_number}"


def mutations(e164: str, start: int) -> Iterator[str]:
    """List a number and, from `start` on, it with a digit changed, left out or put in, each in every way."""
    yield e164
    for index in range(start, len(e164)):
        before, after = e164[:index], e164[index + 1 :]
        yield before + after
        yield from (before + digit + after for digit in "0123456789")
    for index in range(start, len(e164) + 1):
        yield from (e164[:index] + digit + e164[index:] for digit in "0123456789")


def neighbours(calling_code: int) -> set[str]:
    """List the examples of a calling code and their mutations, those with the 7 to 15 digits of E.164."""
    start = 1 + len(str(calling_code))
    found = {mutation for e164 in set(examples(calling_code)) for mutation in mutations(e164, start)}
    return {e164 for e164 in found if 8 <= len(e164) <= 16}


def library_number(e164: str) -> PhoneNumber:
    """Make the library's object for a number as it stands: its parser might take a national prefix out."""
    size = next((size for size in (1, 2, 3) if int(e164[1 : 1 + size]) in COUNTRY_CODE_TO_REGION_CODE), 3)
    national = e164[1 + size :]
    zeros = min(len(national) - len(national.lstrip("0")), len(national) - 1)
    return PhoneNumber(
        country_code=int(e164[1 : 1 + size]),
        national_number=int(national),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros or None,
    )


def library_reading(e164: str) -> Reading | None:
    """Ask the library about a number as it stands."""
    number = library_number(e164)
    if not phonenumbers.is_valid_number(number):
        return None
    region = phonenumbers.region_code_for_number(number)
    return Reading(str(region), _LINE_TYPES[phonenumbers.number_type(number)])


def library_accepts(e164: str) -> bool:
    """Ask the library the plain way: parse, then validate."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(e164))
    except NumberParseException:
        return False
