"""What mutations answer: the thing, or why not."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry

from provisioning.errors import NumberlineError, Refused
from schema.errors import UserError, is_refusal, user_errors

Row = TypeVar("Row")

ERRORS = "Why it was refused, and nothing was done; empty where it was done."
"""The description of `userErrors`."""

INPUT = strawberry.argument(description="What is to be done.")
"""The one argument of a mutation."""


async def attempt(work: Callable[[], Awaitable[Row]]) -> tuple[Row | None, list[UserError]]:
    """Return what the use case made, or its refusal as data. Faults are raised on."""
    try:
        return await work(), []
    except (NumberlineError, Refused) as error:
        if not is_refusal(error):
            raise
        return None, user_errors(error)
