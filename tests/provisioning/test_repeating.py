"""Requests that may be sent twice."""

import asyncio
from dataclasses import dataclass

from provisioning.desk import Desk
from provisioning.repeating import once
from provisioning.tenants import NewTenant, create_tenant
from store import tenants
from store.database import Transaction
from store.lookup import Name
from store.tables import IdempotencyKey, Tenant
from store.vocabulary import TenantKind
from tests.arrange import count, provider, refused, scope_of, seen_by

NEW = NewTenant(TenantKind.SERVICE_PROVIDER, "Carrier")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request."""

    name: str


async def make(transaction: Transaction, name: str) -> Tenant:
    """Do what is asked."""
    return await tenants.add(transaction, TenantKind.SERVICE_PROVIDER, name, await tenants.system(transaction))


async def ask(desk: Desk, name: str, key: str | None) -> Tenant:
    """Ask for a tenant."""
    async with desk.begin() as transaction:
        return await once(transaction, Ask(name), key, Tenant, lambda: make(transaction, name))


async def test_without_a_key_it_is_simply_done(desk: Desk) -> None:
    """And nothing is remembered."""
    await ask(desk, "One", None)
    await ask(desk, "Two", None)
    assert (await count(desk, Tenant), await count(desk, IdempotencyKey)) == (3, 0)


async def test_a_blank_key_is_refused(desk: Desk) -> None:
    """A form that sends empty texts would otherwise repeat its first request for ever."""
    assert await refused(desk, ask(desk, "One", "")) == [("BLANK", ("idempotencyKey",))]


async def test_the_same_key_gives_the_same_row(desk: Desk) -> None:
    """It is made once, however often it is asked for."""
    made = {(await ask(desk, "One", "key")).id for _ in range(3)}
    assert len(made) == 1
    assert await count(desk, Tenant) == 2


async def test_the_same_key_at_once_makes_one_row(desk: Desk) -> None:
    """The later ones wait for the first and get its answer."""
    made = await asyncio.gather(*(ask(desk, "One", "key") for _ in range(8)))
    assert len({tenant.id for tenant in made}) == 1
    assert await count(desk, Tenant) == 2


async def test_the_same_key_with_another_request_is_refused(desk: Desk) -> None:
    """Rather than to answer what was not asked."""
    await ask(desk, "One", "key")
    assert await refused(desk, ask(desk, "Two", "key")) == [("IDEMPOTENCY_KEY_REUSED", ("idempotencyKey",))]


async def test_a_refused_request_may_be_mended_under_its_key(desk: Desk) -> None:
    """A refusal is not remembered."""
    await create_tenant(desk, NEW)
    assert await refused(desk, create_tenant(desk, NEW, "key")) == [("NAME_TAKEN", ("name",))]
    assert (await create_tenant(desk, NewTenant(TenantKind.SERVICE_PROVIDER, "Other"), "key")).name == "Other"


async def test_keys_of_one_operation_are_free_in_another(desk: Desk) -> None:
    """A client may number its requests as it likes."""
    await ask(desk, "One", "1")
    assert (await create_tenant(desk, NEW, "1")).name == "Carrier"


async def test_keys_of_one_tenant_are_free_with_another(desk: Desk) -> None:
    """Nobody learns of other people's keys."""
    one, two = await provider(desk, "One"), await provider(desk, "Two")
    made = [
        await create_tenant(
            seen_by(desk, scope_of(parent)), NewTenant(TenantKind.CHANNEL, "East", Name(id=parent.id)), "key"
        )
        for parent in (one, two)
    ]
    assert made[0].id != made[1].id
