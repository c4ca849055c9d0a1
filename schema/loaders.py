"""Loading what rows refer to: one statement for all the references of a level."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from store import audits, consents, drifts, numbers, routing, services
from store.database import Database, Reading
from store.drifts import DriftRow
from store.lookup import many
from store.numbers import NumberRow
from store.scope import Scope
from store.services import ServiceRow
from store.spans import Span
from store.tables import (
    AuditEvent,
    CallingProfile,
    Customer,
    Grant,
    Invitation,
    Location,
    SipConnection,
    Tenant,
    Upload,
)

MOST_RANGES = 1_000
"""How many ranges of numbers are shown of an audit event; more than any person reads."""


class Loaders:
    """The loaders of one operation, by what they load. An id out of scope loads None."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self._database = database
        self._scope = scope
        self.tenants: DataLoader[UUID, Tenant | None] = self._by_id(lambda r, ids: many(r, Tenant, ids))
        self.customers: DataLoader[UUID, Customer | None] = self._by_id(lambda r, ids: many(r, Customer, ids))
        self.services: DataLoader[UUID, ServiceRow | None] = self._by_id(services.rows)
        self.invitations: DataLoader[UUID, Invitation | None] = self._by_id(consents.newest_invitations)
        self.grants: DataLoader[UUID, Grant | None] = self._by_id(consents.grants)
        self.locations: DataLoader[UUID, Location | None] = self._by_id(lambda r, ids: many(r, Location, ids))
        self.numbers: DataLoader[UUID, NumberRow | None] = self._by_id(numbers.rows)
        self.drifts: DataLoader[UUID, DriftRow | None] = self._by_id(drifts.rows)
        self.uploads: DataLoader[UUID, Upload | None] = self._by_id(lambda r, ids: many(r, Upload, ids))
        self.calling_profiles: DataLoader[UUID, CallingProfile | None] = self._by_id(routing.profiles_by_id)
        self.sip_connections: DataLoader[UUID, SipConnection | None] = self._by_id(
            lambda r, ids: many(r, SipConnection, ids)
        )

        self.audit_events: DataLoader[UUID, AuditEvent | None] = self._by_id(audits.rows)
        self.audited_numbers: DataLoader[UUID, list[Span]] = self._by_id(
            lambda r, ids: audits.numbers(r, ids, MOST_RANGES)
        )

    def _by_id(self, load: Callable[[Reading, list[UUID]], Awaitable[Any]]) -> DataLoader[UUID, Any]:
        async def load_all(ids: list[UUID]) -> Any:
            async with self._database.read(self._scope) as reading:
                return await load(reading, ids)

        # No cache: a WebSocket lives long, and what was read for one event is stale at the next.
        return DataLoader(load_fn=load_all, cache=False)
