"""Refusals that concern differences from Control Hub."""

from dataclasses import dataclass

from store.errors import NumberlineError


@dataclass(eq=False)
class NothingChosen(NumberlineError):
    """Give at least one drift."""

    code = "NOTHING_CHOSEN"


@dataclass(eq=False)
class TooManyDrifts(NumberlineError):
    """At most {most} drifts can be named at once; name all of a kind instead, or send several requests."""

    code = "TOO_MANY_DRIFTS"
    most: int


@dataclass(eq=False)
class DriftEnded(NumberlineError):
    """The drift about {number} has come to its end already; look at the drifts that are open."""

    code = "DRIFT_ENDED"
    number: str


@dataclass(eq=False)
class DriftOutdated(NumberlineError):
    """{number} has changed since the drift was found; reconcile the service again and look anew."""

    code = "DRIFT_OUTDATED"
    number: str


@dataclass(eq=False)
class DriftLocationUnknown(NumberlineError):
    """Control Hub has {number} at a location that is not known here; refresh the locations, or repair the drift."""

    code = "DRIFT_LOCATION_UNKNOWN"
    number: str


@dataclass(eq=False)
class DriftLocationUnfit(NumberlineError):
    """{number} does not begin with the calling code of {location}, where Control Hub has it; repair the drift."""

    code = "DRIFT_LOCATION_UNFIT"
    number: str
    location: str


@dataclass(eq=False)
class DriftLocationGone(NumberlineError):
    """Control Hub no longer has the location of {number}, so that it cannot be brought there; accept the drift."""

    code = "DRIFT_LOCATION_GONE"
    number: str


@dataclass(eq=False)
class NumberTypeNeeded(NumberlineError):
    """Control Hub has {number} for SERVICE use: say with numberType whether it is SERVICE or CONTACT_CENTER here."""

    code = "NUMBER_TYPE_NEEDED"
    number: str


@dataclass(eq=False)
class LocationFirst(NumberlineError):
    """Control Hub has {number} at another location as well; settle that drift first, then reconcile again."""

    code = "LOCATION_FIRST"
    number: str


@dataclass(eq=False)
class UnknownNotRepaired(NumberlineError):
    """{number} stands nowhere here, so that there is nothing to tell Control Hub; take it off there, or upload it."""

    code = "UNKNOWN_NOT_REPAIRED"
    number: str


@dataclass(eq=False)
class AssignmentNotRepaired(NumberlineError):
    """Whom {number} is assigned to is decided in Control Hub; assign it there, or accept the drift."""

    code = "ASSIGNMENT_NOT_REPAIRED"
    number: str
