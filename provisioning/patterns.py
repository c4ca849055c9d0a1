"""The phonenumbers library's answer at a small part of its cost: its own patterns, joined and compiled once.

The library tries up to ten patterns for each of up to 25 regions, each behind a parse. Here all patterns that a number
of one calling code and one length could match become one alternation, in the library's own order, so that one match
tells region and line type. Source: phonenumbers 9, phonenumberutil.py (`is_valid_number`, `number_type`,
`region_code_for_number`); the tests hold both against each other.

A number is judged as it stands, which is what the library's `is_valid_number` does with a number object. Its `parse`
would first take out what it holds for a national prefix: +4402079460000 becomes +442079460000, and is valid. Here it is
not valid, and `holds_national_prefix` recognises it. (In rare cases that prefix belongs to the number: +3758102349255
is valid as it stands, yet not what `parse` makes of it.)
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException, PhoneMetadata, PhoneNumberFormat
from phonenumbers.phonemetadata import PhoneNumberDesc

from store.vocabulary import Word

_PREFIXES = 900 * 9
"""How many different first three digits and lengths E.164 numbers can have: the bound of the caches."""


class LineType(Word):
    """The kind of line behind a number, as its numbering plan says (phonenumbers' PhoneNumberType)."""

    FIXED_LINE = "FIXED_LINE", "A fixed line."
    MOBILE = "MOBILE", "A mobile line."
    FIXED_LINE_OR_MOBILE = "FIXED_LINE_OR_MOBILE", "A fixed or a mobile line; the plan does not tell them apart."
    TOLL_FREE = "TOLL_FREE", "Free for the caller."
    PREMIUM_RATE = "PREMIUM_RATE", "The caller pays extra."
    SHARED_COST = "SHARED_COST", "The caller pays a part."
    VOIP = "VOIP", "A line over the internet that is bound to no place."
    PERSONAL_NUMBER = "PERSONAL_NUMBER", "Follows a person from line to line."
    PAGER = "PAGER", "A pager."
    UAN = "UAN", "A company's universal access number."
    VOICEMAIL = "VOICEMAIL", "A voice mailbox."


@dataclass(frozen=True, slots=True)
class Reading:
    """What a number's digits tell. `region` is ISO 3166-1 alpha-2, or 001 where no country is meant."""

    region: str
    line_type: LineType


@dataclass(frozen=True, slots=True)
class _Reader:
    """`pattern` matches from `start` on, past plus and calling code; `readings` stand in the order of its groups."""

    pattern: re.Pattern[str]
    start: int
    readings: Sequence[Reading]


def read(e164: str) -> Reading | None:
    """Tell region and line type of a number; None where the library finds it not valid.

    `e164` is a plus and 7 to 15 digits, the first not 0; longer ones are not valid (E.164), whatever the library says.
    """
    reader = _reader(e164[1:4], len(e164))
    if reader is None:
        return None
    match = reader.pattern.fullmatch(e164, reader.start)
    if match is None or match.lastindex is None:
        return None
    return reader.readings[match.lastindex - 1]


def is_valid_in(e164: str, region: str) -> bool:
    """Say whether a number is valid by the patterns of one region (library: `is_valid_number_for_region`)."""
    reader = _region_reader(region, len(e164))
    if reader is None or not e164.startswith(str(phonenumbers.country_code_for_region(region)), 1):
        return False
    return reader.pattern.fullmatch(e164, reader.start) is not None


def calling_code_of(e164: str) -> str | None:
    """Name the calling code a number begins with, digits only; None where no such code is assigned."""
    return _calling_code(e164[1:4])


def holds_national_prefix(e164: str) -> bool:
    """Say whether an invalid number becomes a valid one when its national prefix is left out.

    The library itself is asked, but only about numbers that begin like one with such a prefix.
    """
    calling_code = calling_code_of(e164)
    if calling_code is None or not _national_prefix(calling_code).match(e164, 1 + len(calling_code)):
        return False
    try:
        parsed = phonenumbers.parse(e164)
    except NumberParseException:
        return False
    rewritten = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return rewritten != e164 and phonenumbers.is_valid_number(parsed)


@lru_cache(maxsize=1000)
def _calling_code(digits: str) -> str | None:
    """Find the calling code at the head of `digits`; codes have 1 to 3 digits and none begins another."""
    heads = (digits[:size] for size in (1, 2, 3))
    return next((head for head in heads if int(head or 0) in COUNTRY_CODE_TO_REGION_CODE), None)


@lru_cache(maxsize=_PREFIXES)
def _reader(digits: str, length: int) -> _Reader | None:
    """Find the reader for numbers with these first three digits and this length, plus included."""
    calling_code = _calling_code(digits)
    if calling_code is None or length > 1 + 15:
        return None
    return _compiled(calling_code, length)


@lru_cache(maxsize=_PREFIXES)
def _compiled(calling_code: str, length: int) -> _Reader | None:
    """Compile the patterns of all regions of a calling code."""
    regions = COUNTRY_CODE_TO_REGION_CODE[int(calling_code)]
    start = 1 + len(calling_code)
    return _join([_metadata(calling_code, region) for region in regions], start, length - start)


@lru_cache(maxsize=_PREFIXES)
def _region_reader(region: str, length: int) -> _Reader | None:
    """Compile the patterns of one region."""
    calling_code = str(phonenumbers.country_code_for_region(region))
    if calling_code == "0":
        return None
    start = 1 + len(calling_code)
    return _join([_metadata(calling_code, region)], start, length - start)


@lru_cache(maxsize=1000)
def _national_prefix(calling_code: str) -> re.Pattern[str]:
    """Compile what the library takes for a national prefix, by the main region of the calling code."""
    metadata = _metadata(calling_code, COUNTRY_CODE_TO_REGION_CODE[int(calling_code)][0])
    return re.compile(metadata.national_prefix_for_parsing or "(?!)")


def _metadata(calling_code: str, region: str) -> PhoneMetadata:
    """Fetch the library's patterns for a region that it lists under this calling code."""
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(calling_code), region)
    if metadata is None:
        raise LookupError(f"phonenumbers lists region {region} but has no metadata for it")
    return metadata


def _join(regions: Sequence[PhoneMetadata], start: int, size: int) -> _Reader | None:
    """Join regions into one alternation for national numbers of `size` digits; None where there are none.

    Several regions: the first whose leading digits match is the number's region, valid there or not; a region without
    leading digits is it where the number is valid (library: `_region_code_for_number_from_list`).
    """
    source = "(?!)"
    readings: list[Reading] = []
    for metadata in reversed(regions):
        found = list(_types(metadata, size))
        own = _alternation(metadata, [pattern for _, pattern in found])
        readings[:0] = [Reading(metadata.id or "", line_type) for line_type, _ in found]
        if metadata.leading_digits is None or len(regions) == 1:
            source = f"{own}|{source}"
        else:
            leading = f"(?:{metadata.leading_digits})"
            source = f"(?={leading}){own}|(?!{leading})(?:{source})"
    return _Reader(re.compile(source), start, tuple(readings)) if readings else None


def _alternation(metadata: PhoneMetadata, patterns: Sequence[str]) -> str:
    """Put one group for each pattern behind the region's general description, which every number has to match."""
    if not patterns:
        return "(?!)"
    general = metadata.general_desc
    pattern = general.national_number_pattern if general is not None else None
    return f"(?=(?:{pattern or '(?!)'})\\Z)(?:{'|'.join(f'({pattern})' for pattern in patterns)})"


def _types(metadata: PhoneMetadata, size: int) -> Iterator[tuple[LineType, str]]:
    """List what the region's numbers of `size` digits can be, in the order of the library's `_number_type_helper`."""
    if metadata.general_desc is None or not _fits(metadata.general_desc, size):
        return
    for line_type, desc in (
        (LineType.PREMIUM_RATE, metadata.premium_rate),
        (LineType.TOLL_FREE, metadata.toll_free),
        (LineType.SHARED_COST, metadata.shared_cost),
        (LineType.VOIP, metadata.voip),
        (LineType.PERSONAL_NUMBER, metadata.personal_number),
        (LineType.PAGER, metadata.pager),
        (LineType.UAN, metadata.uan),
        (LineType.VOICEMAIL, metadata.voicemail),
    ):
        if pattern := _pattern(desc, size):
            yield line_type, pattern
    yield from _lines(metadata, size)


def _lines(metadata: PhoneMetadata, size: int) -> Iterator[tuple[LineType, str]]:
    """List fixed and mobile lines: one kind where the plan does not tell them apart, or a number matches both."""
    fixed, mobile = _pattern(metadata.fixed_line, size), _pattern(metadata.mobile, size)
    if metadata.same_mobile_and_fixed_line_pattern:
        if fixed:
            yield LineType.FIXED_LINE_OR_MOBILE, fixed
        return
    if fixed and mobile:
        yield LineType.FIXED_LINE_OR_MOBILE, f"(?=(?:{mobile})\\Z)(?:{fixed})"
    if fixed:
        yield LineType.FIXED_LINE, fixed
    if mobile:
        yield LineType.MOBILE, mobile


def _pattern(desc: PhoneNumberDesc | None, size: int) -> str | None:
    """Take a description's pattern where numbers of `size` digits can match it at all."""
    return desc.national_number_pattern if desc is not None and _fits(desc, size) else None


def _fits(desc: PhoneNumberDesc, size: int) -> bool:
    """Say whether a description allows `size` digits; none given means that the general description decides."""
    return not desc.possible_length or size in desc.possible_length
