"""Fetching anything again by its id."""

import asyncio
from typing import Annotated
from uuid import UUID

import strawberry

from provisioning.permissions import PERMISSIONS
from schema.context import Info
from schema.ids import decode
from schema.types.audit import AuditEvent
from schema.types.entities import KINDS
from schema.types.nodes import Node
from store.errors import NotFound, NumberlineError

MOST_NODES = 100
"""How many ids one call of `nodes` takes."""


class TooManyNodes(NumberlineError):
    """Ask for at most 100 ids at once."""

    code = "TOO_MANY_NODES"


async def _load(info: Info, global_id: str) -> Node | None:
    try:
        kind, key = decode(global_id)
    except NotFound:
        return None
    if kind == "AuditEvent":
        return await _audit_event(info, key)
    return await KINDS[kind].load(info, key) if kind in KINDS else None


async def _audit_event(info: Info, key: UUID) -> Node | None:
    """Load an event of the audit trail, for those who may list it."""
    caller = info.context.caller
    if caller is None or not PERMISSIONS["auditEvents"].allows(caller):
        return None
    row = await info.context.loaders.audit_events.load(key)
    return AuditEvent.of(row, caller.scope) if row is not None else None


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
