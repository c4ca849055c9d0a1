"""Onboarding services, and giving them locations and SIP connections."""

from typing import Annotated

import strawberry

from provisioning import consent, invitations, locations, removal, routing, services
from provisioning.errors import Forbidden
from provisioning.permissions import FORCED_REMOVAL
from schema.context import Info
from schema.describing import described
from schema.errors import UserError
from schema.inputs.services import (
    ConsentGiveUpInput,
    InvitationResendInput,
    InvitationRevokeInput,
    LocationAttachInput,
    LocationCreateInput,
    LocationDetachInput,
    LocationsRefreshInput,
    ServiceOnboardInput,
    ServiceRemoveInput,
    SipConnectionCreateInput,
    SipConnectionDeleteInput,
    SipConnectionUpdateInput,
)
from schema.mutations.payloads import ERRORS, INPUT, attempt
from schema.types.routing import SipConnection
from schema.types.services import Location, Service, load_service


@strawberry.type(description="The answer to serviceOnboard.")
class ServiceOnboardPayload:
    """A payload."""

    service: Service | None = described("The service; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to invitationResend.")
class InvitationResendPayload:
    """A payload."""

    service: Service | None = described("The service; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to invitationRevoke.")
class InvitationRevokePayload:
    """A payload."""

    service: Service | None = described("The service; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to consentGiveUp.")
class ConsentGiveUpPayload:
    """A payload."""

    service: Service | None = described("The service; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to locationsRefresh.")
class LocationsRefreshPayload:
    """A payload."""

    service: Service | None = described(
        "The service; its locationsRefreshedAt moves when it is done; null where it was refused."
    )
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to locationCreate.")
class LocationCreatePayload:
    """A payload."""

    location: Location | None = described("The location; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to locationAttach.")
class LocationAttachPayload:
    """A payload."""

    location: Location | None = described("The location; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to locationDetach.")
class LocationDetachPayload:
    """A payload."""

    location: Location | None = described("The location; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to sipConnectionCreate.")
class SipConnectionCreatePayload:
    """A payload."""

    sip_connection: SipConnection | None = described("The SIP connection; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to sipConnectionUpdate.")
class SipConnectionUpdatePayload:
    """A payload."""

    sip_connection: SipConnection | None = described("The SIP connection; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to sipConnectionDelete.")
class SipConnectionDeletePayload:
    """A payload."""

    sip_connection: SipConnection | None = described(
        "The SIP connection, with the time of its deletion; null where it was refused."
    )
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to serviceRemove.")
class ServiceRemovePayload:
    """A payload."""

    service: Service | None = described("The service, now REMOVING; null where it was refused, or is gone by force.")
    removed: bool = described("Whether it is gone already: by force.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type
class ServiceMutations:
    """Services and what they need."""

    @strawberry.mutation(
        description="Onboard a service. Integrated: an invitation is mailed and the service waits for consent."
    )
    async def service_onboard(self, info: Info, input: Annotated[ServiceOnboardInput, INPUT]) -> ServiceOnboardPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: services.onboard(desk, input.decoded(), input.idempotency_key))
        return ServiceOnboardPayload(service=await load_service(info, row.id) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Mail a fresh invitation; those before stop working at once. Also after consent was withdrawn. "
        "What becomes of the letter is in `invitation` of the service."
    )
    async def invitation_resend(
        self, info: Info, input: Annotated[InvitationResendInput, INPUT]
    ) -> InvitationResendPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: invitations.resend(desk, input.service.name("service")))
        return InvitationResendPayload(service=await load_service(info, row.id) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Let the open invitation stop working; nothing happens where none is open. "
        "A consent that was given stays: see consentGiveUp."
    )
    async def invitation_revoke(
        self, info: Info, input: Annotated[InvitationRevokeInput, INPUT]
    ) -> InvitationRevokePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: invitations.revoke(desk, input.service.name("service")))
        return InvitationRevokePayload(service=await load_service(info, row.id) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Forget the customer's consent and its tokens. Uploads then wait; a sync that is under way ends "
        "first. Numbers stay in Control Hub. A new invitation mends it."
    )
    async def consent_give_up(self, info: Info, input: Annotated[ConsentGiveUpInput, INPUT]) -> ConsentGiveUpPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: consent.give_up(desk, input.service.name("service")))
        return ConsentGiveUpPayload(service=await load_service(info, row.id) if row else None, user_errors=refusals)

    @strawberry.mutation(description="Read the locations of an Integrated service from Control Hub; a job does it.")
    async def locations_refresh(
        self, info: Info, input: Annotated[LocationsRefreshInput, INPUT]
    ) -> LocationsRefreshPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: locations.request_refresh(desk, input.service.name("service")))
        return LocationsRefreshPayload(service=await load_service(info, row.id) if row else None, user_errors=refusals)

    @strawberry.mutation(description="Enter a location of a Non-Integrated service by hand.")
    async def location_create(self, info: Info, input: Annotated[LocationCreateInput, INPUT]) -> LocationCreatePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: locations.create(desk, input.decoded(), input.idempotency_key))
        return LocationCreatePayload(location=Location.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(description="Attach a location to its service, so that numbers can be uploaded to it.")
    async def location_attach(self, info: Info, input: Annotated[LocationAttachInput, INPUT]) -> LocationAttachPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: locations.attach(desk, input.location.name("location")))
        return LocationAttachPayload(location=Location.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Detach a location from its service, also one that Control Hub no longer has. Refused with "
        "LOCATION_IN_USE while it has live numbers, those that cool included, or unfinished uploads. It stays in the "
        "list of locations and can be attached again; detaching a detached one changes nothing."
    )
    async def location_detach(self, info: Info, input: Annotated[LocationDetachInput, INPUT]) -> LocationDetachPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: locations.detach(desk, input.location.name("location")))
        return LocationDetachPayload(location=Location.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(description="Create a SIP connection of a service.")
    async def sip_connection_create(
        self, info: Info, input: Annotated[SipConnectionCreateInput, INPUT]
    ) -> SipConnectionCreatePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(
            lambda: routing.create_sip_connection(desk, input.decoded(), input.idempotency_key)
        )
        return SipConnectionCreatePayload(sip_connection=SipConnection.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Give a SIP connection another name or calling profile. The numbers that hang on it take the new "
        "profile along; nothing is sent to Control Hub."
    )
    async def sip_connection_update(
        self, info: Info, input: Annotated[SipConnectionUpdateInput, INPUT]
    ) -> SipConnectionUpdatePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: routing.update_sip_connection(desk, input.decoded()))
        return SipConnectionUpdatePayload(sip_connection=SipConnection.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Delete a SIP connection. Refused with SIP_CONNECTION_IN_USE while live numbers, those that cool "
        "included, or unfinished uploads use it. Its name is free at once; deleting a deleted one changes nothing."
    )
    async def sip_connection_delete(
        self, info: Info, input: Annotated[SipConnectionDeleteInput, INPUT]
    ) -> SipConnectionDeletePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: routing.delete_sip_connection(desk, input.decoded()))
        return SipConnectionDeletePayload(sip_connection=SipConnection.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Remove a service for good, from any status. It is REMOVING while its uploads are ended and its "
        "numbers taken off Control Hub, but for those that were there before; they do not cool. Then it is gone with "
        "all that belongs to it, and its last status event has no status. `removal` of the service says what is left; "
        "what Control Hub keeps holds it up: mend that there and send this again. Sent again it changes nothing else. "
        "While consent is not in force nothing can be taken off, and no new invitation is sent: an Admin then uses "
        "`force`."
    )
    async def service_remove(self, info: Info, input: Annotated[ServiceRemoveInput, INPUT]) -> ServiceRemovePayload:
        """Run the use case."""
        desk = info.context.desk
        if input.force:
            _refuse_force(info)
            gone, refusals = await attempt(lambda: removal.remove_by_force(desk, input.service.name("service")))
            return ServiceRemovePayload(service=None, removed=gone is not None, user_errors=refusals)
        row, refusals = await attempt(lambda: removal.remove(desk, input.service.name("service")))
        service = await load_service(info, row.id) if row else None
        return ServiceRemovePayload(service=service, removed=False, user_errors=refusals)


def _refuse_force(info: Info) -> None:
    if info.context.caller is None or not FORCED_REMOVAL.allows(info.context.caller):
        raise Forbidden
