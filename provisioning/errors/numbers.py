"""Refusals that concern numbers after their upload."""

from dataclasses import dataclass

from provisioning.errors.general import AboutNumber, LimitPassed
from store.errors import NumberlineError


@dataclass(eq=False)
class NothingToChange(NumberlineError):
    """Name at least one number that can be changed so, and something that is to change."""

    code = "NOTHING_TO_CHANGE"


@dataclass(eq=False)
class TooManyNumbers(LimitPassed):
    """At most {most} numbers are changed at once; send several requests."""

    code = "TOO_MANY_NUMBERS"


@dataclass(eq=False)
class NumberBusy(AboutNumber):
    """{number} is on its way to or from Control Hub; try again when that is settled."""

    code = "NUMBER_BUSY"


@dataclass(eq=False)
class NumberIsMain(AboutNumber):
    """{number} is the main number of its location; give that another one in Control Hub and refresh the locations."""

    code = "NUMBER_IS_MAIN"


@dataclass(eq=False)
class NumberAssigned(AboutNumber):
    """{number} is assigned to {assignment}; unassign it in Control Hub first, then reconcile the service."""

    code = "NUMBER_ASSIGNED"
    assignment: str


@dataclass(eq=False)
class NumberCooling(AboutNumber):
    """{number} has been released and cools; leave it out, or restore it first."""

    code = "NUMBER_COOLING"


@dataclass(eq=False)
class NumberNotCooling(AboutNumber):
    """{number} is not cooling; only a number that was released and is off Control Hub can be restored."""

    code = "NUMBER_NOT_COOLING"


@dataclass(eq=False)
class CoolingOver(AboutNumber):
    """The cooling date of {number} has passed, and anybody may have it; upload it again."""

    code = "COOLING_OVER"
