"""Onboarding a service."""

from dataclasses import dataclass

from provisioning.desk import Desk
from provisioning.errors import (
    CxIntegrated,
    NumberlineError,
    OrganizationIdNotTaken,
    refuse_any,
)
from provisioning.invitations import invite
from provisioning.journal import audit
from provisioning.repeating import once
from provisioning.states import service_start
from provisioning.texts import length_fault, name_fault, reference_fault
from store import services
from store.actions import AuditAction
from store.lookup import Name, one
from store.tables import Customer, Event, Service
from store.vocabulary import EventKind, ServiceKind, ServiceMode


@dataclass(frozen=True, slots=True)
class NewService:
    """A service to onboard. The organization id is optional, and for Non-Integrated services only."""

    customer: Name
    name: str
    kind: ServiceKind
    mode: ServiceMode
    organization_id: str | None = None
    reference: str | None = None


async def onboard(desk: Desk, new: NewService, key: str | None = None) -> Service:
    """Create a service. An Integrated one waits for consent, and its invitation is mailed after the commit.

    Raises Refused, NotFound for the customer, NameTaken, IdempotencyKeyReused.
    """
    refuse_any(_faults(new))
    async with desk.begin() as transaction:

        async def make() -> Service:
            customer = await one(transaction, Customer, new.customer, lock=True)
            service = _service(desk, new, customer)
            await services.add(transaction, service)
            audit(transaction, AuditAction.SERVICE_ONBOARDED, service)
            transaction.announce(_onboarded(service))
            if new.mode is ServiceMode.INTEGRATED:
                await invite(desk, transaction, service, customer)
            return service

        return await once(transaction, new, key, Service, make)


def _faults(new: NewService) -> list[NumberlineError | None]:
    integrated = new.mode is ServiceMode.INTEGRATED
    return [
        name_fault(new.name, "name", "name"),
        reference_fault(new.reference),
        length_fault(new.organization_id, "organization id", "organizationId"),
        CxIntegrated(path=("mode",)) if integrated and new.kind is ServiceKind.CX else None,
        OrganizationIdNotTaken(path=("organizationId",)) if integrated and new.organization_id else None,
    ]


def _service(desk: Desk, new: NewService, customer: Customer) -> Service:
    integrated = new.mode is ServiceMode.INTEGRATED
    return Service(
        name=new.name.strip(),
        reference=new.reference,
        kind=new.kind,
        mode=new.mode,
        status=service_start(new.mode),
        organization_id=new.organization_id,
        # The time "when the customer service was deployed": without consent that is now.
        consented_at=None if integrated else desk.clock(),
        **customer.ownership(),
    )


def _onboarded(service: Service) -> Event:
    return Event(
        kind=EventKind.SERVICE_STATUS, service_id=service.id, after=service.status.value, **service.ownership()
    )
