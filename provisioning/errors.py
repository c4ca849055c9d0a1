"""Why a request is refused. Each class is one reason; its docstring is what people read, its code what programs read.

`path` names the input field that the refusal is about.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from store.errors import (
    AmbiguousReference,
    IdempotencyKeyReused,
    NameTaken,
    NotFound,
    NumberlineError,
    TextInvalid,
    Unavailable,
)


class Refused(Exception):
    """A request has several faults at once; all of them are in `errors`, none was acted upon."""

    def __init__(self, errors: Iterable[NumberlineError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(str(error) for error in self.errors))


def refuse_any(errors: Iterable[NumberlineError | None]) -> None:
    """Raise Refused with those that are not None; return if there are none."""
    found = [error for error in errors if error is not None]
    if found:
        raise Refused(found)


@dataclass(eq=False)
class Blank(NumberlineError):
    """Enter the {what}."""

    code = "BLANK"
    what: str


@dataclass(eq=False)
class TooLong(NumberlineError):
    """The {what} may have at most {most} characters; shorten it."""

    code = "TEXT_TOO_LONG"
    what: str
    most: int


@dataclass(eq=False)
class EmailInvalid(NumberlineError):
    """This is not an e-mail address; write it as name@example.com."""

    code = "EMAIL_INVALID"


@dataclass(eq=False)
class CountryUnknown(NumberlineError):
    """There is no country "{country}"; use its two letters of ISO 3166-1, such as IT or US."""

    code = "COUNTRY_UNKNOWN"
    country: str


@dataclass(eq=False)
class CallingCodeMismatch(NumberlineError):
    """The calling code of {country} is +{expected}; leave the calling code out, or correct it."""

    code = "CALLING_CODE_MISMATCH"
    country: str
    expected: str


@dataclass(eq=False)
class ParentUnfit(NumberlineError):
    """A service provider has no parent, and a channel needs a service provider as its parent."""

    code = "PARENT_UNFIT"


@dataclass(eq=False)
class TenantUnfit(NumberlineError):
    """A customer belongs to a service provider or a channel, not to the system; choose one of those tenants."""

    code = "TENANT_UNFIT"


@dataclass(eq=False)
class TooFewTrunks(NumberlineError):
    """A calling profile needs at least two trunks, so that calls survive the loss of one; add another."""

    code = "TOO_FEW_TRUNKS"


@dataclass(eq=False)
class CxIntegrated(NumberlineError):
    """A CX service is always Non-Integrated; choose that mode."""

    code = "CX_IS_NON_INTEGRATED"


@dataclass(eq=False)
class OrganizationIdNotTaken(NumberlineError):
    """The organization id of an Integrated service is learnt when the customer consents; leave it out."""

    code = "ORGANIZATION_ID_NOT_TAKEN"


@dataclass(eq=False)
class IntegratedOnly(NumberlineError):
    """This is for Integrated services only; a Non-Integrated service has no connection to Control Hub."""

    code = "INTEGRATED_ONLY"


@dataclass(eq=False)
class NonIntegratedOnly(NumberlineError):
    """The locations of an Integrated service come from Control Hub; refresh them instead."""

    code = "NON_INTEGRATED_ONLY"


@dataclass(eq=False)
class ConsentMissing(NumberlineError):
    """The customer has not consented yet; the administrator has to open the link in the invitation first."""

    code = "CONSENT_MISSING"


@dataclass(eq=False)
class ConsentWithdrawn(NumberlineError):
    """The customer's consent is no longer in force; send a new invitation."""

    code = "CONSENT_WITHDRAWN"


@dataclass(eq=False)
class ServiceRemoving(NumberlineError):
    """The service is being removed; nothing can be added to it any more."""

    code = "SERVICE_REMOVING"


@dataclass(eq=False)
class InvitationUsed(NumberlineError):
    """This invitation has been used already; ask your provider for a new one if you need to consent again."""

    code = "INVITATION_USED"


@dataclass(eq=False)
class InvitationExpired(NumberlineError):
    """This invitation has expired, was revoked or was replaced by a newer one; ask your provider for a new one."""

    code = "INVITATION_EXPIRED"


@dataclass(eq=False)
class OrganizationDiffers(NumberlineError):
    """Consent came from another organization than before; an administrator of the same organization has to consent."""

    code = "ORGANIZATION_DIFFERS"


@dataclass(eq=False)
class LocationNotAttached(NumberlineError):
    """The location is not attached to the service; attach it first."""

    code = "LOCATION_NOT_ATTACHED"


@dataclass(eq=False)
class LocationMissing(NumberlineError):
    """Control Hub no longer has this location; refresh the locations and choose another."""

    code = "LOCATION_MISSING"


@dataclass(eq=False)
class LocationCountryUnknown(NumberlineError):
    """Control Hub gives no country for this location; add the country there and refresh the locations."""

    code = "LOCATION_COUNTRY_UNKNOWN"


@dataclass(eq=False)
class PstnConnectionUnfit(NumberlineError):
    """The location's PSTN connection is {connection}; choose one with LOCAL_GATEWAY or NON_INTEGRATED_CCP."""

    code = "PSTN_CONNECTION_UNFIT"
    connection: str


@dataclass(eq=False)
class TransitionRefused(NumberlineError):
    """The {subject} is {state}, and {event} is not possible in that state."""

    code = "STATE_FORBIDS"
    subject: str
    state: str
    event: str


@dataclass(eq=False)
class NothingToAdd(NumberlineError):
    """Give at least one number or range."""

    code = "NOTHING_TO_ADD"


@dataclass(eq=False)
class NothingToRemove(NumberlineError):
    """Give the position of at least one entry."""

    code = "NOTHING_TO_REMOVE"


@dataclass(eq=False)
class UploadTooLarge(NumberlineError):
    """An upload may hold at most {most} numbers; split it into several."""

    code = "UPLOAD_TOO_LARGE"
    most: int


@dataclass(eq=False)
class TooManyQuestions(NumberlineError):
    """Only {most} numbers an hour are compared with those of others; nothing is lost, try again at {again}."""

    code = "TOO_MANY_QUESTIONS"
    most: int
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
class NothingToRetry(NumberlineError):
    """No number of the upload can be tried again: Control Hub took them, or refused them for good."""

    code = "NOTHING_TO_RETRY"


@dataclass(eq=False)
class NothingToChange(NumberlineError):
    """Give at least one number, and at least one thing that is to change."""

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
class IntegratedNotTaken(NumberlineError):
    """The numbers of an Integrated service are synced; only those of a Non-Integrated service are confirmed by hand."""

    code = "INTEGRATED_NOT_TAKEN"


@dataclass(eq=False)
class NumbersOnTheirWay(NumberlineError):
    """{moving} numbers are on their way to Control Hub and not settled yet; try again in a moment."""

    code = "NUMBERS_ON_THEIR_WAY"
    moving: int


@dataclass(eq=False)
class Forbidden(NumberlineError):
    """Your level and role do not allow this."""

    code = "FORBIDDEN"


@dataclass(eq=False)
class Unauthenticated(NumberlineError):
    """Send a valid bearer token in the Authorization header."""

    code = "UNAUTHENTICATED"


@dataclass(eq=False)
class RuleBroken(NumberlineError):
    """{explanation}"""  # noqa: D400, D415  # the rule that was broken brings the whole sentence

    rule: str
    explanation: str

    def __post_init__(self) -> None:
        self.code = self.rule


__all__ = [
    "AmbiguousReference",
    "IdempotencyKeyReused",
    "NameTaken",
    "NotFound",
    "NumberlineError",
    "TextInvalid",
    "Unavailable",
]
