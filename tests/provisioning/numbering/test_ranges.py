"""Runs of consecutive numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.numbering.ranges import NumberRange, parse_range, to_e164, to_int
from provisioning.verdicts import Fault, VerdictCode

FIRST, LAST = "+12125550100", "+12125550109"


def test_a_range_is_read_from_its_ends() -> None:
    """Both ends belong to it, and both are decoded."""
    assert parse_range(f"'{FIRST}", f" {LAST}", 10) == NumberRange(FIRST, LAST)


def test_equal_ends_are_one_number() -> None:
    """Start = end is no error."""
    found = parse_range(FIRST, FIRST, 1)
    assert isinstance(found, NumberRange)
    assert list(found) == [FIRST]


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (FIRST, "", VerdictCode.RANGE_END_MISSING),
        ("", LAST, VerdictCode.RANGE_END_MISSING),
        (FIRST, "12125550109", VerdictCode.PLUS_MISSING),
        ("1.2E+10", LAST, VerdictCode.DIGITS_LOST),
        (FIRST, "+1212555010", VerdictCode.RANGE_LENGTHS_DIFFER),
        ("+3531234567", "+3541234567", VerdictCode.RANGE_CALLING_CODES_DIFFER),
        (LAST, FIRST, VerdictCode.RANGE_REVERSED),
        (FIRST, "+12125550110", VerdictCode.RANGE_TOO_LARGE),
    ],
)
def test_a_wrong_range_says_why(first: str, last: str, code: VerdictCode) -> None:
    """Ten numbers are allowed here."""
    found = parse_range(first, last, 10)
    assert isinstance(found, Fault)
    assert found.code is code


def test_a_fault_of_an_end_says_which_end() -> None:
    """People see the entry, not the cell."""
    found = parse_range(FIRST, "12125550109", 10)
    assert isinstance(found, Fault)
    assert found.message.startswith("Last number of the range: The plus is missing")


def test_a_range_too_large_says_how_large() -> None:
    """With the cap."""
    found = parse_range(FIRST, "+12125551099", 10)
    assert isinstance(found, Fault)
    assert "1,000" in found.message
    assert " 10:" in found.message


def test_a_range_goes_through_its_numbers_and_keeps_leading_zeros() -> None:
    """The zero of +3906 stays, across a carry."""
    found = NumberRange("+390612345698", "+390612345702")
    expected = ["+390612345698", "+390612345699", "+390612345700", "+390612345701", "+390612345702"]
    assert list(found) == expected
    assert found.size == 5


@pytest.mark.parametrize(
    ("e164", "within"),
    [(FIRST, True), (LAST, True), ("+12125550105", True), ("+12125550110", False), ("+1212555010", False), (5, False)],
)
def test_a_range_knows_what_lies_within(e164: object, within: bool) -> None:  # noqa: FBT001 an expected value
    """Numbers of another length do not."""
    assert (e164 in NumberRange(FIRST, LAST)) is within


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_number_and_integer_tell_the_same(e164: str) -> None:
    """There and back."""
    assert to_e164(to_int(e164)) == e164
