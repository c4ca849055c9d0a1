"""The customer's consent: the invitation that asks for it, and what was granted."""

from datetime import datetime
from typing import Self

import strawberry

from provisioning.invitations import status_of
from schema.context import Info
from schema.describing import described
from store import tables
from store.vocabulary import GrantStatus, InvitationStatus, Level, Role


@strawberry.type(description="An invitation, mailed to the customer's administrator, to consent.")
class Invitation:
    """An invitation."""

    row: strawberry.Private[tables.Invitation]
    email: str = described("The address it goes to: the administrator's when it was asked for.")
    status: InvitationStatus = described("What became of it.")
    problem: str | None = described(
        "Why the mail server has not taken the letter, in its own words where it has any; null where it has taken it."
    )
    created_at: datetime = described("When it was asked for.")
    sent_at: datetime | None = described("When the mail server took the letter; null until then.")
    expires_at: datetime = described("Until when the link in it works.")

    @classmethod
    def of(cls, row: tables.Invitation, now: datetime) -> Self:
        """Convert a row."""
        return cls(
            row=row,
            email=row.email,
            status=status_of(row, now),
            problem=row.problem,
            created_at=row.created_at,
            sent_at=row.sent_at,
            expires_at=row.expires_at,
        )

    @strawberry.field(
        description="The link in the letter, where the consent begins: on a development machine, whose letters lie in "
        "an outbox instead of being mailed, and for an Admin at system level. Waits a moment for the letter. Null for "
        "everybody else, wherever letters are mailed, and when the invitation is no longer open."
    )
    async def development_link(self, info: Info) -> str | None:
        """Read it out of the letter."""
        caller, read = info.context.caller, info.context.services.link_in_letter
        if read is None or caller is None or (caller.level, caller.role) != (Level.SYSTEM, Role.ADMIN):
            return None
        return await read(self.row)


@strawberry.type(description="What the customer granted.")
class Consent:
    """A grant."""

    status: GrantStatus = described("Whether it is in force; where it is not, send a new invitation.")
    granted_by: str = described("The address whose invitation was used.")
    granted_at: datetime = described("When it was given, the last time.")
    revoked_at: datetime | None = described(
        "When Control Hub was found to refuse it, or when it was given up; null while it is in force."
    )

    @classmethod
    def of(cls, row: tables.Grant) -> Self:
        """Convert a row."""
        return cls(status=row.status, granted_by=row.granted_by, granted_at=row.granted_at, revoked_at=row.revoked_at)
