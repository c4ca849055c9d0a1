"""A family whose audit trail is read, and how."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from provisioning.caller import Caller
from provisioning.choosing import Chosen
from store.lookup import Name
from store.tables import Tenant
from store.vocabulary import Level, Role
from tests.arrange import Dialog, span

TRAIL = """query($filter: AuditEventsFilter, $first: Int, $after: String, $direction: OrderDirection) {
  auditEvents(filter: $filter, first: $first, after: $after, direction: $direction) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes {
      id at action actor actorLevel entityId entity { __typename id }
      changes { field before after } numbers { first last size }
    }
  }
}"""

Ask = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Family:
    """A provider with a channel, a service of the channel's customer, and the admins of each."""

    provider: Tenant
    channel: Tenant
    dialog: Dialog

    def caller(self, level: Level, role: Role = Role.ADMIN) -> Caller:
        """Return somebody of this family, who is called after his level."""
        bound = {
            Level.PROVIDER: self.provider.id,
            Level.CHANNEL: self.channel.id,
            Level.CUSTOMER: self.dialog.service.customer_id,
        }
        return Caller(f"somebody at {level.value}", level, role, bound.get(level))

    @property
    def numbers(self) -> Chosen:
        """Choose two of its numbers."""
        return Chosen(service=Name(id=self.dialog.service.id), entries=(span("+12125550101", "+12125550102"),))
