"""Onboarding a service."""

from dataclasses import replace

import pytest

from provisioning.desk import Desk
from provisioning.services import NewService, onboard
from provisioning.tenants import NewCustomer, create_customer
from store.lookup import Name
from store.tables import Customer, Service
from store.vocabulary import ServiceKind, ServiceMode, ServiceStatus
from tests.arrange import (
    announced,
    audited,
    count,
    customer,
    jobs,
    newest_invitation,
    provider,
    refused,
    scope_of,
    seen_by,
    service,
)

INTEGRATED, BY_HAND = ServiceMode.INTEGRATED, ServiceMode.NON_INTEGRATED


@pytest.fixture
async def owner(desk: Desk) -> Customer:
    """A customer."""
    return await customer(desk, await provider(desk))


def new(owner: Customer, mode: ServiceMode = BY_HAND) -> NewService:
    """Fill in the form."""
    return NewService(Name(id=owner.id), "Cloud Connect", ServiceKind.WEBEX_CLOUD_CONNECT, mode)


async def test_an_integrated_service_waits_for_consent_and_has_its_invitation_sent(desk: Desk, owner: Customer) -> None:
    """By a job that commits with it."""
    made = await service(desk, owner, INTEGRATED)
    assert (made.status, made.consented_at, made.organization_id) == (ServiceStatus.PENDING_CONSENT, None, None)
    asked = await newest_invitation(desk, made)
    assert asked.email == owner.admin_email
    assert await jobs(desk) == [("send_invitation", f"invitation:{asked.id}", None)]


async def test_a_non_integrated_service_needs_no_consent(desk: Desk, owner: Customer) -> None:
    """It counts as deployed now, and nobody is written to."""
    made = await onboard(desk, replace(new(owner), organization_id="org-1"))
    assert (made.status, made.consented_at) == (ServiceStatus.PENDING_PROVISIONING, desk.clock())
    assert made.organization_id == "org-1"
    assert await jobs(desk) == []


@pytest.mark.parametrize("mode", [INTEGRATED, BY_HAND])
async def test_onboarding_is_on_record_and_subscribers_hear_of_it(
    desk: Desk, owner: Customer, mode: ServiceMode
) -> None:
    """The first event has no status before."""
    made = await service(desk, owner, mode)
    assert (await audited(desk, made.id))[0] == "SERVICE_ONBOARDED"
    assert await announced(desk, made) == [("SERVICE_STATUS", None, made.status.value)]
    assert made.ownership() == owner.ownership()


async def test_cx_is_always_non_integrated(desk: Desk, owner: Customer) -> None:
    """Whatever is asked for."""
    integrated = replace(new(owner, INTEGRATED), kind=ServiceKind.CX)
    assert await refused(desk, onboard(desk, integrated)) == [("CX_IS_NON_INTEGRATED", ("mode",))]
    assert (await onboard(desk, replace(integrated, mode=BY_HAND))).kind is ServiceKind.CX


async def test_the_organization_of_an_integrated_service_is_learnt_not_told(desk: Desk, owner: Customer) -> None:
    """Consent brings it."""
    told = replace(new(owner, INTEGRATED), organization_id="org-1")
    assert await refused(desk, onboard(desk, told)) == [("ORGANIZATION_ID_NOT_TAKEN", ("organizationId",))]


async def test_all_faults_of_the_form_come_at_once(desk: Desk, owner: Customer) -> None:
    """Each with its path."""
    nonsense = NewService(Name(id=owner.id), "", ServiceKind.CX, INTEGRATED, "x" * 201, " ")
    assert await refused(desk, onboard(desk, nonsense)) == [
        ("BLANK", ("name",)),
        ("BLANK", ("reference",)),
        ("TEXT_TOO_LONG", ("organizationId",)),
        ("CX_IS_NON_INTEGRATED", ("mode",)),
        ("ORGANIZATION_ID_NOT_TAKEN", ("organizationId",)),
    ]


async def test_name_and_reference_are_unique_with_the_customer(desk: Desk, owner: Customer) -> None:
    """In any case, for the name."""
    first = replace(new(owner), reference="S-1")
    await onboard(desk, first)
    assert await refused(desk, onboard(desk, replace(first, name="CLOUD CONNECT", reference=None))) == [
        ("NAME_TAKEN", ("name",))
    ]
    assert await refused(desk, onboard(desk, replace(first, name="Other"))) == [("NAME_TAKEN", ("reference",))]


async def test_a_customer_out_of_sight_is_not_found(desk: Desk, owner: Customer) -> None:
    """At the field that names it."""
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    named = replace(new(owner), customer=Name(id=owner.id, path=("customer",)))
    assert await refused(desk, onboard(stranger, named)) == [("NOT_FOUND", ("customer",))]


async def test_a_reference_that_names_several_customers_is_ambiguous(desk: Desk) -> None:
    """The system sees both; it has to use the id."""
    for name in ("One", "Two"):
        tenant = await provider(desk, name)
        await create_customer(desk, NewCustomer(Name(id=tenant.id), "Acme", "Acme", "a@acme.example", reference="A-1"))
    named = NewService(Name(reference="A-1", path=("customer",)), "x", ServiceKind.CX, BY_HAND)
    assert await refused(desk, onboard(desk, named)) == [("AMBIGUOUS_REFERENCE", ("customer",))]


async def test_a_repeated_request_onboards_once_and_invites_once(desk: Desk, owner: Customer) -> None:
    """With the same key; with another body the key is refused."""
    form = new(owner, INTEGRATED)
    made = [await onboard(desk, form, "key") for _ in range(2)]
    changed = onboard(desk, replace(form, name="Other"), "key")
    assert made[0].id == made[1].id
    assert await count(desk, Service) == 1
    assert len(await jobs(desk)) == 1
    assert await refused(desk, changed) == [("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))]
