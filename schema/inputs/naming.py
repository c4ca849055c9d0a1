"""How things are named in inputs."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import strawberry

from provisioning.errors import Blank
from provisioning.texts import storable
from provisioning.uploads.start import ConnectionName
from schema.describing import described
from schema.ids import key_of
from store.errors import NotFound
from store.lookup import Name

Named = TypeVar("Named")

NOTHING = UUID(int=0)
"""The key of no row."""

_ID = "The global id."
KEY = (
    "Any text of your own: a second request with the same key and the same input answers the same, and does nothing. "
    "It counts for ever; where what was made is gone since, the answer is IDEMPOTENCY_RESULT_GONE."
)
"""The description of every idempotency key."""

_REFERENCE = "The reference chosen at its creation; AMBIGUOUS_REFERENCE where several owners that you see have used it."


@strawberry.input(one_of=True, description="Names a service provider or a channel by exactly one of these.")
class TenantBy:
    """A tenant."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    name: str | None = described(
        "Its name; AMBIGUOUS_REFERENCE where several of your tenants have it.", default=strawberry.UNSET
    )

    def named(self, *path: str) -> Name:
        """Return the name. Raises NotFound, TextInvalid."""
        return _called("Tenant", self.id, self.name, *path)


@strawberry.input(one_of=True, description="Names a calling profile by exactly one of these.")
class CallingProfileBy:
    """A calling profile."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    name: str | None = described("Its name, unique on the platform.", default=strawberry.UNSET)

    def named(self, *path: str) -> Name:
        """Return the name. Raises NotFound, TextInvalid."""
        return _called("CallingProfile", self.id, self.name, *path)


@strawberry.input(one_of=True, description="Names a customer by exactly one of these.")
class CustomerBy:
    """A customer."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    reference: str | None = described(_REFERENCE, default=strawberry.UNSET)

    def name(self, *path: str) -> Name:
        """Return the name. Raises NotFound, TextInvalid."""
        return _name("Customer", self.id, self.reference, *path)


@strawberry.input(one_of=True, description="Names a service by exactly one of these.")
class ServiceBy:
    """A service."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    reference: str | None = described(_REFERENCE, default=strawberry.UNSET)

    def name(self, *path: str) -> Name:
        """Return the name. Raises NotFound, TextInvalid."""
        return _name("Service", self.id, self.reference, *path)


@strawberry.input(description="A location by its name.")
class ServiceLocationInput:
    """A location."""

    service: ServiceBy = described("The service it belongs to.")
    name: str = described("Its name, here or at Control Hub; AMBIGUOUS_REFERENCE where several of the service have it.")


@strawberry.input(one_of=True, description="Names a location by exactly one of these.")
class LocationBy:
    """A location."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    reference: str | None = described(_REFERENCE, default=strawberry.UNSET)
    called: ServiceLocationInput | None = described(
        "Its service and its name: for what Control Hub has, to which nobody has given a reference.",
        default=strawberry.UNSET,
    )

    def name(self, *path: str) -> Name:
        """Return the name. Raises NotFound, TextInvalid."""
        if self.called:
            called, service = storable(self.called.name, *path), self.called.service.name(*path)
            return Name(called=called, service=service, path=path)
        return _name("Location", self.id, self.reference, *path)


@strawberry.input(description="An upload by its reference.")
class ServiceUploadInput:
    """An upload."""

    service: ServiceBy = described("The service it belongs to.")
    reference: str = described("Its reference, which no other upload of the service has.")


@strawberry.input(one_of=True, description="Names an upload by exactly one of these.")
class UploadBy:
    """An upload."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    reference: str | None = described(
        "Its reference, unique in its service alone; AMBIGUOUS_REFERENCE where uploads of several services that you "
        "see have it: say `inService` then.",
        default=strawberry.UNSET,
    )
    in_service: ServiceUploadInput | None = described("Its service and its reference.", default=strawberry.UNSET)

    def name(self, *path: str) -> Name:
        """Return the name. Raises NotFound, TextInvalid."""
        if self.in_service:
            reference, service = storable(self.in_service.reference, *path), self.in_service.service.name(*path)
            return Name(reference=reference, service=service, path=path)
        return _name("Upload", self.id, self.reference, *path)


@strawberry.input(one_of=True, description="Names a SIP connection by exactly one of these.")
class SipConnectionBy:
    """A SIP connection."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    name: str | None = described("The name of a SIP connection of the service.", default=strawberry.UNSET)

    def connection(self, *path: str) -> ConnectionName:
        """Return the name. Raises NotFound, TextInvalid."""
        if self.id:
            return ConnectionName(id=key_of(self.id, "SipConnection", *path))
        return ConnectionName(name=storable(self.name or "", *path))


def _called(kind: str, global_id: strawberry.ID | None, name: str | None, *path: str) -> Name:
    if global_id:
        return Name(id=key_of(global_id, kind, *path), path=path)
    return Name(called=storable(name or "", *path), path=path)


def tenant_named(given: TenantBy | None, global_id: strawberry.ID | None, field: str) -> Name | None:
    """Return what a field or, in its place, the deprecated one for an id names, if anything.

    Raises NotFound, TextInvalid.
    """
    if given is not None:
        return given.named(field)
    return None if global_id is None else _called("Tenant", global_id, None, f"{field}Id")


def profile_named(given: CallingProfileBy | None, global_id: strawberry.ID | None) -> Name | None:
    """Return what `callingProfile` or, in its place, `callingProfileId` names, if anything.

    Raises NotFound, TextInvalid.
    """
    if given is not None:
        return given.named("callingProfile")
    return None if global_id is None else _called("CallingProfile", global_id, None, "callingProfileId")


def or_nothing(named: Callable[[str], Named], field: str, nothing: Named) -> Named:
    """Return what a field names; `nothing` where that is no id of its kind."""
    try:
        return named(field)
    except NotFound:
        return nothing


def needed(name: Name | None, what: str, field: str) -> Name:
    """Return the name. Raises Blank where there is none."""
    if name is None:
        raise Blank(what, path=(field,))
    return name


def _name(kind: str, global_id: strawberry.ID | None, reference: str | None, *path: str) -> Name:
    if global_id:
        return Name(id=key_of(global_id, kind, *path), path=path)
    return Name(reference=storable(reference or "", *path), path=path)
