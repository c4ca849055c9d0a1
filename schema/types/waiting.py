"""Why something waits."""

from datetime import datetime
from typing import Self

import strawberry

from schema.describing import described
from store.vocabulary import WaitingCode


@strawberry.type(description="Why an upload, or the sync of a service, waits.")
class Waiting:
    """What keeps it from going on."""

    code: WaitingCode = described("Why; compare with this.")
    message: str = described("What it means and what to do.")
    next_try_at: datetime | None = described(
        "When it is tried again by itself; null where that takes somebody to do something, or another hour."
    )

    @classmethod
    def of(cls, code: str | None, message: str | None, until: datetime | None) -> Self | None:
        """Convert what is stored; None where nothing waits."""
        return None if code is None else cls(code=WaitingCode[code], message=message or "", next_try_at=until)
