"""Inputs of services, locations and SIP connections."""

from uuid import UUID

import strawberry

from provisioning.locations import NewLocation
from provisioning.routing import NewSipConnection, SipConnectionChange
from provisioning.services import NewService
from schema.describing import described
from schema.ids import key_of
from schema.inputs.naming import KEY, CallingProfileBy, CustomerBy, LocationBy, ServiceBy, needed, profile_named
from schema.scalars import CallingCode, CountryCode
from store.vocabulary import ServiceKind, ServiceMode


@strawberry.input(description="A service to onboard.")
class ServiceOnboardInput:
    """A service."""

    customer: CustomerBy = described("The customer it is for.")
    name: str = described("The name, unique in the customer.")
    kind: ServiceKind = described("What is sold.")
    mode: ServiceMode = described("Integrated: the customer consents and Control Hub is synced. CX: Non-Integrated.")
    organization_id: str | None = described("The Webex organization; Non-Integrated only.", default=None)
    reference: str | None = described("Your own name for it, unique in the customer.", default=None)
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> NewService:
        """Convert it. Raises NotFound."""
        customer = self.customer.name("customer")
        return NewService(customer, self.name, self.kind, self.mode, self.organization_id, self.reference)


@strawberry.input(description="An invitation to send again.")
class InvitationResendInput:
    """An invitation."""

    service: ServiceBy = described("The Integrated service whose customer is to consent.")


@strawberry.input(description="An invitation to revoke.")
class InvitationRevokeInput:
    """An invitation."""

    service: ServiceBy = described("The Integrated service whose open invitation is to stop working.")


@strawberry.input(description="A consent to give up.")
class ConsentGiveUpInput:
    """A consent."""

    service: ServiceBy = described("The service whose customer consented.")


@strawberry.input(description="Locations to read from Control Hub.")
class LocationsRefreshInput:
    """A refresh."""

    service: ServiceBy = described("The Integrated service whose locations are read.")


@strawberry.input(description="A location of a Non-Integrated service, entered by hand.")
class LocationCreateInput:
    """A location."""

    service: ServiceBy = described("The service it is for.")
    name: str = described("The name, unique in the service.")
    country: CountryCode = described("The country; its calling code is what the numbers must begin with.")
    calling_code: CallingCode | None = described("Only to be checked against the country.", default=None)
    reference: str | None = described("Your own name for it, unique in the service.", default=None)
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> NewLocation:
        """Convert it. Raises NotFound."""
        service = self.service.name("service")
        return NewLocation(service, self.name, self.country, self.calling_code, self.reference)


@strawberry.input(description="A location to attach to its service.")
class LocationAttachInput:
    """An attachment."""

    location: LocationBy = described("The location.")


@strawberry.input(description="A location to detach from its service.")
class LocationDetachInput:
    """A detachment."""

    location: LocationBy = described("The location.")


@strawberry.input(description="A SIP connection to create.")
class SipConnectionCreateInput:
    """A SIP connection."""

    service: ServiceBy = described("The service it is for.")
    name: str = described("The name, unique in the service; uploads may name it.")
    calling_profile: CallingProfileBy | None = described(
        "The calling profile that is to route its numbers; needed.", default=None
    )
    calling_profile_id: strawberry.ID | None = described(
        "The same by its id; not looked at next to `callingProfile`.",
        default=None,
        deprecation_reason="Use `callingProfile`.",
    )
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> NewSipConnection:
        """Convert it. Raises Blank, NotFound."""
        profile = needed(
            profile_named(self.calling_profile, self.calling_profile_id), "calling profile", "callingProfile"
        )
        return NewSipConnection(self.service.name("service"), self.name, profile)


@strawberry.input(description="What becomes of a SIP connection; what is left out, or null, stays as it is.")
class SipConnectionUpdateInput:
    """A change."""

    sip_connection_id: strawberry.ID = described("The SIP connection.")
    name: str | None = described("Its new name, unique in the service.", default=None)
    calling_profile: CallingProfileBy | None = described(
        "The calling profile that is to route its numbers from now on.", default=None
    )
    calling_profile_id: strawberry.ID | None = described(
        "The same by its id; not looked at next to `callingProfile`.",
        default=None,
        deprecation_reason="Use `callingProfile`.",
    )

    def decoded(self) -> SipConnectionChange:
        """Convert it. Raises NotFound."""
        connection = key_of(self.sip_connection_id, "SipConnection", "sipConnectionId")
        return SipConnectionChange(connection, self.name, profile_named(self.calling_profile, self.calling_profile_id))


@strawberry.input(description="A SIP connection to delete.")
class SipConnectionDeleteInput:
    """A deletion."""

    sip_connection_id: strawberry.ID = described("The SIP connection.")

    def decoded(self) -> UUID:
        """Convert it. Raises NotFound."""
        return key_of(self.sip_connection_id, "SipConnection", "sipConnectionId")


@strawberry.input(description="A service to remove.")
class ServiceRemoveInput:
    """A removal."""

    service: ServiceBy = described("The service.")
    force: bool = described(
        "Delete it at once and leave its numbers at Control Hub; for an Admin, once the consent is gone.", default=False
    )
