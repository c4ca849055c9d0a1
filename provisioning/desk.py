"""Where a use case is done: on whose behalf, with which store, by which clock and limits."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime

from provisioning.e164 import Policy
from store.database import Database, Reading, Transaction
from store.scope import Scope

Clock = Callable[[], datetime]
"""Tells the time: aware, UTC."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken at once. Settings; the defaults are those of the best of our peers."""

    upload_numbers: int = 10_000
    range_numbers: int = 10_000
    file_bytes: int = 10_000_000
    file_rows: int = 10_000
    cac: int = 10_000


@dataclass(frozen=True, slots=True)
class Desk:
    """What a use case needs of the world."""

    scope: Scope
    database: Database
    clock: Clock
    limits: Limits = field(default_factory=Limits)
    policy: Policy = field(default_factory=Policy)

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """Open the one transaction of a use case."""
        return self.database.begin(self.scope)

    def read(self) -> AbstractAsyncContextManager[Reading]:
        """Borrow a connection for reading."""
        return self.database.read(self.scope)
