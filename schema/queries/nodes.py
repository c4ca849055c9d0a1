"""Fetching anything again by its id."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import strawberry

from schema.context import Info
from schema.ids import decode
from schema.types.drifts import Drift
from schema.types.nodes import Node
from schema.types.numbers import Number
from schema.types.routing import CallingProfile, SipConnection
from schema.types.services import Location, Service
from schema.types.tenancy import Customer, Tenant
from schema.types.uploads import Upload
from store.errors import NotFound, NumberlineError

MOST_NODES = 100
"""How many ids one call of `nodes` takes."""


class TooManyNodes(NumberlineError):
    """Ask for at most 100 ids at once."""

    code = "TOO_MANY_NODES"


def _loads(info: Info, kind: str) -> tuple[Callable[[UUID], Awaitable[object]], Callable[..., Node]]:
    """Return how a kind is loaded and converted. Raises NotFound for a kind that there is not."""
    loaders = info.context.loaders
    known: dict[str, tuple[Callable[[UUID], Awaitable[object]], Callable[..., Node]]] = {
        "Tenant": (loaders.tenants.load, Tenant.of),
        "Customer": (loaders.customers.load, Customer.of),
        "Service": (loaders.services.load, Service.of),
        "Location": (loaders.locations.load, Location.of),
        "CallingProfile": (loaders.calling_profiles.load, CallingProfile.of),
        "SipConnection": (loaders.sip_connections.load, SipConnection.of),
        "Number": (loaders.numbers.load, Number.of),
        "Upload": (loaders.uploads.load, Upload.of),
        "Drift": (loaders.drifts.load, Drift.of),
    }
    if kind not in known:
        raise NotFound("object")
    return known[kind]


async def _load(info: Info, global_id: str) -> Node | None:
    try:
        kind, key = decode(global_id)
        load, convert = _loads(info, kind)
    except NotFound:
        return None
    row = await load(key)
    return convert(row) if row is not None else None


OneId = Annotated[strawberry.ID, strawberry.argument(description="A global id.")]
Ids = Annotated[list[strawberry.ID], strawberry.argument(description="Up to 100 global ids.")]


@strawberry.type
class NodeQueries:
    """Nodes."""

    @strawberry.field(description="Whatever has this id; null where there is nothing.")
    async def node(self, info: Info, id: OneId) -> Node | None:  # noqa: A002  # fixed by the Relay specification
        """Load a node."""
        return await _load(info, id)

    @strawberry.field(description="Whatever has these ids, in their order; null where there is nothing.")
    async def nodes(self, info: Info, ids: Ids) -> list[Node | None]:
        """Load nodes, all of a kind with one statement."""
        if len(ids) > MOST_NODES:
            raise TooManyNodes
        return list(await asyncio.gather(*(_load(info, each) for each in ids)))
