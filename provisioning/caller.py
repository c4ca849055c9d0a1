"""Who asks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from store.scope import Scope
from store.vocabulary import Level, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token: a level, the provider, channel or customer it is bound to (None: system), a role."""

    subject: str
    level: Level
    role: Role
    bound_to: UUID | None = None
    expires_at: datetime | None = None
    """When the token ends; None for callers without one, such as our own parts."""

    @property
    def scope(self) -> Scope:
        """Return whose data this caller may touch."""
        return Scope(self.level, self.bound_to, self.subject)
