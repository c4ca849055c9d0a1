"""Where a use case is done: on whose behalf, with which store, by which clock and limits."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from provisioning.numbering.e164 import Policy
from store.database import Database, Reading, Transaction
from store.scope import Scope

Clock = Callable[[], datetime]
"""Tells the time: aware, UTC."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken at once, how many numbers an owner may compare with others' in an hour, how long they cool.

    Settings.
    """

    upload_numbers: int = 1_000_000
    range_numbers: int = 100_000
    file_bytes: int = 100_000_000
    file_rows: int = 1_000_000
    cac: int = 10_000
    taken_questions: int = 10_000_000
    dry_run_numbers: int = 10_000
    cooling: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a use case needs of the world."""

    scope: Scope
    database: Database
    clock: Clock
    limits: Limits = field(default_factory=Limits)
    policy: Policy = field(default_factory=Policy)
    patience: timedelta | None = None
    """How long a use case waits for what somebody else has locked; None: to the end, as jobs do."""

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """Open the one transaction of a use case."""
        return self.database.begin(self.scope, self.patience)

    def aside(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a short transaction beside the one that is under way; it stays, whatever becomes of that one."""
        return self.database.aside(self.scope)

    def rehearse(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a transaction of which nothing stays."""
        return self.database.rehearse(self.scope, self.patience)

    def read(self) -> AbstractAsyncContextManager[Reading]:
        """Borrow a connection for reading."""
        return self.database.read(self.scope)
