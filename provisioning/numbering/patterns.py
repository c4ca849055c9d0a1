"""The phonenumbers library's answer at a small part of its cost: its own patterns, prepared once.

The library tries up to ten patterns for each of up to 25 regions, each behind a parse. Here all patterns that a number
of one calling code and one length could match become one list of rules, in the library's own order, and the rules
become forks (`provisioning.numbering.forks`): two or three look-ups tell region and line type. Source: phonenumbers 9,
phonenumberutil.py (`is_valid_number`, `number_type`, `region_code_for_number`); the tests hold both against each other.

A number is judged as it stands, which is what the library's `is_valid_number` does with a number object. Its `parse`
would first take out what it holds for a national prefix: see `provisioning.numbering.national_prefixes`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
from phonenumbers.phonemetadata import PhoneNumberDesc

from provisioning.numbering.forks import Fork, Rule, follow, fork
from provisioning.numbering.spellings import Spelling, common, spell, spell_beginning
from store.vocabulary import Word

MAX_DIGITS = 15
"""The cap of ITU-T E.164, which phonenumbers does not keep."""

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


def read(e164: str) -> Reading | None:
    """Tell region and line type of a number; None where the library finds it not valid.

    `e164` is a plus and 7 to 15 digits, the first not 0; longer ones are not valid (E.164), whatever the library says.
    """
    calling_code = calling_code_of(e164)
    if calling_code is None:
        return None
    start = 1 + len(calling_code)
    return follow(_readings(calling_code, len(e164) - start), e164, start)


def calling_code_of(e164: str) -> str | None:
    """Name the calling code a number begins with, digits only; None where no such code is assigned."""
    return _calling_code(e164[1:4])


@lru_cache(maxsize=_PREFIXES)
def rules(calling_code: str, size: int) -> Sequence[Rule[Reading | None]]:
    """List what national numbers of `size` digits can be; whatever no rule is about is not valid.

    Several regions: the first whose leading digits match is the number's region, valid there or not; a region without
    leading digits is it where the number is valid (library: `_region_code_for_number_from_list`).
    """
    if len(calling_code) + size > MAX_DIGITS:
        return ()
    return rules_of([metadata_of(calling_code, region) for region in regions_of(calling_code)], size)


def rules_of(regions: Sequence[PhoneMetadata], size: int) -> Sequence[Rule[Reading | None]]:
    """List what numbers of the regions under one calling code can be."""
    return tuple(rule for metadata in regions for rule in _rules(metadata, size, alone=len(regions) == 1))


def valid_in(region: str, calling_code: str, size: int) -> frozenset[Spelling]:
    """Spell out the numbers of one region behind a calling code (library: `is_valid_number_for_region`)."""
    if region not in regions_of(calling_code):
        return frozenset()
    own = _rules(metadata_of(calling_code, region), size, alone=True)
    return frozenset(spelling for rule in own for spelling in rule.spellings)


def regions_of(calling_code: str) -> Sequence[str]:
    """Name the regions that share a calling code, the main one first; none where it is not assigned."""
    return COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code), ())


def metadata_of(calling_code: str, region: str) -> PhoneMetadata:
    """Fetch the library's patterns for a region that it lists under this calling code."""
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(int(calling_code), region)
    if metadata is None:
        raise LookupError(f"phonenumbers lists region {region} but has no metadata for it")
    return metadata


@lru_cache(maxsize=1000)
def _calling_code(digits: str) -> str | None:
    """Find the calling code at the head of `digits`; codes have 1 to 3 digits and none begins another."""
    heads = (digits[:size] for size in (1, 2, 3))
    return next((head for head in heads if int(head or 0) in COUNTRY_CODE_TO_REGION_CODE), None)


@lru_cache(maxsize=_PREFIXES)
def _readings(calling_code: str, size: int) -> Fork[Reading | None] | Reading | None:
    return fork(rules(calling_code, size), None, size)


def _rules(metadata: PhoneMetadata, size: int, *, alone: bool) -> Iterator[Rule[Reading | None]]:
    """List the rules of a region: behind its leading digits, where it has any and is not the only region."""
    scope = _spelled(metadata.general_desc, size)
    leading = None if alone or metadata.leading_digits is None else spell_beginning(metadata.leading_digits, size)
    if leading is not None:
        scope = common(scope, leading)
    for line_type, spellings in _types(metadata, size):
        yield Rule(common(spellings, scope), Reading(metadata.id or "", line_type))
    if leading is not None:
        yield Rule(leading, None)


def _types(metadata: PhoneMetadata, size: int) -> Iterator[tuple[LineType, frozenset[Spelling]]]:
    """List what the region's numbers of `size` digits can be, in the order of the library's `_number_type_helper`."""
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
        yield line_type, _spelled(desc, size)
    yield from _lines(metadata, size)


def _lines(metadata: PhoneMetadata, size: int) -> Iterator[tuple[LineType, frozenset[Spelling]]]:
    """List fixed and mobile lines: one kind where the plan does not tell them apart, or a number matches both."""
    fixed, mobile = _spelled(metadata.fixed_line, size), _spelled(metadata.mobile, size)
    if metadata.same_mobile_and_fixed_line_pattern:
        yield LineType.FIXED_LINE_OR_MOBILE, fixed
        return
    yield LineType.FIXED_LINE_OR_MOBILE, fixed if fixed == mobile else common(fixed, mobile)
    yield LineType.FIXED_LINE, fixed
    yield LineType.MOBILE, mobile


def _spelled(desc: PhoneNumberDesc | None, size: int) -> frozenset[Spelling]:
    """Spell out a description's pattern; nothing where numbers of `size` digits cannot match it at all."""
    if desc is None or not desc.national_number_pattern or not _fits(desc, size):
        return frozenset()
    return spell(desc.national_number_pattern, size)


def _fits(desc: PhoneNumberDesc, size: int) -> bool:
    """Say whether a description allows `size` digits; none given means that the general description decides."""
    return not desc.possible_length or size in desc.possible_length
