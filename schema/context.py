"""What a resolver can reach: who calls, the desk, the feed of events, and loaders that ask once for many."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from strawberry.types import Info as StrawberryInfo

from provisioning.caller import Caller
from provisioning.desk import Desk
from provisioning.errors import Unauthenticated
from schema.loaders import Loaders
from store import tables
from store.database import Database
from store.events import EventFeed
from store.scope import Scope


@dataclass(frozen=True, slots=True)
class Services:
    """What every request of this process shares."""

    database: Database
    feed: EventFeed
    desk: Callable[[Scope], Desk]
    link_in_letter: Callable[[tables.Invitation], Awaitable[str | None]] | None = None
    """Reads the link in an invitation out of its letter; None where letters are mailed."""


@dataclass(slots=True)
class Bookmark:
    """Where a reader of server-sent events stands, beside its document: where it comes back to, and how far it got."""

    after: str | None
    """The cursor of the last event that it saw on an earlier connection."""
    cursor: str | None = None
    """The cursor of the last event on this one."""


@dataclass(slots=True)
class Context:
    """One request, or one WebSocket connection, whose caller is known once it has introduced itself."""

    services: Services
    caller: Caller | None
    connection_params: dict[str, Any] | None = None
    bookmark: Bookmark | None = None
    _loaders: Loaders | None = field(default=None)

    @property
    def scope(self) -> Scope:
        """Return whose data the caller may touch.

        Raises Unauthenticated.
        """
        if self.caller is None:
            raise Unauthenticated
        return self.caller.scope

    @property
    def desk(self) -> Desk:
        """Return the desk for this caller."""
        return self.services.desk(self.scope)

    @property
    def loaders(self) -> Loaders:
        """Return the loaders of this operation."""
        if self._loaders is None:
            self._loaders = Loaders(self.services.database, self.scope)
        return self._loaders


Info = StrawberryInfo[Context, None]
