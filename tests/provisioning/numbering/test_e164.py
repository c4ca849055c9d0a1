"""One number: the gate, the judgement, the parts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.numbering.e164 import (
    LocationCountry,
    NumberParts,
    Policy,
    UnknownCountry,
    calling_code_for_country,
    is_blank,
    is_country,
    judge,
    parse,
    parts,
)
from provisioning.numbering.patterns import LineType, calling_code_of
from provisioning.verdicts import VALID, Fault, VerdictCode
from store.vocabulary import EntryVerdict
from tests.provisioning.examples import CALLING_CODES, examples

US = LocationCountry("US", "1")
CANADA = LocationCountry("CA", "1")
ITALY = LocationCountry("IT", "39")
UK = LocationCountry("GB", "44")
VATICAN = LocationCountry("VA", "39")
NUMBER = "+12125550100"


@pytest.mark.parametrize("e164", ["+1234567", "+123456789012345", NUMBER, "+390612345678"])
def test_e164_passes_as_it_is(e164: str) -> None:
    """Seven to fifteen digits after the plus."""
    assert parse(e164) == e164


@pytest.mark.parametrize(
    "raw",
    [
        f" {NUMBER} ",
        f"\t{NUMBER}\r\n",
        f"\u00a0{NUMBER}\u00a0",
        f"\u200b{NUMBER}\u200d",
        f"\ufeff{NUMBER}",
        f"\u202a{NUMBER}\u202c",
        f"'{NUMBER}",
        f" '{NUMBER} ",
        f"' {NUMBER}",
        f'="{NUMBER}"',
        f' ="{NUMBER}" ',
        f'="{NUMBER} "',
        f"\ufeff'{NUMBER}",
    ],
)
def test_what_loses_nothing_is_decoded(raw: str) -> None:
    """Space and invisible characters around, a leading apostrophe, a text formula."""
    assert parse(raw) == NUMBER


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", VerdictCode.MISSING_NUMBER),
        (" \u00a0\u200b", VerdictCode.MISSING_NUMBER),
        ('=""', VerdictCode.MISSING_NUMBER),
        ("1.21279E+10", VerdictCode.DIGITS_LOST),
        ("1,21279E+10", VerdictCode.DIGITS_LOST),
        ("1E10", VerdictCode.DIGITS_LOST),
        ("+1.2e+10", VerdictCode.DIGITS_LOST),
        ("12127881500.0", VerdictCode.DECIMAL_FIGURE),
        ("12127881500,00", VerdictCode.DECIMAL_FIGURE),
        ("0012127881500", VerdictCode.DIALLING_PREFIX),
        ("12127881500", VerdictCode.PLUS_MISSING),
        ("+123456", VerdictCode.TOO_SHORT),
        ("+1", VerdictCode.TOO_SHORT),
        ("+1234567890123456", VerdictCode.TOO_LONG),
        ("+49301234567890123", VerdictCode.TOO_LONG),
        ("+02127881500", VerdictCode.NOT_E164),
        ("02127881500", VerdictCode.NOT_E164),
        ("+", VerdictCode.NOT_E164),
        ("++12127881500", VerdictCode.NOT_E164),
        ("+1 212 788 1500", VerdictCode.NOT_E164),
        ("+1-212-788-1500", VerdictCode.NOT_E164),
        ("+1212\u200b7881500", VerdictCode.NOT_E164),
        ("tel:+12127881500", VerdictCode.NOT_E164),
        ("+12127881500x12", VerdictCode.NOT_E164),
        ("+1800FLOWERS", VerdictCode.NOT_E164),
        ("\uff0b12127881500", VerdictCode.NOT_E164),
        ("+\uff11\uff12127881500", VerdictCode.NOT_E164),
        ("+\u0661\u0662127881500", VerdictCode.NOT_E164),
        ("+1\uff12127881500", VerdictCode.NOT_E164),
        ("+1212788150\u0660", VerdictCode.NOT_E164),
        ("+12127881500\n+12127881501", VerdictCode.NOT_E164),
        ("=+12127881500", VerdictCode.NOT_E164),
        ("''+12127881500", VerdictCode.NOT_E164),
    ],
)
def test_what_is_not_e164_says_why_and_is_not_repaired(raw: str, code: VerdictCode) -> None:
    """Each kind of damage has its own code."""
    assert parse(raw) == Fault(code, code.description)


@pytest.mark.parametrize(
    ("raw", "blank"),
    [
        ("", True),
        (" \u00a0\u200b\ufeff", True),
        ("'", True),
        ('=""', True),
        ("+1", False),
        ("x", False),
        (" 0 ", False),
    ],
)
def test_a_blank_cell_holds_nothing_visible(raw: str, blank: bool) -> None:  # noqa: FBT001 an expected value
    """Spreadsheet quoting around nothing is blank too."""
    assert is_blank(raw) is blank


@settings(derandomize=True, deadline=None)
@given(st.text())
def test_whatever_comes_in_what_passes_is_e164(raw: str) -> None:
    """No text gets a number past the gate that is not a plus and 7 to 15 ASCII digits."""
    found = parse(raw)
    assert isinstance(found, Fault) or (found.isascii() and found[0] == "+" and found[1:].isdigit())


@pytest.mark.parametrize(
    ("e164", "location"),
    [
        ("+12127881500", US),
        ("+14165550123", CANADA),
        ("+390612345678", ITALY),
        ("+390669812345", ITALY),
        ("+393123456789", VATICAN),
        ("+18002345678", CANADA),
    ],
)
def test_numbers_of_the_location_are_valid(e164: str, location: LocationCountry) -> None:
    """The Vatican's pass for Italy, and shared ones (mobile, toll-free) for each country that has them."""
    assert judge(e164, location, Policy()) == VALID


@pytest.mark.parametrize(
    ("e164", "location", "code"),
    [
        ("+390612345678", US, VerdictCode.COUNTRY_MISMATCH),
        ("+12127881500", ITALY, VerdictCode.COUNTRY_MISMATCH),
        ("+80012345678", US, VerdictCode.COUNTRY_MISMATCH),
        ("+2100000000", US, VerdictCode.COUNTRY_MISMATCH),
        ("+3900", US, VerdictCode.COUNTRY_MISMATCH),
        ("+12127881", US, VerdictCode.INVALID_NUMBER),
        ("+11234567890", US, VerdictCode.INVALID_NUMBER),
        ("+4402079460000", UK, VerdictCode.NATIONAL_PREFIX),
        ("+19002345678", US, VerdictCode.PREMIUM_RATE),
        ("+39848123456", ITALY, VerdictCode.SHARED_COST),
    ],
)
def test_other_numbers_are_refused_with_a_code(e164: str, location: LocationCountry, code: VerdictCode) -> None:
    """The first check that fails decides."""
    found = judge(e164, location, Policy())
    assert (found.verdict, found.code) == (EntryVerdict.INVALID, code)


def test_a_mismatch_names_the_calling_code_that_is_needed() -> None:
    """The message says what to do."""
    message = judge("+12127881500", ITALY, Policy()).message
    assert message is not None
    assert "+39" in message
    assert "IT" in message


@pytest.mark.parametrize(
    ("e164", "location", "region"),
    [("+14165550123", US, "CA"), ("+12127881500", CANADA, "US"), ("+390612345678", VATICAN, "IT")],
)
def test_another_country_with_the_same_calling_code_is_a_warning(
    e164: str, location: LocationCountry, region: str
) -> None:
    """Uploaded all the same; the message names both."""
    found = judge(e164, location, Policy())
    assert (found.verdict, found.code) == (EntryVerdict.WARNING, VerdictCode.OTHER_COUNTRY)
    assert found.message is not None
    assert region in found.message
    assert location.country in found.message


def test_the_policy_says_which_line_types_are_refused() -> None:
    """What is not refused passes; what has no code of its own has the general one."""
    assert judge("+19002345678", US, Policy(frozenset())) == VALID
    found = judge("+18002345678", US, Policy(frozenset({LineType.TOLL_FREE})))
    assert found.code is VerdictCode.LINE_TYPE_REFUSED


@pytest.mark.parametrize(
    ("e164", "expected"),
    [
        ("+12127881500", NumberParts("1", "212", "7881500")),
        ("+18005550100", NumberParts("1", "800", "5550100")),
        ("+390612345678", NumberParts("39", "06", "12345678")),
        ("+442079460000", NumberParts("44", "20", "79460000")),
        ("+6561234567", NumberParts("65", "", "61234567")),
        ("+447400123456", NumberParts("44", "", "7400123456")),
    ],
)
def test_a_number_is_taken_apart(e164: str, expected: NumberParts) -> None:
    """Leading zeros stay; no area code is an empty one."""
    assert parts(e164) == expected


@pytest.mark.parametrize("calling_code", CALLING_CODES)
def test_the_parts_put_together_are_the_number(calling_code: int) -> None:
    """For every calling code."""
    numbers = set(examples(calling_code))
    assert {f"+{p.calling_code}{p.area_code}{p.subscriber}" for p in map(parts, numbers)} == numbers


def test_no_calling_code_no_parts() -> None:
    """210 is not assigned."""
    assert calling_code_of("+2100000000") is None
    with pytest.raises(ValueError, match="no calling code"):
        parts("+2100000000")


def test_countries_are_known_by_their_two_capital_letters() -> None:
    """Neither regions of no country nor other spellings."""
    assert [is_country(code) for code in ("IT", "US", "VA", "it", "ITA", "001", "ZZ", "")] == [True] * 3 + [False] * 5


@pytest.mark.parametrize(
    ("country", "calling_code"), [("US", "1"), ("CA", "1"), ("IT", "39"), ("VA", "39"), ("IE", "353")]
)
def test_a_country_has_a_calling_code(country: str, calling_code: str) -> None:
    """Digits only."""
    assert calling_code_for_country(country) == calling_code


def test_an_unknown_country_is_refused() -> None:
    """The error holds what was asked for."""
    with pytest.raises(UnknownCountry) as raised:
        calling_code_for_country("ZZ")
    assert raised.value.country == "ZZ"
