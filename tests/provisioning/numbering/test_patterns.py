"""What numbers can be, against the phonenumbers library."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, is_valid_number_for_region
from phonenumbers.phonemetadata import PhoneNumberDesc

from provisioning.numbering import patterns
from provisioning.numbering.forks import Rule, follow, fork
from provisioning.numbering.patterns import LineType, Reading
from tests.provisioning.examples import (
    CALLING_CODES,
    examples,
    library_accepts,
    library_number,
    library_reading,
    neighbours,
)


@pytest.mark.parametrize("calling_code", CALLING_CODES)
def test_examples_and_their_mutations_read_as_the_library_reads_them(calling_code: int) -> None:
    """Region and line type, for every region and type, with every digit changed, left out or put in."""
    numbers = neighbours(calling_code)
    assert numbers
    assert {e164: patterns.read(e164) for e164 in numbers} == {e164: library_reading(e164) for e164 in numbers}


@pytest.mark.parametrize("calling_code", CALLING_CODES)
def test_random_numbers_of_every_length_read_as_the_library_reads_them(calling_code: int) -> None:
    """7 to 17 digits; what is longer than E.164 allows is not valid, whatever the library says."""
    digits = Random(calling_code)  # the same numbers in every run
    numbers = [f"+{calling_code}" + "".join(digits.choices("0123456789", k=14)) for _ in range(200)]
    cut = [e164[: 1 + 7 + index % 11] for index, e164 in enumerate(numbers)]
    expected = {e164: library_reading(e164) if len(e164) <= 16 else None for e164 in cut}
    assert {e164: patterns.read(e164) for e164 in cut} == expected


@settings(derandomize=True, deadline=None)
@given(calling_code=st.sampled_from(CALLING_CODES), national=st.from_regex(r"[0-9]{4,14}", fullmatch=True))
def test_any_e164_reads_as_the_library_reads_it(calling_code: int, national: str) -> None:
    """Digits at random behind every calling code."""
    e164 = f"+{calling_code}{national}"[:16]
    assert patterns.read(e164) == library_reading(e164)


@pytest.mark.parametrize("calling_code", [code for code in CALLING_CODES if len(COUNTRY_CODE_TO_REGION_CODE[code]) > 1])
def test_validity_in_one_region_is_the_librarys(calling_code: int) -> None:
    """For every region of the calling codes that several regions share."""
    regions, start = COUNTRY_CODE_TO_REGION_CODE[calling_code], 1 + len(str(calling_code))
    numbers = set(examples(calling_code))
    ours = {
        (e164, region): is_valid_in(e164[start:], region, str(calling_code)) for e164 in numbers for region in regions
    }
    assert ours == {(e164, name): is_valid_number_for_region(library_number(e164), name) for e164, name in ours}


def is_valid_in(national: str, region: str, calling_code: str) -> bool:
    """Ask the spelled numbers of one region."""
    size = len(national)
    return follow(fork([Rule(patterns.valid_in(region, calling_code, size), 1)], 0, size), national, 0) == 1


@pytest.mark.parametrize(("region", "calling_code"), [("US", "39"), ("ZZ", "1"), ("001", "1"), ("US", "210")])
def test_a_region_has_no_numbers_behind_another_calling_code(region: str, calling_code: str) -> None:
    """Nor has one that there is not."""
    assert patterns.valid_in(region, calling_code, 10) == frozenset()


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


def test_more_than_15_digits_are_not_valid_whatever_the_library_says() -> None:
    """E.164's own cap."""
    assert library_accepts("+49301234567890123")
    assert patterns.read("+49301234567890123") is None


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


def region(name: str, digits: str, leading: str | None, lengths: tuple[int, ...] = ()) -> PhoneMetadata:
    """Make up a region whose fixed lines match `digits`."""
    desc = PhoneNumberDesc(national_number_pattern=digits, possible_length=lengths)
    return PhoneMetadata(
        id=name, country_code=1, general_desc=desc, fixed_line=desc, leading_digits=leading, register=False
    )


def test_a_region_with_matching_leading_digits_is_the_only_one_asked() -> None:
    """The library looks no further, even where a later region would take the number."""
    regions = [region("AA", "12[0-4]", "12"), region("BB", "1[0-9]{2}", None)]
    found = fork(patterns.rules_of(regions, 3), None, 3)
    assert [bool(follow(found, national, 0)) for national in ("124", "125", "135")] == [True, False, True]


@pytest.mark.parametrize(("lengths", "valid"), [((4, 5), False), ((3, 5), True), ((), True)])
def test_a_pattern_counts_only_for_the_lengths_it_is_given_for(lengths: tuple[int, ...], valid: bool) -> None:  # noqa: FBT001 an expected value
    """Whatever it would match; none given means all."""
    rules = patterns.rules_of([region("AA", r"\d{1,9}", None, lengths)], 3)
    assert (follow(fork(rules, None, 3), "123", 0) is not None) is valid
