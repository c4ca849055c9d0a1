"""National prefixes against the parser of the phonenumbers library."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.numbering.national_prefixes import candidates, holds_national_prefix
from provisioning.numbering.patterns import LineType, Reading, calling_code_of, read
from provisioning.numbering.spellings import spells
from tests.provisioning.examples import CALLING_CODES, examples, library_accepts, library_reading, neighbours


def is_accepted(e164: str) -> bool:
    """Accept what the parser accepts: what is valid, or valid without its national prefix."""
    return read(e164) is not None or holds_national_prefix(e164)


@settings(derandomize=True, deadline=None)
@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_the_parser_accepts_more_only_where_it_takes_a_prefix_out(e164: str) -> None:
    """What the library's parser makes valid is either valid as it stands, or known as holding a national prefix."""
    assert is_accepted(e164) == (library_accepts(e164) or library_reading(e164) is not None)


@pytest.mark.parametrize("calling_code", CALLING_CODES)
def test_the_parser_accepts_more_only_for_prefixes_near_examples(calling_code: int) -> None:
    """The same for examples with digits put before the national number, and for some of their mutations."""
    start = 1 + len(str(calling_code))
    heads = ("0", "1", "8", "9", "00", "15", "011")
    prefixed = {e164[:start] + head + e164[start:] for e164 in set(examples(calling_code)) for head in heads}
    some = Random(calling_code).sample(sorted(neighbours(calling_code)), 100)
    numbers = {e164 for e164 in prefixed if len(e164) <= 16}.union(some)
    assert {e164: is_accepted(e164) for e164 in numbers} == {
        e164: library_accepts(e164) or library_reading(e164) is not None for e164 in numbers
    }


@pytest.mark.parametrize("calling_code", CALLING_CODES)
def test_what_holds_a_prefix_is_a_candidate(calling_code: int) -> None:
    """None is left out."""
    start = 1 + len(str(calling_code))
    heads = ("0", "1", "8", "9", "011", "1")
    numbers = {e164[:start] + head + e164[start:] for e164 in set(examples(calling_code)) for head in heads}
    holding = [e164[start:] for e164 in numbers if len(e164) <= 16 and holds_national_prefix(e164)]
    assert [n for n in holding if not spells(candidates(str(calling_code), len(n)), n)] == []


@pytest.mark.parametrize(
    ("e164", "holds"),
    [
        ("+4402079460000", True),
        ("+442079460000", False),
        ("+4402079", False),
        ("+112125550100", True),
        ("+54111523456789", True),
        ("+2100000000", False),
    ],
)
def test_a_national_prefix_is_seen(e164: str, holds: bool) -> None:  # noqa: FBT001 an expected value
    """Only where leaving it out makes the number valid."""
    assert holds_national_prefix(e164) is holds


def test_a_prefix_that_belongs_to_the_number_stays() -> None:
    """The library's parser turns this Belarusian number into another, which is not valid."""
    assert not library_accepts("+3758102349255")
    assert read("+3758102349255") == Reading("BY", LineType.PREMIUM_RATE)
    assert calling_code_of("+3758102349255") == "375"
