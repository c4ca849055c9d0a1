"""Area codes against the phonenumbers library."""

import phonenumbers
import pytest

from provisioning.area_codes import area_code_size
from provisioning.patterns import read
from tests.provisioning.numbering import CALLING_CODES, examples, library_number, mutations


@pytest.mark.parametrize("calling_code", [code for code in CALLING_CODES if code != 1])
def test_area_codes_are_as_long_as_the_library_says(calling_code: int) -> None:
    """For the valid ones among the examples of every region and type, and their mutations."""
    numbers = {m for e164 in set(examples(calling_code)) for m in mutations(e164, 1 + len(str(calling_code)))}
    valid = [e164 for e164 in numbers if read(e164)]
    ours = {e164: area_code_size(e164, str(calling_code)) for e164 in valid}
    assert ours == {e164: phonenumbers.length_of_geographical_area_code(library_number(e164)) for e164 in valid}


@pytest.mark.parametrize("e164", ["+12127881500", "+18005550100", "+19002345678"])
def test_the_north_american_area_code_has_three_digits(e164: str) -> None:
    """Toll-free and premium-rate numbers too."""
    assert area_code_size(e164, "1") == 3
