"""The compiled patterns against the phonenumbers library."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, is_valid_number_for_region, parse
from phonenumbers.phonemetadata import PhoneNumberDesc

from provisioning import patterns
from provisioning.patterns import LineType, Reading
from tests.provisioning.numbering import (
    CALLING_CODES,
    DESCRIPTIONS,
    examples,
    library_accepts,
    library_reading,
    mutations,
)


@pytest.mark.parametrize("calling_code", CALLING_CODES)
def test_examples_and_their_mutations_read_as_the_library_reads_them(calling_code: int) -> None:
    """Region and line type, for every region and type, with every digit changed to every other once."""
    numbers = {m for e164 in set(examples(calling_code)) for m in mutations(e164, 1 + len(str(calling_code)))}
    within = [e164 for e164 in numbers if 8 <= len(e164) <= 16]
    assert within
    assert {e164: patterns.read(e164) for e164 in within} == {e164: library_reading(e164) for e164 in within}


@given(calling_code=st.sampled_from(CALLING_CODES), national=st.from_regex(r"[0-9]{4,14}", fullmatch=True))
def test_any_e164_reads_as_the_library_reads_it(calling_code: int, national: str) -> None:
    """Digits at random behind every calling code."""
    e164 = f"+{calling_code}{national}"[:16]
    assert patterns.read(e164) == library_reading(e164)


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_the_parser_accepts_more_only_where_it_takes_a_prefix_out(e164: str) -> None:
    """What the library's parser makes valid is either valid as it stands, or known as holding a national prefix."""
    ours = patterns.read(e164) is not None or patterns.holds_national_prefix(e164)
    assert ours == (library_accepts(e164) or library_reading(e164) is not None)


@pytest.mark.parametrize("calling_code", CALLING_CODES)
def test_the_parser_accepts_more_only_for_prefixes_near_examples(calling_code: int) -> None:
    """The same for examples with a 0, 1 or 8 put before the national number and for their mutations."""
    start = 1 + len(str(calling_code))
    numbers = [
        e164[:start] + digit + e164[start:] for e164 in set(examples(calling_code)) for digit in ("", "0", "1", "8")
    ]
    within = [e164 for e164 in numbers if 8 <= len(e164) <= 16]
    ours = {e164: patterns.read(e164) is not None or patterns.holds_national_prefix(e164) for e164 in within}
    assert ours == {e164: library_accepts(e164) for e164 in within}


@pytest.mark.parametrize("calling_code", [code for code in CALLING_CODES if len(COUNTRY_CODE_TO_REGION_CODE[code]) > 1])
def test_validity_in_one_region_is_the_librarys(calling_code: int) -> None:
    """For every region of the calling codes that several regions share."""
    regions = COUNTRY_CODE_TO_REGION_CODE[calling_code]
    valid = [e164 for e164 in set(examples(calling_code)) if patterns.read(e164)]
    ours = {(e164, region): patterns.is_valid_in(e164, region) for e164 in valid for region in regions}
    assert ours == {(e164, region): is_valid_number_for_region(parse(e164), region) for e164, region in ours}


@pytest.mark.parametrize(
    ("e164", "reading"),
    [
        ("+12127881500", Reading("US", LineType.FIXED_LINE_OR_MOBILE)),
        ("+14165550123", Reading("CA", LineType.FIXED_LINE_OR_MOBILE)),
        ("+19002345678", Reading("US", LineType.PREMIUM_RATE)),
        ("+390612345678", Reading("IT", LineType.FIXED_LINE)),
        ("+390669812345", Reading("VA", LineType.FIXED_LINE)),
        ("+80012345678", Reading("001", LineType.TOLL_FREE)),
        ("+12125550", None),
        ("+2100000000", None),
    ],
)
def test_known_numbers_read_as_expected(e164: str, reading: Reading | None) -> None:
    """A few, written out."""
    assert patterns.read(e164) == reading


def test_a_prefix_that_belongs_to_the_number_stays() -> None:
    """The library's parser turns this Belarusian number into another, which is not valid."""
    assert not library_accepts("+3758102349255")
    assert patterns.read("+3758102349255") == Reading("BY", LineType.PREMIUM_RATE)


def test_more_than_15_digits_are_not_valid_whatever_the_library_says() -> None:
    """E.164's own cap."""
    assert library_accepts("+49301234567890123")
    assert patterns.read("+49301234567890123") is None


@pytest.mark.parametrize(
    ("e164", "region", "valid"),
    [
        ("+14165550123", "CA", True),
        ("+14165550123", "US", False),
        ("+12125550100", "IT", False),
        ("+80012345678", "001", False),
        ("+12125550100", "ZZ", False),
    ],
)
def test_validity_asks_for_the_regions_own_calling_code(e164: str, region: str, valid: bool) -> None:  # noqa: FBT001 an expected value
    """Regions with another calling code, or none, have no such number."""
    assert patterns.is_valid_in(e164, region) is valid


@pytest.mark.parametrize(
    ("e164", "calling_code"),
    [
        ("+12127881500", "1"),
        ("+390612345678", "39"),
        ("+3531234567", "353"),
        ("+80012345678", "800"),
        ("+2100000000", None),
    ],
)
def test_a_number_begins_with_its_calling_code(e164: str, calling_code: str | None) -> None:
    """One to three digits; 210 is not assigned."""
    assert patterns.calling_code_of(e164) == calling_code


@pytest.mark.parametrize(
    ("e164", "holds"),
    [
        ("+4402079460000", True),
        ("+442079460000", False),
        ("+4402079", False),
        ("+112125550100", True),
        ("+2100000000", False),
    ],
)
def test_a_national_prefix_is_seen(e164: str, holds: bool) -> None:  # noqa: FBT001 an expected value
    """Only where leaving it out makes the number valid."""
    assert patterns.holds_national_prefix(e164) is holds


def test_the_librarys_patterns_hold_no_groups_of_their_own() -> None:
    """The index of the group that matched tells region and type, so that a group more would shift it."""
    regions = [(code, name) for code in CALLING_CODES for name in COUNTRY_CODE_TO_REGION_CODE[code]]
    found = [PhoneMetadata.metadata_for_region_or_calling_code(code, name) for code, name in regions]
    descriptions = [getattr(metadata, name) for metadata in found for name in (*DESCRIPTIONS, "general_desc")]
    sources = [desc.national_number_pattern for desc in descriptions if desc and desc.national_number_pattern]
    assert [source for source in sources if "(" in source.replace("(?:", "")] == []


def region(name: str, digits: str, leading: str | None, lengths: tuple[int, ...] = ()) -> PhoneMetadata:
    """Make up a region whose fixed lines match `digits`."""
    desc = PhoneNumberDesc(national_number_pattern=digits, possible_length=lengths)
    return PhoneMetadata(
        id=name, country_code=1, general_desc=desc, fixed_line=desc, leading_digits=leading, register=False
    )


def test_a_region_with_matching_leading_digits_is_the_only_one_asked() -> None:
    """The library looks no further, even where a later region would take the number."""
    reader = patterns._join([region("AA", "12[0-4]", "12"), region("BB", "1[0-9]{2}", None)], 0, 3)
    assert reader is not None
    assert [bool(reader.pattern.fullmatch(national)) for national in ("124", "125", "135")] == [True, False, True]


def test_a_pattern_counts_only_for_the_lengths_it_is_given_for() -> None:
    """Whatever it would match."""
    assert patterns._join([region("AA", "[0-9]+", None, (4, 5))], 0, 3) is None
    assert patterns._join([region("AA", "[0-9]+", None, (3, 5))], 0, 3) is not None
    assert patterns._join([region("AA", "[0-9]+", None)], 0, 3) is not None
