"""Refusals that concern numbers after their upload."""

from dataclasses import dataclass

from store.errors import NumberlineError


@dataclass(eq=False)
class NothingToChange(NumberlineError):
    """Name at least one number that can be changed so, and something that is to change."""

    code = "NOTHING_TO_CHANGE"


@dataclass(eq=False)
class TooManyNumbers(NumberlineError):
    """At most {most} numbers are changed at once; send several requests."""

    code = "TOO_MANY_NUMBERS"
    most: int


@dataclass(eq=False)
class NumberBusy(NumberlineError):
    """{number} is on its way to or from Control Hub; try again when that is settled."""

    code = "NUMBER_BUSY"
    number: str


@dataclass(eq=False)
class NumberIsMain(NumberlineError):
    """{number} is the main number of its location; give that another one in Control Hub and refresh the locations."""

    code = "NUMBER_IS_MAIN"
    number: str


@dataclass(eq=False)
class NumberAssigned(NumberlineError):
    """{number} is assigned to {assignment}; unassign it in Control Hub first, then reconcile the service."""

    code = "NUMBER_ASSIGNED"
    number: str
    assignment: str


@dataclass(eq=False)
class NumberCooling(NumberlineError):
    """{number} has been released and cools; leave it out, or restore it first."""

    code = "NUMBER_COOLING"
    number: str


@dataclass(eq=False)
class NumberNotCooling(NumberlineError):
    """{number} is not cooling; only a number that was released and is off Control Hub can be restored."""

    code = "NUMBER_NOT_COOLING"
    number: str


@dataclass(eq=False)
class CoolingOver(NumberlineError):
    """The cooling date of {number} has passed, and anybody may have it; upload it again."""

    code = "COOLING_OVER"
    number: str
