"""Guesses about damaged numbers: made only when the uploader asks for them, and each one named."""

import re
from dataclasses import dataclass

from provisioning.numbering.e164 import E164, decode, parse
from provisioning.verdicts import Fault, VerdictCode
from store.vocabulary import Word

_SEPARATORS = re.compile(r"[\s().\-/]")
"""What people write between groups of digits."""


class Repair(Word):
    """A guess made about a damaged number, because the uploader asked for guesses."""

    PLUS_ADDED = "PLUS_ADDED", "The plus was missing and has been put before the digits."
    DIALLING_PREFIX_REPLACED = "DIALLING_PREFIX_REPLACED", "The leading 00 has been replaced by a plus."
    DECIMALS_REMOVED = "DECIMALS_REMOVED", "The decimals of a spreadsheet have been removed, and a plus added."
    SEPARATORS_REMOVED = "SEPARATORS_REMOVED", "Spaces, brackets, dots, hyphens and slashes have been removed."


@dataclass(frozen=True, slots=True)
class Repaired:
    """A number that was read; `repair` names the guess behind it, None where none was needed."""

    e164: str
    repair: Repair | None


def repair(raw: str) -> Repaired | Fault:
    """Read a cell like `parse`, and where that fails make one guess; the guess is named in the result.

    Lost digits (1.21279E+10) are never guessed.
    """
    read = parse(raw)
    if isinstance(read, str):
        return Repaired(read, None)
    candidate = _guess(read.code, decode(raw))
    if candidate is None or not E164.fullmatch(candidate.e164):
        return read
    return candidate


def _guess(code: VerdictCode, text: str) -> Repaired | None:
    """Make the guess that belongs to a damage; None where there is none. What comes out is not checked yet."""
    match code:
        case VerdictCode.PLUS_MISSING:
            return Repaired(f"+{text}", Repair.PLUS_ADDED)
        case VerdictCode.DIALLING_PREFIX:
            return Repaired(f"+{text[2:]}", Repair.DIALLING_PREFIX_REPLACED)
        case VerdictCode.DECIMAL_FIGURE:
            return Repaired(f"+{re.split('[.,]', text.removeprefix('+'))[0]}", Repair.DECIMALS_REMOVED)
        case VerdictCode.NOT_E164:
            return Repaired(_SEPARATORS.sub("", text), Repair.SEPARATORS_REMOVED)
    return None
