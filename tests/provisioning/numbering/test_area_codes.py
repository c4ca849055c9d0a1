"""Area codes against the phonenumbers library."""

import phonenumbers
import pytest

from provisioning.numbering.e164 import parts
from provisioning.numbering.patterns import read
from tests.provisioning.examples import CALLING_CODES, library_number, neighbours


@pytest.mark.parametrize("calling_code", [code for code in CALLING_CODES if code != 1])
def test_area_codes_are_as_long_as_the_library_says(calling_code: int) -> None:
    """For the valid ones among the examples of every region and type, and their mutations."""
    valid = [e164 for e164 in sorted(neighbours(calling_code)) if read(e164)][::3]
    ours = {e164: len(parts(e164).area_code) for e164 in valid}
    assert ours == {e164: phonenumbers.length_of_geographical_area_code(library_number(e164)) for e164 in valid}


@pytest.mark.parametrize("e164", ["+12127881500", "+18005550100", "+19002345678"])
def test_the_north_american_area_code_has_three_digits(e164: str) -> None:
    """Toll-free and premium-rate numbers too."""
    assert len(parts(e164).area_code) == 3
