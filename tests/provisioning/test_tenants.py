"""Tenants and customers."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import update
from sqlmodel import col

from provisioning.consent import open_invitation, token_hash
from provisioning.desk import Desk
from provisioning.invitations import INVITATION_LIFETIME
from provisioning.tenants import (
    CustomerChange,
    NewCustomer,
    NewTenant,
    create_customer,
    create_tenant,
    update_customer,
)
from store import tenants
from store.lookup import Name
from store.tables import AuditEvent, Customer, Invitation, Tenant
from store.vocabulary import ServiceMode, TenantKind
from tests.arrange import (
    Hubside,
    accept,
    at,
    audited,
    blocked,
    channel,
    count,
    customer,
    fetch,
    invite,
    jobs,
    newest_invitation,
    provider,
    refused,
    rows,
    scope_of,
    seen_by,
    service,
)

PROVIDER, CHANNEL = TenantKind.SERVICE_PROVIDER, TenantKind.CHANNEL


async def test_a_provider_stands_below_the_system_and_a_channel_below_it(desk: Desk) -> None:
    """Each is its own owner at its own level."""
    above = await provider(desk)
    below = await channel(desk, above)
    assert (above.provider_id, above.channel_id) == (above.id, None)
    assert (below.parent_id, below.provider_id, below.channel_id) == (above.id, above.id, below.id)


async def test_making_a_tenant_is_on_record(desk: Desk) -> None:
    """Who, what and the new row."""
    made = await provider(desk)
    assert await audited(desk, made.id) == ["TENANT_CREATED"]


async def test_names_lose_the_space_around_them(desk: Desk) -> None:
    """So that nobody has to look for a name with a space in front."""
    assert (await provider(desk, "  Carrier ")).name == "Carrier"


async def test_a_name_is_taken_in_any_case_but_only_below_the_same_parent(desk: Desk) -> None:
    """Two providers may each have a channel East."""
    one, two = await provider(desk, "One"), await provider(desk, "Two")
    await channel(desk, one, "East")
    assert await refused(desk, channel(desk, one, "EAST")) == [("NAME_TAKEN", ("name",))]
    assert await refused(desk, provider(desk, "one")) == [("NAME_TAKEN", ("name",))]
    assert (await channel(desk, two, "East")).name == "East"


async def test_a_parent_has_to_fit_the_kind(desk: Desk) -> None:
    """No parent for a provider, a provider for a channel, and there is one system only."""
    above = await provider(desk)
    below = await channel(desk, above)
    unfit = [("PARENT_UNFIT", ("parent",))]
    assert (
        await refused(desk, create_tenant(desk, NewTenant(PROVIDER, "x", Name(id=above.id, path=("parent",))))) == unfit
    )
    assert await refused(desk, create_tenant(desk, NewTenant(CHANNEL, "x"))) == unfit
    assert (
        await refused(desk, create_tenant(desk, NewTenant(CHANNEL, "x", Name(id=below.id, path=("parent",))))) == unfit
    )
    assert await refused(desk, create_tenant(desk, NewTenant(TenantKind.SYSTEM, "x"))) == unfit


async def test_a_parent_that_is_not_there_is_not_found(desk: Desk) -> None:
    """At the field that names it."""
    missing = create_tenant(desk, NewTenant(CHANNEL, "x", Name(id=uuid4(), path=("parent",))))
    assert await refused(desk, missing) == [("NOT_FOUND", ("parent",))]


async def test_all_faults_of_a_form_come_at_once(desk: Desk) -> None:
    """People correct it once."""
    nonsense = NewCustomer(Name(id=uuid4()), " ", "x" * 201, "nobody", reference="")
    assert await refused(desk, create_customer(desk, nonsense)) == [
        ("BLANK", ("name",)),
        ("TEXT_TOO_LONG", ("fullName",)),
        ("EMAIL_INVALID", ("adminEmail",)),
        ("BLANK", ("reference",)),
    ]
    assert await refused(desk, create_tenant(desk, NewTenant(CHANNEL, ""))) == [
        ("BLANK", ("name",)),
        ("PARENT_UNFIT", ("parent",)),
    ]


async def test_a_customer_carries_the_ids_of_all_above_it(desk: Desk) -> None:
    """Directly below a provider, or through a channel."""
    above = await provider(desk)
    reseller = await channel(desk, above)
    direct, through = await customer(desk, above), await customer(desk, reseller)
    assert direct.ownership() == {"provider_id": above.id, "channel_id": None, "customer_id": direct.id}
    assert through.ownership() == {"provider_id": above.id, "channel_id": reseller.id, "customer_id": through.id}
    assert await audited(desk, through.id) == ["CUSTOMER_CREATED"]


async def test_a_customer_does_not_belong_to_the_system(desk: Desk) -> None:
    """Somebody has to sell to it."""
    async with desk.read() as reading:
        system = await tenants.system(reading)
    assert await refused(desk, customer(desk, system)) == [("TENANT_UNFIT", ("tenantId",))]


async def test_a_customer_of_a_tenant_out_of_sight_is_not_found(desk: Desk) -> None:
    """A provider cannot plant customers with another."""
    ours, theirs = await provider(desk, "Ours"), await provider(desk, "Theirs")
    attempt = customer(seen_by(desk, scope_of(ours)), theirs)
    assert await refused(desk, attempt) == [("NOT_FOUND", ("tenantId",))]


async def test_a_tenant_can_be_called_by_its_name(desk: Desk) -> None:
    """Where only one in sight has it."""
    ours, theirs = await provider(desk, "Ours"), await provider(desk, "Theirs")
    for above in (ours, theirs):
        await create_tenant(desk, NewTenant(CHANNEL, "Resale", Name(id=above.id, path=("parent",))))
    named = NewCustomer(Name(called="RESALE", path=("tenant",)), "Acme", "Acme Inc.", "a@acme.example")
    assert await refused(desk, create_customer(desk, named)) == [("AMBIGUOUS_REFERENCE", ("tenant",))]
    made = await create_customer(seen_by(desk, scope_of(ours)), named)
    assert made.provider_id == ours.id
    unknown = create_customer(desk, replace(named, tenant=Name(called="Nobody", path=("tenant",))))
    assert await refused(desk, unknown) == [("NOT_FOUND", ("tenant",))]


async def test_a_customers_name_and_reference_are_unique_with_its_tenant(desk: Desk) -> None:
    """And free with any other."""
    above = await provider(desk)
    reseller = await channel(desk, above)
    new = NewCustomer(Name(id=above.id), "Acme", "Acme Inc.", "a@acme.example", reference="A-1")
    await create_customer(desk, new)
    assert await refused(desk, create_customer(desk, replace(new, name="acme"))) == [("NAME_TAKEN", ("name",))]
    assert await refused(desk, create_customer(desk, replace(new, name="Other"))) == [("NAME_TAKEN", ("reference",))]
    assert (await create_customer(desk, replace(new, tenant=Name(id=reseller.id)))).reference == "A-1"


async def test_a_repeated_request_makes_nothing_new(desk: Desk) -> None:
    """The same tenant and the same customer come back."""
    tenant = [await create_tenant(desk, NewTenant(PROVIDER, "Carrier"), "key") for _ in range(2)]
    new = NewCustomer(Name(id=tenant[0].id), "Acme", "Acme Inc.", "a@acme.example")
    customers = [await create_customer(desk, new, "key") for _ in range(2)]
    assert tenant[0].id == tenant[1].id
    assert customers[0].id == customers[1].id
    assert (await count(desk, Tenant), await count(desk, Customer)) == (2, 1)


async def test_a_customer_can_be_mended(desk: Desk) -> None:
    """What is left out stays; the trail has what was and what became of it, and nothing else."""
    made = await customer(desk, await provider(desk))
    changed = await update_customer(desk, CustomerChange(Name(id=made.id), full_name=" Acme Ltd. ", name="Acme"))
    kept = await fetch(desk, made)
    assert kept == changed
    assert (kept.name, kept.full_name, kept.admin_email) == ("Acme", "Acme Ltd.", made.admin_email)
    (record,) = await rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.action) == "CUSTOMER_UPDATED")
    assert (record.before, record.after) == ({"full_name": "Acme Inc."}, {"full_name": "Acme Ltd."})


async def test_mending_what_is_right_already_changes_nothing(desk: Desk) -> None:
    """A repeated request leaves no second record."""
    made = await customer(desk, await provider(desk))
    for _ in range(2):
        await update_customer(desk, CustomerChange(Name(id=made.id), admin_email="new@acme.example"))
    await update_customer(desk, CustomerChange(Name(id=made.id)))
    assert await audited(desk, made.id) == ["CUSTOMER_CREATED", "CUSTOMER_UPDATED"]


async def test_a_mended_address_gets_the_invitations_that_are_open(desk: Desk, side: Hubside) -> None:
    """The link in the old letter ends; services that consented, or wait for nothing, are left in peace."""
    owner = await customer(desk, await provider(desk))
    waiting = await service(desk, owner, ServiceMode.INTEGRATED)
    done = await service(desk, owner, ServiceMode.INTEGRATED, name="Done")
    await accept(desk, side, await invite(desk, side, done), "Done")
    await service(desk, owner, name="By hand")
    old, before = await invite(desk, side, waiting), await count(desk, Invitation)
    await update_customer(desk, CustomerChange(Name(id=owner.id), admin_email="right@acme.example"))
    asked = await newest_invitation(desk, waiting)
    assert await refused(desk, open_invitation(desk, token_hash(old))) == [("INVITATION_EXPIRED", ())]
    assert asked.email == "right@acme.example"
    assert (await jobs(desk))[-1] == ("send_invitation", f"invitation:{asked.id}", None)
    assert await count(desk, Invitation) == before + 1


async def test_an_invitation_that_has_ended_is_not_brought_back_by_a_new_address(desk: Desk) -> None:
    """Somebody has to ask for another."""
    owner = await customer(desk, await provider(desk))
    await service(desk, owner, ServiceMode.INTEGRATED)
    late = at(desk, desk.clock() + INVITATION_LIFETIME)
    await update_customer(late, CustomerChange(Name(id=owner.id), admin_email="right@acme.example"))
    assert await count(desk, Invitation) == 1


async def test_other_changes_leave_invitations_alone(desk: Desk) -> None:
    """The letter is under way to the right address."""
    owner = await customer(desk, await provider(desk))
    await service(desk, owner, ServiceMode.INTEGRATED)
    change = CustomerChange(Name(id=owner.id), name="Other", admin_email=owner.admin_email)
    await update_customer(desk, change)
    assert (await count(desk, Invitation), len(await jobs(desk))) == (1, 1)


async def test_a_service_onboarded_while_the_address_is_mended_invites_the_new_one(desk: Desk) -> None:
    """Whoever comes second waits for the first."""
    owner = await customer(desk, await provider(desk))
    async with desk.begin() as transaction:
        await transaction.session.execute(update(Customer).values(admin_email="right@acme.example"))
        onboarding = asyncio.create_task(service(desk, owner, ServiceMode.INTEGRATED))
        await blocked(desk)
    assert (await newest_invitation(desk, await onboarding)).email == "right@acme.example"


async def test_a_change_is_refused_as_a_customer_would_be(desk: Desk) -> None:
    """All faults at once; the name of another customer of the tenant; somebody else's customer."""
    above = await provider(desk)
    made, other = await customer(desk, above), await customer(desk, above, "Other")
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    named = Name(id=made.id, path=("customer",))
    assert await refused(desk, update_customer(desk, CustomerChange(named, " ", "x" * 201, "nobody"))) == [
        ("BLANK", ("name",)),
        ("TEXT_TOO_LONG", ("fullName",)),
        ("EMAIL_INVALID", ("adminEmail",)),
    ]
    taken = CustomerChange(named, name=other.name.upper(), admin_email="right@acme.example")
    assert await refused(desk, update_customer(desk, taken)) == [("NAME_TAKEN", ("name",))]
    assert await refused(stranger, update_customer(stranger, taken)) == [("NOT_FOUND", ("customer",))]
