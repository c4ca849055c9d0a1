"""Guesses: only when asked for, each one named."""

import pytest

from provisioning.numbering.repairs import Repair, Repaired, repair
from provisioning.verdicts import Fault, VerdictCode


@pytest.mark.parametrize(
    ("raw", "made"),
    [
        ("12125550100", Repair.PLUS_ADDED),
        (" 12125550100 ", Repair.PLUS_ADDED),
        ("0012125550100", Repair.DIALLING_PREFIX_REPLACED),
        ("12125550100.0", Repair.DECIMALS_REMOVED),
        ("12125550100,00", Repair.DECIMALS_REMOVED),
        ("+1 (212) 555-0100", Repair.SEPARATORS_REMOVED),
        ("+1.212.555.0100", Repair.SEPARATORS_REMOVED),
        ("+1/212/5550100", Repair.SEPARATORS_REMOVED),
    ],
)
def test_a_guess_is_made_and_named(raw: str, made: Repair) -> None:
    """One guess for one kind of damage."""
    assert repair(raw) == Repaired("+12125550100", made)


@pytest.mark.parametrize("raw", ["+12125550100", "'+12125550100", '="+12125550100"', "\ufeff+12125550100"])
def test_what_reads_without_a_guess_has_none(raw: str) -> None:
    """Decoding is no repair."""
    assert repair(raw) == Repaired("+12125550100", None)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("1.21279E+10", VerdictCode.DIGITS_LOST),
        ("1,21279E+10", VerdictCode.DIGITS_LOST),
        ("", VerdictCode.MISSING_NUMBER),
        ("123", VerdictCode.PLUS_MISSING),
        ("1234567890123456", VerdictCode.PLUS_MISSING),
        ("+123", VerdictCode.TOO_SHORT),
        ("(212) 555-0100", VerdictCode.NOT_E164),
        ("02125550100", VerdictCode.NOT_E164),
        ("+1212call", VerdictCode.NOT_E164),
    ],
)
def test_what_cannot_be_guessed_keeps_its_reason(raw: str, code: VerdictCode) -> None:
    """Lost digits above all: they are never guessed."""
    found = repair(raw)
    assert isinstance(found, Fault)
    assert found.code is code
