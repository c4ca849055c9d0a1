"""Everything that has an id and changes: its table, and how it is loaded and converted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schema.context import Info
from schema.loaders import Loaders
from schema.types.drifts import Drift
from schema.types.nodes import Node
from schema.types.numbers import Number
from schema.types.routing import CallingProfile, SipConnection
from schema.types.services import Location, Service
from schema.types.tenancy import Customer, Tenant
from schema.types.uploads import Upload
from store import tables


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entity: its table, which of the loaders loads it, and how a row is converted."""

    table: Any
    loader: Callable[[Loaders], Any]
    convert: Callable[[Any], Node]

    async def load(self, info: Info, key: UUID) -> Node | None:
        """Load one; None where there is none in the caller's scope."""
        row = await self.loader(info.context.loaders).load(key)
        return self.convert(row) if row is not None else None


KINDS = {
    "Tenant": Kind(tables.Tenant, lambda loaders: loaders.tenants, Tenant.of),
    "Customer": Kind(tables.Customer, lambda loaders: loaders.customers, Customer.of),
    "Service": Kind(tables.Service, lambda loaders: loaders.services, Service.of),
    "Location": Kind(tables.Location, lambda loaders: loaders.locations, Location.of),
    "CallingProfile": Kind(tables.CallingProfile, lambda loaders: loaders.calling_profiles, CallingProfile.of),
    "SipConnection": Kind(tables.SipConnection, lambda loaders: loaders.sip_connections, SipConnection.of),
    "Number": Kind(tables.Number, lambda loaders: loaders.numbers, Number.of),
    "Upload": Kind(tables.Upload, lambda loaders: loaders.uploads, Upload.of),
    "Drift": Kind(tables.Drift, lambda loaders: loaders.drifts, Drift.of),
}
"""By the name of its type, which is the kind that its ids begin with."""

NAMES = {str(kind.table.__tablename__): name for name, kind in KINDS.items()}
"""The names of the types by table."""
