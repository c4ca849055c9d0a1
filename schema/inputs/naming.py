"""How things are named in inputs."""

import strawberry

from provisioning.uploads.start import ConnectionName
from schema.describing import described
from schema.ids import key_of
from store.lookup import Name

_ID = "The global id."
KEY = "Any text of your own: a second request with the same key and the same input answers the same, and does nothing."
"""The description of every idempotency key."""

_REFERENCE = "The reference chosen at its creation."


@strawberry.input(one_of=True, description="Names a customer by exactly one of these.")
class CustomerBy:
    """A customer."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    reference: str | None = described(_REFERENCE, default=strawberry.UNSET)

    def name(self, *path: str) -> Name:
        """Return the name. Raises NotFound."""
        return _name("Customer", self.id, self.reference, *path)


@strawberry.input(one_of=True, description="Names a service by exactly one of these.")
class ServiceBy:
    """A service."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    reference: str | None = described(_REFERENCE, default=strawberry.UNSET)

    def name(self, *path: str) -> Name:
        """Return the name. Raises NotFound."""
        return _name("Service", self.id, self.reference, *path)


@strawberry.input(one_of=True, description="Names a location by exactly one of these.")
class LocationBy:
    """A location."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    reference: str | None = described(_REFERENCE, default=strawberry.UNSET)

    def name(self, *path: str) -> Name:
        """Return the name. Raises NotFound."""
        return _name("Location", self.id, self.reference, *path)


@strawberry.input(one_of=True, description="Names an upload by exactly one of these.")
class UploadBy:
    """An upload."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    reference: str | None = described(_REFERENCE, default=strawberry.UNSET)

    def name(self, *path: str) -> Name:
        """Return the name. Raises NotFound."""
        return _name("Upload", self.id, self.reference, *path)


@strawberry.input(one_of=True, description="Names a SIP connection by exactly one of these.")
class SipConnectionBy:
    """A SIP connection."""

    id: strawberry.ID | None = described(_ID, default=strawberry.UNSET)
    name: str | None = described("The name of a SIP connection of the service.", default=strawberry.UNSET)

    def connection(self, *path: str) -> ConnectionName:
        """Return the name. Raises NotFound."""
        if self.id:
            return ConnectionName(id=key_of(self.id, "SipConnection", *path))
        return ConnectionName(name=self.name or "")


def _name(kind: str, global_id: strawberry.ID | None, reference: str | None, *path: str) -> Name:
    if global_id:
        return Name(id=key_of(global_id, kind, *path), path=path)
    return Name(reference=reference or "", path=path)
