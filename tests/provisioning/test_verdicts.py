"""Codes and the values that carry them."""

import pytest

from provisioning.verdicts import VALID, Fault, Verdict, VerdictCode, fault, refuse, warn
from store.vocabulary import EntryVerdict


@pytest.mark.parametrize("code", VerdictCode)
def test_every_code_says_in_a_sentence_what_is_wrong(code: VerdictCode) -> None:
    """The description is what people read."""
    assert code.description[0].isupper()
    assert code.description.endswith(".")
    assert code.value == code.name


def test_codes_stand_in_the_order_of_checks() -> None:
    """Format, length, calling code, validity, policy, duplicate, already here, taken."""
    checks = [
        VerdictCode.NOT_E164,
        VerdictCode.TOO_SHORT,
        VerdictCode.COUNTRY_MISMATCH,
        VerdictCode.INVALID_NUMBER,
        VerdictCode.PREMIUM_RATE,
        VerdictCode.DUPLICATE_IN_UPLOAD,
        VerdictCode.ALREADY_ON_SERVICE,
        VerdictCode.TAKEN,
    ]
    assert [code for code in VerdictCode if code in checks] == checks


def test_a_fault_says_what_its_code_means() -> None:
    """The message is the description unless something more exact is known."""
    assert fault(VerdictCode.TAKEN) == Fault(VerdictCode.TAKEN, VerdictCode.TAKEN.description)


def test_a_fault_becomes_invalid_or_a_warning() -> None:
    """Code and message go along."""
    found = Fault(VerdictCode.OTHER_COUNTRY, "Look at it.")
    assert refuse(found) == Verdict(EntryVerdict.INVALID, VerdictCode.OTHER_COUNTRY, "Look at it.")
    assert warn(found) == Verdict(EntryVerdict.WARNING, VerdictCode.OTHER_COUNTRY, "Look at it.")


def test_valid_has_nothing_to_say() -> None:
    """No code and no message."""
    assert Verdict(EntryVerdict.VALID, None, None) == VALID
