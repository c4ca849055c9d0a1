"""A removal under way."""

from typing import Self

import strawberry

from provisioning.removal import Progress
from schema.describing import described


@strawberry.type(description="How far the removal of a service is.")
class ServiceRemoval:
    """A removal."""

    numbers_left: int = described("How many of its numbers are not off yet.")
    numbers_kept: int = described(
        "How many of these Control Hub keeps; their `problem` says why. Mend that there, then send serviceRemove again."
    )
    problem: str | None = described(
        "What is in the way, for people: consent that is gone, or the first number kept. Null while nothing is."
    )

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """Convert it."""
        return cls(numbers_left=progress.left, numbers_kept=progress.kept, problem=progress.problem)
