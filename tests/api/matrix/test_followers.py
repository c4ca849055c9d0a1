"""Who follows something of their own hears of nothing else, however long they listen."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from store.vocabulary import Level, Role
from tests.api.conftest import Running
from tests.api.matrix.asking import ROOTS
from tests.api.matrix.conftest import WHOSE, World
from tests.api.matrix.ground import Ground, Thing


@dataclass(frozen=True, slots=True)
class Followed:
    """How something is followed, and what happens to it."""

    document: str
    named: Callable[[Ground], Thing]
    mutation: str
    argument: str
    status: str
    """Where that leads."""


FOLLOWED = {
    "serviceStatusChanged": Followed(
        "subscription($of: ID!, $after: String) { found: serviceStatusChanged(services: [{id: $of}], after: $after) "
        "{ cursor of: serviceId status } }",
        lambda ground: ground.service,
        "serviceRemove",
        "service",
        "REMOVING",
    ),
    "uploadProgressed": Followed(
        "subscription($of: ID!, $after: String) { found: uploadProgressed(upload: {id: $of}, after: $after) "
        "{ cursor of: upload { id } status } }",
        lambda ground: ground.draft,
        "uploadCancel",
        "upload",
        "CANCELLED",
    ),
}
"""By the subscription."""


def test_every_subscription_is_followed() -> None:
    """A new one needs a line in `FOLLOWED`."""
    assert set(FOLLOWED) == set(ROOTS["Subscription"].fields)


@pytest.mark.parametrize("level", [Level.PROVIDER, Level.CHANNEL, Level.CUSTOMER])
@pytest.mark.parametrize("field", FOLLOWED)
async def test_a_follower_hears_of_its_own_alone(world: World, running: Running, field: str, level: Level) -> None:
    """What happens to somebody else's goes by, now and when it comes back with a cursor."""
    followed = FOLLOWED[field]
    theirs, own = await world.ground(WHOSE[0]), await world.afresh(world.strangers[0][0])
    bound_to = {Level.PROVIDER: own.provider, Level.CHANNEL: own.tenant, Level.CUSTOMER: own.customer}[level]
    stranger = world.land.api.as_(running.token(level, Role.MONITOR, bound_to.id))

    async with asyncio.timeout(20), aclosing(stranger.follow(followed.document, of=followed.named(own).id)) as told:
        present = (await anext(told))["found"]
        for ground in (theirs, own):
            await world.land.api.make(followed.mutation, **{followed.argument: followed.named(ground).by})
        heard = (await anext(told))["found"]

    after = {"of": followed.named(own).id, "after": present["cursor"]}
    async with asyncio.timeout(20), aclosing(stranger.follow(followed.document, **after)) as missed:
        assert (await anext(missed))["found"] == heard
    assert (heard["of"], heard["status"]) == (present["of"], followed.status)
