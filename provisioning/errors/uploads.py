"""Refusals that concern uploads."""

from dataclasses import dataclass

from provisioning.errors.general import LimitPassed
from store.errors import NumberlineError


@dataclass(eq=False)
class NothingToAdd(NumberlineError):
    """Give at least one number or range."""

    code = "NOTHING_TO_ADD"


@dataclass(eq=False)
class TooManyEntries(LimitPassed):
    """One request names at most {most} entries; send several or, to add more at once, import a file or pasted text."""

    code = "TOO_MANY_ENTRIES"


@dataclass(eq=False)
class NothingToRemove(NumberlineError):
    """Give the position of at least one entry."""

    code = "NOTHING_TO_REMOVE"


@dataclass(eq=False)
class UploadTooLarge(LimitPassed):
    """An upload may hold at most {most} numbers; split it into several."""

    code = "UPLOAD_TOO_LARGE"


@dataclass(eq=False)
class TooManyQuestions(LimitPassed):
    """Only {most} numbers an hour are compared with those of others; nothing is lost, try again at {again}."""

    code = "TOO_MANY_QUESTIONS"
    again: str


@dataclass(eq=False)
class NothingValid(NumberlineError):
    """The upload has no valid number; correct its entries or add others."""

    code = "NOTHING_VALID"


@dataclass(eq=False)
class InvalidEntries(NumberlineError):
    """{invalid} numbers are invalid and nothing was submitted; remove them, or submit with IGNORE_FAILED."""

    code = "INVALID_ENTRIES"
    invalid: int


@dataclass(eq=False)
class NotSubmitted(NumberlineError):
    """Somebody else is at work on the same. The upload holds the numbers: send uploadSubmit for it in a few seconds."""

    code = "BUSY"


@dataclass(eq=False)
class NothingToRetry(NumberlineError):
    """No number of the upload can be tried again: Control Hub took them, or refused them for good."""

    code = "NOTHING_TO_RETRY"


@dataclass(eq=False)
class IntegratedNotTaken(NumberlineError):
    """The numbers of an Integrated service are synced; only those of a Non-Integrated service are confirmed by hand."""

    code = "INTEGRATED_NOT_TAKEN"


@dataclass(eq=False)
class NumbersOnTheirWay(NumberlineError):
    """{moving} numbers are on their way to Control Hub and not settled yet; try again in a moment."""

    code = "NUMBERS_ON_THEIR_WAY"
    moving: int
