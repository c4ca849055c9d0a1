"""Refusals that concern customers, services, consent, locations and connections."""

from dataclasses import dataclass

from store.errors import NumberlineError


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
class ConsentInForce(NumberlineError):
    """The consent is in force, so that the numbers can be taken off Control Hub; wait for that, or give it up first."""

    code = "CONSENT_IN_FORCE"


@dataclass(eq=False)
class ServiceRemoving(NumberlineError):
    """The service is being removed; nothing can be added to it or changed any more."""

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
class LocationInUse(NumberlineError):
    """{numbers} live or cooling numbers and {uploads} unfinished uploads need it: end these, and let those go first."""

    code = "LOCATION_IN_USE"
    numbers: int
    uploads: int


@dataclass(eq=False)
class SipConnectionInUse(NumberlineError):
    """{numbers} live or cooling numbers and {uploads} unfinished uploads use it: end these, and let those go first."""

    code = "SIP_CONNECTION_IN_USE"
    numbers: int
    uploads: int


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
