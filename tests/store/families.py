"""Two families of tenants side by side: what belongs to one must not be there for the other."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col

from provisioning.desk import Desk
from store.scope import Scope
from store.tables import Customer, Drift, Grant, Invitation, Location, Number, Service, SipConnection, Tenant, Upload
from store.vocabulary import DriftKind, GrantStatus
from tests.arrange import by_hand, channel, provider, put, rows, scope_of, submitted


@dataclass(frozen=True, slots=True)
class Family:
    """A provider, its channel, the channel's customer, and one row of every kind of the customer's."""

    provider: Tenant
    channel: Tenant
    customer: Customer
    service: Service
    upload: Upload
    made: dict[type[Any], Any]

    def scope(self, level: str) -> Scope:
        """Return the scope of one of its members."""
        return scope_of(getattr(self, level))


async def family(desk: Desk, name: str, number: str) -> Family:
    """Make a family; the grant and the invitation as they are, for consent is not what this is about."""
    above = await provider(desk, f"Carrier {name}")
    reseller = await channel(desk, above, f"Reseller {name}")
    dialog = await by_hand(desk, reseller)
    upload = await submitted(desk, dialog, number)
    now, service = desk.clock(), dialog.service
    grant = Grant(
        service_id=service.id,
        status=GrantStatus.ACTIVE,
        organization_id=name,
        access_token=b"a",
        access_expires_at=now,
        refresh_token=b"r",
        refresh_expires_at=now,
        granted_by="admin@acme.example",
        **service.ownership(),
    )
    invitation = Invitation(
        service_id=service.id,
        email="admin@acme.example",
        token_hash=name.encode(),
        expires_at=now + timedelta(days=1),
        **service.ownership(),
    )
    drift = Drift(
        service_id=service.id, kind=DriftKind.UNKNOWN_HERE, e164=f"{number}9", found_at=now, **service.ownership()
    )
    await put(desk, grant, invitation, drift)
    (number_row,) = await rows(desk, Number, col(Number.id), col(Number.service_id) == service.id)
    (owner,) = await rows(desk, Customer, col(Customer.id), col(Customer.id) == service.customer_id)
    made = {
        Customer: owner,
        Service: service,
        Location: dialog.location,
        SipConnection: dialog.connection,
        Upload: upload,
        Number: number_row,
        Invitation: invitation,
    }
    return Family(above, reseller, owner, service, upload, made)
