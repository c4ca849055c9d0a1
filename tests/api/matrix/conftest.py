"""Fixtures of the matrix: who owns what, and who has no business with it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import httpx
import psycopg
import pytest

from provisioning.caller import Caller
from provisioning.permissions import PERMISSIONS
from schema.ids import decode
from store.vocabulary import Level, Role
from tests.api.conftest import Running
from tests.api.journey import Api, Site
from tests.api.matrix.ground import Ground, Land, Thing

WHOSE = ("of a channel", "of the provider itself")
"""To whom the customer belongs whose things are asked for."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody at a level in a role, and what is his own."""

    who: str
    level: Level
    role: Role
    api: Api
    ground: Ground

    def may(self, field: str) -> bool:
        """Return whether somebody of this level and role may call a root field at all."""
        return PERMISSIONS[field].allows(Caller(self.who, self.level, self.role, None))


@dataclass(frozen=True, slots=True)
class World:
    """A provider with a channel, and everybody to whom they are foreign."""

    land: Land
    provider: Thing
    channel: Thing
    standing: dict[str, Ground]
    """What the owner has, for what only reads; by `WHOSE`."""
    owners: dict[str, Api]
    """Who owns that, by `WHOSE`."""
    customer: Api
    """The customer of the channel itself."""
    strangers: list[list[Stranger]]
    """Those who share a ground stand together."""

    def strangers_to(self, whose: str) -> list[list[Stranger]]:
        """Return who has no business with it; where it is the provider's own, only its channels are looked at anew."""
        if whose == WHOSE[0]:
            return self.strangers
        return [[each for each in those if each.role is Role.ADMIN] for those in self.strangers[1:]]

    async def afresh(self, stranger: Stranger) -> Ground:
        """Make a ground for a stranger's tenant, for what would spoil the one that others ask from."""
        provider, tenant = stranger.ground.provider, stranger.ground.tenant
        return await self.land.ground(provider, tenant if tenant != provider else None)

    async def ground(self, whose: str) -> Ground:
        """Make a ground of its own for something that changes it."""
        return await self.land.ground(self.provider, self.channel if whose == WHOSE[0] else None)


@pytest.fixture(scope="session")
def database(behind: str) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection to the server's database."""
    with closing(psycopg.connect(behind, autocommit=True)) as connection:
        yield connection


@pytest.fixture(scope="session")
async def land(shared: Api, database: psycopg.Connection[Any], integrated: Site) -> AsyncIterator[Land]:
    """Where grounds are made, by a client whose many connections end before the server ends them."""
    profile = Thing("CallingProfile", integrated.estate.profile)
    async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=20, keepalive_expiry=1)) as http:
        yield Land(replace(shared, http=http), database, decode(integrated.service)[1], profile)


@pytest.fixture(scope="session")
async def world(land: Land, running: Running) -> World:
    """One provider whose things are asked for, and all the others."""

    def api(level: Level, role: Role, bound_to: Thing) -> Api:
        return land.api.as_(running.token(level, role, bound_to.id))

    def strangers(whose: str, ground: Ground, *levels: tuple[Level, Thing]) -> list[Stranger]:
        return [
            Stranger(f"{level} {role} {whose}", level, role, api(level, role, bound_to), ground)
            for level, bound_to in levels
            for role in Role
        ]

    provider, other = await land.provider(), await land.provider()
    channel, sibling, foreign = [await land.channel(above) for above in (provider, provider, other)]
    standing = [await land.ground(provider, below) for below in (channel, None)]
    far, beside, next_door = [
        await land.ground(*where) for where in ((other, foreign), (provider, sibling), (provider, channel))
    ]
    owners = api(Level.CHANNEL, Role.ADMIN, channel), api(Level.PROVIDER, Role.ADMIN, provider)
    return World(
        land,
        provider,
        channel,
        dict(zip(WHOSE, standing, strict=True)),
        dict(zip(WHOSE, owners, strict=True)),
        api(Level.CUSTOMER, Role.ADMIN, standing[0].customer),
        [
            strangers(
                "of another provider",
                far,
                (Level.PROVIDER, other),
                (Level.CHANNEL, foreign),
                (Level.CUSTOMER, far.customer),
            ),
            strangers("of another channel", beside, (Level.CHANNEL, sibling), (Level.CUSTOMER, beside.customer)),
            strangers("of the same channel", next_door, (Level.CUSTOMER, next_door.customer)),
        ],
    )
