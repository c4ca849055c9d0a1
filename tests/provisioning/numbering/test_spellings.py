"""Patterns spelled out, against Python's regular expressions."""

import re
from itertools import product

import pytest
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from provisioning.numbering.spellings import ANY, UnknownPattern, common, spell, spell_beginning, spells
from tests.provisioning.examples import CALLING_CODES, DESCRIPTIONS


@pytest.mark.parametrize(
    "pattern", ["", "1", r"1\d?", "[2-46]{2}", "(?:1|2[35])?7", "(1|22){1,2}", "1{0,3}", "1|2|", "(?:)"]
)
@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_spelled_is_what_the_pattern_matches(pattern: str, size: int) -> None:
    """All numbers of the size are tried."""
    spelled, started = spell(pattern, size), spell_beginning(pattern, size)
    for digits in map("".join, product(ANY, repeat=size)):
        assert spells(spelled, digits) is (re.fullmatch(pattern, digits) is not None)
        assert spells(started, digits) is (re.match(pattern, digits) is not None)


@pytest.mark.parametrize("pattern", ["1+", "1*", ".", "[^1]", "1$", "(?!1)", r"\w", "x", "(?=1)2"])
def test_what_is_not_known_is_refused(pattern: str) -> None:
    """Rather than read wrongly."""
    with pytest.raises(UnknownPattern) as raised:
        spell(pattern, 3)
    assert raised.value.pattern == pattern


def test_common_is_what_both_spell() -> None:
    """Place by place."""
    assert common(spell("[1-5]2|9", 2), spell("[3-7]\\d|1[3-9]", 2)) == {("345", "2")}


@pytest.mark.parametrize("calling_code", CALLING_CODES)
def test_every_pattern_of_the_library_can_be_spelled(calling_code: int) -> None:
    """A release that writes them otherwise fails here."""
    found = [
        PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)
        for region in COUNTRY_CODE_TO_REGION_CODE[calling_code]
    ]
    descriptions = [getattr(metadata, name) for metadata in found for name in (*DESCRIPTIONS, "general_desc")]
    assert [desc for desc in descriptions if desc and spell(desc.national_number_pattern or "", 30)] == []
