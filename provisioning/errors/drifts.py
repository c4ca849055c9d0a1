"""Refusals that concern differences from Control Hub."""

from dataclasses import dataclass

from provisioning.errors.general import AboutNumber, LimitPassed
from store.errors import NumberlineError


@dataclass(eq=False)
class NothingChosen(NumberlineError):
    """Give at least one drift."""

    code = "NOTHING_CHOSEN"


@dataclass(eq=False)
class TooManyDrifts(LimitPassed):
    """At most {most} drifts can be named at once; name all of a kind instead, or send several requests."""

    code = "TOO_MANY_DRIFTS"


@dataclass(eq=False)
class DriftEnded(AboutNumber):
    """The drift about {number} has come to its end already; look at the drifts that are open."""

    code = "DRIFT_ENDED"


@dataclass(eq=False)
class DriftOutdated(AboutNumber):
    """{number} has changed since the drift was found; reconcile the service again and look anew."""

    code = "DRIFT_OUTDATED"


@dataclass(eq=False)
class DriftLocationUnknown(AboutNumber):
    """Control Hub has {number} at a location that is not known here; refresh the locations, or repair the drift."""

    code = "DRIFT_LOCATION_UNKNOWN"


@dataclass(eq=False)
class DriftLocationUnfit(AboutNumber):
    """{number} does not begin with the calling code of {location}, where Control Hub has it; repair the drift."""

    code = "DRIFT_LOCATION_UNFIT"
    location: str


@dataclass(eq=False)
class DriftLocationGone(AboutNumber):
    """Control Hub no longer has the location of {number}, so that it cannot be brought there; accept the drift."""

    code = "DRIFT_LOCATION_GONE"


@dataclass(eq=False)
class NumberTypeNeeded(AboutNumber):
    """Control Hub has {number} for SERVICE use: say with numberType whether it is SERVICE or CONTACT_CENTER here."""

    code = "NUMBER_TYPE_NEEDED"


@dataclass(eq=False)
class LocationFirst(AboutNumber):
    """Control Hub has {number} at another location as well; settle that drift first, then reconcile again."""

    code = "LOCATION_FIRST"


@dataclass(eq=False)
class UnknownNotRepaired(AboutNumber):
    """{number} stands nowhere here, so that there is nothing to tell Control Hub; take it off there, or upload it."""

    code = "UNKNOWN_NOT_REPAIRED"


@dataclass(eq=False)
class AssignmentNotRepaired(AboutNumber):
    """Whom {number} is assigned to is decided in Control Hub; assign it there, or accept the drift."""

    code = "ASSIGNMENT_NOT_REPAIRED"
